"""Physical names: from a Japanese column label to an ASCII name that every database and script accepts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

__all__ = ["label_key", "normal_words", "physical_name", "unique_names"]

_LIMIT = 63
_ASCII = re.compile(r"[A-Za-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SKIP = re.compile(r"[\s_()\[\]{}「」『』【】〔〕:：/／,，.．\-‐–—−~〜&%#*+'\"]")
_NUMBERING = re.compile(r"^(?:[0-9]{1,2}[.．:：)）]|[①-⑳])\s*")


def label_key(label: str) -> str:
    """Return the form in which two spellings of a label are the same: width, blanks, brackets, case, numbering.

    名称_ｶﾅ, 「 名称_カナ」 and 「3.名称（カナ）」 all give the same key.
    """
    text = unicodedata.normalize("NFKC", label).casefold()
    text = _NUMBERING.sub("", text.strip())
    return re.sub(r"[\s_()\[\]「」【】〔〕#]", "", text)


def normal_words(words: Mapping[str, str | None]) -> dict[str, str]:
    """Return a vocabulary with its keys in the form in which labels are looked up."""
    return {unicodedata.normalize("NFKC", key): value or "" for key, value in words.items()}


def physical_name(label: str, words: Mapping[str, str]) -> str | None:
    """Return the ASCII name of ``label`` made from known ``words`` and its own ASCII parts.

    ``None`` when a part of the label is not known: a wrong name is worse than ``col_007``.
    """
    text = unicodedata.normalize("NFKC", label).strip()
    longest = max(map(len, words), default=0)
    parts: list[str] = []
    position = 0
    while position < len(text):
        match = _ASCII.match(text, position)
        known = next(
            (
                n
                for n in range(min(longest, len(text) - position), 0, -1)
                if text[position : position + n] in words
            ),
            0,
        )
        if known and (match is None or known >= len(match[0])):
            parts.append(words[text[position : position + known]])
            position += known
        elif match:
            parts.append(_CAMEL.sub("_", match[0]).lower())
            position = match.end()
        elif _SKIP.match(text, position):
            position += 1
        else:
            return None
    name = re.sub(r"_+", "_", "_".join(part for part in parts if part)).strip("_").lower()
    if not name:
        return None
    if name[0].isdigit():
        name = f"n_{name}"
    return name[:_LIMIT].rstrip("_")


def unique_names(names: Iterable[str]) -> list[str]:
    """Return the names in order, later ones numbered where they repeat, none longer than 63 and none reserved."""
    seen: set[str] = {"_id", "_full_text"}
    result = []
    for name in names:
        candidate, number = name[:_LIMIT], 1
        while candidate in seen:
            number += 1
            tail = f"_{number}"
            candidate = name[: _LIMIT - len(tail)] + tail
        seen.add(candidate)
        result.append(candidate)
    return result
