"""Ctrl-C at each single point of a call: the key can be asked for again, by whoever it is."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

import kigen
from kigen.caching.misses import flight
from tests.concurrency.interrupts import interrupted
from tests.crowd import TIMEOUT, crowd

CACHES = {
    "a miss": lambda: kigen.lru_cache(maxsize=3),
    "a result to be copied": lambda: kigen.s3fifo_cache(maxsize=3, copy=True),
    "a result that expires": lambda: kigen.lfu_cache(maxsize=3, ttl=100),
    "a bound by weight": lambda: kigen.lru_cache(maxbytes=3, weigh=lambda _: 1),
    "listeners": lambda: kigen.lru_cache(maxsize=3, on_miss=lambda *_: None),
    "safe": lambda: kigen.safe.mru_cache(maxsize=3),
    "archive": lambda: kigen.lru_cache(archive=kigen.archives.open("memory://"), name="f"),
    **{
        f"room for one, {policy}": lambda policy=policy: getattr(kigen, f"{policy}_cache")(
            maxsize=1
        )
        for policy in ("lru", "lfu", "mru", "rr", "sieve", "s3fifo")
    },
}


# Python cannot raise in a weak reference's callback: it says that, and goes on.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("argument", [1, [1]], ids=["plain", "odd"])
@pytest.mark.parametrize("name", CACHES)
def test_whatever_an_interrupt_interrupts_no_caller_waits_for_it(name: str, argument: Any) -> None:
    gc.collect()  # others' finalizers are none of the points
    for point in count(1):
        f = CACHES[name]()(lambda x: x)
        for earlier in range(3):
            f(("earlier", earlier))
        error = interrupted(lambda f=f: f(argument), point)
        if error is None:
            break
        assert crowd(1, lambda _, f=f: f(argument)) == [argument]
        assert f(argument) == argument
        bound = f.info().maxsize or f.info().maxbytes
        assert f.info().size <= bound
        for later in range(bound):
            f(("later", later))
        assert f.info().size == min(bound, 4 + bound), "no room was lost"
        assert flight.waiting == {} == flight.gates
    assert point > 5


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("how", ["invalidate", "clear"])
@pytest.mark.parametrize("name", CACHES)
def test_whatever_is_interrupted_while_it_forgets_no_room_is_lost(name: str, how: str) -> None:
    gc.collect()
    for point in count(1):
        f = CACHES[name]()(lambda x: x)
        for earlier in range(3):
            f(earlier)
        work = f.clear if how == "clear" else lambda f=f: f.invalidate(2)
        if interrupted(work, point) is None:
            break
        bound = f.info().maxsize or f.info().maxbytes
        for later in range(10, 10 + bound):
            f(later)
        assert f.info().size == min(bound, 3 + bound)
        assert f.info().bytes in (None, bound)
    assert point > 5


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_whatever_an_interrupt_interrupts_those_who_wait_go_on() -> None:
    """They have the result, or one of them computes it."""
    gc.collect()
    for point in count(1):
        error, f = computed_for_three(point)
        assert flight.waiting == {} == flight.gates
        if error is None:
            break
    assert f.info()[:3] == (3, 1, 0)


def computed_for_three(point: int) -> tuple[Any, Any]:
    """Call a function that three threads wait for, and are given; the interrupt, the function."""
    main = threading.get_ident()
    began: list[int] = []  # an Event would not bear an interrupt
    all_wait, over = threading.Lock(), threading.Event()
    all_wait.acquire()

    @kigen.lru_cache
    def f(x: int) -> int:
        if threading.get_ident() == main:
            began.append(x)
            all_wait.acquire()  # one call, however long it takes
        return x

    def watch() -> None:
        while len(flight.waiting) < 3 and not over.wait(0.0001):
            pass
        all_wait.release()

    def wait() -> int:
        while not began:
            time.sleep(0.0001)
        return f(1)

    with ThreadPoolExecutor(4) as pool:
        waiters = [pool.submit(wait) for _ in range(3)]
        pool.submit(watch)
        error = interrupted(lambda: f(1), point)
        over.set()
        began.append(1)
        assert [waiter.result(TIMEOUT) for waiter in waiters] == [1] * 3
    return error, f
