"""P-06: names, paths and other personal data in the properties of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import personal_text
from ..reading.remnants import path_like

RULE = "P-06"
_PROGRAMS = re.compile(
    r"^(?:openpyxl|apache poi|microsoft (?:office )?(?:user|excel)|python-docx|user|users|owner|admin|administrator|excel"
    r"|libreoffice|xlsxwriter|unknown|none|pc|windows ユーザー|windows user|\W*)$",
    re.IGNORECASE,
)
# The body that publishes the file is no secret.
_BODY = re.compile(r"(?:市|区|町|村|都|道|府|県)(?:役所|役場|庁|教育委員会)?$")
_LABELS = {
    "creator": "作成者", "initial-creator": "作成者", "lastModifiedBy": "最終更新者", "Company": "会社名",
    "Manager": "管理者", "printed-by": "印刷した人",
}  # fmt: skip


def check(context: Context) -> Iterator[Hit]:
    """One hit per kind and file; names of programs and of the city are not names."""
    names, paths, free = {}, {}, {}
    for key, value in context.source.properties.items():
        if key == "path" or path_like(value):
            paths[key] = value
        elif key in _LABELS:
            if not _PROGRAMS.match(value) and not (key == "Company" and _BODY.search(value)):
                names[key] = value
        elif personal_text(value):
            free[key] = value
    if names:
        kinds = dict.fromkeys(_LABELS[key] for key in names)
        yield Hit("default", data={"list": list(kinds)}, total=len(names))
    if paths:
        yield Hit("path", total=len(paths))
    if free:
        kinds = dict.fromkeys(f"「{key.removeprefix('custom:')}」" for key in free)
        yield Hit("personal", data={"list": list(kinds)}, total=len(free))
