"""Step: codes, phone numbers and postcodes in half-width characters; words and addresses stay as written."""

from __future__ import annotations

import re
import unicodedata

from .working import Working

RULES = ("fullwidth",)
_CODE = re.compile(r"^[0-9０-９A-Za-zＡ-Ｚａ-ｚ\-－−‐ー―（）()＋+ 　]+$")
_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ－−（）＋]")
_ADDRESS = re.compile(r"住所|所在|番地|丁目|町字|[Aa]ddress")


def apply(work: Working) -> None:
    """In columns whose digits are names: 321－4395 is 321-4395."""
    if not (work.profile.code or work.declared == "string") or _ADDRESS.search(work.label):
        return
    mapping = {}
    for text in work.matching(_WIDE):
        if _CODE.match(text) and re.search(r"[0-9０-９]", text):
            narrow = unicodedata.normalize("NFKC", re.sub(r"[－−‐―]", "-", text))
            mapping[text] = re.sub(r"(?<=\d)ー(?=\d)", "-", narrow)
    work.edit("fullwidth", mapping)
