"""P-10: other files, programs and data of other programs inside a workbook."""

from __future__ import annotations

from collections.abc import Iterator

from ..judging.context import Context, Hit
from ..judging.personal import kind_words, personal_kind
from ..model import Fields

RULE = "P-10"


def check(context: Context) -> Iterator[Hit]:
    """Embedded files and macros as such; text boxes and foreign XML where they hold personal data."""
    for item in context.remnants("embedded"):
        yield Hit("embedded", Fields(item.sheet), total=item.size)
    if context.remnants("macro"):
        yield Hit("macro")
    for item in context.remnants("shape"):
        if kind := personal_kind(item.texts):
            yield Hit("shape", Fields(item.sheet, item.cell), {"kind": kind_words(kind)}, item.size)
    for item in context.remnants("custom-xml"):
        kind = personal_kind(item.texts)
        yield Hit("xml-personal" if kind else "xml", data={"kind": kind_words(kind)}, total=item.size)
