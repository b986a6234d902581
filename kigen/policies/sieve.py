"""The oldest entry leaves that was not used since the hand last passed it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from kigen.policies.lined import Lined
from kigen.policies.policy import Entry


class SIEVE(Lined):
    """SIEVE: lazy promotion and quick demotion, with one bit an entry.

    The entries stand in the order they came. A hand moves from old to new: it clears the bit of an
    entry that was used, which stays in its place, and takes the first that was not; at the newest
    it starts over at the oldest. The line is kept in two parts, what the hand has passed and what
    lies before it, so that nothing is ever taken from the middle.

    A hand that has passed the newest starts over before another arrives. If it waited for that one,
    it would take each newcomer in its turn and never look at the others again.

    Source: Zhang, Yang, Yue, Vigfusson, Rashmi: "SIEVE is Simpler than LRU: an Efficient Turn-Key
    Eviction Algorithm for Web Caches", NSDI 2024.

    >>> policy = SIEVE(2)
    >>> policy.add("a", 1, now=1.0), policy.add("b", 2, now=2.0)
    ((), ())
    >>> policy.find("a", now=3.0)
    Result('a', 1)
    >>> policy.add("c", 3, now=4.0)[0].key
    'b'
    """

    __slots__ = ("ahead", "passed")

    mark: ClassVar[str] = "{entry}.mark = True"

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.ahead: deque[Entry] = deque()
        self.passed: deque[Entry] = deque()

    def note(self, entry: Entry, now: float) -> None:
        entry.mark = True

    def arrive(self, entry: Entry) -> None:
        while self.ahead and self.ahead[0].arrived is None:
            self.ahead.popleft()
        if not self.ahead:
            self._start_over()
        self.ahead.append(entry)

    def line_up(self, entries: Iterable[Entry]) -> None:
        self.ahead.extend(entries)

    def sweep(self) -> object:
        return self.weed(self.ahead), self.weed(self.passed)

    def call(self) -> Entry | None:
        while True:
            if not self.ahead:
                self._start_over()
                if not self.ahead:
                    return None
            entry = self.ahead.popleft()
            if not entry.mark:
                return entry
            entry.mark = 0.0
            self.passed.append(entry)

    def _start_over(self) -> None:
        self.ahead, self.passed = self.passed, self.ahead
