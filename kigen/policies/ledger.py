"""How much of a bound is taken."""

from __future__ import annotations

from threading import Lock

from kigen.policies.policy import Entry


class Ledger:
    """How many bytes of so many are taken; an entry's own stand behind the rest of it.

    What runs under the lock neither calls nor frees anything: a finalizer that drops an entry
    would find the lock held by its own thread.
    """

    __slots__ = ("dropped", "limit", "lock", "taken")

    def __init__(self, limit: int) -> None:
        self.limit: int = limit
        self.open(taken=0)

    def open(self, taken: int) -> None:
        """Begin anew, with so many bytes taken."""
        self.taken: int = taken
        self.dropped: int = 0  # bytes dropped by hand, which may still stand in line
        self.lock: Lock = Lock()

    def __reduce__(self) -> tuple[object, ...]:
        return Ledger, (self.limit,)  # the policy adds up what it has

    def take(self, weight: int) -> bool:
        """Take so many bytes, or none if there are fewer; return whether they were taken."""
        with self.lock:
            if self.taken + weight > self.limit:
                return False
            self.taken += weight
            return True

    def give(self, weight: int) -> None:
        """Give back bytes that were taken for no entry."""
        with self.lock:
            self.taken -= weight

    def close(self, entry: Entry) -> int:
        """Give back what an entry weighed that has left, and return it."""
        with self.lock:
            weight = entry.weight or 0
            self.taken -= weight
            entry.weight = None
            return weight
