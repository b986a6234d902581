"""A mapping over records at rest."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from itertools import chain
from typing import TYPE_CHECKING, Any

from kigen.archives.entry import UnreadableKey, key_of
from kigen.archives.klepto import KleptoNames
from kigen.archives.named import NamedEntries
from kigen.archives.views import Items, Keys, Values
from kigen.codecs import LiveCodec, PickleCodec
from kigen.errors import CodecError, DamagedRecordError
from kigen.fingerprint import fingerprint

if TYPE_CHECKING:
    from kigen.backends import Backend, Record
    from kigen.codecs import Codec

__all__ = ["Archive"]

_ABSENT: Any = object()
_OWN = (LiveCodec, PickleCodec)


class Archive(NamedEntries, KleptoNames):
    """A mapping from any fingerprintable key to any storable value, kept by a backend.

    Equal keys find equal entries in every interpreter; a key need not be hashable. What has been
    stored is durable when the call returns. One archive serves all threads of a process, survives
    ``fork``, and is pickled as its URL. A damaged record warns
    (:class:`~kigen.errors.DamagedRecordWarning`), counts as absent, and is set aside before a new
    value takes its place.

    >>> import kigen
    >>> archive = kigen.archives.open("memory://")
    >>> archive[{"lr": 0.1}, [3, 4]] = "a result"
    >>> archive[{"lr": 0.1}, [3, 4]]
    'a result'
    """

    def __getitem__(self, key: Any) -> Any:
        name = fingerprint(key)
        try:
            found = self._read_value(name)
            if found is not None:
                return self._decode(found)
        except Exception as error:  # noqa: BLE001 - a value's own classes raise what they like
            self._report(name, error)
        if type(key) is UnreadableKey:
            entry = self.fetch(key.name)
            if entry is not None:
                return entry.value
        raise KeyError(key)

    def get(self, key: Any, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    def __setitem__(self, key: Any, value: Any) -> None:
        self.store(_name(key), key, value)

    def __delitem__(self, key: Any) -> None:
        if not self.discard(_name(key)):
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return self.get(key, _ABSENT) is not _ABSENT

    def __iter__(self) -> Iterator[Any]:
        """The keys, oldest first where the backend knows, without reading the values."""
        for name, record in self.backend.read_many(self.backend.names(), values=False):
            if isinstance(record, DamagedRecordError):
                self._report(name, record)
            else:
                yield record.key if self.backend.keeps_objects else key_of(record)

    def __len__(self) -> int:
        return self.backend.count()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Mapping):
            return NotImplemented
        return len(self) == len(other) and all(
            key in other and other[key] == value for key, value in self.items()
        )

    __hash__ = None  # type: ignore[assignment]  # as Python does for a class with __eq__

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url or 'memory://'}>"

    def __reduce__(self) -> tuple[object, ...]:
        codec = self._codec
        return _reopened, (type(self), self.backend, None if type(codec) in _OWN else codec)

    def keys(self) -> KeysView[Any]:
        """The keys whose values can be read: ``dict(archive)`` looks up every one of them."""
        return Keys(self)

    def items(self) -> ItemsView[Any, Any]:
        return Items(self)

    def values(self) -> ValuesView[Any]:
        return Values(self)

    def clear(self) -> None:
        """Remove all entries, and nothing that kigen has not written."""
        self._damaged.clear()
        self.backend.clear()

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The value of ``key``; if there is none, ``default``, which is stored. Atomic."""
        value = self.get(key, _ABSENT)
        while value is _ABSENT:
            if self.store_new(_name(key), key, default):
                return default
            value = self.get(key, _ABSENT)
        return value

    def update(self, other: Any = (), /, **more: Any) -> None:
        """Store all pairs, in a few transactions; those that can be, before one error is raised."""
        pairs = other.items() if isinstance(other, Mapping) else other
        for _, error in self.update_each(chain(pairs, more.items())):
            raise error

    def update_each(self, pairs: Iterable[tuple[Any, Any]]) -> list[tuple[Any, CodecError]]:
        """Store what can be stored; the keys of the rest, each with the reason."""
        refused: list[tuple[Any, CodecError]] = []

        def records() -> Iterator[Record]:
            for key, value in pairs:
                name = _name(key)
                try:
                    record = self._record(name, key, value)
                except CodecError as error:
                    refused.append((key, error))
                    continue
                if name in self._damaged:
                    self._set_aside(name)
                yield record

        self.backend.write_many(records())
        return refused


def _reopened(kind: type[Archive], backend: Backend, codec: Codec | None) -> Archive:
    return kind(backend, codec=codec)


def _name(key: object) -> str:
    return key.name if type(key) is UnreadableKey else fingerprint(key)
