"""Step: postcodes and phone numbers that a spreadsheet stored as numbers, without their leading zero."""

from __future__ import annotations

import re

from .working import Working

RULES = ("V-03", "V-04")
_POSTCODE_LABEL = re.compile(r"(郵便番号|〒|[Pp]ost_?code|[Pp]ostal|\bzip)")
_PHONE_LABEL = re.compile(
    r"(電話|ＴＥＬ|TEL|[Tt]el\b|FAX|ＦＡＸ|[Ff]ax|[Pp]hone|ファックス|ファクス|ファクシミリ)"
)
_OTHER = re.compile(r"(内線|コード|公開|有無|可否)")
_SIX = re.compile(r"^[1-9][0-9]{5}$")
# Domestic numbers have ten digits and begin with 0, or eleven and begin with 050, 070, 080, 090 (総務省 電気通信番号計画).
_PHONE = re.compile(r"^(?:[1-9][0-9]{8}|[5789]0[0-9]{8})$")


def apply(work: Working) -> None:
    """Put the zero back where the number of digits leaves no other reading: 600000 in 郵便番号 is 0600000."""
    if _OTHER.search(work.label):
        return
    if _POSTCODE_LABEL.search(work.label):
        work.edit("V-03", {t: f"0{t}" for t in work.matching(_SIX)})
    elif _PHONE_LABEL.search(work.label):
        work.edit("V-04", {t: f"0{t}" for t in work.matching(_PHONE)})
