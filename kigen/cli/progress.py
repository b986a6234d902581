"""How far a long job is: one live line on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Self, TextIO

__all__ = ["Progress"]

_INTERVAL = 5.0  # seconds between two lines where lines are kept


class Progress:
    """Counts steps up to ``total`` on a stream; the clock runs from construction.

    A context manager: leaving it ends a live line. Not thread-safe.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total = total
        self.done: int = 0
        self._stream = sys.stderr if stream is None else stream
        self._live = self._stream.isatty()
        self._start = self._shown = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live and self.done:
            self._write("\r\x1b[K")

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start

    def step(self, part: str, done: int, total: int) -> None:
        """One more is done: the latest of a part's, which has so many."""
        self.done += 1
        news = f"{part} {done} of {total}"
        if self._live:
            line = f"{self._bar()} {self._count()}  {self.elapsed:3.0f} s  {news}"
            self._write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
        elif self.done == self.total or time.monotonic() - self._shown >= _INTERVAL:
            self._shown = time.monotonic()
            self._write(f"{self._count()}  {self.elapsed:3.0f} s  {news}\n")

    def _bar(self, width: int = 20) -> str:
        filled = width * self.done // max(self.total, 1)
        return f"[{'=' * filled}{' ' * (width - filled)}]"

    def _count(self) -> str:
        return f"{self.done:{len(str(self.total))}}/{self.total}"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
