"""The least frequently used entry leaves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import ClassVar

from kigen.policies.lined import Lined
from kigen.policies.policy import Entry


class LFU(Lined):
    """Exact least-frequently-used order; among equals, the one that came first leaves.

    A hit adds one to the count in the entry and moves nothing. Entries that were never hit wait
    in the order they came; the rest lie in a heap under the count they had when they were put
    there. A count only grows, so an entry popped from the heap whose count is still the same has
    the least count of all; one whose count has grown goes back under the new one.

    >>> policy = LFU(2)
    >>> policy.add("a", 1, now=1.0), policy.add("b", 2, now=2.0)
    ((), ())
    >>> policy.find("a", now=3.0)
    Result('a', 1)
    >>> policy.add("c", 3, now=4.0)[0].key
    'b'
    """

    __slots__ = ("fresh", "heap", "turn")

    mark: ClassVar[str] = "{entry}.mark += 1.0"

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.fresh: deque[Entry] = deque()
        self.heap: list[tuple[float, float, int, Entry]] = []  # (count, arrived, turn, entry)
        self.turn: int = 0  # tells entries apart that are equal in count and arrival

    def note(self, entry: Entry, now: float) -> None:
        entry.mark += 1.0

    def arrive(self, entry: Entry) -> None:
        self.fresh.append(entry)

    def line_up(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.mark:
                self._push(entry)
            else:
                self.fresh.append(entry)

    def sweep(self) -> object:
        swept = self.weed(self.fresh), self.heap
        self.heap = [place for place in self.heap if place[3].arrived is not None]
        heapify(self.heap)
        return swept

    def call(self) -> Entry | None:
        while self.fresh:
            entry = self.fresh.popleft()
            if not entry.mark:
                return entry
            self._push(entry)
        while self.heap:
            uses, _, _, entry = heappop(self.heap)
            if entry.mark == uses:
                return entry
            self._push(entry)
        return None

    def _push(self, entry: Entry) -> None:
        arrived = entry.arrived  # read once: without the GIL, it may be dropped in between
        if arrived is not None:
            self.turn += 1
            heappush(self.heap, (entry.mark, arrived, self.turn, entry))
