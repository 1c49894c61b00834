"""What the person at the terminal reads: one line for each step, in Japanese."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(line: str) -> None:
    """Print one line at once, also into a pipe; a terminal that was closed is no reason to stop the services."""
    try:
        print(line, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - stays open until the end


@contextmanager
def step(label: str) -> Iterator[None]:
    """Say what was done and how long it took, once it is done."""
    started = time.monotonic()
    yield
    say(f"✓ {label}（{time.monotonic() - started:.1f} 秒）")
