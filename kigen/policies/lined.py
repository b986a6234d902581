"""What the policies share whose entries stand in a line until one is called."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from operator import itemgetter

from kigen.policies.bounded import Bounded
from kigen.policies.policy import Entry


class Lined(Bounded):
    """A bounded policy that lines its entries up; all its methods run under its lock.

    An entry that is dropped by hand stays in line, and is passed over when its turn comes. If many
    were, the line is swept.
    """

    __slots__ = ()

    @abstractmethod
    def line_up(self, entries: Iterable[Entry]) -> None:
        """Make the line, which is empty, of these entries in the order in which they came."""

    @abstractmethod
    def call(self) -> Entry | None:
        """Take the entry out of the line that is to leave; None if nobody is in line."""

    @abstractmethod
    def arrive(self, entry: Entry) -> None:
        """Put a new entry into the line, at the end."""

    def evict(self) -> Entry | None:
        while self.memory:
            entry = self.call()
            if entry is None:
                self.line_up(self._entries())
            elif entry.arrived is not None:
                gone: Entry | None = self.memory.pop(entry.key, None)
                if gone is not None:
                    gone.arrived = None
                    return gone
        return None

    @staticmethod
    def weed(line: deque[Entry]) -> list[Entry]:
        """Take those out of a line that were dropped by hand, and return them."""
        weeds: list[Entry] = []
        with suppress(IndexError):  # a finalizer may do the same on the way
            for _ in range(len(line)):
                entry = line.popleft()
                (weeds if entry.arrived is None else line).append(entry)
        return weeds

    def _entries(self) -> list[Entry]:
        # The time is read once: without the GIL, it may be dropped while the others are sorted.
        held = [(entry.arrived, entry) for entry in list(self.memory.values())]
        came = [place for place in held if place[0] is not None]
        return [entry for _, entry in sorted(came, key=itemgetter(0))]
