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
    ()
    >>> policy.add("b", 2, now=2.0)[0].key
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
        swept, self.line = self.line, [entry for entry in self.line if entry.arrived is not None]
        return swept

    def call(self) -> Entry | None:
        if not self.line:
            return None
        place = int(self.random.random() * len(self.line))
        chosen, self.line[place] = self.line[place], self.line[-1]
        self.line.pop()
        return chosen
