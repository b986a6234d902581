"""Entries by name: encoded, decoded, and reported when they are damaged."""

from __future__ import annotations

import pickle
import time
import warnings
from typing import TYPE_CHECKING, Any, Self

from kigen.archives.entry import Entry
from kigen.archives.readable import readable_fields, readable_result
from kigen.backends.record import Record, checked_name
from kigen.codecs import LiveCodec, PickleCodec
from kigen.errors import ArchiveError, CodecError, DamagedRecordError, DamagedRecordWarning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kigen.backends import Backend
    from kigen.backends.locks import Lock
    from kigen.codecs import Codec

__all__ = ["NamedEntries"]


class NamedEntries:
    """What a backend keeps, as entries under their fingerprints: the side that caches use."""

    #: Made by klepto's ``cached=False``: as a function's ``cache=`` it takes each result at once.
    uncached: bool = False

    def __init__(self, backend: Backend, *, codec: Codec | None = None) -> None:
        self.backend = backend
        self._codec = codec or (LiveCodec() if backend.keeps_objects else PickleCodec())
        self._damaged: set[str] = set()
        # Bound once: a look-up takes 5 us, and these are its calls.
        self._read_value = backend.read_value
        self._decode = self._codec.decode

    @property
    def url(self) -> str:
        """What :func:`kigen.archives.open` opens this archive by."""
        return self.backend.url

    def fetch(self, name: str) -> Entry | None:
        """The entry with this fingerprint, or None."""
        try:
            record = self.backend.read(name)
        except DamagedRecordError as error:
            self._report(name, error)
            return None
        return None if record is None else self._entry(record)

    def store(
        self,
        name: str,
        key: object,
        value: object,
        *,
        function: str = "",
        code: str = "",
        elapsed: float | None = None,
        fields: Mapping[str, Any] | None = None,
        created: float | None = None,
    ) -> None:
        """Keep ``value`` under a fingerprint; durable on return.

        Args:
            name: 32 hexadecimal digits.
            key: What the entry is listed by; stored if it can be pickled by reference.
            function: Whose result it is.
            code: What stands for the function's body.
            elapsed: Seconds that the evaluation took.
            fields: What people and SQL tools shall see of the key.
            created: When the value was computed, in seconds since 1970; by default now.

        Raises:
            ValueError: if ``name`` is no fingerprint.
            CodecError: if the value cannot be stored; nothing has been written.
            ArchiveError: if the archive cannot be written.
        """
        named = checked_name(name)
        record = self._record(named, key, value, function, code, elapsed, fields, created)
        if name in self._damaged:
            self._set_aside(name)
        self.backend.write(record)

    def store_new(
        self,
        name: str,
        key: object,
        value: object,
        *,
        function: str = "",
        code: str = "",
        elapsed: float | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> bool:
        """As :meth:`store`, unless there is an entry; of all processes that try, one gets True."""
        record = self._record(checked_name(name), key, value, function, code, elapsed, fields)
        if name in self._damaged:
            self._set_aside(name)
        if self.backend.write_new(record):
            return True
        if self.fetch(name) is not None or name not in self._damaged:
            return False
        self._set_aside(name)
        return self.backend.write_new(record)

    def discard(self, name: str) -> bool:
        """Remove the entry with this fingerprint; whether there was one."""
        self._damaged.discard(name)
        return self.backend.delete(name)

    def entries(self, function: str | None = None) -> Iterator[Entry]:
        """All entries, or those of one function, as of now; damaged ones warn and are left out."""
        for name, record in self.backend.read_many(self.backend.names(function)):
            if isinstance(record, DamagedRecordError):
                self._report(name, record)
            elif function is None or record.function == function:
                entry = self._entry(record)
                if entry is not None:
                    yield entry

    def names(self) -> Iterator[str]:
        """The fingerprints of all entries, damaged ones too."""
        return self.backend.names()

    def lock(self, name: str, *, wait: bool = True) -> Lock:
        """A context manager that one holder is in, across threads and processes; yields whether.

        Without ``wait`` it yields False if another holds the name. The kernel lets go of a name
        whose holder dies.
        """
        return self.backend.lock(name, wait=wait)

    def verify(self) -> dict[str, str]:
        """Read everything; what is wrong with which record, by name."""
        wrong: dict[str, str] = {}
        for name, record in self.backend.read_many(self.backend.names()):
            if isinstance(record, DamagedRecordError):
                wrong[name] = _reason(record)
                continue
            try:
                self._decode((record.codec, record.data, record.buffers))
            except Exception as error:  # noqa: BLE001 - a value's own classes raise what they like
                wrong[name] = _reason(error)
        return wrong

    def close(self) -> None:
        """Let go of files and connections; the next use opens them again."""
        self.backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _record(
        self,
        name: str,
        key: object,
        value: object,
        function: str = "",
        code: str = "",
        elapsed: float | None = None,
        fields: Mapping[str, Any] | None = None,
        created: float | None = None,
    ) -> Record:
        codec, data, buffers = self._codec.encode(value)
        live = self.backend.keeps_objects
        # Not Record(...): what NamedTuple puts around this takes twice the time.
        return tuple.__new__(
            Record,
            (
                name,
                function,
                code,
                time.time() if created is None else created,
                None if elapsed is None else float(elapsed),
                None if fields is None else readable_fields(fields),
                None if live else readable_result(value),
                key if live else _pickled_key(key),
                codec,
                data,
                buffers,
            ),
        )

    def _entry(self, record: Record) -> Entry | None:
        try:
            value = self._decode((record.codec, record.data, record.buffers))
        except Exception as error:  # noqa: BLE001 - as above
            self._report(record.name, error, record.function)
            return None
        if self.backend.keeps_objects:
            return Entry(record, value, key=record.key)
        return Entry(record, value)

    def _report(self, name: str, error: Exception, function: str = "") -> None:
        """Warn of a record that is there but cannot be read; raise what is no record's fault."""
        if isinstance(error, MemoryError) or (
            isinstance(error, ArchiveError) and not isinstance(error, DamagedRecordError)
        ):
            raise error
        self._damaged.add(name)
        place = self.backend.damaged_place
        kept = f"; before a new value takes its place it is moved to {place}" if place else ""
        whose = f" of {function}" if function else ""
        warnings.warn(
            f"archive {self.url}: the record {name}{whose} cannot be read ({_reason(error)}); "
            f"it counts as absent{kept}",
            DamagedRecordWarning,
            stacklevel=4,
        )

    def _set_aside(self, name: str) -> None:
        """Move a record that we found damaged out of the way, unless it has been replaced since."""
        self._damaged.discard(name)
        try:
            record = self.backend.read(name)
            if record is not None:
                self._decode((record.codec, record.data, record.buffers))
        except ArchiveError as error:
            if not isinstance(error, DamagedRecordError):
                raise
            self.backend.set_aside(name)
        except Exception:  # noqa: BLE001 - whatever it is, it is still unreadable
            self.backend.set_aside(name)


def _pickled_key(key: object) -> bytes:
    """The key by reference to its class; empty if there is no such thing.

    Never by value: dill would add 10 kB of class to each record.
    """
    try:
        return pickle.dumps(key, 5)
    except Exception:  # noqa: BLE001 - the entry is found by its name, without it
        return b""


def _reason(error: Exception) -> str:
    if isinstance(error, DamagedRecordError):
        return str(getattr(error, "reason", error))
    return str(error) if isinstance(error, CodecError) else f"{type(error).__name__}: {error}"
