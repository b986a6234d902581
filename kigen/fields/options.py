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
        self.items: tuple[Any, ...] = tuple(plain(item) for item in items)
        self.distinct: tuple[Any, ...] = self.items
        self.plain: bool = False
        self._positions: dict[Any, int] | None = None
        try:
            tokens = [token(item) for item in self.items]
        except UnfingerprintableError:
            return
        positions: dict[Any, int] = {}
        for position, known in enumerate(tokens):
            positions.setdefault(known, position)
        self._positions = positions
        self.distinct = tuple(self.items[position] for position in positions.values())
        self.plain = all(known is item for known, item in zip(tokens, self.items, strict=True))
        # Of options that are equal, such as 0 and False, the first stands for all.
        self.items = tuple(self.items[positions[known]] for known in tokens)

    def find(self, value: Any) -> int | None:
        """Return the position of ``value``, or ``None``."""
        if self._positions is None:
            return self.items.index(value) if value in self.items else None
        try:
            return self._positions.get(token(plain(value)))
        except UnfingerprintableError:
            return None
