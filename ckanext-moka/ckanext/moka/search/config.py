"""The options of search; the only reader of them."""

from __future__ import annotations

from ckan.common import config

from ckanext.moka.core.text import fold_kana

__all__ = ["optional_words", "phrase_days", "synonyms_file", "timeout_ms", "uses_solr"]

ENGINE = "ckanext.moka.search.engine"
OPTIONAL = "ckanext.moka.search.optional_words"
PHRASE_DAYS = "ckanext.moka.search.phrase_days"
SYNONYMS = "ckanext.moka.search.synonyms_file"
TIMEOUT = "ckanext.moka.search.timeout_ms"


def uses_solr() -> bool:
    """Tell whether the site is configured to use a Solr server."""
    return _value(ENGINE, "postgres") == "solr"


def optional_words() -> frozenset[str]:
    """Return the words, folded, that every dataset of this site is about, such as the city's name."""
    return frozenset(fold_kana(word) for word in str(_value(OPTIONAL, "")).split())


def phrase_days() -> int:
    """Return for how many days the counts of searches are kept (at least 1)."""
    return max(1, int(_value(PHRASE_DAYS, "400")))


def synonyms_file() -> str:
    """Return the path of the site's own synonyms (blank: none), which are added to the shipped ones."""
    return str(_value(SYNONYMS, ""))


def timeout_ms() -> int:
    """Return after how many milliseconds a statement of a search is stopped."""
    return max(1, int(_value(TIMEOUT, "3000")))


def _value(key: str, default: str) -> str:
    """Return an option, also before the plugin has declared it (CKAN unloads plugins in tests)."""
    return config.get(key, default)
