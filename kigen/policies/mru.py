"""The most recently used entry leaves."""

from __future__ import annotations

from operator import itemgetter
from typing import ClassVar

from kigen.policies.bounded import Bounded, hit_source
from kigen.policies.policy import Entry


class MRU(Bounded):
    """Exact most-recently-used order: for loops over more keys than fit.

    Only one entry can be the next to leave, the one used last before now, so a hit notes which it
    was. The stamps tell who comes after it, when several leave in a row or it was dropped by hand:
    all entries are sorted by them into a queue, which holds until the next hit.

    >>> policy = MRU(2)
    >>> policy.add("a", 1, now=1.0), policy.add("b", 2, now=2.0)
    (None, None)
    >>> policy.find("a", now=3.0)
    1
    >>> policy.add("c", 3, now=4.0)
    [3.0, 1, 'a', 1.0]
    """

    __slots__ = ("latest", "queue")

    hit: ClassVar[str] = hit_source("{latest}[0] = {entry}; {entry}[0] = {calls}; ")
    shared: ClassVar[tuple[str, ...]] = ("latest",)

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.latest: list[Entry | None] = [None]
        self.queue: list[Entry] = []  # youngest last

    def note(self, entry: Entry, now: float) -> None:
        entry[0] = now
        self.latest[0] = entry

    def arrive(self, entry: Entry) -> None:
        self.note(entry, entry[3])

    def evict(self) -> Entry | None:
        while True:
            entry = self.latest[0]
            if entry is None or entry[3] is None or self.memory.get(entry[2]) is not entry:
                entry = self._next()
            if entry is None:
                if self._wait_for_slot():
                    return None
                continue
            gone: Entry | None = self.memory.pop(entry[2], None)
            if gone is not None:
                return gone

    def _next(self) -> Entry | None:
        """Return who was used last before the one who is gone."""
        with self.lock:
            if self.latest[0] is not None or not self.queue:
                self.latest[0] = None
                self.queue = sorted(self.memory.values(), key=itemgetter(0))
            return self.queue.pop() if self.queue else None

    def sweep(self) -> object:
        swept = self.queue, self.latest[0]
        self.queue, self.latest[0] = [], None
        return swept
