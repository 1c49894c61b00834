"""Read the input of ``moka demand rank``: JSON goes in, items come out, or one Japanese sentence."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .ranking import GATES, JST, KINDS, VALUES, Item, Signal, Tally, tally

__all__ = ["BadInput", "Read", "parse", "parse_time"]


class BadInput(ValueError):
    """The input cannot be used; the message is one Japanese line that says what to correct."""


@dataclass(frozen=True)
class Read:
    """The items, and their plain counts of the last 12 months (for the rule of the cap)."""

    items: list[Item]
    recent: list[Tally]


def parse_time(value: Any, where: str) -> datetime:
    """Return ``value`` (ISO 8601; Japan time unless it says otherwise) as an aware datetime."""
    if not isinstance(value, str):
        raise BadInput(f"{where} は 2026-04-01 や 2026-04-01T09:00:00+09:00 の形の文字列で書いてください。")
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).astimezone(JST)
    except (ValueError, OverflowError):
        raise BadInput(
            f"{where} の日時「{value[:40]}」を読み取れません。2026-04-01 や 2026-04-01T09:00:00+09:00 の形で書いてください。"
        ) from None


def _key(value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or str(value).strip() == "":
        raise BadInput(f"{where} がありません。空でない文字列か整数を書いてください。")
    return str(value)


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadInput(f"{where} は数で書いてください。")
    return float(value)


def _signal(raw: Any, where: str) -> Signal:
    if not isinstance(raw, Mapping):
        raise BadInput(f"{where} は {{kind, person, at}} を持つオブジェクトにしてください。")
    kind = raw.get("kind")
    if kind not in KINDS:
        raise BadInput(
            f"{where} の kind「{str(kind)[:40]}」は使えません。{'・'.join(KINDS)} のどれかにしてください。"
        )
    person = _key(raw.get("person"), f"{where} の person")
    return Signal(kind, person, parse_time(raw.get("at"), f"{where} の at"))


def _item(raw: Any, number: int, now: datetime) -> tuple[Item, Tally]:
    if not isinstance(raw, Mapping):
        raise BadInput(
            f"{number}番目の要素がオブジェクトではありません。{{id, opened_at, signals, …}} の形にしてください。"
        )
    key = _key(raw.get("id"), f"{number}番目の id")
    where = f"{number}番目（id: {key[:40]}）"
    opened = parse_time(raw.get("opened_at"), f"{where} の opened_at")
    if opened > now:
        raise BadInput(
            f"{where} の opened_at が基準の日時（{now.isoformat()}）より後です。--now か opened_at を直してください。"
        )
    raw_signals = raw.get("signals", [])
    if not isinstance(raw_signals, list):
        raise BadInput(f"{where} の signals は配列にしてください。")
    signals = [_signal(one, f"{where} の signals {n}件目") for n, one in enumerate(raw_signals, 1)]
    category = raw.get("category")
    if category is not None and not isinstance(category, str):
        raise BadInput(f"{where} の category は文字列にしてください。")
    gate = raw.get("gate")
    gate = "unknown" if gate is None else gate
    if gate not in GATES:
        raise BadInput(
            f"{where} の gate「{str(gate)[:40]}」は使えません。{'・'.join(GATES)} のどれかにしてください。"
        )
    value = 1.0 if raw.get("value") is None else _number(raw["value"], f"{where} の value")
    if value not in VALUES:
        raise BadInput(f"{where} の value は 0.8・1・1.25 のどれかにしてください。")
    effort = 8.0 if raw.get("effort") is None else _number(raw["effort"], f"{where} の effort")
    if effort <= 0:
        raise BadInput(f"{where} の effort は 0 より大きい人日数にしてください（目安: 1・3・8・20・40）。")
    item = Item(key, opened, tally(signals, now), category or "", gate, value, effort)
    return item, tally(signals, now, window_days=365)


def parse(text: str, now: datetime) -> Read:
    """Return the items that the JSON ``text`` lists. Raises :class:`BadInput` at the first fault."""
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"JSON として読み取れません（{error.lineno}行{error.colno}文字目）。書式を確かめてください。"
        ) from None
    except RecursionError:
        raise BadInput("JSON の入れ子が深すぎます。リクエストの配列を渡してください。") from None
    if not isinstance(raw, list):
        raise BadInput("いちばん外側はリクエストの配列（[ … ]）にしてください。")
    pairs = [_item(one, number, now) for number, one in enumerate(raw, 1)]
    seen: set[str] = set()
    for item, _ in pairs:
        if item.id in seen:
            raise BadInput(f"id「{item.id[:40]}」が重複しています。リクエストごとに別の id にしてください。")
        seen.add(item.id)
    return Read([item for item, _ in pairs], [recent for _, recent in pairs])
