"""What a backend is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from kigen.backends.locks import Lock, LockTable
from kigen.errors import ConfigurationError, DamagedRecordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kigen.backends.record import Record, Value

__all__ = ["Backend", "full_sync"]


class Backend(ABC):
    """Records at rest. Four verbs are required; the rest has defaults that a backend may better.

    A record is whole or absent, for every reader at every moment. One object is shared by all
    threads of a process and survives ``fork``. Errors of the system below are translated to
    :class:`~kigen.errors.ArchiveError`. ``kigen.testing.backend.BackendContract`` checks all this.
    """

    url: str = ""
    """What :func:`kigen.archives.open` opens this backend by; empty if there is no such thing."""

    keeps_objects = False
    """True where records hold live objects, which are never turned into bytes."""

    @abstractmethod
    def read(self, name: str) -> Record | None:
        """The record, or None.

        Raises:
            DamagedRecordError: if there is one that is torn, foreign or of a newer format.
        """

    @abstractmethod
    def write(self, record: Record) -> None:
        """Keep ``record`` in place of an older one; it is durable on return."""

    @abstractmethod
    def delete(self, name: str) -> bool:
        """Remove the record; whether there was one, damaged or not."""

    @abstractmethod
    def names(self, function: str | None = None) -> Iterator[str]:
        """The names of all records, damaged ones too, as they were at the time of the call.

        With ``function``, a backend that can tell leaves out the records of other functions.
        """

    def read_value(self, name: str) -> Value | None:
        """As :meth:`read`, for a caller who needs the value alone."""
        record = self.read(name)
        return None if record is None else (record.codec, record.data, record.buffers)

    def read_many(
        self, names: Iterable[str], *, values: bool = True
    ) -> Iterator[tuple[str, Record | DamagedRecordError]]:
        """Each record or the damage in its place, in the order of ``names``, without absent ones.

        Without ``values`` a backend may leave data and buffers empty.
        """
        for name in names:
            try:
                record = self.read(name)
            except DamagedRecordError as error:
                yield name, error
            else:
                if record is not None:
                    yield name, record

    def write_many(self, records: Iterable[Record]) -> None:
        """Write each; those before a failing one may have been written."""
        for record in records:
            self.write(record)

    def write_new(self, record: Record) -> bool:
        """Write ``record`` unless there is one of its name, damaged or not; whether it was written.

        Of all processes that call this at the same time, one gets True.
        """
        with self.lock(record.name):
            try:
                if self.read(record.name) is not None:
                    return False
            except DamagedRecordError:
                return False
            self.write(record)
        return True

    def set_aside(self, name: str) -> None:
        """Move a damaged record to :attr:`damaged_place`, where no other method sees it."""
        self.delete(name)

    damaged_place: str = ""
    """Where :meth:`set_aside` keeps the bytes, in words; empty if it does not."""

    def lock(self, name: str, *, wait: bool = True) -> Lock:
        """A context manager that one holder at a time is in, and that yields whether we are.

        Across all threads that share this object, and all processes where the backend says so.
        """
        return Lock(self._locks, name, wait=wait)

    @property
    def _locks(self) -> LockTable:
        table: LockTable = self.__dict__.setdefault("_own_locks", LockTable())
        return table

    def count(self) -> int:
        """The number of records, damaged ones too."""
        return sum(1 for _ in self.names())

    def size(self) -> int:
        """The bytes that the records take at rest; 0 if nobody can tell."""
        return 0

    def clear(self) -> None:
        """Remove all records, and nothing else."""
        for name in self.names():
            self.delete(name)

    def close(self) -> None:
        """Let go of files and connections; the next use opens them again."""


def full_sync(sync: str) -> bool:
    """Whether the option ``sync`` asks for ``fsync``.

    Raises:
        ConfigurationError: if it is neither ``"normal"`` nor ``"full"``.
    """
    if sync not in ("normal", "full"):
        raise ConfigurationError(
            f"sync={sync!r} means nothing; 'normal' survives the death of the process, 'full' the "
            "loss of power too",
            sync=sync,
        )
    return sync == "full"
