"""The options of the decorators: by name, and klepto's by position."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, assert_type

import kigen
from kigen import safe
from kigen.caching import Memoizer
from kigen.keymaps import picklemap


def double(x: int) -> int:
    return 2 * x


def makes() -> None:
    assert_type(kigen.lru_cache(), Memoizer)
    assert_type(kigen.lru_cache(3), Memoizer)
    assert_type(kigen.lru_cache(None), Memoizer)
    assert_type(kigen.lru_cache(maxsize=3)(double)(4), int)
    assert_type(kigen.lru_cache(3, None, picklemap(), None, 2, True, False)(double)(4), int)
    assert_type(kigen.lru_cache(double, maxsize=3, typed=True)(4), int)


def untyped(**options: Any) -> None:
    @kigen.lru_cache(**options)  # type: ignore[untyped-decorator]
    def triple(x: int) -> int:
        return 3 * x

    assert triple.peek(3) is None
    assert_type(kigen.lru_cache(**options), Memoizer)  # type: ignore[assert-type]


def every_option(directory: Path) -> None:
    memo = kigen.lru_cache(
        maxsize=10,
        archive=directory / "runs.db",
        keymap=None,
        ignore="self",
        tol=3,
        deep=True,
        purge=True,
        name="double",
        on_change="warn",
        copy=True,
        materialize=False,
        typed=False,
        ttl=timedelta(hours=1),
        stale=60,
        condition=lambda result: result is not None,
        cache_exceptions=(ValueError, KeyError),
        on_hit=print,
        on_miss=lambda key: None,
        on_load=None,
        on_evict=lambda key, value: None,
        version="2",
        maxbytes=1e6,
        weigh=len,
    )
    assert_type(memo, Memoizer)
    kigen.lru_cache(cache=kigen.archives.open("memory://"), ttl=lambda result: 60.0)
    kigen.lru_cache(cache={}, cache_exceptions=ValueError, ignore=("x", 1))


def all_decorators() -> None:
    for cache in (
        *(kigen.inf_cache, kigen.lru_cache, kigen.lfu_cache, kigen.mru_cache, kigen.rr_cache),
        *(kigen.no_cache, kigen.sieve_cache, kigen.s3fifo_cache),
        *(safe.inf_cache, safe.lru_cache, safe.lfu_cache, safe.mru_cache, safe.rr_cache),
        safe.no_cache,
    ):
        assert_type(cache(double)(4), int)
        assert_type(cache(archive=None)(double).refresh(4), int)
        assert_type(cache.__name__, str)


def mistakes() -> None:
    kigen.lru_cache(maxsiz=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    kigen.lru_cache(double, maxsize="3")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    kigen.lru_cache(maxsize="3")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    kigen.lru_cache(on_change="wran")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    kigen.lru_cache(archive=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    kigen.lru_cache(ttl="1h")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    kigen.lru_cache(cache_exceptions=KeyboardInterrupt)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    makes()
    untyped(maxsize=3)
    all_decorators()
