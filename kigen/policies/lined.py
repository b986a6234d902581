"""What the policies share whose entries stand in a line until one is called."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Iterable
from operator import itemgetter
from typing import TypeVar

from kigen.policies.bounded import Bounded
from kigen.policies.policy import Entry

L = TypeVar("L", list[Entry], deque[Entry])


class Lined(Bounded):
    """A bounded policy that lines its entries up; the methods here run under its lock.

    An entry that is dropped by hand stays in line, and is passed over when its turn comes. If many
    were, the line is swept.
    """

    __slots__ = ()

    timed = False

    @abstractmethod
    def length(self) -> int:
        """Return how many entries stand in line, dropped ones included."""

    @abstractmethod
    def stand(self, entry: Entry) -> None:
        """Put a new entry into the line."""

    @abstractmethod
    def line_up(self, entries: Iterable[Entry]) -> None:
        """Make the line anew, of these entries in the order in which they came."""

    @abstractmethod
    def call(self) -> Entry | None:
        """Take the entry out of the line that is to leave; None if nobody is in line."""

    def arrive(self, entry: Entry) -> None:
        swept = None
        with self.lock:
            if self.length() > 2 * len(self.memory) + 64:
                swept = self.sweep()
            self.stand(entry)
        del swept

    def evict(self) -> Entry | None:
        while True:
            with self.lock:
                entry = self.call()
                if entry is None and self.memory:
                    self.line_up(self._entries())
                    continue
            if entry is None:
                if self._wait_for_slot():
                    return None
            elif entry[3] is not None:
                gone: Entry | None = self.memory.pop(entry[2], None)
                if gone is not None:
                    gone[3] = None
                    return gone

    def clear(self) -> None:
        with self.lock:
            self.line_up(())
        super().clear()

    @staticmethod
    def staying(line: L) -> L:
        """Return a line without those that were dropped by hand."""
        return type(line)(entry for entry in line if entry[3] is not None)

    def _entries(self) -> list[Entry]:
        return sorted(self.memory.values(), key=itemgetter(3))
