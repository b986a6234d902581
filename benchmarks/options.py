"""What each option costs a hit and a miss, where it is on; the peers that have it, beside it."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.contenders import Decorator
from benchmarks.interleave import Table, installed, once, race, runs, statement

MAXSIZE = 1024
LIVE = 512
BATCH = 1000  # misses a round
BASELINE = "none"

Calls = Callable[[range], Sequence[tuple[float, float]]]


def whole(numbers: range) -> list[tuple[float, float]]:
    """Arguments x and y, with the numbers in x."""
    return [(i, 1) for i in numbers]


def halves(numbers: range) -> list[tuple[float, float]]:
    """The same with fractions."""
    return [(i + 0.25, 1) for i in numbers]


def options(folder: str) -> Mapping[str, Mapping[str, object]]:
    """Each option with a value for it; the first is what they are compared with."""
    return {
        BASELINE: {},
        "archive": {"archive": f"{folder}/a.db"},
        "cache, klepto's": {"cache": f"{folder}/b.db"},
        "cache, purge": {"cache": f"{folder}/c.db", "purge": True},
        "archive, version, on_change": {
            "archive": f"{folder}/d.db",
            "version": 2,
            "on_change": "warn",
        },
        "ignore": {"ignore": "y"},
        "typed": {"typed": True},
        "keymap, a function": {"keymap": lambda x, y: (x, y)},
        "keymap, klepto's": {"keymap": _keymap()},
        "tol": {"tol": 1},
        "tol, deep": {"tol": 1, "deep": True},
        "maxbytes": {"maxbytes": 1e9},
        "maxbytes, weigh": {"maxbytes": 1e9, "weigh": lambda result: 1},
        "on_hit": {"on_hit": lambda key: None},
        "on_miss": {"on_miss": lambda key: None},
        "on_evict": {"on_evict": lambda key, result: None},
        "condition": {"condition": lambda result: True},
        "cache_exceptions": {"cache_exceptions": KeyError},
        "copy": {"copy": True},
        "copy=False": {"copy": False},
        "ttl": {"ttl": 3600},
        "ttl, a function": {"ttl": lambda result: 3600},
        "ttl, stale": {"ttl": 3600, "stale": 60},
    }


def _keymap() -> object:
    from kigen.keymaps import stringmap

    return stringmap()


def contenders(folder: str) -> dict[str, Decorator]:
    """Each option of kigen's as a decorator, and peers with an option of the same name."""
    import functools

    import kigen

    made: dict[str, Decorator] = {
        name: kigen.lru_cache(MAXSIZE, **settings)  # type: ignore[call-overload]
        for name, settings in options(folder).items()
    }
    made["kigen.safe"] = kigen.safe.lru_cache(MAXSIZE)
    made["functools"] = functools.lru_cache(MAXSIZE)
    made["functools, typed"] = functools.lru_cache(MAXSIZE, typed=True)
    for library in ("cachetools", "cachebox"):
        if installed(library):
            module = __import__(library)
            made[library] = module.cached(module.LRUCache(MAXSIZE))
            made[f"{library}, ttl"] = module.cached(module.TTLCache(MAXSIZE, 3600))
    if installed("klepto"):
        import klepto

        made["klepto"] = klepto.lru_cache(maxsize=MAXSIZE)
        made["klepto, ignore"] = klepto.lru_cache(maxsize=MAXSIZE, ignore="y")
        made["klepto, tol"] = klepto.lru_cache(maxsize=MAXSIZE, tol=1)
    return made


def cases() -> dict[str, tuple[Calls, object]]:
    """What is called with and returned, by a name that says so."""
    return {
        "f(1, 1) -> 3": (whole, 3),
        "f(1, 1) -> [3]": (whole, [3]),
        "f(1.25, 1) -> 3": (halves, 3),
    }


