"""What each option costs a hit, where it is on, and what a bound by weight costs a miss."""

from __future__ import annotations

import itertools
import tempfile
import timeit
from collections.abc import Callable, Iterator, Mapping

from benchmarks.interleave import Runner, Table, race, statement

LIVE = 512
CALLS = [(i, i + 1) for i in range(LIVE)]
FLOATS = [(i + 0.25, i + 1) for i in range(LIVE)]


def options(folder: str) -> Mapping[str, Mapping[str, object]]:
    """Each option with a value for it; the first is what they are compared with."""
    return {
        "none": {},
        "archive": {"archive": f"{folder}/a.db"},
        "ignore": {"ignore": "y"},
        "typed": {"typed": True},
        "keymap": {"keymap": lambda x, y: (x, y)},
        "maxbytes": {"maxbytes": 1e9},
        "on_miss": {"on_miss": lambda key: None},
        "on_hit": {"on_hit": lambda key: None},
        "condition": {"condition": lambda result: True},
        "cache_exceptions": {"cache_exceptions": KeyError},
        "copy": {"copy": True},
        "tol": {"tol": 1},
        "ttl": {"ttl": 3600},
        "ttl, stale": {"ttl": 3600, "stale": 60},
    }


def cached(settings: Mapping[str, object], result: object) -> Callable[..., object]:
    """A function that always returns ``result``, cached with some options."""
    from kigen import lru_cache

    return lru_cache(1024, **settings)(lambda x, y: result)  # type: ignore[call-overload, no-any-return]


def run(rounds: int) -> Iterator[Table]:
    """One table: a row an option, a column for what is called with and returned."""
    table = Table("A hit of lru_cache, by option", "none", "ns")
    cases: Mapping[str, tuple[list[tuple[float, int]], object]] = {
        "f(1, 2) -> 3": (CALLS, 3),
        "f(1, 2) -> [3]": (CALLS, [3]),
        "f(1.25, 2) -> 3": (FLOATS, 3),
    }
    with tempfile.TemporaryDirectory() as folder:
        for case, (calls, result) in cases.items():
            runners = {
                name: statement("f(x, y)", {"f": cached(settings, result)}, each="x, y", of=calls)
                for name, settings in options(folder).items()
            }
            table.races[case] = race(runners, rounds=rounds)
    yield table
    yield weighing(rounds)


def weighing(rounds: int) -> Table:
    """A row a way to weigh, a column for what is weighed."""
    import numpy as np

    table = Table("A miss of lru_cache for which another result leaves", "maxsize", "ns")
    results: Mapping[str, object] = {
        "3": 3,
        "a tuple of 100": tuple(range(1000, 1100)),
        "an array": np.ones(1000),
    }
    for case, result in results.items():
        runners = {
            "maxsize": fresh({}, result),
            "maxbytes, weigh": fresh({"maxbytes": 1024, "weigh": lambda _: 1}, result),
            "maxbytes": fresh({"maxbytes": 1e9}, result),
        }
        table.races[case] = race(runners, rounds=rounds)
    return table


def fresh(settings: Mapping[str, object], result: object) -> Runner:
    """A runner whose every call is a miss, of a cache that is full."""
    number, calls = 2000, itertools.count()
    space: dict[str, object] = {"f": cached(settings, result)}
    loop, empty = (
        timeit.Timer(f"for x in calls:\n    {source}", globals=space)
        for source in ("f(x, 0)", "pass")
    )

    def runner() -> float:
        space["calls"] = list(itertools.islice(calls, number))
        return (loop.timeit(1) - empty.timeit(1)) / number

    runner()
    return runner
