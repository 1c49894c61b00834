"""One rule, one file. A rule module has ``RULE`` (its id) and ``check(context)``, which yields hits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ..context import Context, Hit

__all__ = ["all_rules"]


@cache
def all_rules() -> dict[str, Callable[[Context], Iterator[Hit]]]:
    """Return the check of every rule in this folder by rule id."""
    found: dict[str, Callable[[Context], Iterator[Hit]]] = {}
    for item in iter_modules(__path__):
        module = import_module(f"{__name__}.{item.name}")
        if hasattr(module, "RULE"):
            found[module.RULE] = module.check
    return found
