"""Caching calls: the decorators, the compiled hit path, and what a miss does."""

from __future__ import annotations

from kigen.caching.cached import CachedFunction
from kigen.caching.call import Call
from kigen.caching.decorators import (
    inf_cache,
    lfu_cache,
    lru_cache,
    mru_cache,
    no_cache,
    rr_cache,
    s3fifo_cache,
    sieve_cache,
)
from kigen.caching.info import CacheInfo, StandardCacheInfo
from kigen.caching.memoizer import Memoizer
from kigen.caching.properties import cached_property
from kigen.caching.switch import disabled

__all__ = [
    "CacheInfo",
    "CachedFunction",
    "Call",
    "Memoizer",
    "StandardCacheInfo",
    "cached_property",
    "disabled",
    "inf_cache",
    "lfu_cache",
    "lru_cache",
    "mru_cache",
    "no_cache",
    "rr_cache",
    "s3fifo_cache",
    "sieve_cache",
]
