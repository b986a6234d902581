"""What it costs to store one result and to fetch it again: small ones, and arrays of 1 MB."""

from __future__ import annotations

import itertools
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

from benchmarks.interleave import Runner, Table, installed, race, timed

ENTRIES = 10_000
BATCH = 1_000  # operations a round
ARRAYS = 48  # more than any cache of the processor holds

Open = Callable[[str], MutableMapping[Any, Any]]


def run(rounds: int) -> Iterator[Table]:
    """Every table, one after the other."""
    with tempfile.TemporaryDirectory(prefix="kigen-bench-") as where:
        small = {"loss": 0.123456789, "n": 7}
        for title, key in (("string", lambda n: f"k{n}"), ("tuple", lambda n: (n, n / 7, "adam"))):
            yield Table(
                f"Small results, {title} keys, {ENTRIES:,} entries",
                "diskcache",
                "us",
                {
                    "set": race(_setting(where, key, small), rounds=rounds),
                    "get": race(_getting(where, key, small), rounds=rounds),
                },
                note="Each set is committed when it returns; keys in random order. joblib.Memory, "
                "which makes a folder for each, holds a tenth as many.",
            )
        if installed("numpy"):
            yield _arrays(where, rounds)


def contenders() -> dict[str, Open]:
    """Every store as a mapping; a new one at each path."""
    from kigen import archives

    found: dict[str, Open] = {
        "kigen SQLite": lambda path: archives.open(f"{path}.db"),
        "kigen directory": lambda path: archives.open(f"{path}/"),
    }
    if installed("diskcache"):
        import diskcache

        found["diskcache"] = diskcache.Cache
    if installed("klepto"):
        import klepto.archives

        found["klepto directory"] = lambda path: klepto.archives.dir_archive(path, cached=False)
    if installed("joblib"):
        found["joblib.Memory"] = Calls
    return found


class Calls(MutableMapping[Any, Any]):
    """What joblib stores, the results of a function, as a mapping from its argument."""

    def __init__(self, path: str) -> None:
        import joblib

        self.result = joblib.Memory(path, verbose=0).cache(returned, ignore=["value"])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.result(key, value)

    def __getitem__(self, key: Any) -> Any:
        return self.result(key, None)

    def __delitem__(self, key: Any) -> None:
        self.result.call_and_shelve(key, None).clear()

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


def returned(key: object, value: object) -> object:
    """The second argument: the first one is what it is known by."""
    return value


def _setting(where: str, key: Callable[[int], Any], value: object) -> dict[str, Runner]:
    """Sets of new keys into a store that holds ENTRIES at first, and one more batch each round."""

    def runner(store: MutableMapping[Any, Any]) -> Runner:
        numbers, batch = itertools.count(ENTRIES), share(store, BATCH)

        def work() -> None:
            for n in itertools.islice(numbers, batch):
                store[key(n)] = value

        return timed(work, batch)

    return {name: runner(store) for name, store in _filled(where, key, value).items()}


def _getting(where: str, key: Callable[[int], Any], value: object) -> dict[str, Runner]:
    def runner(store: MutableMapping[Any, Any]) -> Runner:
        numbers = range(share(store, ENTRIES))
        keys = [key(n) for n in random.Random(0).sample(numbers, share(store, BATCH))]

        def work() -> None:
            for each in keys:
                store[each]

        return timed(work, len(keys))

    return {name: runner(store) for name, store in _filled(where, key, value).items()}


def _filled(
    where: str, key: Callable[[int], Any], value: object
) -> dict[str, MutableMapping[Any, Any]]:
    stores = {}
    for name, open_ in contenders().items():
        store = stores[name] = open_(_new(where))
        many = {key(n): value for n in range(share(store, ENTRIES))}
        if hasattr(store, "transact"):
            with store.transact():
                store_all(store, many)
        else:
            store.update(many)
    return stores


def share(store: object, number: int) -> int:
    """How many of a number of entries a store gets."""
    return number // 10 if isinstance(store, Calls) else number


def store_all(store: MutableMapping[Any, Any], many: dict[Any, Any]) -> None:
    """Store every pair."""
    for key, value in many.items():
        store[key] = value


def _arrays(where: str, rounds: int) -> Table:
    import numpy as np

    rng = np.random.default_rng(0)
    arrays = [rng.random(1 << 17) for _ in range(ARRAYS)]
    stores = {name: open_(_new(where)) for name, open_ in contenders().items()}

    def setting(store: MutableMapping[Any, Any]) -> Runner:
        numbers = itertools.count(ARRAYS, ARRAYS)

        def runner() -> float:
            new = dict(enumerate(arrays, next(numbers)))
            seconds = timed(lambda: store_all(store, new), ARRAYS)()
            for key in new:
                del store[key]
            return seconds

        return runner

    def getting(store: MutableMapping[Any, Any]) -> Runner:
        def work() -> None:
            for n in range(ARRAYS):
                store[n]

        return timed(work, ARRAYS)

    set_ = race({name: setting(store) for name, store in stores.items()}, rounds=rounds)
    for store in stores.values():
        store_all(store, dict(enumerate(arrays)))
    get = race({name: getting(store) for name, store in stores.items()}, rounds=rounds)
    return Table(
        f"Arrays of 1 MB, {ARRAYS} in turn",
        "diskcache",
        "us",
        {"set": set_, "get": get},
        note="kigen verifies every byte it reads.",
    )


_numbers = itertools.count()


def _new(where: str) -> str:
    path = Path(where) / f"store{next(_numbers)}"
    shutil.rmtree(path, ignore_errors=True)
    return str(path)
