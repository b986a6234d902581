"""An entry taken at random leaves."""

from __future__ import annotations

from collections.abc import Iterable

from kigen.policies.lined import Lined
from kigen.policies.policy import Entry


class RR(Lined):
    """Random replacement: there is no order to keep, and a hit notes nothing.

    The numbers come from a generator of the policy's own, so that the program's stay as they are.

    >>> policy = RR(1)
    >>> policy.add("a", 1, now=1.0)
    >>> policy.add("b", 2, now=2.0).key
    'a'
    """

    __slots__ = ("line", "random")

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.line: list[Entry] = []
        from random import Random

        self.random: Random = Random()

    def note(self, entry: Entry, now: float) -> None:
        pass

    def arrive(self, entry: Entry) -> None:
        self.line.append(entry)

    def line_up(self, entries: Iterable[Entry]) -> None:
        self.line.extend(entries)

    def sweep(self) -> object:
        places = range(len(self.line) - 1, -1, -1)
        return [self._pluck(place) for place in places if self.line[place].arrived is None]

    def call(self) -> Entry | None:
        if not self.line:
            return None
        return self._pluck(int(self.random.random() * len(self.line)))

    def _pluck(self, place: int) -> Entry:
        """Take out the entry at a place, which the last one fills."""
        last = self.line.pop()
        if place >= len(self.line):
            return last
        chosen, self.line[place] = self.line[place], last
        return chosen
