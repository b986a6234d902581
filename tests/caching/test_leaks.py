"""Nothing is held on to: not by calls, not by decorations, not by threads."""

from __future__ import annotations

import gc
import linecache
import sys
import tracemalloc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from kigen import Key, Param, archives, dedup, inf_cache, lfu_cache, lru_cache, seeded_cache
from kigen.caching import flight, wrapper
from tests.crowd import crowd

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)


class Trial(Key):
    x = Param(min=0, max=10**9)


def grown(work: Callable[[], object]) -> int:
    """Return by how many bytes memory has grown when ``work`` is done for the second time."""
    work()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        work()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return after - before


@CACHES
def test_a_hundred_thousand_hits_leave_nothing_behind(cache: Any) -> None:
    f = cache(lambda x, y=2: x)
    keep = [1, "a", 2.5, (1, 2), [3]]

    def work() -> None:
        for _ in range(20_000):
            for x in keep[:4]:
                f(x)
        for _ in range(2_000):
            f(keep[4])

    assert grown(work) < 20_000


@pytest.mark.parametrize("cache", [lru_cache, lfu_cache], ids=repr)
def test_a_hundred_thousand_misses_leave_what_fits(cache: Any) -> None:
    f = cache(maxsize=50)(lambda x: str(x))

    def work() -> None:
        for x in range(50_000):
            f(x)

    assert grown(work) < 50_000


@CACHES
def test_calls_that_raise_leave_nothing_behind(cache: Any) -> None:
    @cache
    def f(x: int) -> int:
        raise ValueError(x)

    def work() -> None:
        for x in range(20_000):
            try:
                f(x)
            except ValueError:
                pass

    assert grown(work) < 20_000
    assert flight._waiting == {}


def test_write_back_remembers_only_what_it_has_not_written() -> None:
    archive = archives.open("memory://")
    f = lru_cache(10, cache=archive)(lambda x: x)

    def work() -> None:
        for x in range(3_000):
            f(x), f([x])
        archive.clear()

    assert grown(work) < 50_000
    f.dump()
    assert f.__cache__().archive.unwritten == {}


@CACHES
def test_a_decorated_function_goes_when_nobody_refers_to_it(cache: Any) -> None:
    class Result:
        pass

    def make() -> Any:
        result = Result()

        @cache
        def f(x: int) -> Any:
            return result

        f(1), f([1]), f.info(), f.key(1), f.__cache__()
        return weakref.ref(f), weakref.ref(result)

    refs = make()
    gc.collect()
    assert [ref() for ref in refs] == [None, None]


def test_evaluations_and_deduplicated_functions_go_too() -> None:
    class Result:
        pass

    def make() -> Any:
        result = Result()

        @seeded_cache
        def evaluate(trial: Trial) -> Any:
            return result

        @dedup
        def once(x: int) -> Any:
            return result

        evaluate(x=1), evaluate.sweep(3), once(1)
        return weakref.ref(evaluate), weakref.ref(once), weakref.ref(result)

    refs = make()
    gc.collect()
    assert [ref() for ref in refs] == [None, None, None]


@CACHES
def test_arguments_and_results_go_when_they_are_evicted_or_cleared(cache: Any) -> None:
    class Thing:
        pass

    f = cache(lambda thing, other=None: Thing())
    thing = Thing()
    result = weakref.ref(f(thing))
    assert result() is not None
    f.clear()
    ref = weakref.ref(thing)
    del thing
    gc.collect()
    assert ref() is result() is None


@pytest.mark.parametrize("cache", [lru_cache, lfu_cache], ids=repr)
def test_who_was_evicted_is_not_held(cache: Any) -> None:
    class Thing:
        pass

    f = cache(maxsize=2)(lambda thing: 1)
    refs = []
    for _ in range(500):
        thing = Thing()
        refs.append(weakref.ref(thing))
        f(thing), f(thing)
        del thing
    gc.collect()
    assert sum(ref() is not None for ref in refs) <= 3


def test_an_exception_does_not_keep_its_caller_s_frame_alive() -> None:
    class Thing:
        pass

    @inf_cache
    def f(x: int) -> int:
        raise ValueError

    def call() -> Any:
        thing = Thing()
        try:
            f(1)
        except ValueError:
            pass
        return weakref.ref(thing)

    gc.disable()
    try:
        assert call()() is None, "by reference counting alone"
    finally:
        gc.enable()


def test_decorating_in_a_loop_grows_no_table() -> None:
    def decorate() -> None:
        for _ in range(3_000):

            @lru_cache(maxsize=10)
            def a_function(x: int) -> int:
                return x

            a_function(1)

    decorate()
    before = len(linecache.cache), len(wrapper._templates)
    assert grown(decorate) < 50_000
    assert (len(linecache.cache), len(wrapper._templates)) == before


def test_threads_that_waited_leave_nothing_behind() -> None:
    @inf_cache
    def f(x: int) -> int:
        return x

    def work() -> None:
        for x in range(20):
            crowd(8, lambda _, x=x: f(x))

    work()
    assert flight._waiting == {}
    assert f.info().size == 20


def test_reference_counts_of_arguments_and_results_are_left_as_they_were() -> None:
    """A hit holds on to nothing."""
    result, argument = object(), "an argument of its own"
    f = lru_cache(lambda x: result)
    f(argument)
    before = sys.getrefcount(result), sys.getrefcount(argument)
    for _ in range(1000):
        f(argument)
    assert (sys.getrefcount(result), sys.getrefcount(argument)) == before
