"""What the actions of publication take."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

Schema = dict[str, list[Any]]

MAX_TEXT = 2000


def _text(value: Any) -> str:
    text = str(value or "").strip()
    if len(text) > MAX_TEXT:
        raise tk.Invalid(f"{MAX_TEXT}文字までで入れてください。")
    return text


def _known_state(value: Any) -> Any:
    from ckanext.moka.publication import states

    if value not in states.STATES:
        raise tk.Invalid(f"state は {', '.join(states.STATES)} のどれかです。")
    return value


def identified() -> Schema:
    """Return the schema of an action on one dataset."""
    return {"id": [tk.get_validator("not_empty"), tk.get_validator("unicode_safe")]}


def submit() -> Schema:
    """Return the schema of ``moka_publication_submit``."""
    return {**identified(), "note": [tk.get_validator("default")(""), _text]}


def reasoned() -> Schema:
    """Return the schema of an action that asks for a reason (the rules decide whether it may be empty)."""
    return {**identified(), "reason": [tk.get_validator("default")(""), _text]}


def listing() -> Schema:
    """Return the schema of ``moka_publication_list``."""
    number, default = tk.get_validator("natural_number_validator"), tk.get_validator("default")
    return {
        "state": [tk.get_validator("not_empty"), _known_state],
        "limit": [default(20), number, tk.get_validator("limit_to_configured_maximum")("", 100)],
        "offset": [default(0), number],
    }
