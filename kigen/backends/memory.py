"""A dictionary, for as long as the process lives."""

from __future__ import annotations

import os
import threading
from itertools import count
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from kigen.backends.backend import Backend
from kigen.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kigen.backends.record import Record

__all__ = ["MemoryBackend"]

_named: WeakValueDictionary[str, MemoryBackend] = WeakValueDictionary()
_numbered: WeakValueDictionary[int, MemoryBackend] = WeakValueDictionary()
_serial = count()
_guard = threading.Lock()


class MemoryBackend(Backend):
    """Keeps the records, and the objects in them, as they are.

    What comes out is the object that went in, as from a ``dict``: nothing is copied, and anything
    can be kept. Each method is one operation on a dict, so that threads need no lock.
    """

    keeps_objects = True

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self.url = "memory://"
        self._number = next(_serial)
        _numbered[self._number] = self

    def __reduce__(self) -> tuple[object, ...]:
        return _recalled, (os.getpid(), self._number, self.url)

    @classmethod
    def named(cls, name: str) -> MemoryBackend:
        """The backend of that name in this process; it lives while something refers to it."""
        with _guard:
            backend = _named.get(name)
            if backend is None:
                backend = _named[name] = cls()
                backend.url = f"memory://{name}"
            return backend

    def read(self, name: str) -> Record | None:
        return self._records.get(name)

    def write(self, record: Record) -> None:
        self._records[record.name] = record

    def write_new(self, record: Record) -> bool:
        record = record._replace()  # of its own, so that the second of two calls can tell
        return self._records.setdefault(record.name, record) is record

    def delete(self, name: str) -> bool:
        return self._records.pop(name, None) is not None

    def names(self, function: str | None = None) -> Iterator[str]:
        names = list(self._records)
        if function is None:
            return iter(names)
        return (name for name in names if self._is_of(name, function))

    def _is_of(self, name: str, function: str) -> bool:
        record = self._records.get(name)
        return record is not None and record.function == function

    def count(self) -> int:
        return len(self._records)

    def clear(self) -> None:
        self._records.clear()


def _recalled(pid: int, number: int, url: str) -> MemoryBackend:
    """The backend that was pickled, which only its own process has."""
    backend = _numbered.get(number)
    if backend is None or pid != os.getpid():
        raise ArchiveError(
            f"the archive {url} lives in the memory of process {pid}; share one that has a path, "
            "such as 'runs.db'",
            path=url,
        )
    return backend
