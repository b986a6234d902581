"""Coroutine functions: awaited once, shared by all who await it, and generators kept as tuples."""

from __future__ import annotations

import asyncio
import gc
import inspect
import os
import threading
import time
from collections.abc import Coroutine, Generator
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import inf_cache, lru_cache
from kigen.caching.misses import flight
from tests.crowd import TIMEOUT, crowd

pytestmark = pytest.mark.timeout(60)


def test_a_coroutine_function_is_awaited_once_for_a_key() -> None:
    ran = []

    @lru_cache
    async def f(x: int, y: int = 2) -> int:
        ran.append((x, y))
        await asyncio.sleep(0)
        return x + y

    async def main() -> list[int]:
        return [await f(1), await f(1, y=2), await f(x=1)]

    assert asyncio.run(main()) == [3, 3, 3]
    assert ran == [(1, 2)]
    assert f.info()[:2] == (2, 1)
    assert inspect.iscoroutinefunction(f)


@pytest.mark.parametrize("tasks", [2, 1000])
def test_any_number_of_tasks_on_one_cold_key_share_one_computation(tasks: int) -> None:
    ran = []

    @inf_cache
    async def f(x: int) -> list[int]:
        ran.append(x)
        await asyncio.sleep(0.01)
        return [x]

    async def main() -> list[list[int]]:
        return await asyncio.gather(*(f(1) for _ in range(tasks)))

    results = asyncio.run(main())
    assert results == [[1]] * tasks
    assert ran == [1]
    assert len({id(result) for result in results}) == tasks  # nobody can poison another's
    assert f.info()[:2] == (tasks - 1, 1)


