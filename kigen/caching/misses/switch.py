"""All caches off, and on again: for tests, and for the day when a cache is under suspicion."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock, get_ident
from typing import Any
from weakref import WeakSet

from kigen.caching.misses.flight import GROUNDED, Flight
from kigen.caching.misses.miss import Miss


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
        with _guard:
            _switches.add(self)
            self.turn(on=not _blocks)

    def turn(self, *, on: bool) -> None:
        """Turn this cache on or off."""
        for name, (cache, nothing) in self._on.items():
            self._scope[name] = cache if on else nothing


_switches: WeakSet[Switch] = WeakSet()
_guard = RLock()  # the garbage collector may end an abandoned block while one is being turned
_off = os.environ.get("KIGEN_DISABLE", "").lower() not in ("", "0", "false", "no")
#: The blocks under way, each a token and the thread that entered it.
_blocks: set[tuple[object, int | None]] = {("KIGEN_DISABLE", None)} if _off else set()


def _after_fork() -> None:
    global _guard
    _guard = RLock()  # another thread of the parent may have held it
    others = [block for block in _blocks if block[1] not in (None, get_ident())]
    _change(_blocks.difference_update, others)  # nobody is here to end them


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def disabled() -> Iterator[None]:
    """Turn all caches off within the block, in all threads: functions are simply called.

    No call is looked up, kept, or counted, nor what ``refresh()`` computes; ``contains()`` and its
    kin still tell what there is. What is in memory and archives stays, and is found again after
    the block. The environment variable ``KIGEN_DISABLE=1`` does the same for good.

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
    block = (object(), get_ident())
    try:
        try:
            _change(_blocks.add, block)
            yield
        finally:
            _change(_blocks.discard, block)
    finally:  # once more: an interrupt may have cut the first short
        _change(_blocks.discard, block)


def is_off() -> bool:
    """Return whether the caches are off."""
    return bool(_blocks)


def _change(blocks: Callable[[Any], None], changed: Any) -> None:
    blocks(changed)
    with _guard:
        for switch in list(_switches):
            switch.turn(on=not _blocks)
