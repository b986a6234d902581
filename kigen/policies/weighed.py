"""The bounded policies again, with a bound on what the values weigh."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from kigen.policies.bounded import Bounded
from kigen.policies.lfu import LFU
from kigen.policies.lru import LRU
from kigen.policies.mru import MRU
from kigen.policies.policy import Entry, hold
from kigen.policies.rr import RR
from kigen.policies.s3fifo import S3FIFO
from kigen.policies.sieve import SIEVE

#: What gives the bytes of a value: an int from 0, or infinity for what cannot be weighed.
Weigh = Callable[[Any], float]


#: The classes below have the slots: two bases of one class cannot both.
_SLOTS = ("loose", "maxbytes", "taken", "weigh")
_NONE: tuple[str, ...] = ()


class Weighed(Bounded):
    """At most ``maxbytes`` of values, and at most ``maxsize`` of them if that is not None.

    Who leaves, and in which order, is the policy's affair; as many leave as it takes. A value
    heavier than ``maxbytes`` does not go in, and drives nobody out.

    An entry dropped by hand may stand in the policy's line for a while. Once such entries weigh a
    tenth of ``maxbytes``, the line is swept.
    """

    __slots__ = _NONE

    maxsize: int | None  # type: ignore[assignment]
    maxbytes: int
    weigh: Weigh
    taken: int
    loose: int  # bytes dropped by hand, which may still stand in line
    dropped: int

    def __init__(self, maxsize: int | None, maxbytes: int, weigh: Weigh) -> None:
        super().__init__(maxsize or 0)
        self.maxsize = maxsize
        self.maxbytes = maxbytes
        self.weigh = weigh
        self.taken = self.loose = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.maxsize}, maxbytes={self.maxbytes})"

    @property
    def weight(self) -> int:
        """What the values in memory weigh."""
        return self.taken

    def add(
        self, key: Hashable, value: Any, now: float, entry: Entry | None = None
    ) -> Sequence[Entry]:
        return self.admit(key, value, self.weigh(value), now, entry)

    def admit(
        self, key: Hashable, value: Any, weight: float, now: float, entry: Entry | None = None
    ) -> list[Entry]:
        """Keep ``value`` under ``key``; return all who had to leave for it.

        One that is too heavy is itself the one who leaves.
        """
        entry = hold(entry, key, value, now)
        entry.mark = now if self.timed else 0.0
        left: list[Entry] = []
        with self.lock:
            if key in self.memory:
                self.discard(key)
            if weight > self.maxbytes:
                return [entry]
            entry.weight = int(weight)
            try:
                self._make_room(entry.weight, 1, left)
                self.taken += entry.weight
                self.memory[key] = entry
                if not self.timed:
                    self.arrive(entry)
                self._make_room(0, 0, left)  # a finalizer may have put something in meanwhile
            except BaseException:  # an interrupt, or the key's own ==
                self._count()
                raise
        return left

    def is_full(self, weight: float) -> bool:
        """Return whether somebody would have to leave for a value of this weight."""
        fits = self.weight + weight <= self.maxbytes and len(self) != self.maxsize
        return weight <= self.maxbytes and not fits

    def fitting(self, items: Iterable[tuple[Any, Any, float]]) -> Iterator[tuple[Any, Any, float]]:
        weighed = ((item, self.weigh(item[1])) for item in items)
        light = ((item, weight) for item, weight in weighed if weight <= self.maxbytes)
        room: float = self.maxbytes
        for item, weight in islice(light, self.maxsize):
            room -= weight
            if room < 0:
                return
            yield item

    def discard(self, key: Hashable) -> bool:
        with self.lock:
            try:
                entry = self.memory.pop(key, None)
                if entry is None:
                    return False
                entry.arrived = None
                self.dropped += 1
                self.loose += entry.weight or 0
                self.taken -= entry.weight or 0
            except BaseException:  # as above
                self._count()
                raise
        if self.loose * 10 > self.maxbytes or self.dropped > len(self.memory) + 64:
            self.loose = 0
            self.let_go()
        return True

    def after_fork(self) -> None:
        super().after_fork()
        self._count()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._count()

    def _make_room(self, weight: int, number: int, left: list[Entry]) -> None:
        """Let leave whoever is to, until so many of that weight fit in."""
        most = float("inf") if self.maxsize is None else self.maxsize - number
        while self.taken + weight > self.maxbytes or len(self.memory) > most:
            gone = self.evict()
            if gone is None:
                self._count()
                break
            self.taken -= gone.weight or 0
            left.append(gone)

    def _count(self) -> None:
        """Add up what is in memory."""
        self.taken = sum(entry.weight or 0 for entry in list(self.memory.values()))


class WeighedLFU(Weighed, LFU):
    """`LFU`, by weight."""

    __slots__ = _SLOTS


class WeighedLRU(Weighed, LRU):
    """`LRU`, by weight.

    >>> policy = WeighedLRU(None, maxbytes=10, weigh=len)
    >>> policy.add("a", "four", now=1.0), policy.add("b", "five!", now=2.0)
    ([], [])
    >>> policy.admit("c", "of seven", 7, now=3.0)
    [Result('a', 'four'), Result('b', 'five!')]
    >>> policy.weight
    7
    """

    __slots__ = _SLOTS


class WeighedMRU(Weighed, MRU):
    """`MRU`, by weight."""

    __slots__ = _SLOTS


class WeighedRR(Weighed, RR):
    """`RR`, by weight; each entry is as likely to leave as any other, whatever it weighs."""

    __slots__ = _SLOTS


class WeighedSIEVE(Weighed, SIEVE):
    """`SIEVE`, by weight; the hand passes as it does where values are counted."""

    __slots__ = _SLOTS


class Pile(deque[Entry]):
    """A queue that knows what its entries weighed as they joined."""

    __slots__ = ("weight", "weights")

    def __init__(self) -> None:
        super().__init__()
        self.weight: int = 0
        self.weights: deque[int] = deque()

    def append(self, entry: Entry) -> None:
        weight: int = entry.weight or 0  # it may have been dropped on the way
        super().append(entry)
        self.weights.append(weight)
        self.weight += weight

    def popleft(self) -> Entry:
        entry = super().popleft()
        while len(self.weights) > len(self):  # once, unless a finalizer came between two steps
            self.weight -= self.weights.popleft()
        return entry


class WeighedS3FIFO(Weighed, S3FIFO):
    """`S3FIFO`, by weight: the small queue is full at a tenth of ``maxbytes``.

    As in libCacheSim and CacheLib, the queues share the room by bytes; the keys of as many values
    are remembered as fit into memory.
    """

    __slots__ = _SLOTS

    def __init__(self, maxsize: int | None, maxbytes: int, weigh: Weigh) -> None:
        super().__init__(maxsize, maxbytes, weigh)
        self.small: Pile = Pile()
        self.share: float = float("inf") if maxsize is None else maxsize / 10

    def call(self) -> Entry | None:
        if self.small.weight * 10 >= self.maxbytes:
            entry = self._from_small()
            if entry is not None:
                return entry
        return super().call()


#: The policies that bound the weight, by name.
WEIGHED: dict[str, type[Weighed]] = {
    "lfu": WeighedLFU,
    "lru": WeighedLRU,
    "mru": WeighedMRU,
    "rr": WeighedRR,
    "s3fifo": WeighedS3FIFO,
    "sieve": WeighedSIEVE,
}
