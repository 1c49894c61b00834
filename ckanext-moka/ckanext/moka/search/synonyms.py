"""Words that residents and offices use for the same thing; the groups are data (synonyms.yaml)."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from ckanext.moka.core.text import fold_kana

__all__ = ["groups", "optional", "others"]


@lru_cache(maxsize=1)
def groups() -> tuple[tuple[str, ...], ...]:
    """Return the synonym groups, each a tuple of words as written in the data file."""
    return tuple(tuple(str(word) for word in group) for group in _data()["groups"])


@lru_cache(maxsize=1)
def optional() -> frozenset[str]:
    """Return the folded words that need not be found beside others."""
    return frozenset(fold_kana(str(word)) for word in _data()["optional"])


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data/synonyms.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


@lru_cache(maxsize=1)
def _by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for group in groups():
        for word in group:
            rest = [other for other in group if fold_kana(other) != fold_kana(word)]
            found.setdefault(fold_kana(word), []).extend(rest)
    return {word: tuple(dict.fromkeys(rest)) for word, rest in found.items()}


def others(word: str) -> tuple[str, ...]:
    """Return the other words of the groups that ``word`` (any spelling of its kana) belongs to."""
    return _by_word().get(fold_kana(word), ())
