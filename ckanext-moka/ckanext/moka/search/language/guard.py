"""What ``package_search`` is given, before CKAN takes it for granted.

CKAN 2.12 fails with a server error where a client sends a list or an object in place of a text (``fl``, ``fq_list``,
``extras``), or no truth value for ``include_private`` and its like. Here that is a validation error that names
the parameter. The bounding box of ``ext_bbox`` becomes a filter of the engine.
"""

from __future__ import annotations

import re
from typing import Any

from ckan.lib.search import SearchQueryError
from ckan.plugins import toolkit as tk

from ckanext.moka.search.language import spatial
from ckanext.moka.search.language.nodes import QueryError

__all__ = ["checked", "fit", "with_box"]

_TEXTS = ("q", "fq", "sort", "qf", "bf", "boost", "mm", "tie", "df", "defType", "facet")
_LISTS = ("fl", "fq_list", "bf", "boost")
_NUMBERS = ("rows", "start", "facet.limit", "facet.mincount")
# What neither PostgreSQL nor an XML answer (a feed) can hold.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TRUTHS = ("include_private", "include_drafts", "include_deleted", "use_default_schema")


def checked(data: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of ``package_search``; raises ``ValidationError`` for values of a wrong kind.

    A text in place of a list (``fq_list``) is a list of one; control characters and lone surrogates are blanks.
    """
    found = {name: _cleaned(value) for name, value in data.items()}
    for name in _NUMBERS:
        if isinstance(found.get(name), str) and not found[name].strip():
            del found[name]
    errors: dict[str, list[str]] = {}
    for name in _NUMBERS:
        if not isinstance(found.get(name), (str, int, type(None))):
            errors[name] = ["整数で指定してください。 / Must be a whole number."]
    for name in (*_LISTS, *_NUMBERS):
        if found.get(name, "") is None:
            del found[name]
    for name in _TEXTS:
        value = found.get(name)
        listed = name in _LISTS and isinstance(value, list)
        if not listed and not isinstance(value, (str, int, float, type(None))):
            errors[name] = ["文字列で指定してください。 / Must be a text."]
    for name in _LISTS:
        value = found.get(name)
        if isinstance(value, str) and name == "fq_list":
            found[name] = [value]
        elif (
            isinstance(value, list)
            and not all(isinstance(item, str) for item in value)
            or value is not None
            and not isinstance(value, (str, list))
        ):
            errors[name] = ["文字列の一覧で指定してください。 / Must be a list of texts."]
    for name in _TRUTHS:
        try:
            tk.asbool(found.get(name))
        except ValueError:
            errors[name] = ["true か false で指定してください。 / Must be true or false."]
    if not isinstance(found.get("extras", {}), dict):
        errors["extras"] = ["オブジェクトで指定してください。 / Must be an object."]
    if errors:
        raise tk.ValidationError(errors)
    return found


def fit(text: str) -> bool:
    """Tell whether every kind of answer can show ``text``."""
    return not _UNFIT.search(text)


def _cleaned(value: Any) -> Any:
    """Return texts with a blank in place of characters that no answer can show."""
    if isinstance(value, str):
        return _UNFIT.sub(" ", value)
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def with_box(params: dict[str, Any]) -> dict[str, Any]:
    """Return the search parameters with the box of ``ext_bbox`` (four numbers) as one more filter.

    Raises ``SearchQueryError`` when it is no box.
    """
    extras = params.get("extras") or {}
    box = extras.get("ext_bbox") if isinstance(extras, dict) else None
    if not box:
        return params
    text = ",".join(str(part) for part in box) if isinstance(box, list) else str(box)
    try:
        spatial.parse_bbox(text)
    except QueryError as error:
        raise SearchQueryError(str(error)) from error
    filters = list(params.get("fq_list") or [])
    return {**params, "fq_list": [*filters, f'{spatial.FIELD}:"{text.strip()}"']}
