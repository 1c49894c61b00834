"""Patterns for dates and times that ``strptime`` and ``isoparse`` surely read."""

from __future__ import annotations

import re

__all__ = ["DATE", "moment_pattern"]

# Any month with day 01-28; in the years 1000-2999 also 29 and 30 outside February and 31 in long months.
DATE = (
    r"\A(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|[12][0-9]{3}-(?:(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31))\z"
)
_YEAR, _MONTH, _DAY = "[1-9][0-9]{3}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|1[0-9]|2[0-8])"
_HOUR, _SIXTY = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
_PARTS = {"Y": _YEAR, "m": _MONTH, "d": _DAY, "H": _HOUR, "M": _SIXTY, "S": _SIXTY}
_ZONE = "(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])?"
_DEFAULTS = {
    "time": rf"\A{_HOUR}:{_SIXTY}:{_SIXTY}{_ZONE}\z",
    "datetime": rf"\A{_YEAR}-{_MONTH}-{_DAY}T{_HOUR}:{_SIXTY}:{_SIXTY}{_ZONE}\z",
}


def moment_pattern(kind: str, form: str) -> str | None:
    """Return an RE2 expression for texts that a field of type ``kind`` and format ``form`` accepts, or ``None``.

    Knows the defaults of ``time`` and ``datetime`` and strptime formats of ``%Y %m %d %H %M %S``, each once, with
    plain separators between them.
    """
    if form == "default":
        return _DEFAULTS.get(kind)
    if form == "any":
        return None
    out: list[str] = []
    used: set[str] = set()
    for part in re.findall(r"%.|[^%]|%$", form, re.DOTALL):
        if len(part) == 2:
            letter = part[1]
            if letter not in _PARTS or letter in used:
                return None
            used.add(letter)
            out.append(_PARTS[letter])
        elif part in "-/:.T年月日時分秒":
            out.append(re.escape(part))
        else:
            return None
    return rf"\A{''.join(out)}\z" if used else None
