"""Counts without the GIL: tried with it too, as if there were none."""

from __future__ import annotations

import pickle
import subprocess
import sys

from kigen.caching.misses.free_threads import COUNTS, Clock, Tally, counts
from tests.crowd import crowd, eager_threads

SCRIPT = """
import sys
sys._is_gil_enabled = lambda: False
sys.path[:] = {path!r}
import asyncio, linecache
from kigen import lru_cache, s3fifo_cache, safe
from kigen.caching.misses import free_threads

assert free_threads.FREE_THREADED

for cache in lru_cache(2), s3fifo_cache(maxsize=2), safe.mru_cache(maxsize=2):
    @cache
    def f(x, tick=0):
        return x

    assert [f(x) for x in (1, 1, 2, 1, 2, [3], [3])] == [1, 1, 2, 1, 2, [3], [3]]
    assert f.info()[:3] == (4, 3, 0), f.info()
    assert f.info().size == 2
    f.clear()
    assert f.info()[:3] == (0, 0, 0)
    assert (f(1), f(1)) == (1, 1)
    assert f.info()[:3] == (1, 1, 0)
    f.clear(keepstats=True)
    assert f.info()[:3] == (1, 1, 0)
    assert "nonlocal" not in "".join(linecache.getlines(f.__code__.co_filename))

@lru_cache(2)
def order(x):
    return x

for x in 1, 2, 1, 3:
    order(x)
assert sorted(order.__cache__()) == [1, 3]

@lru_cache
async def g(x):
    return x

async def main():
    return await asyncio.gather(g(1), g(1), g(2))

assert asyncio.run(main()) == [1, 1, 2]
assert g.info()[:2] == (1, 2)
"""


def test_a_cache_without_the_gil_answers_and_counts_as_with_it() -> None:
    script = SCRIPT.format(path=sys.path)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr == ""


def test_no_call_is_lost_and_no_two_are_one() -> None:
    clock = Clock()
    with eager_threads():
        numbers = crowd(8, lambda _: [clock() for _ in range(5_000)])
    assert sorted(n for each in numbers for n in each) == list(range(1, 40_001))
    assert clock.cell_contents == 40_000


def test_a_clock_goes_on_where_it_was_in_another_process() -> None:
    clock = Clock()
    clock(), clock()
    there = pickle.loads(pickle.dumps(clock))
    assert (there.cell_contents, there()) == (2, 3)
    assert clock.cell_contents == 2


class Slots:
    __slots__ = COUNTS


class Counted(Slots):
    """Three counts, of which one is kept by each thread for itself."""

    begun = Tally(Slots.begun)  # type: ignore[attr-defined]

    def __init__(self) -> None:
        self.begun = self.misses = self.loads = 0


def test_counts_of_all_threads_are_added_up() -> None:
    counted = Counted()
    counted.misses = 7

    def work(_: int) -> None:
        for _ in range(1000):
            counted.begun += 2
            counted.begun -= 1

    with eager_threads():
        crowd(8, work)
    counted.begun += 1
    assert counts(counted) == {"begun": 8001, "misses": 7, "loads": 0}
