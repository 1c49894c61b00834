"""Validators with Japanese sentences that say which field and what to do. Used by the schemas of this stage."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.moka.core.text import to_nfc

__all__: list[str] = []  # nothing to register with CKAN: the schemas use the functions directly

Validator = Callable[[Any, dict[Any, Any], dict[Any, Any], dict[str, Any]], None]


def _stop(errors: dict[Any, Any], key: Any, message: str) -> None:
    errors[key].append(message)
    raise tk.StopOnError


def _value(data: dict[Any, Any], key: Any) -> Any:
    value = data.get(key)
    return None if value is tk.missing or value is None else value


def _readable(char: str) -> bool:
    return char in "\n\t" or (char.isprintable() or char == "\u3000")


def text(label: str, *, least: int = 0, most: int, lines: bool = False) -> Validator:
    """Return a validator that trims, normalises (NFC) and measures; ``least`` 0 means optional (then "")."""

    def validate(key: Any, data: dict[Any, Any], errors: dict[Any, Any], context: dict[str, Any]) -> None:
        value = _value(data, key)
        if value is not None and not isinstance(value, str):
            _stop(errors, key, f"「{label}」は文字で入力してください。")
        clean = to_nfc(value or "").replace("\r\n", "\n").replace("\r", "\n").strip()
        clean = "".join(char for char in clean if _readable(char))
        if not lines:
            clean = " ".join(clean.split())
        if least and not clean:
            _stop(errors, key, f"「{label}」を入力してください。")
        if len(clean) < least:
            _stop(
                errors,
                key,
                f"「{label}」をもう少し詳しく、{least}文字以上で入力してください（いま{len(clean)}文字）。",
            )
        if len(clean) > most:
            _stop(errors, key, f"「{label}」は{most}文字以内にしてください（いま{len(clean)}文字）。")
        data[key] = clean

    return validate


def choice(label: str, options: Callable[[], Collection[str]], *, default: str | None = None) -> Validator:
    """Return a validator that takes one of ``options()``; without a value ``default``, else an error."""

    def validate(key: Any, data: dict[Any, Any], errors: dict[Any, Any], context: dict[str, Any]) -> None:
        value = _value(data, key)
        if value in (None, ""):
            if default is None:
                _stop(errors, key, f"「{label}」を選んでください。")
            data[key] = default
        elif not isinstance(value, str) or value not in options():
            _stop(errors, key, f"「{label}」は一覧の中から選んでください。")

    return validate


def number(label: str, *, default: int, least: int, most: int) -> Validator:
    """Return a validator for a whole number between ``least`` and ``most``."""

    def validate(key: Any, data: dict[Any, Any], errors: dict[Any, Any], context: dict[str, Any]) -> None:
        value = _value(data, key)
        try:
            chosen = default if value in (None, "") else int(value)
        except (TypeError, ValueError, OverflowError):
            chosen = least - 1
        if not least <= chosen <= most or isinstance(value, bool):
            _stop(errors, key, f"「{label}」は{least}から{most}までの整数にしてください。")
        data[key] = chosen

    return validate


def one_of(label: str, options: Collection[float], *, default: float) -> Validator:
    """Return a validator for a number out of ``options``."""

    def validate(key: Any, data: dict[Any, Any], errors: dict[Any, Any], context: dict[str, Any]) -> None:
        value = _value(data, key)
        try:
            chosen = default if value in (None, "") else float(value)
        except (TypeError, ValueError, OverflowError):
            chosen = float("nan")
        if chosen not in options:
            _stop(
                errors,
                key,
                f"「{label}」は{'・'.join(f'{one:g}' for one in options)}のどれかにしてください。",
            )
        data[key] = chosen

    return validate


def trap(key: Any, data: dict[Any, Any], errors: dict[Any, Any], context: dict[str, Any]) -> None:
    """Refuse a form whose hidden field somebody filled in: people do not see it, robots do."""
    if _value(data, key) not in (None, ""):
        _stop(
            errors,
            key,
            "送信できませんでした。「入力しないでください」の欄を空にして、もう一度送信してください。",
        )
    data.pop(key, None)


def drop(key: Any, data: dict[Any, Any], errors: dict[Any, Any], context: dict[str, Any]) -> None:
    """Forget a field that the action does not know."""
    data.pop(key, None)
