"""Nothing is held on to: not by calls, not by decorations, not by threads."""

from __future__ import annotations

import asyncio
import gc
import linecache
import sys
import tracemalloc
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

import kigen
from kigen import Key, Param, archives, dedup, inf_cache, lfu_cache, lru_cache, seeded_cache
from kigen.caching import wrapper
from kigen.caching.misses import flight
from tests.crowd import crowd

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)
POLICIES = pytest.mark.parametrize(
    "policy", ["no", "inf", "lru", "lfu", "mru", "rr", "sieve", "s3fifo"]
)


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
        gc.collect(), gc.collect()  # free-threaded builds let go of functions in the second
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
    assert flight.waiting == {}


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


def test_names_made_up_at_run_time_grow_no_table() -> None:
    def decorate() -> None:
        for number in range(1_000):

            def a_function(x: int) -> int:
                return x

            a_function.__name__ = a_function.__qualname__ = f"task_{number}"
            cached = lru_cache(maxsize=10)(a_function)
            assert cached(1) == 1
            assert cached.__code__.co_name == cached.__name__ == a_function.__name__

    decorate()
    before = len(linecache.cache), len(wrapper._templates)
    decorate()
    assert (len(linecache.cache), len(wrapper._templates)) == before


CALLS = 50_000  # and as many to warm up


def bounded(policy: str, **options: Any) -> Any:
    """Return the decorator; with room for 20 results, if it is a policy that has a bound."""
    cache = getattr(kigen, f"{policy}_cache")
    return cache(**options) if policy in ("no", "inf") else cache(maxsize=20, **options)


@POLICIES
def test_a_hundred_thousand_calls_leave_what_fits(policy: str) -> None:
    """Hits, misses, and digests; those of inf recur."""
    f = bounded(policy)(lambda x, *rest: [x])

    def work() -> None:
        for n in range(CALLS // 10):
            x = n % 30
            for _ in range(7):
                f(x)
            f([x]), f(x, 1.5), f(x)

    assert grown(work) < 50_000


@POLICIES
def test_a_hundred_thousand_calls_of_methods_leave_no_instance(policy: str) -> None:
    class Thing:
        @bounded(policy)
        def method(self, x: int) -> int:
            return x

    refs = []

    def work() -> None:
        refs.clear()
        for _ in range(1_000):
            thing = Thing()
            refs.append(weakref.ref(thing))
            for x in range(CALLS // 1_000):
                thing.method(x % 7)

    assert grown(work) < 300_000  # the references themselves
    gc.collect()
    assert sum(ref() is not None for ref in refs) <= 1  # the loop's last one
    assert Thing.method.info().size <= 20 or policy == "inf"


@POLICIES
def test_a_hundred_thousand_calls_of_coroutines_leave_what_fits(policy: str) -> None:
    @bounded(policy)
    async def f(x: int) -> int:
        return x

    async def some() -> None:
        for n in range(CALLS // 50):
            await asyncio.gather(*(f(n % 30 + m % 2) for m in range(50)))

    assert grown(lambda: asyncio.run(some())) < 50_000
    assert flight.waiting == {} == flight.gates


@POLICIES
def test_a_hundred_thousand_exceptions_leave_nothing(policy: str) -> None:
    """Neither those that pass through, nor those that are kept, of which as many are as fit."""

    @bounded(policy, cache_exceptions=KeyError)
    def f(x: int) -> int:
        if x % 2:
            raise KeyError(x)
        raise ValueError(x)

    def work() -> None:
        for n in range(CALLS):
            with suppress(KeyError, ValueError):
                f(n % 30)

    assert grown(work) < 50_000


@POLICIES
def test_a_hundred_thousand_calls_over_an_archive_leave_what_fits(policy: str) -> None:
    """Loads mostly: an archive in memory holds its thirty records."""
    f = bounded(policy, archive=archives.open("memory://"), name="f")(lambda x: x)

    def work() -> None:
        for n in range(CALLS):
            f(n % 30)

    assert grown(work) < 50_000


def test_threads_that_waited_leave_nothing_behind() -> None:
    @inf_cache
    def f(x: int) -> int:
        return x

    def work() -> None:
        for x in range(20):
            crowd(8, lambda _, x=x: f(x))

    work()
    assert flight.waiting == {}
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
