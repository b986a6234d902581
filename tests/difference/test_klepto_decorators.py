"""How klepto's decorators fail, and kigen's do not (reference/klepto.md, 3.3)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

from kigen import (
    ConfigurationError,
    StorageWarning,
    archives,
    inf_cache,
    lfu_cache,
    lru_cache,
)

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)


@CACHES
def test_a_bare_decorator_decorates(cache: Any) -> None:
    @cache
    def f(x: int) -> int:
        return x

    assert [f(3), f(3)] == [3, 3]


@pytest.mark.parametrize("cache", [lru_cache, lfu_cache], ids=repr)
@pytest.mark.parametrize("maxsize", [None, 0])
def test_none_and_zero_may_be_given_by_position(cache: Any, maxsize: int | None) -> None:
    f = cache(maxsize)(lambda x: x)
    assert [f(1), f(1)] == [1, 1]
    assert f.info().maxsize == maxsize


def test_a_function_whose_result_can_be_used_once_never_hands_out_a_used_one() -> None:
    def numbers() -> Any:
        yield 1

    with pytest.raises(ConfigurationError):
        inf_cache(numbers)

    async def later(x: int) -> int:
        return x

    try:
        cached = inf_cache(later)
    except ConfigurationError:
        return

    async def twice() -> list[int]:
        return [await cached(1), await cached(1)]

    assert asyncio.run(twice()) == [1, 1]


@pytest.mark.parametrize("cache", [lru_cache, lfu_cache], ids=repr)
def test_a_load_of_more_than_fits_leaves_the_bound_in_force(cache: Any, tmp_path: Path) -> None:
    f = cache(None, cache=tmp_path / "runs.db", name="f")(lambda x: x)
    for x in range(10):
        f(x)
    f.dump()
    g = cache(2, cache=tmp_path / "runs.db", name="f")(lambda x: x)
    g.load()
    assert g.info().size == 2
    for x in range(20):
        assert g(x) == x
        assert g.info().size == 2


@CACHES
def test_an_exception_comes_as_it_was_raised(cache: Any) -> None:
    @cache
    def f(x: int) -> int:
        raise LookupError(x)

    for _ in range(2):
        with pytest.raises(LookupError) as caught:
            f(1)
        assert caught.value.__context__ is None
    assert f.info()[:3] == (0, 0, 0)


@pytest.mark.parametrize("options", [{"maxsize": 0}, {"maxsize": 1}, {"maxsize": None}])
def test_a_cache_over_an_archive_never_empties_it(options: Any, tmp_path: Path) -> None:
    archive = archives.dir_archive(str(tmp_path / "memo"), cached=False)
    archive["mine"] = 1
    f = lru_cache(cache=archive, **options)(lambda x: x)
    for x in range(5):
        f(x)
    f.clear()
    assert archive["mine"] == 1


@pytest.mark.parametrize("nothing", [OrderedDict(), [], 7])
def test_what_is_no_archive_is_refused(nothing: Any) -> None:
    with pytest.raises(ConfigurationError):
        lru_cache(cache=nothing)
    with pytest.raises(ConfigurationError):
        lru_cache(lambda x: x).archive(nothing)


def test_a_value_that_cannot_be_stored_leaves_memory_with_a_warning(tmp_path: Path) -> None:
    class Handle:
        def __reduce__(self) -> Any:
            raise TypeError("a handle stays where it is")

    @lru_cache(1, cache=tmp_path / "runs.db", name="f")
    def f(x: int) -> Any:
        return Handle() if x == 1 else x

    handle = f(1)
    assert f(1) is handle
    with pytest.warns(StorageWarning, match=r"f\(x=1\)") as caught:
        assert f(2) == 2
    assert caught[0].filename == __file__
    assert f(3) == 3
    assert list(f.__cache__().archive) == [2]


def test_looking_up_after_dump_and_clear_asks_the_archive(tmp_path: Path) -> None:
    f = lru_cache(cache=tmp_path / "runs.db")(lambda x: x)
    f(1)
    f.dump()
    f.clear()
    assert f.lookup(1) == 1


def test_lfu_lets_one_entry_go_at_a_time() -> None:
    f = lfu_cache(maxsize=3)(lambda x: x)
    for x in range(10):
        f(x)
        assert f.info().size == min(x + 1, 3)
