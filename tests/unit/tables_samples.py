"""The gallery of samples: for every rule files that keep it and files that break it, and nothing else.

``data/tables/samples/<RULE>/{clean-*,faulty-*}.*`` are files as they are; workbooks and files with odd bytes are made
by functions marked with ``@sample``. What a sample needs besides (the answer to the rule's question, another rule that
cannot be kept when this one is broken) stands in ``samples.yaml`` or in the mark, with a reason.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "data" / "tables" / "samples"


@dataclass(frozen=True)
class Sample:
    """One file: ``answer`` settles the question of the rule, ``related`` are other rules that break with this one."""

    rule: str
    name: str
    make: Callable[[Path], Path]
    answer: str | None = None
    schema: str | None = None
    related: tuple[str, ...] = ()
    reason: str = ""

    @property
    def clean(self) -> bool:
        """The sample keeps all rules."""
        return self.name.startswith("clean-")

    def __str__(self) -> str:
        return f"{self.rule}/{self.name}"


_MADE: list[Sample] = []


def sample(
    rule: str, name: str, **options: Any
) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    """Mark a function that writes the file ``name`` (clean-… or faulty-…) at the path it gets."""

    def mark(build: Callable[[Path], None]) -> Callable[[Path], None]:
        def make(folder: Path) -> Path:
            path = folder / name
            build(path)
            return path

        _MADE.append(Sample(rule, name, make, **options))
        return build

    return mark


@cache
def samples() -> list[Sample]:
    """Return all samples, from files and from functions (modules ``tables_samples_*`` beside this one)."""
    for module in sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)])):
        if module.startswith("tables_samples_"):
            importlib.import_module(module)
    options = yaml.safe_load((FOLDER / "samples.yaml").read_text(encoding="utf-8")) or {}
    found = []
    for path in sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.parent != FOLDER):
        key = f"{path.parent.name}/{path.name}"
        more = dict(options.get(key, {}))
        more["related"] = tuple(more.get("related", ()))
        found.append(Sample(path.parent.name, path.name, lambda _folder, path=path: path, **more))
    return [*found, *_MADE]
