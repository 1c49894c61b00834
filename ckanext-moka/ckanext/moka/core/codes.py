"""Numbers with a check digit that identify a municipality, a person or a company."""

from __future__ import annotations

import re

__all__ = [
    "is_corporate_number",
    "is_individual_number",
    "is_municipality_code",
    "municipality_check_digit",
    "repair_municipality_code",
]

_PREFECTURES = 47


def municipality_check_digit(code: str) -> int:
    """Return the check digit of a five-digit 全国地方公共団体コード (weights 6 to 2, modulus 11, last digit).

    Source: 総務省「全国地方公共団体コード仕様」. ``code`` must be five ASCII digits, else ``ValueError``.
    """
    if not re.fullmatch(r"[0-9]{5}", code):
        raise ValueError(f"not five digits: {code!r}")
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return (11 - total % 11) % 10


def is_municipality_code(code: str) -> bool:
    """Tell whether ``code`` is six digits with a right check digit and a prefecture from 01 to 47."""
    return (
        re.fullmatch(r"[0-9]{6}", code) is not None
        and 1 <= int(code[:2]) <= _PREFECTURES
        and int(code[5]) == municipality_check_digit(code[:5])
    )


def repair_municipality_code(code: str) -> str | None:
    """Return ``code`` with the leading zero that a spreadsheet dropped, or ``None`` when that is not certain.

    92096 becomes 092096 (prefecture 92 does not exist, the check digit fits) and 9209 becomes 09209.
    """
    if re.fullmatch(r"[0-9]{5}", code) and int(code[:2]) > _PREFECTURES and is_municipality_code("0" + code):
        return "0" + code
    if re.fullmatch(r"[1-9][0-9]{3}", code):
        return "0" + code
    return None


def is_individual_number(digits: str) -> bool:
    """Tell whether ``digits`` is a 個人番号 (マイナンバー): twelve digits with a right check digit.

    Source: 行政手続における特定の個人を識別するための番号の利用等に関する法律の規定による通知カード及び個人番号カード並びに
    情報提供ネットワークシステムによる特定個人情報の提供等に関する省令 第5条.
    """
    if not re.fullmatch(r"[0-9]{12}", digits) or len(set(digits)) == 1:
        return False
    body = digits[10::-1]
    total = sum(int(p) * (n + 1 if n <= 6 else n - 5) for n, p in enumerate(body, start=1))
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def is_corporate_number(digits: str) -> bool:
    """Tell whether ``digits`` is a 法人番号: thirteen digits, the first one being the check digit (modulus 9)."""
    if not re.fullmatch(r"[1-9][0-9]{12}", digits):
        return False
    total = sum(int(p) * (1 if n % 2 else 2) for n, p in enumerate(digits[:0:-1], start=1))
    return int(digits[0]) == 9 - total % 9
