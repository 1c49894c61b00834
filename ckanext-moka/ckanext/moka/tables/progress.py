"""Progress of long work on the terminal: which file of how many, and what is being done with it."""

from __future__ import annotations

import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

__all__ = ["Progress", "stage"]

_STAGES = {
    "ja": {"read": "読み込み", "locate": "表を探しています", "repair": "修復", "check": "検査", "write": "書き出し"},
    "en": {"read": "reading", "locate": "finding tables", "repair": "repairing", "check": "checking", "write": "writing"},
}  # fmt: skip
_PATIENCE = 1.0
_current: ContextVar[Progress | None] = ContextVar("moka_tables_progress", default=None)


def stage(name: str) -> None:
    """Say what is done now: read, locate, repair, check or write. Nothing happens when nobody watches."""
    watcher = _current.get()
    if watcher is not None:
        watcher.stage = name


class Progress:
    """One line on standard error, shown only on a terminal and only for work of more than a second."""

    def __init__(self, total: int, lang: str = "ja", *, patience: float = _PATIENCE) -> None:
        self.total, self.lang, self.patience = total, lang, patience
        self.number, self.name, self.stage = 0, "", "read"
        self._shown = 0
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Progress:
        self._token = _current.set(self)
        if sys.stderr.isatty():
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.reset(self._token)
        self._done.set()
        if self._thread is not None:
            self._thread.join()
            self._write("")

    @contextmanager
    def file(self, name: str) -> Iterator[None]:
        """Name the file that is worked on next."""
        self.number, self.name, self.stage = self.number + 1, name, "read"
        yield

    def clear(self) -> None:
        """Take the line away, so that something else can be written."""
        self._write("")

    def line(self) -> str:
        """Return what the terminal shows: (2/10) 施設.xlsx: 検査."""
        count = f"({self.number}/{self.total}) " if self.total > 1 else ""
        colon = "：" if self.lang == "ja" else ": "
        return f"{count}{self.name}{colon}{_STAGES[self.lang].get(self.stage, self.stage)}…"

    def _watch(self) -> None:
        started = time.monotonic()
        while not self._done.wait(0.2):
            if time.monotonic() - started >= self.patience:
                self._write(self.line())

    def _write(self, text: str) -> None:
        width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
        blank = " " * max(0, self._shown - width)
        if text or self._shown:
            sys.stderr.write(f"\r{text}{blank}" + ("" if text else "\r"))
            sys.stderr.flush()
        self._shown = width
