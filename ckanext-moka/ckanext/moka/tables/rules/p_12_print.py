"""P-12: headers and footers of the print that name persons, paths, or say that the file is internal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import kind_words, personal_kind
from ..model import Fields
from ..reading.remnants import path_like

RULE = "P-12"
_INTERNAL = re.compile(
    r"(部外秘|社外秘|取扱注意|取り扱い注意|㊙|マル秘|厳秘|極秘|内部限り|内部資料|関係者限り|庁内限り|持出禁止)"
)


def check(context: Context) -> Iterator[Hit]:
    """One hit per sheet; page numbers and dates are no finding."""
    for item in context.remnants("header"):
        kind = personal_kind([part for text in item.texts for part in re.split(r"\s{2,}|\n", text)])
        mark = next((m[0] for text in item.texts if (m := _INTERNAL.search(text))), None)
        if kind:
            yield Hit("personal", Fields(item.sheet), {"kind": kind_words(kind)}, item.size)
        if mark:
            yield Hit("internal", Fields(item.sheet), {"mark": mark}, item.size)
        elif not kind and any(path_like(text) for text in item.texts):
            yield Hit("path", Fields(item.sheet), {}, item.size)
