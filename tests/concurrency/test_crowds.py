"""Crowds: eight threads of a hundred thousand calls each, a thousand callers of one cold key."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from itertools import chain, count
from typing import Any

import pytest

import kigen
from kigen import safe
from kigen.caching.misses import flight
from tests.crowd import TIMEOUT, crowd, eager_threads

POLICIES = ("no", "inf", "lru", "lfu", "mru", "rr", "sieve", "s3fifo")
THREADS, CALLS = 8, 100_000
CROWD = 1000
ROUND = random.Random(4).choices(range(60), [1 / (n + 1) for n in range(60)], k=1000)


@pytest.mark.parametrize(
    ("module", "policy"),
    [(kigen, policy) for policy in POLICIES] + [(safe, "inf"), (safe, "lru")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_eight_threads_make_a_hundred_thousand_calls_each(module: Any, policy: str) -> None:
    """Each result is right, the bound holds all the time, and the counts add up to the call."""
    cache = getattr(module, f"{policy}_cache")
    bound = {"no": 0, "inf": 60}.get(policy, 40)
    info = storm(cache() if policy in ("no", "inf") else cache(maxsize=bound), bound)
    if policy == "inf":
        assert info.miss == info.size == len(set(ROUND))


@pytest.mark.parametrize("policy", [policy for policy in POLICIES if policy not in ("no", "inf")])
@pytest.mark.parametrize("maxsize", [None, 30])
def test_they_do_so_with_a_bound_by_weight(policy: str, maxsize: int | None) -> None:
    cache = getattr(kigen, f"{policy}_cache")(maxsize=maxsize, maxbytes=90, weigh=weight)
    info = storm(cache, maxsize or 90)
    assert info.bytes > 90 - 4 or info.size == maxsize


def weight(result: tuple[int, str]) -> int:
    """Return what a result weighs, 1 to 4."""
    return 1 + result[0] % 4


def storm(cache: Any, bound: int) -> Any:
    """Let the threads call, and check what holds whatever the policy; return the counts."""
    computed = count()

    @cache
    def f(x: int) -> tuple[int, str]:
        next(computed)
        return (x, "result")

    results = {x: (x, "result") for x in ROUND}

    def work(number: int) -> int:
        wrong = 0
        for n in range(CALLS // len(ROUND)):
            for x in ROUND[n:] + ROUND[:n]:
                wrong += f(x) != results[x]
        return wrong

    over, looks, done = [], count(), threading.Event()

    def watch() -> None:
        while not done.is_set():
            next(looks)
            info = f.info()
            if info.size > bound or (info.bytes or 0) > (info.maxbytes or 0):
                over.append(info)

    watcher = threading.Thread(target=watch)
    with eager_threads():
        watcher.start()
        try:
            assert crowd(THREADS, work) == [0] * THREADS
        finally:
            done.set()
            watcher.join(TIMEOUT)
    assert over == []
    assert next(looks) > 10
    info = f.info()
    assert (info.hit + info.miss, info.load) == (THREADS * CALLS, 0)
    assert info.miss == next(computed)
    kept = dict(f.__cache__())
    assert info.size == len(kept) <= bound
    assert kept.items() <= {(x, results[x]) for x in results}
    if info.bytes is not None:
        assert info.bytes == sum(map(weight, kept.values())) <= info.maxbytes
    return info


@pytest.mark.parametrize("policy", POLICIES)
def test_with_an_archive_each_key_is_computed_once_whatever_memory_forgets(policy: str) -> None:
    bound = {"no": 0, "inf": 60}.get(policy, 10)
    computed = count()
    cache = getattr(kigen, f"{policy}_cache")
    options = {"archive": kigen.archives.open("memory://"), "name": "f"}

    @cache(**options) if policy in ("no", "inf") else cache(maxsize=bound, **options)
    def f(x: int) -> int:
        next(computed)
        return x

    def work(number: int) -> int:
        return sum(f(x) != x for x in ROUND[100 * number :] + ROUND[: 100 * number])

    with eager_threads():
        assert crowd(THREADS, work) == [0] * THREADS
    info = f.info()
    assert info.hit + info.miss + info.load == THREADS * len(ROUND)
    assert info.miss == next(computed) == len(f.archive()) == len(set(ROUND))
    assert info.size <= bound


class Refused(Exception):
    """What the function raises."""


@pytest.mark.parametrize(
    ("policy", "failures"),
    [(policy, n) for policy in POLICIES for n in (0, 1, 3) if policy != "no" or n == 0],
)
def test_a_thousand_threads_on_one_cold_key_are_one_computation(policy: str, failures: int) -> None:
    """Or one more for each that raises, which is an exception of its caller's alone."""
    ran = []

    @getattr(kigen, f"{policy}_cache")
    def f(x: int) -> list[int]:
        ran.append(x)
        others = CROWD - len(ran)
        while len(flight.waiting) < others:
            time.sleep(0.001)
        if others >= CROWD - failures:
            raise Refused
        return [x]

    results = crowd(CROWD, lambda _: f(1))
    assert len(ran) == 1 + failures
    assert sum(type(result) is Refused for result in results) == failures
    assert results.count([1]) == CROWD - failures
    assert f.info()[:3] == (CROWD - failures - 1, 1, 0)
    assert flight.waiting == {}


@pytest.mark.parametrize("loops", [1, 8])
@pytest.mark.parametrize("end", ["returns", "raises", "is cancelled", "cancels others"])
def test_a_thousand_tasks_on_one_cold_key_are_one_computation(loops: int, end: str) -> None:
    """In one event loop or in several; who raises or is cancelled does not poison the others."""
    ran = []
    tasks: dict[asyncio.AbstractEventLoop, list[asyncio.Task[Any]]] = {}

    @kigen.lru_cache
    async def f(x: int) -> list[int]:
        ran.append(x)
        while len(flight.waiting) < CROWD - len(ran):  # noqa: ASYNC110 - nobody tells of that
            await asyncio.sleep(0.001)
        if len(ran) == 1:
            await first()
        return [x]

    async def first() -> None:
        mine = asyncio.current_task()
        if end == "raises":
            raise Refused
        if end == "is cancelled":
            mine.cancel()
            await asyncio.sleep(TIMEOUT)
        if end == "cancels others":
            for task in [task for task in tasks[asyncio.get_running_loop()] if task is not mine][
                :9
            ]:
                task.cancel()

    async def main() -> list[Any]:
        here = [asyncio.create_task(f(1)) for _ in range(CROWD // loops)]
        tasks[asyncio.get_running_loop()] = here
        return await asyncio.gather(*here, return_exceptions=True)

    results = list(chain.from_iterable(crowd(loops, lambda _: asyncio.run(main()))))
    failed = {"returns": 0, "raises": 1, "is cancelled": 1, "cancels others": 9}[end]
    kind = Refused if end == "raises" else asyncio.CancelledError
    assert results.count([1]) == CROWD - failed
    assert sum(type(result) is kind for result in results) == failed
    assert len(ran) == (2 if end in ("raises", "is cancelled") else 1)
    assert f.info()[:3] == (CROWD - failed - 1, 1, 0)
    assert flight.waiting == {}
