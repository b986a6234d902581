"""Nothing leaves."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from kigen.policies.policy import MISSING, Entry, Policy


class INF(Policy):
    """Every entry stays until it is dropped by hand.

    >>> policy = INF()
    >>> policy.add("a", 1, now=1.0)
    >>> policy.find("a", now=2.0)
    1
    """

    __slots__ = ()

    hit = "return {memory}[{key}]"

    def find(self, key: Hashable, now: float) -> Any:
        return self.memory.get(key, MISSING)

    def peek(self, key: Hashable) -> Any:
        return self.memory.get(key, MISSING)

    def add(self, key: Hashable, value: Any, now: float) -> Entry | None:
        self.memory[key] = value
        return None

    def discard(self, key: Hashable) -> bool:
        return self.memory.pop(key, MISSING) is not MISSING

    def clear(self) -> None:
        self.memory.clear()
