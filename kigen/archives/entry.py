"""What comes out of an archive."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kigen.backends.record import Record

__all__ = ["Entry", "UnreadableKey", "key_of"]

_UNREAD: Any = object()


class Entry:
    """One entry. Its value is decoded, its key and its fields are when they are first asked for."""

    __slots__ = ("_fields", "_key", "_record", "value")

    def __init__(self, record: Record, value: Any, *, key: Any = _UNREAD) -> None:
        self._record = record
        self._key = key
        self._fields: Any = _UNREAD
        self.value: Any = value

    @property
    def name(self) -> str:
        """The fingerprint that the entry is found by."""
        return self._record.name

    @property
    def key(self) -> Any:
        """The key, or an :class:`UnreadableKey` in its place."""
        if self._key is _UNREAD:
            self._key = key_of(self._record)
        return self._key

    @property
    def function(self) -> str:
        """Whose result it is; empty if nobody's."""
        return self._record.function

    @property
    def code(self) -> str:
        """What stands for the function's body when the value was computed."""
        return self._record.code

    @property
    def created(self) -> float:
        """Seconds since 1970."""
        return self._record.created

    @property
    def elapsed(self) -> float | None:
        """Seconds that the evaluation took; None if nobody measured."""
        return self._record.elapsed

    @property
    def fields(self) -> dict[str, Any] | None:
        """What people and SQL tools see of the key, in JSON's types."""
        if self._fields is _UNREAD:
            self._fields = _fields_of(self._record)
        fields: dict[str, Any] | None = self._fields
        return fields

    def _replace(self, *, value: Any) -> Entry:
        """The same entry with another value, under the name that named tuples have for it."""
        return Entry(self._record, value, key=self._key)

    def __repr__(self) -> str:
        return f"<Entry {self.name} {self.function} {self.key!r}: {self.value!r}>"


class UnreadableKey:
    """Stands for a key whose class is not importable here; the entry's value is not affected.

    An archive finds the entry by it, as by the key itself.
    """

    __slots__ = ("fields", "name")

    def __init__(self, name: str, fields: dict[str, Any] | None = None) -> None:
        self.name: str = name
        self.fields: dict[str, Any] | None = fields

    def __repr__(self) -> str:
        return f"<UnreadableKey {self.name} {self.fields or ''}>".replace(" >", ">")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnreadableKey) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __fingerprint__(self) -> object:
        return "kigen.UnreadableKey", self.name

    def __reduce__(self) -> tuple[object, ...]:
        return UnreadableKey, (self.name, self.fields)


def key_of(record: Record) -> Any:
    """The key of a record at rest, or a stand-in for one that cannot be read."""
    try:
        return pickle.loads(record.key)
    except Exception:  # noqa: BLE001 - a key's own classes raise what they like
        return UnreadableKey(record.name, _fields_of(record))


def _fields_of(record: Record) -> dict[str, Any] | None:
    if record.fields is None:
        return None
    from json import loads

    fields: dict[str, Any] = loads(record.fields)
    return fields
