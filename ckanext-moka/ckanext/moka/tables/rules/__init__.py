"""One rule, one file. A rule module has ``RULE`` (its id) and ``check(context)``, which yields hits.

Where a machine cannot decide alone it also has ``ask(context)``: the hit that one answer to its question would make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ..judging.context import Context, Hit

__all__ = ["all_questions", "all_rules"]


@cache
def _modules() -> list[ModuleType]:
    modules = [import_module(f"{__name__}.{item.name}") for item in iter_modules(__path__)]
    return [module for module in modules if hasattr(module, "RULE")]


@cache
def all_rules() -> dict[str, Callable[[Context], Iterator[Hit]]]:
    """Return the check of every rule in this folder by rule id."""
    return {module.RULE: module.check for module in _modules()}


@cache
def all_questions() -> dict[str, Callable[[Context], Hit | None]]:
    """Return what asks the one question of a rule, for the rules that have one, by rule id."""
    return {module.RULE: module.ask for module in _modules() if hasattr(module, "ask")}
