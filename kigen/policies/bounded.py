"""What the bounded policies share: entries that carry a mark, and a slot for each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from threading import RLock
from time import sleep
from typing import Any

from kigen.policies.policy import Entry, Policy, Result


class Bounded(Policy):
    """At most ``maxsize`` entries, each of which holds a slot.

    A slot is taken before an entry goes in, and is taken over from the entry that leaves. So the
    bound holds with no lock on the way: to pop a list or a dict is atomic. The lock is for what
    takes more than one step, which is done seldom.
    """

    __slots__ = ("dropped", "lock", "slots", "timed")

    maxsize: int

    def __init__(self, maxsize: int, *, timed: bool = False) -> None:
        super().__init__(maxsize)
        #: Whether it goes by time alone: then the mark of a new entry is the time, else 0.
        self.timed: bool = timed
        self.lock: RLock = RLock()  # a finalizer, which may run anywhere, may come back here
        self.slots: list[None] = [None] * maxsize
        self.dropped: int = 0  # entries dropped by hand, which may still be held on to

    @abstractmethod
    def evict(self) -> Entry | None:
        """Take out the entry that is to leave, and return it; None if a slot was free instead."""

    @abstractmethod
    def sweep(self) -> object:
        """Let go of entries that were dropped by hand, under the lock.

        Returns what held them, to be freed when the lock is: a finalizer may come back here.
        """

    def arrive(self, entry: Entry) -> None:
        """Line up a new entry; called without the lock, and only if the policy is not ``timed``."""

    def add(
        self, key: Hashable, value: Any, now: float, entry: Entry | None = None
    ) -> Entry | None:
        if key in self.memory:
            self.discard(key)
        left = None if self.slots and self._take_slot() else self.evict()
        if entry is None:  # as `hold` does: a call would cost a miss 5 %
            entry = Result()
            entry.value = value
        entry.key = key
        entry.arrived = now
        entry.mark = now if self.timed else 0.0
        entered = False
        try:
            entered = self.memory.setdefault(key, entry) is entry
        finally:
            if not entered:  # another thread was first, or the key's own == raises
                self.slots.append(None)
        if entered and not self.timed:
            self.arrive(entry)
        return left

    def discard(self, key: Hashable) -> bool:
        entry = self.memory.pop(key, None)
        if entry is None:
            return False
        entry.arrived = None
        self.slots.append(None)
        self.dropped += 1
        if self.dropped > len(self.memory) + 64:
            self.let_go()
        return True

    def let_go(self) -> None:
        """Sweep, unless another thread is busy here."""
        swept = None
        if self.lock.acquire(blocking=False):
            try:
                self.dropped = 0
                swept = self.sweep()
            finally:
                self.lock.release()
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

    def _take_slot(self) -> bool:
        try:
            self.slots.pop()
        except IndexError:
            return False
        return True

    def _wait_for_slot(self) -> bool:
        """Memory is empty and no slot is free: other threads are just about to fill them."""
        sleep(0)
        return self._take_slot()
