"""P-06: names in the properties of a workbook."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import Context, Hit

RULE = "P-06"
_PROGRAMS = {
    "openpyxl",
    "apache poi",
    "microsoft office user",
    "python-docx",
    "user",
    "excel",
    "libreoffice",
    "xlsxwriter",
}
_LABELS = {
    "creator": "作成者",
    "initial-creator": "作成者",
    "lastModifiedBy": "最終更新者",
    "Company": "会社名",
    "Manager": "管理者",
}


def check(context: Context) -> Iterator[Hit]:
    """One hit per file; names of programs are not names."""
    found = {k: v for k, v in context.source.properties.items() if v.lower() not in _PROGRAMS}
    if found:
        kinds = dict.fromkeys(_LABELS.get(key, key) for key in found)
        yield Hit("default", data={"list": list(kinds)}, total=len(found))
