"""All caches off, and on again: for tests, and for the day when a cache is under suspicion."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from weakref import WeakSet

from kigen.caching.flight import GROUNDED, Flight
from kigen.caching.miss import Miss


class Switch:
    """What stands between one compiled wrapper and its cache.

    A wrapper finds its cache among its globals, so that one that is off finds nothing, and one
    that is on does not have to ask.
    """

    __slots__ = ("__weakref__", "_on", "_scope")

    def __init__(self, scope: dict[str, Any], names: dict[str, str], miss: Miss) -> None:
        def claim(*_: Any) -> Flight:
            miss.begun += 1  # so that the call does not count as a hit
            return GROUNDED

        off = {"memory": {}, "get": {}.get, "claim": claim, "claim_odd": claim}
        self._scope = scope
        self._on = {names[name]: (scope[names[name]], other) for name, other in off.items()}
        _switches.add(self)
        if _off:
            self.turn(on=False)

    def turn(self, *, on: bool) -> None:
        """Turn this cache on or off."""
        for name, (cache, nothing) in self._on.items():
            self._scope[name] = cache if on else nothing


_switches: WeakSet[Switch] = WeakSet()
_guard = Lock()
_off = int(os.environ.get("KIGEN_DISABLE", "").lower() not in ("", "0", "false", "no"))


@contextmanager
def disabled() -> Iterator[None]:
    """Turn all caches off within the block, in all threads: functions are simply called.

    Nothing is looked up, kept, or counted. What is in memory and archives stays, and is found
    again after the block. The environment variable ``KIGEN_DISABLE=1`` does the same for good.

    >>> from kigen import lru_cache
    >>> @lru_cache
    ... def f(x):
    ...     print("called")
    >>> f(1), f(1)
    called
    (None, None)
    >>> with disabled():
    ...     f(1)
    called
    """
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(change: int) -> None:
    global _off
    with _guard:
        _off += change
        for switch in list(_switches):
            switch.turn(on=not _off)
