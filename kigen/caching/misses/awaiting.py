"""Misses of coroutine functions: who waits gives way to other tasks."""

from __future__ import annotations

import asyncio
import os
from _thread import get_ident
from collections.abc import Callable, Generator, Hashable
from threading import RLock
from typing import Any, final
from weakref import ref

from kigen.caching.misses.flight import GROUNDED, Flight, waiting
from kigen.caching.misses.miss import Miss


class AsyncMiss(Miss):
    """As `Miss`, but a call that finds another one computing its key gets a `Landing` to await.

    Flights are owned by tasks, not threads; those that wait may belong to several event loops of
    asyncio's. Elsewhere nobody waits: who finds another one computing its key computes it, too.
    """

    __slots__ = ()

    awaits = True
    begun: int

    @classmethod
    def caller(cls) -> Callable[[], Hashable]:
        return _current_task

    def wait(self, flight: Flight, key: Hashable, call: Any, now: float) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            # Driven by hand, or by another library's loop: nobody could wake who waits there.
            self.begun += 1  # so that the call does not count as a hit
            return GROUNDED
        if _is_stranded(flight):
            self.strand(flight)
            return self.claim(key, call, now)
        return Landing(self, flight, key, call, now)

    def strand(self, flight: Flight) -> None:
        """Give up a flight that its task will not land."""
        with _guard:
            if self.flights.get(flight.key) is flight:
                flight.strand(self.flights)

    def after_fork(self) -> None:
        for flight in list(self.flights.values()):
            if flight.owner != get_ident():
                flight.strand(self.flights)
        super().after_fork()


_guard = RLock()  # a finalizer may come between


def _after_fork() -> None:
    global _guard
    _guard = RLock()  # another thread of the parent may have held it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _current_task() -> Hashable:
    """Return who is calling: a task, which is not kept alive, or a thread."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # driven by hand, or by another library's loop
        task = None
    if task is None:
        return get_ident()
    owner = ref(task)
    hash(owner)  # which it keeps when the task has gone
    return owner


def _is_stranded(flight: Flight) -> bool:
    """Tell whether the task that computes will not go on: its loop was closed over its head."""
    owner = flight.owner
    task = owner() if isinstance(owner, ref) else None
    return task is not None and not task.done() and task.get_loop().is_closed()


@final
class Landing:
    """A call's wait for another one's flight; awaited, it is what `Miss.claim` returns."""

    __slots__ = ("_call", "_flight", "_key", "_miss", "_now")

    def __init__(
        self, miss: AsyncMiss, flight: Flight, key: Hashable, call: Any, now: float
    ) -> None:
        self._miss = miss
        self._flight = flight
        self._key = key
        self._call = call
        self._now = now

    def __await__(self) -> Generator[Any, None, Any]:
        miss = self._miss
        miss.begun += 1  # as in `Miss.wait`
        yield from self._touch_down().__await__()
        return miss.after_wait(self._flight.result(), self._key, self._call, self._now)

    async def _touch_down(self) -> None:
        gate, me = _Gate(), self._miss.me()
        try:
            self._flight.await_by(me, self._miss.naming)
            if self._flight.put_up(gate, self._miss.flights):
                await gate.future
        finally:
            waiting.pop(me, None)


class _Gate:
    """What a task waits at; whoever lands the flight releases it, from whatever thread."""

    __slots__ = ("_loop", "future")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] = self._loop.create_future()

    def release(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._open)
        except RuntimeError:
            pass  # the loop is closed, and nobody waits in it any more

    def _open(self) -> None:
        if not self.future.done():  # it may have been cancelled
            self.future.set_result(None)
