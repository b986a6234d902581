"""What the bounded policies share: a bound, and entries that carry a mark."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from threading import RLock
from typing import Any

from kigen.policies.policy import Entry, Policy, Result


class Bounded(Policy):
    """At most ``maxsize`` entries. A hit takes no lock; whatever lets entries in or out does.

    The bound is asked of the memory itself, so that nothing can drift: neither an interrupt nor a
    finalizer, which may run anywhere and come back here through the same lock.
    """

    __slots__ = ("dropped", "lock", "timed")

    maxsize: int

    def __init__(self, maxsize: int, *, timed: bool = False) -> None:
        super().__init__(maxsize)
        #: Whether it goes by time alone: then the mark of a new entry is the time, else 0.
        self.timed: bool = timed
        self.lock: RLock = RLock()
        self.dropped: int = 0  # entries dropped by hand, which may still be held on to

    @abstractmethod
    def evict(self) -> Entry | None:
        """Take out the entry that is to leave, under the lock; None if there is none any more."""

    @abstractmethod
    def sweep(self) -> object:
        """Let go of entries that were dropped by hand, under the lock.

        Returns what held them, to be freed when the lock is: a finalizer may come back here.
        """

    def arrive(self, entry: Entry) -> None:
        """Line up a new entry, under the lock; called only if the policy is not ``timed``."""

    def add(
        self, key: Hashable, value: Any, now: float, entry: Entry | None = None
    ) -> Sequence[Entry]:
        if entry is None:  # as `hold` does: a call would cost a miss 5 %
            entry = Result()
            entry.value = value
        entry.key = key
        entry.arrived = now
        entry.mark = now if self.timed else 0.0
        memory = self.memory
        left: Sequence[Entry] = ()
        with self.lock:
            if key in memory:
                self.discard(key)
            gone = self.evict() if len(memory) >= self.maxsize else None
            memory[key] = entry  # at once: what is allocated in between may run a finalizer
            if not self.timed:
                self.arrive(entry)
            if gone is not None:
                left = (gone,)
            if len(memory) > self.maxsize:
                left = (*left, *self._beyond())
        return left

    def _beyond(self) -> Iterator[Entry]:
        """Let those leave, under the lock, whom a finalizer or an == has put in behind our back."""
        while len(self.memory) > self.maxsize and (gone := self.evict()) is not None:
            yield gone

    def discard(self, key: Hashable) -> bool:
        entry = self.memory.pop(key, None)
        if entry is None:
            return False
        entry.arrived = None
        self.dropped += 1
        if self.dropped > len(self.memory) + 64:
            self.let_go()
        return True

    def let_go(self) -> None:
        """Let go of what was dropped by hand."""
        with self.lock:
            self.dropped = 0
            swept = self.sweep()
        del swept

    def clear(self) -> None:
        for key in list(self.memory):
            self.discard(key)
        self.let_go()

    def after_fork(self) -> None:
        self.lock = RLock()

    def __getstate__(self) -> dict[str, Any]:
        """Return everything but the lock, which each process has its own of."""
        names = {name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ())}
        return {name: getattr(self, name) for name in names - {"lock"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.lock = RLock()
