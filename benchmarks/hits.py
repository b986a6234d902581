"""What a call costs that is answered from memory, one that is not, and what importing costs."""

from __future__ import annotations

import functools
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping

from benchmarks.interleave import Runner, Table, installed, race, statement

MAXSIZE = 1024
LIVE = 512  # keys in turn, so that no contender gains from having seen the last one

Decorator = Callable[[Callable[..., object]], Callable[..., object]]


def decorators() -> dict[str, Decorator]:
    """Every contender as a decorator, the standard library's first."""
    import kigen

    found: dict[str, Decorator] = {
        "functools.lru_cache": functools.lru_cache(MAXSIZE),
        "functools.cache": functools.cache,
        "kigen.inf_cache": kigen.inf_cache(),
        "kigen.lru_cache": kigen.lru_cache(MAXSIZE),
        "kigen.lfu_cache": kigen.lfu_cache(MAXSIZE),
    }
    if installed("cachetools"):
        import cachetools

        found["cachetools LRU"] = cachetools.cached(cachetools.LRUCache(MAXSIZE))
        found["cachetools LFU"] = cachetools.cached(cachetools.LFUCache(MAXSIZE))
    if installed("cachebox"):
        import cachebox

        found["cachebox LRU"] = cachebox.cached(cachebox.LRUCache(MAXSIZE))
        found["cachebox LFU"] = cachebox.cached(cachebox.LFUCache(MAXSIZE))
    if installed("klepto"):
        import klepto

        found["klepto inf"] = klepto.inf_cache()
        found["klepto LRU"] = klepto.lru_cache(maxsize=MAXSIZE)
        found["klepto LFU"] = klepto.lfu_cache(maxsize=MAXSIZE)
    return found


def fresh(decorate: Decorator) -> Runner:
    """A runner whose every call is a miss, and an eviction where the cache is bounded."""
    number, counter = 2000, itertools.count()

    def f(x: int, y: int) -> int:
        return x

    cached = decorate(f)
    for x in range(-2 * MAXSIZE, 0):  # a bounded cache is full when the clock starts
        cached(x, x)

    def runner() -> float:
        values = [next(counter) for _ in range(number)]
        start = time.perf_counter()
        for x in values:
            pass
        middle = time.perf_counter()
        for x in values:
            cached(x, x)
        return (time.perf_counter() - middle - (middle - start)) / number

    return runner


def one(x: object) -> object:
    """What is cached: it does nothing, so that only the cache is measured."""
    return x


def two(x: object, y: object) -> object:
    """The same with two parameters."""
    return x


def three(x: object, y: object, z: object) -> object:
    """The same with three."""
    return x


INTS = [(i, i + 1) for i in range(LIVE)]
MIXED = [(i + 0.5, f"run-{i}", (i, i)) for i in range(LIVE)]


def call(source: str, target: Callable[..., object], each: str, of: list[object]) -> Cases:
    """One case: what each contender's cached target takes for one call of the source."""
    return lambda decorate: statement(source, {"f": decorate(target)}, each=each, of=of)


Cases = Callable[[Decorator], Runner]


def method(decorate: Decorator) -> Runner:
    """A call of a cached method."""

    class Owner:
        m = decorate(lambda self, x: x)

    return statement("o.m(x)", {"o": Owner()}, each="x", of=list(range(LIVE)))


CASES: Mapping[str, Cases] = {
    "f(1)": call("f(x)", one, "x", list(range(LIVE))),
    "f(1, 2)": call("f(x, y)", two, "x, y", INTS),
    "f(1, y=2)": call("f(x, y=y)", two, "x, y", INTS),
    "f(0.5, 'a', (1, 2))": call("f(x, y, z)", three, "x, y, z", MIXED),
    "o.m(1)": method,
}


def hits(rounds: int) -> Table:
    """Calls that find their result in memory."""
    table = Table(f"A hit in memory, {LIVE} live keys", "functools.lru_cache", "ns")
    for case, prepare in CASES.items():
        runners = {}
        for name, decorate in decorators().items():
            if case != "o.m(1)" or "klepto" not in name:  # klepto's methods raise TypeError
                runners[name] = prepare(decorate)
        table.races[case] = race(runners, rounds=rounds)
    return table


def misses(rounds: int) -> Table:
    """Calls that compute, in a full cache."""
    table = Table(f"A miss in a full cache of {MAXSIZE}", "functools.lru_cache", "ns")
    table.note = "The unbounded ones have nothing to evict."
    runners = {name: fresh(decorate) for name, decorate in decorators().items()}
    table.races["f(new, new)"] = race(runners, rounds=rounds)
    return table


def imports(rounds: int) -> Table:
    """New interpreters that import a library, less what a bare one takes."""
    peers = ["cachetools", "cachebox", "diskcache", "joblib", "klepto"]
    sources = {
        "import kigen": "import kigen",
        "from kigen import lru_cache": "from kigen import lru_cache",
        "from kigen import Key, seeded_cache": "from kigen import Key, seeded_cache",
        **{f"import {peer}": f"import {peer}" for peer in peers if installed(peer)},
    }
    table = Table("Importing, in a new interpreter", "import cachetools", "ms")
    table.note = "A bare interpreter's time is deducted."
    table.races["wall time"] = race(
        {name: interpreter(source) for name, source in sources.items()}, rounds=rounds
    )
    return table


def interpreter(source: str) -> Runner:
    """A runner: a new interpreter with the source, less one without."""

    def once(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    return lambda: once(source) - once("pass")


def run(rounds: int) -> Iterator[Table]:
    """All tables of this module."""
    yield hits(rounds)
    yield misses(rounds)
    yield imports(rounds)
