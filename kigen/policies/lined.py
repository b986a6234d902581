"""What the policies share whose entries stand in a line until one is called."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from operator import itemgetter

from kigen.policies.bounded import Bounded
from kigen.policies.policy import Entry


class Lined(Bounded):
    """A bounded policy that lines its entries up; the methods here run under its lock.

    An entry that is dropped by hand stays in line, and is passed over when its turn comes. If many
    were, the line is made anew from what is in memory.
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
        with self.lock:
            if self.length() > 2 * self.maxsize + 64:
                self.line_up(self._entries())
            else:
                self.stand(entry)

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

    def _entries(self) -> list[Entry]:
        return sorted(self.memory.values(), key=itemgetter(3))
