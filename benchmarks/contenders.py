"""Who takes part where calls are measured: kigen's policies and their peers, as decorators."""

from __future__ import annotations

import functools
from collections.abc import Callable

from benchmarks.interleave import installed

Decorator = Callable[[Callable[..., object]], Callable[..., object]]
Maker = Callable[[], Decorator]  # makes a decorator, each time with a new and empty cache

UNCACHED = "the function itself"
BASELINE = "functools.lru_cache"
EVICTING = ("lru", "lfu", "mru", "rr", "sieve", "s3fifo")


def contenders(maxsize: int) -> dict[str, Maker]:
    """All of them by name, the standard library's first."""
    return {
        UNCACHED: lambda: lambda function: function,
        BASELINE: lambda: functools.lru_cache(maxsize),
        "functools.cache": lambda: functools.cache,
        **_kigen(maxsize),
        **_peers("cachetools", maxsize),
        **_peers("cachebox", maxsize),
        **_klepto(maxsize),
    }


def _kigen(maxsize: int) -> dict[str, Maker]:
    import kigen

    made: dict[str, Maker] = {"kigen.inf_cache": kigen.inf_cache}
    for policy in EVICTING:
        decorator = getattr(kigen, f"{policy}_cache")
        made[f"kigen.{policy}_cache"] = functools.partial(decorator, maxsize)
    bytes_ = functools.partial(kigen.lru_cache, maxsize, maxbytes=1e9)
    return {**made, "kigen.lru_cache, maxbytes": bytes_, "kigen.no_cache": kigen.no_cache}


def _peers(library: str, maxsize: int) -> dict[str, Maker]:
    if not installed(library):
        return {}
    module = __import__(library)

    def maker(cache: Callable[[int], object]) -> Maker:
        return lambda: module.cached(cache(maxsize))

    return {f"{library} {name}": maker(getattr(module, f"{name}Cache")) for name in _PEERS}


_PEERS = ("LRU", "LFU", "RR", "FIFO")


def _klepto(maxsize: int) -> dict[str, Maker]:
    if not installed("klepto"):
        return {}
    import klepto

    return {
        "klepto inf": lambda: klepto.inf_cache(),
        "klepto LRU": lambda: klepto.lru_cache(maxsize=maxsize),
        "klepto LFU": lambda: klepto.lfu_cache(maxsize=maxsize),
    }
