"""What a call costs that is answered from memory, one that is not, and what importing costs."""

from __future__ import annotations

import asyncio
import functools
import itertools
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from benchmarks.contenders import BASELINE, UNCACHED, Decorator, Maker, contenders
from benchmarks.interleave import (
    AWAITED,
    LOOP,
    Runner,
    Table,
    installed,
    once,
    race,
    runs,
    statement,
    timed,
)

MAXSIZE = 1024
LIVE = 512  # keys in turn, so that no contender gains from having seen the last one
BATCH = 1000  # misses a round
NEVER = range(10**9, 10**9 + 100)  # numbers that no round gets to

Function = Callable[..., object]


# What is cached does nothing, so that only the cache is measured.
def one(x: object) -> object:
    return x


def two(x: object, y: object = 2) -> object:
    return x


def three(x: object, y: object, z: object) -> object:
    return x


def many(*args: object) -> object:
    return args[0]


def named(**kwargs: object) -> object:
    return kwargs["a"]


class Owner:
    def m(self, x: object) -> object:
        return x


async def awaited(x: object) -> object:
    return x


class Shape(NamedTuple):
    """One way to call a function: the source, and its arguments number i, by their names."""

    source: str
    each: str
    arguments: Callable[[int], object]
    target: Function = one
    loop: str = LOOP

    def calls(self, numbers: range) -> list[object]:
        """The arguments of as many calls: new objects each time."""
        return [self.arguments(i) for i in numbers]

    def names(self, decorate: Decorator) -> dict[str, object]:
        """What the source means."""
        cached = decorate(self.target)
        owner = type("Owner", (), {"m": cached})
        return {"f": cached, "o": owner(), "run": _loop().run_until_complete}


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def array(i: int) -> object:
    """A hundred floats, as NumPy's."""
    import numpy as np

    return np.arange(i, i + 100, dtype=float)


SHAPES: Mapping[str, Shape] = {
    "f(1)": Shape("f(x)", "x", lambda i: i),
    "f(1, 2)": Shape("f(x, y)", "x, y", lambda i: (i, i + 1), two),
    "f(1, y=2)": Shape("f(x, y=y)", "x, y", lambda i: (i, i + 1), two),
    "f(1), y=2 by default": Shape("f(x)", "x", lambda i: i, two),
    "f(0.5, 'a', (1, 2))": Shape(
        "f(x, y, z)", "x, y, z", lambda i: (i + 0.5, f"run-{i}", (i, i)), three
    ),
    "f(1, 2) of *args": Shape("f(x, y)", "x, y", lambda i: (i, i + 1), many),
    "f(a=1, b=2) of **kwargs": Shape("f(a=x, b=y)", "x, y", lambda i: (i, i + 1), named),
    "f([1, 2])": Shape("f(x)", "x", lambda i: [i, i + 1]),
    "f(array of 100)": Shape("f(x)", "x", array),
    "o.m(1)": Shape("o.m(x)", "x", lambda i: i, Owner.m),
    "await f(1)": Shape("await f(x)", "x", lambda i: i, awaited, AWAITED),
}


def run(rounds: int) -> Iterator[Table]:
    """All tables of this module."""
    shapes = {k: v for k, v in SHAPES.items() if "array" not in k or installed("numpy")}
    yield hits(shapes, rounds)
    yield misses(f"A miss in a full cache of {MAXSIZE}", shapes, MAXSIZE, rounds)
    yield misses("A miss where there is room", shapes, 10_000_000, rounds)
    yield decorating(rounds)
    yield properties(rounds)
    yield imports(rounds)


def hits(shapes: Mapping[str, Shape], rounds: int) -> Table:
    """All contenders, in all shapes of calls; a dash for one that does not find them again."""
    table = Table(f"A hit in memory, {LIVE} live keys", BASELINE, "ns")
    table.note = "The arguments equal those of the first call, and are other objects."
    for case, shape in shapes.items():
        cached = {
            name: shape.names(make())
            for name, make in contenders(MAXSIZE).items()
            if name != "kigen.no_cache" and finds(name, case, shape, make)
        }
        for names in cached.values():
            calling(shape, names, shape.calls(range(LIVE)))()
        again = shape.calls(range(LIVE))
        runners = {
            name: statement(
                shape.source, names, each=shape.each, of=again, loop=shape.loop, seconds=0.005
            )
            for name, names in cached.items()
        }
        table.races[case] = race(runners, rounds=rounds)
        for name, names in cached.items():
            if name != UNCACHED:
                expect(0, shape, names, again, f"{name}, {case}: hits")
    return table


