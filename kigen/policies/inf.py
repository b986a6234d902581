"""Nothing leaves."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from kigen.policies.policy import Entry, Policy, hold


class INF(Policy):
    """Every entry stays until it is dropped by hand.

    >>> policy = INF()
    >>> policy.add("a", 1, now=1.0)
    ()
    >>> policy.find("a", now=2.0)
    Result('a', 1)
    """

    __slots__ = ()

    def add(
        self, key: Hashable, value: Any, now: float, entry: Entry | None = None
    ) -> Sequence[Entry]:
        self.memory[key] = hold(entry, key, value, now)
        return ()

    def discard(self, key: Hashable) -> bool:
        return self.memory.pop(key, None) is not None

    def clear(self) -> None:
        self.memory.clear()
