"""How a cache is doing, in klepto's words and in the standard library's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kigen.policies import Policy


class CacheInfo(NamedTuple):
    """Calls answered from memory, computed, and loaded from the archive; the bound; the size.

    A call that waited for another thread's computation of the same key is a hit. A call that
    raised is none of the three.
    """

    hit: int
    miss: int
    load: int
    maxsize: int | None
    size: int

    @classmethod
    def of(cls, hit: int, miss: int, load: int, policy: Policy) -> CacheInfo:
        """Return the counts with what a policy says of itself."""
        info = (hit, miss, load, policy.maxsize, len(policy))
        if policy.maxbytes is None:
            return cls(*info)
        weighed = WeighedInfo(*info)
        weighed.weights = policy.weight, policy.maxbytes
        return weighed

    @property
    def bytes(self) -> int | None:
        """What the results in memory weigh; None without ``maxbytes=``. No part of the tuple."""
        return None

    @property
    def maxbytes(self) -> int | None:
        """The bound on `bytes`; None if there is none. No part of the tuple."""
        return None


class WeighedInfo(CacheInfo):
    """As `CacheInfo`, of a cache with ``maxbytes=``."""

    weights: tuple[int | None, int | None] = None, None

    @property
    def bytes(self) -> int | None:
        return self.weights[0]

    @property
    def maxbytes(self) -> int | None:
        return self.weights[1]

    def __repr__(self) -> str:
        counts = ", ".join(f"{name}={value}" for name, value in self._asdict().items())
        return f"CacheInfo({counts}, bytes={self.bytes}, maxbytes={self.maxbytes})"


class StandardCacheInfo(NamedTuple):
    """What `functools.lru_cache` reports; a result loaded from the archive is a hit here."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int
