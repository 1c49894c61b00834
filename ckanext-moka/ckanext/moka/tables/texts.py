"""The words of every rule: read once from ``rules/texts*.yaml``, filled in for one finding."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

__all__ = ["RULES", "SEVERITIES", "rule_text", "sentence", "variant"]

# The C library reads the words of all rules ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SEVERITIES = ("fatal", "critical", "major", "minor", "info")


@cache
def _rules() -> dict[str, dict[str, Any]]:
    folder = resources.files(__package__).joinpath("rules")
    found: dict[str, dict[str, Any]] = {}
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.startswith("texts") and item.name.endswith(".yaml"):
            found.update(yaml.load(item.read_text(encoding="utf-8"), Loader=_LOADER))
    return found


def RULES() -> dict[str, dict[str, Any]]:
    """Return all rules with their texts, severities and variants, by rule id."""
    return _rules()


def variant(rule: str, name: str) -> dict[str, Any]:
    """Return severity, stage, fixable and texts of one variant of a rule; ``KeyError`` when there is none."""
    entry = _rules()[rule]
    chosen = entry["variants"][name]
    return {"severity": entry["severity"], "stage": entry["stage"], "fixable": False, **chosen}


def rule_text(rule: str, part: str, lang: str) -> str:
    """Return the title or the reason of a rule in ``lang`` (``ja`` or ``en``)."""
    return str(_rules()[rule][part][lang])


def sentence(rule: str, name: str, part: str, lang: str, data: dict[str, Any]) -> str:
    """Return the message or the remedy of a variant, filled in with ``data``."""
    return str(variant(rule, name)[part][lang]).format_map(data)
