"""A fixed tuple of options, and where in it a value stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kigen.errors import UnfingerprintableError
from kigen.fields.sameness import plain, token

__all__ = ["Options"]


class Options:
    """Options in their order; `find` is one dictionary lookup, for 100,000 of them too.

    An option that has no fingerprint is found by ``==``, as a tuple would.
    """

    __slots__ = ("_positions", "distinct", "items", "plain")

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = tuple(plain(item) for item in items)
        self._positions: dict[Any, int] | None
        try:
            self._positions = {}
            for position, item in enumerate(self.items):
                self._positions.setdefault(token(item), position)
            self.distinct = tuple(self.items[position] for position in self._positions.values())
        except UnfingerprintableError:
            self._positions = None
            self.distinct = self.items
        self.plain = self._positions is not None and all(token(item) is item for item in self.items)

    def find(self, value: Any) -> int | None:
        """Return the position of ``value``, or ``None``."""
        if self._positions is None:
            return self.items.index(value) if value in self.items else None
        try:
            return self._positions.get(token(plain(value)))
        except UnfingerprintableError:
            return None
