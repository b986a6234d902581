"""All caches off, and on again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import inf_cache, lfu_cache, lru_cache, seeded_cache
from kigen.caching import disabled
from kigen.caching.misses import switch
from tests.concurrency.forks import fork, join, needs_fork
from tests.concurrency.interrupts import interrupted


@pytest.mark.parametrize("decorator", [inf_cache, lru_cache, lfu_cache])
def test_functions_are_simply_called_and_what_was_known_is_found_again(
    decorator, tmp_path: Path
) -> None:
    ran = []

    @decorator(archive=tmp_path / "a.db")
    def f(x: object) -> object:
        ran.append(x)
        return x

    f(1), f([2])
    with disabled():
        f(1), f([2]), f(3), f(3)
        assert ran == [1, [2], 1, [2], 3, 3]
        assert f.info()[:2] == (0, 2)
        assert len(f.archive()) == 2
    f(1), f([2])
    assert len(ran) == 6
    assert f.info()[:2] == (2, 2)
    assert not f.contains(3)


def test_blocks_nest_and_end_with_an_error() -> None:
    ran = []
    f = inf_cache(lambda x: ran.append(x))
    f(1)
    with pytest.raises(ValueError), disabled():
        with disabled():
            f(1)
        f(1)
        raise ValueError
    f(1)
    assert ran == [1, 1, 1]


def test_what_is_decorated_within_a_block_is_off_and_on_after_it() -> None:
    ran = []
    with disabled():
        f = inf_cache(lambda x: ran.append(x))
        f(1), f(1)
    f(1), f(1)
    assert ran == [1, 1, 1]


def test_exceptions_coroutines_and_evaluations_pass_too() -> None:
    class Trial(kigen.Key):
        x = kigen.Param(min=0, max=9)

    ran = []

    @seeded_cache
    def evaluate(trial: Trial) -> int:
        ran.append(trial.x)
        return trial.x

    @inf_cache
    async def later(x: int) -> int:
        ran.append(x)
        return x

    @inf_cache
    def fail(x: int) -> float:
        return 1 / x

    with disabled():
        assert evaluate(x=1) == evaluate(x=1) == 1
        assert asyncio.run(later(2)) == asyncio.run(later(2)) == 2
        with pytest.raises(ZeroDivisionError):
            fail(0)
    assert ran == [1, 1, 2, 2]


def test_the_environment_turns_them_off_for_good() -> None:
    script = textwrap.dedent("""
        import kigen
        ran = []
        f = kigen.lru_cache(lambda x: ran.append(x))
        f(1), f(1)
        print(len(ran))
    """)
    for value, expected in (("1", "2"), ("0", "1"), ("", "1")):
        run = subprocess.run(
            [sys.executable, "-c", script],
            env={"KIGEN_DISABLE": value, "PYTHONPATH": str(Path(kigen.__file__).parents[1])},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == expected


def test_map_returns_the_results_in_order() -> None:
    ran = []
    f = inf_cache(lambda x: ran.append(x) or -x)
    assert f.map([1, 2, 1]) == [-1, -2, -1]
    assert ran == [1, 2]


def test_a_call_that_is_running_when_the_caches_are_turned_off_ends_as_it_began() -> None:
    """And one that began while they were off is not kept, and nobody waits for it."""
    began, go_on = threading.Event(), threading.Event()

    @lru_cache
    def f(x: int) -> int:
        began.set()
        go_on.wait(60)
        return x

    with ThreadPoolExecutor(2) as pool:
        on = pool.submit(f, 1)
        began.wait(60)
        with disabled():
            go_on.set()
            assert on.result(60) == 1
            began.clear()
            go_on.clear()
            off = pool.submit(f, 2)
            began.wait(60)
        go_on.set()
        assert off.result(60) == 2
        assert not f.contains(2)
        assert [pool.submit(f, x).result(60) for x in (1, 2)] == [1, 2]
    assert f.info()[:2] == (1, 2)


def test_wherever_an_interrupt_ends_a_block_the_caches_are_on_again() -> None:
    ran: list[int] = []
    functions = [inf_cache(lambda x: ran.append(x)) for _ in range(2)]

    def block() -> None:
        with disabled():
            functions[0](0)

    for point in count(1):
        through = interrupted(block, point) is None
        ran.clear()
        for f in functions:
            f(point), f(point)
        assert ran == [point] * 2, point
        if through:
            break
    assert point > 20


def test_a_function_that_is_decorated_while_the_last_block_ends_is_on() -> None:
    """Its cache is not turned off by what was so before."""
    ran: list[int] = []
    turning, ended = threading.Event(), threading.Event()

    def trace(frame: Any, event: str, argument: Any) -> None:
        if frame.f_code is switch.Switch.turn.__code__:
            turning.set()
            ended.wait(0.1)  # nobody can end it meanwhile: there is nothing to wait for

    def decorate() -> Any:
        sys.settrace(trace)
        try:
            return inf_cache(lambda x: ran.append(x))
        finally:
            sys.settrace(None)

    with ThreadPoolExecutor(1) as pool:
        with disabled():
            decorated = pool.submit(decorate)
            assert turning.wait(60)
        ended.set()
        f = decorated.result(60)
    f(1), f(1)
    assert ran == [1]


@needs_fork
def test_a_forked_child_has_its_own_blocks_alone() -> None:
    """Those of other threads would never end, nor would they let go of what they hold."""
    f = inf_cache(lambda x: object())
    entered, done = threading.Event(), threading.Event()

    def off() -> None:
        with disabled(), switch._guard:
            entered.set()
            done.wait(60)

    def child() -> None:
        assert f(1) is f(1)
        with disabled():
            assert f(1) is not f(1)
        assert f(1) is f(1)

    def child_within_a_block() -> None:
        assert f(1) is not f(1)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(off)
        assert entered.wait(60)
        try:
            join(fork(child))
        finally:
            done.set()
    with disabled():
        join(fork(child_within_a_block))


def test_a_refresh_computes_and_leaves_what_there_is(tmp_path: Path) -> None:
    numbers = count()
    f = lru_cache(archive=tmp_path / "a.db", name="f")(lambda x: next(numbers))
    assert f(1) == 0
    with disabled():
        assert f.refresh(1) == 1
        assert f.refresh(2) == 2
        assert (f.peek(1), f.contains(2)) == (0, False)
    assert f(1) == 0
    assert len(f.archive()) == 1


def test_a_refresh_of_a_coroutine_function_is_awaited() -> None:
    numbers = count()

    @lru_cache
    async def f(x: int) -> int:
        return next(numbers)

    assert asyncio.run(f(1)) == 0
    with disabled():
        assert asyncio.run(f.refresh(1)) == 1
    assert asyncio.run(f(1)) == 0
