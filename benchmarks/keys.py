"""Drawing keys: one by one, many, with a store; memory; resuming. Against ki-gen and optuna.

ki-gen has kigen's import name and needs Python 3.12, so it runs in an interpreter of its own: name
one that has it in ``KI_GEN_PYTHON``. It takes its turns in the same race and times itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from benchmarks.interleave import Race, Runner, Table, installed, race, timed
from kigen import (
    Blueprint,
    Enum,
    Generator,
    Key,
    Param,
    RandomRengine,
    Rengine,
    SobolRengine,
    Store,
)
from kigen.rengines import HaltonRengine, PhiloxRengine

BASELINE = "ki-gen 1.0"
KI_GEN = os.environ.get("KI_GEN_PYTHON", "")
RESUMED = 1_000_000


class Trial(Key):
    lr = Param(min=0.0, max=1.0)
    units = Param(min=0, max=10**9)
    opt = Enum("adam", "sgd", "lion", "rprop")


def run(rounds: int) -> Iterator[Table]:
    """Every table, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        stores = (Path(folder) / f"{number}.db" for number in count())
        speed = {"no store": without_store(rounds), "store": with_store(rounds, stores)}
        yield Table("A key", BASELINE, "us", speed)
        yield Table("A key, by engine", "RandomRengine", "us", {"many": engines(rounds)})
        resumed = {f"{RESUMED:,} keys": resuming(Path(folder) / "resumed", min(rounds, 3))}
        yield Table(
            "Resuming",
            BASELINE,
            "ms",
            resumed,
            note=f"Memory: {bytes_a_key():.0f} bytes a seen key.",
        )


def without_store(rounds: int) -> Race:
    n = 20_000
    runners: dict[str, Runner] = {
        "kigen, one by one": timed(lambda: one_by_one(Generator(Blueprint(Trial), seed=1), n), n),
        "kigen, many": timed(lambda: Generator(Blueprint(Trial), seed=1).generate_many(n), n),
    }
    if KI_GEN:
        runners[BASELINE] = ki_gen("generator().generate_many(20_000)", 20_000)
    if installed("optuna"):
        for sampler in ("RandomSampler", "QMCSampler", "TPESampler"):
            runners[f"optuna, {sampler}"] = timed(lambda sampler=sampler: ask(sampler, 100), 100)
    if installed("numpy"):
        runners["numpy, tuples in a set (a bound)"] = timed(lambda: numpy_bound(n), n)
    return race(runners, rounds=rounds)


def with_store(rounds: int, stores: Iterator[Path]) -> Race:
    def stored(draw: Callable[[Generator[Trial]], object]) -> None:
        with Store(next(stores)) as store:
            draw(Generator(Blueprint(Trial), seed=1, store=store))

    runners: dict[str, Runner] = {
        "kigen, one by one": timed(lambda: stored(lambda g: one_by_one(g, 2000)), 2000),
        "kigen, many": timed(lambda: stored(lambda g: g.generate_many(20_000)), 20_000),
    }
    if KI_GEN:
        runners[BASELINE] = ki_gen("generator(new()).generate_many(2000)", 2000)
    return race(runners, rounds=rounds)


def engines(rounds: int) -> Race:
    n = 5000
    made: dict[str, Callable[[], Rengine]] = {
        "RandomRengine": lambda: RandomRengine(1),
        "HaltonRengine": lambda: HaltonRengine(1, 3),
    }
    if installed("numpy"):
        made["PhiloxRengine"] = lambda: PhiloxRengine(1, 3)
    if installed("scipy"):
        made["SobolRengine"] = lambda: SobolRengine(1, 3)

    def drawing(make: Callable[[], Rengine]) -> Runner:
        return timed(lambda: Generator(Blueprint(Trial), rengine=make()).generate_many(n), n)

    return race({name: drawing(make) for name, make in made.items()}, rounds=rounds)


def resuming(path: Path, rounds: int) -> Race:
    with Store(path) as store:
        Generator(Blueprint(Trial), seed=1, store=store).generate_many(RESUMED)

    def resume() -> None:
        with Store(path) as store:
            Generator(Blueprint(Trial), seed=1, store=store).generate()

    runners: dict[str, Runner] = {"kigen": timed(resume, 1)}
    if KI_GEN:
        theirs = str(path) + "-ki-gen"
        ki_gen(f"generator({theirs!r}, 100_000).generate_many({RESUMED})", 1)()
        runners[BASELINE] = ki_gen(f"generator({theirs!r}).generate()", 1)
    return race(runners, rounds=rounds)


def bytes_a_key() -> float:
    generator = Generator(Blueprint(Trial), seed=1)
    generator.generate()
    tracemalloc.start()
    for _ in zip(range(1_000_000), generator.iter_keys(), strict=False):
        pass
    used, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return used / generator.cursor


def one_by_one(generator: Generator[Trial], n: int) -> None:
    for _ in range(n):
        generator.generate()


def ask(sampler: str, n: int) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=getattr(optuna.samplers, sampler)(seed=1))
    for _ in range(n):
        trial = study.ask()
        lr = trial.suggest_float("lr", 0.0, 1.0)
        trial.suggest_int("units", 0, 10**9)
        trial.suggest_categorical("opt", ["adam", "sgd", "lion", "rprop"])
        study.tell(trial, lr)


def numpy_bound(n: int) -> int:
    import numpy as np

    rng = np.random.default_rng(1)
    columns = (
        rng.random(n).tolist(),
        rng.integers(10**9, size=n).tolist(),
        rng.integers(4, size=n).tolist(),
    )
    return len(set(zip(*columns, strict=True)))


THEIRS = """
import tempfile, time
from kigen import Blueprint, Enum, Generator, Key, Param, Store
class Trial(Key):
    lr = Param(min=0.0, max=1.0)
    units = Param(min=0, max=10**9)
    opt = Enum("adam", "sgd", "lion", "rprop")
def new():
    return tempfile.mkdtemp() + "/keys.db"
def generator(path=None, flush_interval=10):
    store = None if path is None else Store(path)
    return Generator(Blueprint(Trial), seed=1, store=store, flush_interval=flush_interval)
start = time.perf_counter()
WORK
print(time.perf_counter() - start)
"""


def ki_gen(work: str, operations: int) -> Runner:
    """A runner for a line of ki-gen, in its own interpreter, timed there without the start."""

    def runner() -> float:
        program = [KI_GEN, "-I", "-c", THEIRS.replace("WORK", work)]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"KI_GEN_PYTHON={KI_GEN} cannot run ki-gen:\n{done.stderr}")
        return float(done.stdout) / operations

    return runner
