"""What a call costs that is answered from memory, one that is not, and what importing costs."""

from __future__ import annotations

import functools
import itertools
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from benchmarks.interleave import Runner, Table, installed, race, statement

MAXSIZE = 1024
LIVE = 512  # keys in turn, so that no contender gains from having seen the last one

Decorator = Callable[[Callable[..., object]], Callable[..., object]]


def decorators() -> dict[str, Decorator]:
    """Every contender as a decorator, the standard library's first."""
    import kigen

    made: dict[str, Decorator] = {
        "functools.lru_cache": functools.lru_cache(MAXSIZE),
        "functools.cache": functools.cache,
        "kigen.inf_cache": kigen.inf_cache(),
    }
    for policy in ("lru", "lfu", "mru", "rr", "sieve", "s3fifo"):
        made[f"kigen.{policy}_cache"] = getattr(kigen, f"{policy}_cache")(MAXSIZE)
    if installed("cachetools"):
        import cachetools

        made["cachetools LRU"] = cachetools.cached(cachetools.LRUCache(MAXSIZE))
        made["cachetools LFU"] = cachetools.cached(cachetools.LFUCache(MAXSIZE))
    if installed("cachebox"):
        import cachebox

        made["cachebox LRU"] = cachebox.cached(cachebox.LRUCache(MAXSIZE))
        made["cachebox LFU"] = cachebox.cached(cachebox.LFUCache(MAXSIZE))
    if installed("klepto"):
        import klepto

        made["klepto inf"] = klepto.inf_cache()
        made["klepto LRU"] = klepto.lru_cache(maxsize=MAXSIZE)
        made["klepto LFU"] = klepto.lfu_cache(maxsize=MAXSIZE)
    return made


def one(x: object) -> object:
    """What is cached: it does nothing, so that only the cache is measured."""
    return x


def two(x: object, y: object) -> object:
    """The same with two parameters."""
    return x


def three(x: object, y: object, z: object) -> object:
    """The same with three."""
    return x


class Shape(NamedTuple):
    """One way to call a function: the source, and its arguments number i, by their names."""

    source: str
    each: str
    arguments: Callable[[int], object]
    target: Callable[..., object] = one


SHAPES: Mapping[str, Shape] = {
    "f(1)": Shape("f(x)", "x", lambda i: i),
    "f(1, 2)": Shape("f(x, y)", "x, y", lambda i: (i, i + 1), two),
    "f(1, y=2)": Shape("f(x, y=y)", "x, y", lambda i: (i, i + 1), two),
    "f(0.5, 'a', (1, 2))": Shape(
        "f(x, y, z)", "x, y, z", lambda i: (i + 0.5, f"run-{i}", (i, i)), three
    ),
    "o.m(1)": Shape("o.m(x)", "x", lambda i: i),
}


def names(case: str, decorate: Decorator) -> dict[str, object]:
    """What the source of a case means."""

    class Owner:
        m = decorate(lambda self, x: x)

    return {"f": decorate(SHAPES[case].target), "o": Owner()}


def found(case: str, decorate: Decorator) -> Runner:
    """A runner whose every call finds its result."""
    shape = SHAPES[case]
    calls = [shape.arguments(i) for i in range(LIVE)]
    return statement(shape.source, names(case, decorate), each=shape.each, of=calls)


def fresh(case: str, decorate: Decorator) -> Runner:
    """A runner whose every call is a miss, and an eviction where the cache is bounded."""
    shape, number, counter = SHAPES[case], 2000, itertools.count(1)
    space = names(case, decorate)
    loop, empty = (
        timeit.Timer(f"for {shape.each} in items:\n    {source}", globals=space)
        for source in (shape.source, "pass")
    )

    def runner() -> float:
        space["items"] = [shape.arguments(next(counter)) for _ in range(number)]
        nothing = empty.timeit(1)
        return (loop.timeit(1) - nothing) / number

    runner()  # a bounded cache is full when the clock starts
    return runner


def table(title: str, prepare: Callable[[str, Decorator], Runner], rounds: int) -> Table:
    """All contenders, in all shapes of calls."""
    made = Table(title, "functools.lru_cache", "ns")
    for case in SHAPES:
        runners = {}
        for name, decorate in decorators().items():
            if case != "o.m(1)" or "klepto" not in name:  # klepto's methods raise TypeError
                runners[name] = prepare(case, decorate)
        made.races[case] = race(runners, rounds=rounds)
    return made


def properties(rounds: int) -> Table:
    """Attributes that are computed once an instance: read first, and read again."""
    import kigen

    kinds: dict[str, Callable[..., object]] = {
        "functools.cached_property": functools.cached_property,
        "property": property,
        "kigen.cached_property": kigen.cached_property,
        "kigen.cached_property(ttl=3600)": kigen.cached_property(ttl=3600),
        "property over functools.cache": lambda f: property(functools.cache(f)),
        "property over kigen.inf_cache": lambda f: property(kigen.inf_cache(f)),
    }
    owners = {name: type("Owner", (), {"x": kind(one)}) for name, kind in kinds.items()}
    made = Table("A property of an instance", "functools.cached_property", "ns")
    made.races["o.x again"] = race(
        {
            name: statement("o.x", {}, each="o", of=[owner() for _ in range(LIVE)])
            for name, owner in owners.items()
        },
        rounds=rounds,
    )
    made.races["Owner().x"] = race(
        {
            name: statement("Owner().x", {"Owner": owner}, each="_", of=range(LIVE))
            for name, owner in owners.items()
        },
        rounds=rounds,
    )
    return made


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
    yield table(f"A hit in memory, {LIVE} live keys", found, rounds)
    misses = table(f"A miss in a full cache of {MAXSIZE}", fresh, rounds)
    misses.note = "The unbounded ones have nothing to evict."
    yield misses
    yield properties(rounds)
    yield imports(rounds)
