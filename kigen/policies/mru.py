"""The most recently used entry leaves."""

from __future__ import annotations

from operator import attrgetter
from typing import ClassVar

from kigen.policies.bounded import Bounded
from kigen.policies.policy import Entry


class MRU(Bounded):
    """Exact most-recently-used order: for loops over more keys than fit.

    Only one entry can be the next to leave, the one used last before now, so a hit notes which it
    was. The stamps tell who comes after it, when several leave in a row or it was dropped by hand:
    all entries are sorted by them into a queue, which holds until the next hit.

    >>> policy = MRU(2)
    >>> policy.add("a", 1, now=1.0), policy.add("b", 2, now=2.0)
    ((), ())
    >>> policy.find("a", now=3.0)
    Result('a', 1)
    >>> policy.add("c", 3, now=4.0)
    (Result('a', 1),)
    """

    __slots__ = ("latest", "queue")

    mark: ClassVar[str] = "{latest}[0] = {entry}; {entry}.mark = {calls}"
    shared: ClassVar[tuple[str, ...]] = ("latest",)

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.latest: list[Entry | None] = [None]
        self.queue: list[Entry] = []  # youngest last

    def note(self, entry: Entry, now: float) -> None:
        entry.mark = now
        self.latest[0] = entry

    def arrive(self, entry: Entry) -> None:
        self.note(entry, entry.arrived or 0.0)

    def evict(self) -> Entry | None:
        while self.memory:
            entry = self.latest[0]
            if entry is None or entry.arrived is None:
                entry = self._next()
            if entry is not None and entry.arrived is not None:
                gone: Entry | None = self.memory.pop(entry.key, None)
                if gone is not None:
                    gone.arrived = None
                    return gone
        return None

    def _next(self) -> Entry | None:
        """Return who was used last before the one who is gone; None if all have been dropped."""
        if self.latest[0] is not None or not self.queue:
            self.latest[0] = None
            self.queue = sorted(self.memory.values(), key=attrgetter("mark"))
        return self.queue.pop() if self.queue else None

    def sweep(self) -> object:
        swept = self.queue, self.latest[0]
        self.queue, self.latest[0] = [], None
        return swept
