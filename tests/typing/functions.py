"""Functions: a decorated one has its own signature, and the handle on its cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_type

import kigen
from kigen.caching import CachedFunction, CacheInfo, StandardCacheInfo


@kigen.lru_cache
def bare(x: int, y: int = 2) -> str:
    return str(x + y)


@kigen.lru_cache()
def called(x: int) -> str:
    return str(x)


@kigen.lfu_cache(maxsize=3, typed=True)
def with_options(first: int, /, *rest: int, sep: str = ",", **more: str) -> str:
    return sep.join(map(str, (first, *rest))) + "".join(more)


@kigen.inf_cache
def without_types(x, y=1):  # type: ignore[no-untyped-def]  # pyright: ignore[reportUnknownParameterType, reportMissingParameterType]
    return x + y  # pyright: ignore[reportUnknownVariableType]


def calls() -> None:
    assert_type(bare(1), str)
    assert_type(bare(1, y=3), str)
    assert_type(bare(x=1), str)
    assert_type(called(1), str)
    assert_type(with_options(1, 2, 3, sep=";", note="!"), str)
    assert without_types(1) == 2


def handle() -> None:
    assert_type(bare.info(), CacheInfo)
    assert_type(bare.info().hit, int)
    assert_type(bare.cache_info(), StandardCacheInfo)
    assert_type(bare.cache_info().currsize, int)
    assert_type(bare.lookup(1), str)
    assert_type(bare.peek(5, y=3), str | None)
    assert_type(bare.contains(1), bool)
    assert_type(bare.refresh(1), str)
    assert_type(bare.map([1, 2]), list[str])
    assert_type(bare.invalidate(x=1), bool)
    assert_type(bare.key(1), Any)
    assert_type(bare.archived(), bool)
    assert_type(bare.cache_parameters(), dict[str, Any])
    assert_type(bare.archive(), kigen.archives.Archive | None)
    assert_type(bare.__wrapped__(1), str)
    assert_type(bare.__name__, str)
    assert isinstance(bare.__cache__(), kigen.archives.cache)
    bare.dump()
    bare.load(bare.key(1))
    bare.clear(keepstats=True)
    bare.cache_clear()


def as_any_function() -> None:
    def apply(function: Callable[[int], object]) -> object:
        return function(1)

    def apply_cached(function: CachedFunction[[int], object]) -> object:
        return function.peek(1)

    def warm(function: CachedFunction[..., str], *xs: int) -> kigen.caching.Cached:
        assert_type([function(x) for x in xs if not function.contains(x)], list[str])
        return function

    assert_type(warm(bare, 1, 2).info().hit, int)
    assert apply(bare) == "3"
    assert apply_cached(called) == "1"


def mistakes() -> None:
    bare("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    bare(1, z=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    bare.lookup("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare.key("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare.map(["1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    with_options(first=1)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    bare.clera()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    bare(1) + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    kigen.lru_cash  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


if __name__ == "__main__":
    calls()
    handle()
    as_any_function()
