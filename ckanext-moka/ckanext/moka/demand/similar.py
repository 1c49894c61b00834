"""Which existing texts resemble a new one? Character bigrams on folded Japanese; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from ckanext.moka.core.text import fold_kana

__all__ = ["matches", "most_similar", "similarity"]

T = TypeVar("T")
# words that nearly every request contains say nothing about its subject
_COMMON = tuple(
    fold_kana(w) for w in ("データ", "一覧", "情報", "オープンデータ", "が欲しい", "ください", "について")
)


def _bigrams(text: str) -> Counter[str]:
    folded = fold_kana(text)
    for word in _COMMON:
        folded = folded.replace(word, " ")
    grams: Counter[str] = Counter()
    for part in "".join(c if c.isalnum() else " " for c in folded).split():
        grams.update(part[i : i + 2] for i in range(len(part) - 1))
        if len(part) == 1:
            grams[part] += 1
    return grams


def similarity(one: str, other: str) -> float:
    """Return 0 (nothing shared) to 1: the overlap of bigrams over the shorter text, damped by length."""
    a, b = _bigrams(one), _bigrams(other)
    size_a, size_b = a.total(), b.total()
    if not size_a or not size_b:
        return 0.0
    shared = (a & b).total()
    return 0.7 * shared / min(size_a, size_b) + 0.3 * 2 * shared / (size_a + size_b)


def most_similar(
    text: str, others: Iterable[tuple[str, T]], *, limit: int = 5, least: float = 0.34
) -> list[T]:
    """Return the payloads of the ``others`` (text, payload) most like ``text``, best first."""
    scored = [(similarity(text, other), n, payload) for n, (other, payload) in enumerate(others)]
    scored = [one for one in scored if one[0] >= least]
    scored.sort(key=lambda one: (-one[0], one[1]))
    return [payload for _, _, payload in scored[:limit]]


def matches(query: str, text: str) -> bool:
    """Return whether every word of ``query`` occurs in ``text``, whatever the spelling (全角/半角, かな/カナ)."""
    folded = fold_kana(text)
    return all(word in folded for word in fold_kana(query).split())
