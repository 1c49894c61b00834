"""English word stems: Porter's steps 1a-1c, enough for plurals and -ing/-ed forms.

Source: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980. The later steps
(-ization, -fulness) merge words that a reader of a data catalogue tells apart.
"""

from __future__ import annotations

import re

__all__ = ["singular", "stem"]

_VOWEL = re.compile(r"[aeiou]|(?<=[^aeiou])y")
_DOUBLE = re.compile(r"([^aeioulsz])\1$")
_IRREGULAR = {"buses": "bus", "children": "child", "people": "person", "women": "woman", "men": "man"}
_SHORT = re.compile(r"^[^aeiou]*[aeiouy][^aeiouwxy]$")


def stem(word: str) -> str:
    """Return the stem of a lower-case English ``word``; words of up to three letters stay."""
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    return _final_y(_past_and_gerund(_plural(word)))


def singular(word: str) -> str:
    """Return a lower-case English ``word`` without the plural's ending: parking stays what it is."""
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else _plural(word)


def _plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-3] + "i"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _past_and_gerund(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _VOWEL.search(word[:-3]) else word
    for ending in ("ing", "ed"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) > 1 and _VOWEL.search(root):
            if root.endswith(("at", "bl", "iz")):
                return root + "e"
            if _DOUBLE.search(root):
                return root[:-1]
            return root + "e" if _SHORT.match(root) else root
    return word


def _final_y(word: str) -> str:
    return word[:-1] + "i" if word.endswith("y") and _VOWEL.search(word[:-1]) else word
