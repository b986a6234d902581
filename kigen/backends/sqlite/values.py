"""Large values, in files beside the database."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from io import FileIO
from itertools import count
from typing import TYPE_CHECKING

from kigen.backends import frame

if TYPE_CHECKING:
    from collections.abc import Collection

    from kigen.backends.record import Record

__all__ = ["ValueFiles"]

_ABANDONED_AFTER = 3600.0
_serial = count()


class ValueFiles:
    """The files in ``directory``, one for each large record, never written twice.

    A file is written before the row that names it, and removed after it. What a writer that died in
    between has left is removed by :meth:`sweep`.
    """

    def __init__(self, directory: str, *, full_sync: bool) -> None:
        self.directory = directory
        self._full_sync = full_sync

    def write(self, record: Record) -> str:
        """Write ``record``; the name of its new file."""
        name = f"{record.name}-{time.time_ns():x}-{os.getpid()}-{next(_serial)}"
        path = self.path(name)
        try:
            file = FileIO(path, "x")
        except FileNotFoundError:
            os.makedirs(self.directory, exist_ok=True)
            file = FileIO(path, "x")
        try:
            with file:
                frame.write(file, record)
                if self._full_sync:
                    os.fsync(file.fileno())
        except BaseException:
            self.remove(name)
            raise
        return name

    def path(self, name: str) -> str:
        return f"{self.directory}{os.sep}{os.path.basename(name)}"

    def exists(self, name: str) -> bool:
        return os.path.exists(self.path(name))

    def remove(self, name: str | None) -> None:
        """Remove a file that no row names; one that cannot be removed is left to the next sweep."""
        if name is not None:
            with suppress(OSError):
                os.unlink(self.path(name))

    def sweep(self, named: Collection[str]) -> None:
        """Remove old files that are not ``named``; called while nobody can commit a new name."""
        abandoned = time.time() - _ABANDONED_AFTER
        for name in self.names():
            if name not in named:
                with suppress(OSError):
                    if os.stat(self.path(name)).st_mtime < abandoned:
                        self.remove(name)

    def names(self) -> list[str]:
        """All files that look like ours."""
        try:
            found = os.listdir(self.directory)
        except FileNotFoundError:
            return []
        return [name for name in found if len(name) > 33 and name[32] == "-"]

    def size(self) -> int:
        """The bytes in all of them."""
        total = 0
        for name in self.names():
            with suppress(OSError):
                total += os.stat(self.path(name)).st_size
        return total
