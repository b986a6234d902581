"""Recursion through a cache, at the interpreter's limit."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from kigen import cached_property, inf_cache, lru_cache, no_cache, safe, sieve_cache
from kigen.caching.misses import depth
from tests.concurrency.interrupts import interrupted
from tests.crowd import TIMEOUT, crowd

pytestmark = pytest.mark.skipif(depth.FREE_THREADED, reason="the limit is left alone there")

CACHES = pytest.mark.parametrize(
    "cache",
    [
        *(inf_cache, lru_cache(maxsize=None), lru_cache(2), sieve_cache(maxsize=5), no_cache),
        *(safe.lfu_cache, lru_cache(maxbytes=1000), lru_cache(on_miss=lambda _: None)),
        *(lru_cache(archive="memory://deep"), inf_cache(keymap=lambda n: n)),
    ],
)


@pytest.fixture(autouse=True)
def the_limit_is_what_it_was() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    yield
    assert sys.getrecursionlimit() == limit
    assert not depth.lifts


def deepest(f: Callable[[int], int]) -> int:
    """Return how many calls of itself a function has room for."""
    fits, fails = 1, 10_000
    while fails - fits > 1:
        n = (fits + fails) // 2
        try:
            assert f(n) == n
            fits = n
        except RecursionError:
            fails = n
    return fits


def plain(n: int) -> int:
    return plain(n - 1) + 1 if n else 0


def made(cache: Any) -> Callable[[int], int]:
    """Return a function that knows nothing of its earlier calls, and calls itself."""

    def begin(start: int) -> int:
        @cache
        def f(n: int) -> int:
            return f(n - 1) + 1 if n else 0

        if f.archive() is not None:
            f.archive().clear()
        result: int = f(start)
        return result

    return begin


@CACHES
def test_a_function_calls_itself_as_deeply_as_without_a_cache(cache: Any) -> None:
    alone = deepest(plain)
    assert alone <= deepest(made(cache)) <= alone + 2 * depth.AHEAD


def test_it_does_so_over_a_file(tmp_path: Any) -> None:
    alone = deepest(plain)

    @lru_cache(archive=tmp_path / "deep.db")
    def f(n: int) -> int:
        return f(n - 1) + 1 if n else 0

    assert f(alone) == alone
    assert len(f.archive()) == alone + 1


def test_methods_do_so_too() -> None:
    class Tree:
        @lru_cache
        def height(self, n: int) -> int:
            return self.height(n - 1) + 1 if n else 0

    def begin(n: int) -> int:
        return Tree().height(n)

    assert deepest(begin) >= deepest(plain) - 1


def test_properties_do_so_too() -> None:
    class Link:
        def __init__(self, n: int) -> None:
            self.n = n

        @property
        def length(self) -> int:
            return Link(self.n - 1).length + 1 if self.n else 0

        @cached_property
        def kept(self) -> int:
            return Link(self.n - 1).kept + 1 if self.n else 0

    assert deepest(lambda n: Link(n).kept) >= min(deepest(lambda n: Link(n).length), 400)


def test_two_functions_that_call_each_other_do_so_too() -> None:
    def begin(start: int) -> int:
        @inf_cache
        def even(n: int) -> int:
            return odd(n - 1) + 1 if n else 0

        @inf_cache
        def odd(n: int) -> int:
            return even(n - 1) + 1 if n else 0

        return even(start)

    assert deepest(begin) >= deepest(plain)


def test_a_recursion_without_end_has_one() -> None:
    seen = []

    @inf_cache
    def f(n: int) -> int:
        seen.append(n)
        return f(n + 1)

    with pytest.raises(RecursionError):
        f(0)
    assert len(seen) <= sys.getrecursionlimit() + depth.AHEAD + depth.STEP


def test_what_raises_at_the_bottom_lowers_the_limit_on_its_way() -> None:
    @inf_cache
    def f(n: int) -> int:
        return f(n - 1) if n else n // n

    with pytest.raises(ZeroDivisionError):
        f(900)


def test_functions_that_do_not_call_themselves_leave_the_limit_alone() -> None:
    limits, together = [], threading.Barrier(3 * depth.STEP)

    @inf_cache
    def f(n: int) -> None:
        together.wait(TIMEOUT)
        limits.append(sys.getrecursionlimit())

    crowd(3 * depth.STEP, f)
    assert {*limits} == {sys.getrecursionlimit()}


def test_threads_raise_and_lower_it_at_once() -> None:
    together = threading.Barrier(4)

    @inf_cache
    def f(n: int, thread: int) -> int:
        if n == 0:
            together.wait(TIMEOUT)
            return 0
        return f(n - 1, thread) + 1

    assert crowd(4, lambda n: f(900 + n, n)) == [900, 901, 902, 903]


def test_a_limit_that_the_user_sets_meanwhile_is_kept() -> None:
    before = sys.getrecursionlimit()

    @inf_cache
    def f(n: int) -> int:
        if n == 0:
            sys.setrecursionlimit(before + 5000)
        return f(n - 1) + 1 if n else 0

    try:
        assert f(900) == 900
        assert sys.getrecursionlimit() == before + 5000
    finally:
        sys.setrecursionlimit(before)


def test_a_limit_that_cannot_be_lowered_yet_is_lowered_later() -> None:
    """Where it is raised at the very end of the stack, there is no room to go back to."""

    @inf_cache
    def f(n: int) -> int:
        return f(n - 1) + 1 if n else 0

    def below(frames: int, n: int) -> int:
        return below(frames - 1, n) if frames else f(n)

    for frames in range(deepest(plain) - 80, deepest(plain)):
        with suppress(RecursionError):
            below(frames, 2 * depth.STEP)
        assert not depth.lifts
        f.clear()


@pytest.mark.parametrize("raises", [False, True])
def test_interrupts_at_any_point_leave_the_limit_as_it_was(raises: bool) -> None:
    def attempt(point: int) -> BaseException | None:
        @inf_cache
        def f(n: int) -> int:
            if n == 0 and raises:
                raise KeyError(n)
            return f(n - 1) + 1 if n else 0

        def work() -> None:
            with suppress(KeyError):
                f(depth.STEP + 2)

        return interrupted(work, point)

    limit = sys.getrecursionlimit()
    gc.collect()
    gc.disable()  # finalizers are none of the points
    try:
        for point in count(1):
            error = attempt(point)
            made(inf_cache)(1)  # any call that lands
            assert sys.getrecursionlimit() == limit
            if error is None:
                break
    finally:
        gc.enable()
    assert point > 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="platform: no fork")
def test_a_forked_child_forgets_what_other_threads_had_raised() -> None:
    limit = sys.getrecursionlimit()
    deep, leave = threading.Event(), threading.Event()

    @inf_cache
    def f(n: int) -> int:
        if n == 0:
            deep.set()
            leave.wait(TIMEOUT)
        return f(n - 1) + 1 if n else 0

    thread = threading.Thread(target=f, args=(100,))
    thread.start()
    deep.wait(TIMEOUT)
    assert sys.getrecursionlimit() > limit
    child = os.fork()
    if child == 0:
        made(inf_cache)(1)  # any call that lands
        os._exit(sys.getrecursionlimit() != limit)
    assert os.waitpid(child, 0)[1] == 0
    leave.set()
    thread.join(TIMEOUT)


def test_who_sets_the_limit_for_a_while_within_a_computation_puts_the_old_one_back() -> None:
    @inf_cache
    def f(n: int) -> int:
        if n != 200:
            return f(n - 1) + 1 if n else 0
        found = sys.getrecursionlimit()
        sys.setrecursionlimit(5000)
        try:
            return f(n - 1) + 1
        finally:
            sys.setrecursionlimit(found)

    limit = sys.getrecursionlimit()
    assert f(400) == 400
    assert sys.getrecursionlimit() == limit
    assert not depth._ours
