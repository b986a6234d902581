"""What is done with a result that may be forgotten meanwhile, beside calls, which are flights."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from itertools import count
from math import inf
from typing import Any


class UnderWay:
    """Refreshes and writings that are under way; empty while there are none.

    Whoever begins one notes it, and whoever forgets or replaces a result strikes out all that are
    under way with it. Who finds his own struck out at the end takes back what he has done. Who
    loads does not know the keys beforehand, and collects those that are outdated meanwhile.

    >>> under_way = UnderWay()
    >>> one, other = under_way.begin("a"), under_way.begin("b")
    >>> under_way.outdate("a")
    >>> under_way.end(one), under_way.end(other)
    (False, True)
    >>> with under_way.outdated() as outdated:
    ...     under_way.outdate("c")
    >>> outdated
    {'c'}
    """

    __slots__ = ("_collecting", "_keys", "_tokens")

    def __init__(self) -> None:
        self._collecting: dict[int, set[Hashable]] = {}
        self._keys: dict[int, Hashable] = {}
        self._tokens = count()

    def __reduce__(self) -> tuple[Any, ...]:
        return UnderWay, ()  # it goes on in this process

    def begin(self, key: Hashable) -> int:
        """Note that something begins with the result of a key; return what to end it with."""
        token = next(self._tokens)
        self._keys[token] = key
        return token

    def end(self, token: int) -> bool:
        """Strike it out; return whether it was still there."""
        return self._keys.pop(token, self) is not self

    def __contains__(self, token: int) -> bool:
        return token in self._keys

    @contextmanager
    def outdated(self) -> Iterator[set[Hashable]]:
        """Collect the keys that are outdated within the block."""
        token, keys = next(self._tokens), set[Hashable]()
        self._collecting[token] = keys
        try:
            yield keys
        finally:
            self._collecting.pop(token, None)

    def outdate(self, key: Hashable, before: float = inf) -> None:
        """Strike out what is under way with the result of a key, or what began before another."""
        for keys in list(self._collecting.values()):
            keys.add(key)
        for token, other in list(self._keys.items()):
            if token < before and hash(other) == hash(key) and other == key:
                self._keys.pop(token, None)
