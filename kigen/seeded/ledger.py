"""Which keys have been seen, in this process or in all that share an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from kigen.caching.calls.call import snapshot
from kigen.caching.calls.naming import Naming
from kigen.errors import ReentrantCall

if TYPE_CHECKING:
    from kigen.archives import Archive


class Line(NamedTuple):
    """A key, and the name under which it is recorded."""

    key: Any
    name: str


class DedupInfo(NamedTuple):
    """Calls that ran, or items that passed; repeats of them; keys recorded."""

    new: int
    duplicate: int
    size: int


class Ledger:
    """A set of keys, kept in an archive, or in memory as 32 digits each.

    All methods may be called by any number of threads, and with an archive by any number of
    processes, at once.
    """

    def __init__(
        self, function: Callable[..., Any] | str, names: tuple[str, ...] | None,
        name: str | None, archive: Archive | None,
    ) -> None:  # fmt: skip
        from kigen.backends.locks import LockTable

        # In memory nobody else's keys are near, so that the function need not have a name.
        self._naming = _LedgerNaming(
            function, names, name or ("memory" if archive is None else None)
        )
        self._archive = archive
        self._names: set[str] = set()
        self._locks = LockTable()
        self._new = self._duplicates = 0

    def line(self, key: Any) -> Line:
        """Return the line of a key; raises `kigen.errors.UnkeyableCall`."""
        return Line(key, self._naming.name(key))

    def seen(self, line: Line) -> bool:
        """Return whether the key is recorded."""
        if self._archive is None:
            return line.name in self._names
        return self._archive.fetch(line.name) is not None

    @contextmanager
    def claim(self, line: Line) -> Iterator[bool]:
        """Let one caller at a time in; yields whether the key is new, and counts it if not.

        Raises `kigen.errors.ReentrantCall` if this thread has claimed the key already.
        """
        if self.seen(line):
            self._duplicates += 1
            yield False
            return
        with self._lock(line):
            new = not self.seen(line)
            self._duplicates += not new
            yield new

    def as_it_is(self, line: Line) -> Line:
        """Return the line as it is to be recorded, whatever becomes of the arguments until then."""
        return line if self._archive is None else line._replace(key=snapshot(line.key))

    def record(self, line: Line) -> None:
        """Write the key down; it is durable on return if there is an archive."""
        self._new += 1
        if self._archive is None:
            self._names.add(line.name)
            return
        naming = self._naming
        self._archive.store(
            line.name,
            naming.call(line.key),
            True,
            function=naming.identity,
            fields=naming.fields(line.key),
        )

    def forget(self, line: Line) -> bool:
        """Strike the key out; return whether it was recorded."""
        if self._archive is not None:
            return self._archive.discard(line.name)
        known = line.name in self._names
        self._names.discard(line.name)
        return known

    def info(self) -> DedupInfo:
        """Return the counts of this process, and how many keys are recorded in all."""
        if self._archive is None:
            return DedupInfo(self._new, self._duplicates, len(self._names))
        size = sum(1 for _ in self._archive.entries(self._naming.identity))
        return DedupInfo(self._new, self._duplicates, size)

    @contextmanager
    def _lock(self, line: Line) -> Iterator[None]:
        from kigen.backends.locks import Lock

        locks = self._archive
        lock = Lock(self._locks, line.name, wait=True) if locks is None else locks.lock(line.name)
        try:
            lock.__enter__()
        except ReentrantCall:
            raise ReentrantCall(
                f"{self._naming.label}: the body for {line.key!r} has called itself with the "
                "same key; pass another key on, or call the undecorated function (__wrapped__)",
                key=line.key,
            ) from None
        try:
            yield
        finally:
            lock.__exit__(None, None, None)


class _LedgerNaming(Naming):
    """Names that differ from those of cached results: both may share an archive."""

    @property
    def identity(self) -> str:
        return f"dedup:{super().identity}"
