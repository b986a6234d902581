"""How a cache is doing, in klepto's words and in the standard library's."""

from __future__ import annotations

from typing import NamedTuple


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


class StandardCacheInfo(NamedTuple):
    """What `functools.lru_cache` reports; a result loaded from the archive is a hit here."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int