def misses(title: str, shapes: Mapping[str, Shape], maxsize: int, rounds: int) -> Table:
    """All contenders, in all shapes of calls, with arguments never seen before."""
    table = Table(title, BASELINE, "ns")
    table.note = "Those without a bound have nothing to evict."
    for case, shape in shapes.items():
        cached = {
            name: shape.names(make())
            for name, make in contenders(maxsize).items()
            if name == "kigen.no_cache" or finds(name, case, shape, make)
        }
        runners = {name: missing(shape, names) for name, names in cached.items()}
        table.races[case] = race(runners, rounds=rounds)
        for name, names in cached.items():
            expect(len(NEVER), shape, names, shape.calls(NEVER), f"{name}, {case}: misses")
            former = shape.calls(range(2 * BATCH))
            gone = 2 * BATCH - MAXSIZE if bounded(name, maxsize) else 0
            expect(gone, shape, names, former, f"{name}, {case}: evicted", exactly=not gone)
    return table


def missing(shape: Shape, names: dict[str, object]) -> Runner:
    """A runner whose every call is a miss, and an eviction where the cache is bounded."""
    numbers = itertools.count(0, BATCH)

    def batch() -> list[object]:
        first = next(numbers)
        return shape.calls(range(first, first + BATCH))

    runner = once(shape.source, names, each=shape.each, of=batch, loop=shape.loop)
    for _ in range(2):  # a bounded cache is full when the clock starts
        runner()
    return runner


def bounded(name: str, maxsize: int) -> bool:
    """Whether a contender cannot hold what it was called with."""
    unbounded = maxsize > MAXSIZE or name in ("functools.cache", "kigen.inf_cache", "klepto inf")
    return name in (UNCACHED, "kigen.no_cache") or not unbounded


def finds(name: str, case: str, shape: Shape, make: Maker) -> bool:
    """Whether a contender can be called so, and computes once what is called twice."""
    if name == UNCACHED:
        return True
    try:
        names = shape.names(make())
        ran = [runs(calling(shape, names, shape.calls(range(9))), shape.target) for _ in "12"]
    except (TypeError, ValueError, RuntimeError) as error:
        ran, reason = [], repr(error)
    else:
        reason = f"9 calls, made twice, ran {ran[0]} and {ran[1]} times"
    if ran != [9, 0] and (name, case) not in _told:
        _told.add((name, case))
        print(f"left out, {name}, {case}: {reason}", file=sys.stderr)
    return ran == [9, 0]


_told: set[tuple[str, str]] = set()


def calling(shape: Shape, names: dict[str, object], calls: list[object]) -> Callable[[], object]:
    """What makes some calls, one after the other."""
    source = shape.loop.format(each=shape.each, source=shape.source)
    return functools.partial(timeit.Timer(source, globals={**names, "items": calls}).timeit, 1)


def expect(
    number: int,
    shape: Shape,
    names: dict[str, object],
    calls: list[object],
    what: str,
    *,
    exactly: bool = True,
) -> None:
    """Raise AssertionError unless these calls compute as often as a row of the table claims."""
    ran = runs(calling(shape, names, calls), shape.target)
    if ran < number or (exactly and ran > number):
        raise AssertionError(f"{what}: {len(calls)} calls ran {ran} times, and not {number}")


def decorating(rounds: int) -> Table:
    """What it takes until a function has been called once."""
    table = Table("A new function", BASELINE, "us")
    makers = {name: make for name, make in contenders(MAXSIZE).items() if name != UNCACHED}

    def decorated(make: Maker) -> Runner:
        return timed(lambda: make()(_new()), 1)

    def first(make: Maker) -> Runner:
        def runner() -> float:
            function = make()(_new())
            return timed(lambda: function(1, 2), 1)()

        return runner

    for case, runner in (("decorated", decorated), ("called for the first time", first)):
        runners = {name: runner(make) for name, make in makers.items()}
        table.races[case] = race(runners, rounds=10 * rounds)
    return table


def _new() -> Function:
    def function(x: object, y: object = 2) -> object:
        return x

    return function


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
    owners: dict[str, Any] = {
        name: type("Owner", (), {"x": kind(one)}) for name, kind in kinds.items()
    }
    made = Table("A property of an instance", "functools.cached_property", "ns")
    made.races["o.x again"] = race(
        {
            name: statement("o.x", {}, each="o", of=[owner() for _ in range(LIVE)])
            for name, owner in owners.items()
        },
        rounds=rounds,
    )
    for name, owner in owners.items():
        new = owner()
        ran = [runs(functools.partial(getattr, new, "x"), one) for _ in "12"]
        if ran != [1, name == "property"]:
            raise AssertionError(f"{name}: computes {ran[0]} times, and then {ran[1]}")
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
        "from functools import lru_cache": "from functools import lru_cache",
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

    def seconds(code: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - start

    return lambda: seconds(source) - seconds("pass")
