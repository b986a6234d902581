"""Nothing stays: ``maxsize=0``."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from kigen.policies.inf import INF
from kigen.policies.policy import Entry, hold


class NO(INF):
    """Memory stays empty; only an archive, if there is one, remembers.

    >>> policy = NO(0)
    >>> policy.add("a", 1, now=1.0)
    (Result('a', 1),)
    >>> len(policy)
    0
    """

    __slots__ = ()

    def add(
        self, key: Hashable, value: Any, now: float, entry: Entry | None = None
    ) -> Sequence[Entry]:
        return (hold(entry, key, value, now),)