def test_tasks_of_several_loops_share_one_computation() -> None:
    ran, results = [], []
    ready = threading.Barrier(4)

    @inf_cache
    async def f(x: int) -> int:
        ran.append(x)
        await asyncio.sleep(0.05)
        return x

    async def main() -> int:
        ready.wait(10)
        return await f(1)

    threads = [
        threading.Thread(target=lambda: results.append(asyncio.run(main()))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [1] * 4
    assert ran == [1]


def test_a_cancelled_computation_is_taken_over_by_one_who_waits() -> None:
    ran = []

    @inf_cache
    async def f(x: int) -> int:
        ran.append(x)
        await asyncio.sleep(0.05 if len(ran) > 1 else 60)
        return x

    async def main() -> list[int]:
        leader = asyncio.create_task(f(1))
        await asyncio.sleep(0.01)
        others = [asyncio.create_task(f(1)) for _ in range(3)]
        await asyncio.sleep(0.01)
        leader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leader
        return await asyncio.gather(*others)

    assert asyncio.run(main()) == [1, 1, 1]
    assert ran == [1, 1]


def test_a_cancelled_waiter_leaves_the_others_alone() -> None:
    @inf_cache
    async def f(x: int) -> int:
        await asyncio.sleep(0.05)
        return x

    async def main() -> list[int]:
        tasks = [asyncio.create_task(f(1)) for _ in range(3)]
        await asyncio.sleep(0.01)
        tasks[1].cancel()
        return [await tasks[0], await tasks[2]]

    assert asyncio.run(main()) == [1, 1]


def test_an_exception_is_its_callers_and_the_next_one_tries() -> None:
    ran = []

    @inf_cache
    async def f(x: int) -> int:
        ran.append(x)
        await asyncio.sleep(0.01)
        if len(ran) == 1:
            raise ValueError("first")
        return x

    async def main() -> list[object]:
        return await asyncio.gather(f(1), f(1), return_exceptions=True)

    first, second = asyncio.run(main())
    assert isinstance(first, ValueError)
    assert second == 1
    assert f.info().miss == 1


def test_a_task_that_awaits_its_own_result_gets_an_error_and_no_deadlock() -> None:
    @inf_cache
    async def f(x: int) -> int:
        return await f(x)

    with pytest.raises(kigen.ReentrantCall):
        asyncio.run(f(1))
    assert f.info()[:2] == (0, 0)


def test_two_tasks_that_await_each_other_get_an_error_and_no_deadlock() -> None:
    @inf_cache
    async def f(x: int) -> int:
        await asyncio.sleep(0.01)
        return await f(1 - x)

    async def main() -> list[object]:
        return await asyncio.gather(f(0), f(1), return_exceptions=True)

    assert any(isinstance(r, kigen.ReentrantCall) for r in asyncio.run(main()))


def test_who_has_its_result_and_is_not_yet_back_waits_for_nobody() -> None:
    @lru_cache
    async def f(x: str) -> str:
        if x == "outer":
            return x + await f("inner")
        await asyncio.sleep(0)
        return x

    async def both() -> str:
        await f("inner")
        return await f("outer")

    async def main() -> list[object]:
        tasks = asyncio.create_task(both()), asyncio.create_task(f("outer"))
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert asyncio.run(main()) == ["outerinner"] * 2


def test_without_asyncio_each_computes_for_itself_and_nobody_is_refused() -> None:
    ran = []

    @lru_cache
    async def f(x: int) -> list[int]:
        ran.append(x)
        await Step()
        return [x]

    class Step:
        def __await__(self) -> Generator[None, None, None]:
            yield

    def finish(coroutine: Coroutine[None, None, list[int]]) -> list[int]:
        with pytest.raises(StopIteration) as end:
            coroutine.send(None)
        return end.value.value

    first, second = f(1), f(1)
    first.send(None), second.send(None)
    assert [finish(second), finish(first), finish(f(1))] == [[1]] * 3
    assert ran == [1, 1]
    assert f.info()[:2] == (1, 1)
    assert asyncio.run(f(1)) == [1]


def test_results_of_coroutines_are_archived(tmp_path: Path) -> None:
    ran = []

    def session():
        @inf_cache(archive=tmp_path / "a.db", name="f")
        async def f(x: list[int]) -> int:
            ran.append(x)
            return sum(x)

        return f

    assert asyncio.run(session()([1, 2])) == 3
    later = session()
    assert asyncio.run(later([1, 2])) == 3
    assert ran == [[1, 2]]
    assert later.info().load == 1


def test_a_refreshed_coroutine_is_awaited() -> None:
    versions = iter(range(9))

    @inf_cache
    async def f(x: int) -> int:
        return next(versions)

    async def main() -> list[int]:
        return [await f(1), await f.refresh(1), await f(1)]

    assert asyncio.run(main()) == [0, 1, 1]


def test_a_coroutine_method_is_cached_for_each_instance() -> None:
    class Client:
        def __init__(self, n: int) -> None:
            self.n = n

        @lru_cache
        async def get(self, x: int) -> int:
            return self.n * x

    async def main() -> list[int]:
        a, b = Client(2), Client(3)
        return [await a.get(1), await b.get(1), await a.get(1)]

    assert asyncio.run(main()) == [2, 3, 2]
    assert Client.get.info()[:2] == (1, 2)


def test_a_generator_is_kept_as_a_tuple_if_asked_for() -> None:
    ran = []

    @inf_cache(materialize=True)
    def numbers(n: int):
        ran.append(n)
        yield from range(n)

    assert numbers(3) == (0, 1, 2)
    assert list(numbers(3)) == list(numbers(n=3)) == [0, 1, 2]
    assert ran == [3]


def test_an_async_generator_is_kept_as_a_tuple_if_asked_for() -> None:
    @inf_cache(materialize=True)
    async def numbers(n: int):
        for i in range(n):
            yield i

    async def main() -> list[tuple[int, ...]]:
        return [await numbers(3), await numbers(3)]

    assert asyncio.run(main()) == [(0, 1, 2), (0, 1, 2)]
    assert numbers.info()[:2] == (1, 1)


def test_a_generator_is_refused_otherwise_with_the_remedy() -> None:
    with pytest.raises(kigen.ConfigurationError, match="materialize=True"):

        @inf_cache
        def numbers():
            yield 1


@pytest.mark.parametrize("waiters", [0, 3])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_is_closed_over_a_computation_leaves_its_key_to_others(waiters: int) -> None:
    ran = []

    @lru_cache(archive=f"memory://stranded{waiters}", name="f")
    async def f(x: int) -> int:
        ran.append(x)
        if len(ran) == 1:
            await asyncio.sleep(TIMEOUT)
        return x

    loop = asyncio.new_event_loop()
    tasks = [loop.create_task(f(1)) for _ in range(1 + waiters)]
    loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert asyncio.run(asyncio.wait_for(f(1), TIMEOUT)) == 1
    while tasks:
        tasks.pop()._log_destroy_pending = False  # type: ignore[attr-defined]
    gc.collect()
    assert flight.waiting == {} == flight.gates
    assert flight.obsolete == set()
    assert asyncio.run(f(1)) == 1
    assert f.contains(1)
    assert len(ran) == 2
    assert f.info()[:3] == (1, 1, 0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_who_waits_in_another_loop_goes_on_when_the_computing_task_has_been_destroyed() -> None:
    began, given_up = threading.Event(), threading.Event()
    mine = threading.local()

    @lru_cache
    async def f(x: int) -> int:
        if hasattr(mine, "leads"):
            began.set()
            await asyncio.sleep(TIMEOUT)
        return x

    def lead() -> None:
        mine.leads = True
        loop = asyncio.new_event_loop()
        task = loop.create_task(f(1))
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        loop.run_until_complete(asyncio.sleep(0))
        while not flight.waiting:
            time.sleep(0.001)
        loop.close()
        del task, loop
        gc.collect()
        given_up.set()

    def follow() -> int:
        began.wait(TIMEOUT)
        return asyncio.run(asyncio.wait_for(f(1), TIMEOUT / 2))

    assert crowd(2, lambda n: (lead, follow)[n]()) == [None, 1]
    assert given_up.is_set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("cache", [lru_cache, lru_cache(archive="memory://forked", name="f")])
def test_a_coroutine_that_forks_returns_in_the_child_too(cache: Any) -> None:
    ran = []

    @cache
    async def f(x: int) -> int:
        ran.append(x)
        return os.fork() if len(ran) == 1 else 7

    async def main() -> int:
        child = await f(1)
        if child == 0:
            os._exit(0 if await f(1) == 7 else 2)
        return child

    parent = os.getpid()
    try:
        child = asyncio.run(main())
    finally:
        if os.getpid() != parent:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
