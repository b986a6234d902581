"""What comes out of an archive."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Entry", "UnreadableKey"]


class Entry(NamedTuple):
    """One entry, decoded."""

    name: str
    """The fingerprint that the entry is found by."""
    key: Any
    value: Any
    function: str = ""
    code: str = ""
    created: float = 0.0
    """Seconds since 1970."""
    elapsed: float | None = None
    """Seconds that the evaluation took; None if nobody measured."""
    fields: dict[str, Any] | None = None
    """What people and SQL tools see of the key: JSON's types, which may be less than the key's."""


class UnreadableKey:
    """Stands for a key whose class is not importable here; the entry's value is not affected.

    An archive finds the entry by it, as by the key itself.
    """

    __slots__ = ("fields", "name")

    def __init__(self, name: str, fields: dict[str, Any] | None = None) -> None:
        self.name = name
        self.fields = fields

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
