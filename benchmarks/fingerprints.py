"""The digest of a value: small ones, arrays, frames, and the same pickled and hashed by joblib."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.interleave import Race, Table, installed, race, statement
from kigen import Enum, Key, Param
from kigen.fingerprint import digest

Digest = Callable[[Any], object]
BASELINE = "joblib.hash"


class Trial(Key):
    lr = Param(min=1e-4, max=1e-1)
    depth = Param(min=2, max=12)
    opt = Enum("adam", "sgd")


def run(rounds: int) -> Iterator[Table]:
    """Every table, one after the other."""
    small = {name: race_of(value, rounds) for name, value in small_values().items()}
    yield Table("Small values", BASELINE, "us", small)
    if installed("numpy"):
        large = {name: race_of(value, rounds) for name, value in arrays().items()}
        yield Table("Arrays", BASELINE, "us", large)
    if installed("numpy", "pandas"):
        large = {name: race_of(value, rounds) for name, value in frames().items()}
        yield Table("Frames of 100,000 rows", BASELINE, "ms", large)


def contenders() -> dict[str, Digest]:
    found: dict[str, Digest] = {"kigen.fingerprint.digest": digest}
    if installed("joblib"):
        import joblib

        found[BASELINE] = joblib.hash
    found["pickle and BLAKE2b"] = pickled  # what equal values do not share; a bound on speed
    return found


def pickled(value: object) -> bytes:
    return hashlib.blake2b(pickle.dumps(value, 5), digest_size=16).digest()


def race_of(value: object, rounds: int) -> Race:
    runners = {
        name: statement("digest(value)", {"digest": function}, each="value", of=[value])
        for name, function in contenders().items()
    }
    return race(runners, rounds=rounds)


def small_values() -> dict[str, object]:
    return {
        "5": 5,
        "'adam'": "adam",
        "(1, 2.5, 'abc', True, None)": (1, 2.5, "abc", True, None),
        "a call's key": ("module.f", (1, 2.5), (("y", 2),)),
        "a dict of 5": {"lr": 0.01, "depth": 3, "opt": "adam", "seed": 7, "on": True},
        "a Key of 3": Trial(lr=0.01, depth=3, opt="adam"),
        "a list of 1,000 floats": [number / 7 for number in range(1000)],
    }


def arrays() -> dict[str, object]:
    import numpy as np

    rng = np.random.default_rng(0)
    return {
        "1 kB": rng.random(128),
        "1 MB": rng.random(2**17),
        "1 MB, by column": np.asfortranarray(rng.random((256, 512))),
        "100 MB": rng.random(12_500_000),
    }


def frames() -> dict[str, object]:
    import numpy as np
    import pandas as pd

    rng, rows = np.random.default_rng(0), 100_000
    numbers = pd.DataFrame({"i": rng.integers(9, size=rows), "f": rng.random(rows)})
    words = numbers.assign(s=[f"row {row}" for row in range(rows)])
    return {"numbers": numbers, "numbers and text": words, "text as objects": words.astype(object)}
