"""Ctrl-C at each single point of a call: the key can be asked for again, by whoever it is."""

from __future__ import annotations

import gc
from itertools import count
from typing import Any

import pytest

import kigen
from kigen.caching import flight
from tests.concurrency.interrupts import interrupted
from tests.crowd import crowd

CACHES = {
    "a miss": lambda: kigen.lru_cache(maxsize=3),
    "a result to be copied": lambda: kigen.s3fifo_cache(maxsize=3, copy=True),
    "a result that expires": lambda: kigen.lfu_cache(maxsize=3, ttl=100),
    "a bound by weight": lambda: kigen.lru_cache(maxbytes=10_000),
    "listeners": lambda: kigen.lru_cache(maxsize=3, on_miss=lambda *_: None),
    "safe": lambda: kigen.safe.mru_cache(maxsize=3),
    "archive": lambda: kigen.lru_cache(archive=kigen.archives.open("memory://"), name="f"),
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
        assert f.info().size <= 4
        assert flight._waiting == {} == flight.gates
    assert point > 5
