"""Actions of search for the API and the search box."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from ckan import authz
from ckan.lib.search import SearchError
from ckan.plugins import toolkit as tk

from ckanext.moka.search.answers import vocabulary
from ckanext.moka.search.index import store
from ckanext.moka.search.language import errors, guard
from ckanext.moka.search.traces import phrases

__all__ = ["dataset_purge", "moka_search_phrase_list", "moka_search_suggest", "package_search"]

_MOST_WORDS = 8
_MOST_DATASETS = 5
_LONGEST = 100
_RARE = 3  # a phrase searched for less often may point to a person: for administrators of the site only
_LISTS = {"latest": phrases.listed, "failed": phrases.failed, "top": phrases.top}


@tk.chained_action
def dataset_purge(original: Any, context: dict[str, Any], data_dict: dict[str, Any]) -> Any:
    """Remove the dataset from the index in the transaction that removes it from CKAN's tables.

    CKAN removes it from the index first, when the session has no work yet that the removal could join.
    """
    store.begin_work()
    return original(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def package_search(original: Any, context: dict[str, Any], data_dict: dict[str, Any]) -> Any:
    """Refuse values of a wrong kind, by which CKAN's own action fails with a server error.

    On a page that CKAN cannot show after a failed search, that failure is the answer (400).
    """
    try:
        return original(context, guard.checked(data_dict))
    except SearchError:
        if errors.without_facets():
            tk.abort(400, tk._(errors.REASON))
        raise


@tk.side_effect_free
def moka_search_suggest(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return what somebody who begins to type ``q`` may be looking for.

    ``words``: words of public datasets that begin with ``q``, in writing or by reading (ひな: 避難).
    ``datasets``: name and title of datasets the user may see, whose title or name contains it.
    """
    tk.check_access("moka_search_suggest", context, data_dict)
    typed = str(data_dict.get("q") or "").strip()[:_LONGEST]
    if not typed:
        return {"words": [], "datasets": []}
    found = tk.get_action("package_autocomplete")(dict(context), {"q": typed, "limit": _MOST_DATASETS})
    return {
        "words": vocabulary.starting_with(typed, _MOST_WORDS),
        "datasets": [{"name": item["name"], "title": item["title"]} for item in found],
    }


@tk.side_effect_free
def moka_search_phrase_list(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return what was searched for in the last ``days`` (30): a page of ``limit`` (50) phrases from ``offset`` on.

    ``kind``: "latest" (the newest day first), "failed" (found nothing, or nothing with all words) or "top".
    ``results``: phrases with counts. ``masked``: searches whose phrase was not kept. ``at_least``: rarer phrases
    are left out, unless the user administers the site. ``more``: whether another page follows.
    """
    tk.check_access("moka_search_phrase_list", context, data_dict)
    kind = str(data_dict.get("kind") or "latest")
    if kind not in _LISTS:
        raise tk.ValidationError({"kind": [f"{'・'.join(_LISTS)} のどれかを指定してください。"]})
    days = _whole(data_dict, "days", 30, 1, 3660)
    limit = _whole(data_dict, "limit", 50, 1, 1000)
    offset = _whole(data_dict, "offset", 0, 0, 1_000_000)
    since = phrases.today() - dt.timedelta(days=days - 1)
    everything = context.get("ignore_auth") or authz.is_sysadmin(context.get("user"))
    at_least = 1 if everything else _RARE
    found = _LISTS[kind](since, limit + 1, offset=offset, at_least=at_least)
    return {
        "kind": kind,
        "since": since.isoformat(),
        "at_least": at_least,
        "masked": phrases.masked(since),
        "more": len(found) > limit,
        "results": [
            {**asdict(phrase), "last_day": phrase.last_day.isoformat(), "channels": list(phrase.channels)}
            for phrase in found[:limit]
        ],
    }


def _whole(data_dict: dict[str, Any], key: str, default: int, least: int, most: int) -> int:
    value = data_dict.get(key)
    if value in (None, ""):
        return default
    try:
        number = int(str(value))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise tk.ValidationError({key: [f"{least} から {most} までの整数を指定してください。"]})
    return number
