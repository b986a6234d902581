"""Caching calls: the decorators, and what they make of a function."""

from __future__ import annotations

from kigen.caching.cached import Cached, CachedFunction, CachedMethod
from kigen.caching.calls.call import Call
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
from kigen.caching.handle.info import CacheInfo, StandardCacheInfo
from kigen.caching.memoizer import Memoizer
from kigen.caching.misses.switch import disabled
from kigen.caching.properties import cached_property

__all__ = [
    "CacheInfo",
    "Cached",
    "CachedFunction",
    "CachedMethod",
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