def run(rounds: int) -> Iterator[Table]:
    """A row an option, a column for what is called with and returned; a hit, a miss, by weight."""
    with tempfile.TemporaryDirectory(prefix="kigen-bench-") as folder:
        yield hits(folder, rounds)
    with tempfile.TemporaryDirectory(prefix="kigen-bench-") as folder:
        yield misses(folder, rounds)
    yield weighing(rounds)


def hits(folder: str, rounds: int) -> Table:
    """Every option, where each call is answered from memory."""
    table = Table("A hit of lru_cache, by option", BASELINE, "ns")
    for number, (case, (calls, result)) in enumerate(cases().items()):
        functions = cached(f"{folder}/{number}", result)
        first, again = calls(range(LIVE)), calls(range(LIVE))
        for name, (function, target) in functions.items():
            expect(LIVE, function, target, first, f"{name}, {case}: first")
        table.races[case] = race(
            {
                name: statement("f(x, y)", {"f": function}, each="x, y", of=again, seconds=0.01)
                for name, (function, _) in functions.items()
            },
            rounds=rounds,
        )
        for name, (function, target) in functions.items():
            expect(0, function, target, again, f"{name}, {case}: hits")
    return table


def misses(folder: str, rounds: int) -> Table:
    """Every option, where each call computes, and another result leaves for it."""
    table = Table("A miss of lru_cache for which another result leaves, by option", BASELINE, "ns")
    table.note = "With an archive, each result is committed; with cache=, each that leaves memory."
    for number, (case, (calls, result)) in enumerate(cases().items()):
        functions = cached(f"{folder}/{number}", result)
        table.races[case] = race(
            {name: missing(function, calls) for name, (function, _) in functions.items()},
            rounds=rounds,
        )
        for name, (function, target) in functions.items():
            new = calls(range(10**9, 10**9 + 100))
            expect(100, function, target, new, f"{name}, {case}: misses")
    return table


Function = Callable[..., object]


def cached(folder: str, result: object) -> dict[str, tuple[Function, Function]]:
    """A function that always returns ``result``, by option: cached, and as it is."""
    made = {}
    for name, decorate in contenders(folder).items():
        target: Function = lambda x, y: result  # noqa: E731 - each has to be another one
        made[name] = decorate(target), target
    return made


def missing(function: Function, calls: Calls) -> Callable[[], float]:
    """A runner whose every call is a miss, of a cache that is full."""
    numbers = itertools.count(0, BATCH)

    def batch() -> Sequence[tuple[float, float]]:
        first = next(numbers)
        return calls(range(first, first + BATCH))

    runner = once("f(x, y)", {"f": function}, each="x, y", of=batch)
    for _ in range(2):
        runner()
    return runner


def expect(
    number: int,
    function: Function,
    target: Function,
    calls: Sequence[tuple[float, float]],
    what: str,
) -> None:
    """Raise AssertionError unless these calls compute as often as a row of the table claims."""

    def work() -> None:
        for arguments in calls:
            function(*arguments)

    ran = runs(work, target)
    if ran != number:
        raise AssertionError(f"{what}: {len(calls)} calls ran {ran} times, and not {number}")


def weighing(rounds: int) -> Table:
    """A row a way to weigh, a column for what is weighed."""
    import numpy as np

    import kigen

    table = Table("A miss for which another result leaves, by what is weighed", "maxsize", "ns")
    results: Mapping[str, object] = {
        "3": 3,
        "a tuple of 100": tuple(range(1000, 1100)),
        "an array": np.ones(1000),
    }
    ways: Mapping[str, Mapping[str, object]] = {
        "maxsize": {"maxsize": MAXSIZE},
        "maxsize, maxbytes": {"maxsize": MAXSIZE, "maxbytes": 1e9},
        "maxbytes, weigh": {"maxbytes": MAXSIZE, "weigh": lambda _: 1},
    }
    for case, result in results.items():
        runners = {
            name: missing(kigen.lru_cache(**ways[name])(lambda x, y, r=result: r), whole)  # type: ignore[call-overload]
            for name in ways
        }
        table.races[case] = race(runners, rounds=rounds)
    return table
