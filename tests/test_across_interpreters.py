"""What one interpreter computed, every other one finds: 0 computed again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.interpreters import others
from tests.programs import environment

PLAIN = """
import enum, fractions, sys
from kigen import Enum, Key, Param, inf_cache, lfu_cache, lru_cache, seeded_cache
from kigen.fingerprint import fingerprint

WHERE = sys.argv[1]

class Trial(Key):
    lr = Param(min=1e-4, max=1e-1, scale="log")
    depth = Param(min=2, max=12, default=3)
    opt = Enum("adam", "sgd", default="adam")

class Colour(enum.Enum):
    RED = 1

@lru_cache(archive=WHERE)
def f(x, y=2, *rest, z=None, **more):
    return [x, (y, rest), {"z": z}, sorted(more)]

@lfu_cache(archive=WHERE, keymap=Trial)
def keyed(lr, depth=3, opt="adam", verbose=False):
    return {"loss": lr * depth}

def power(n):
    @inf_cache(archive=WHERE)
    def raised(x):
        '''Comments, docstrings and lines are no part of it.'''
        return x ** n
    return raised

@seeded_cache(archive=WHERE, seed=7)
def evaluate(trial: Trial, rng, seed):
    return trial.lr, rng.random(), seed

two, three = power(2), power(3)
pick = lru_cache(archive=WHERE)(lambda x: ("a lambda", x))

class Model:
    @lru_cache(archive=WHERE, ignore="self")
    def predict(self, x):
        return x

calls = [
    f(1), f(2**80), f(2.5), f(float("nan")), f(float("inf")), f(-0.0), f("text é"), f(b"bytes"),
    f(None), f(True, 3, 4, 5, z=[1, {2}], b=(1, "a"), a={"k": 1.5}), f(frozenset("abc")),
    f({"b": {3, 4}, "a": [1.0]}), f(1 + 2j), f(fractions.Fraction(1, 3)), f(range(3)),
    f(Trial(lr=0.01)), f([Trial(lr=0.01, opt="sgd")], y=Trial(lr=0.02)), f(Colour.RED), f(len),
    keyed(0.01), keyed(lr=0.05, depth=4, verbose=True), keyed(0.05, 5, "sgd"),
    two(3), three(3), pick(1), Model().predict(1),
    evaluate(lr=0.01), evaluate(lr=0.01, seed=8), evaluate(Trial(lr=0.02, opt="sgd")),
]
assert power(2)(3) == 9
sweep = evaluate.sweep(20)
print(fingerprint((calls, sweep)))
every = [f, keyed, two, three, pick, Model.predict, evaluate]
print(sum(g.info().miss for g in every), len(f.archive()))
f.load(), evaluate.load()
before = f.info().miss + evaluate.info().miss
f(2.5), f("text é"), f([Trial(lr=0.01, opt="sgd")], y=Trial(lr=0.02)), evaluate.sweep(20)
assert f.info().miss + evaluate.info().miss == before
assert len(list(evaluate.results())) == 23
"""

ARRAYS = """
import sys
import numpy as np
import pandas as pd
from kigen import lru_cache, seeded_cache, Key, Param

@lru_cache(archive=sys.argv[1])
def f(x, *, y=None):
    return np.asarray(x).sum()

class Trial(Key):
    x = Param(min=0, max=9)

@seeded_cache(archive=sys.argv[1])
def evaluate(trial: Trial, rng: np.random.Generator):
    return rng.random(3) + trial.x

grid = np.arange(12.0).reshape(3, 4)
f(grid), f(np.asfortranarray(grid)), f(grid[:, ::2]), f(np.array([], dtype="U3").size)
f(np.int64(7)), f(np.float32(0.5)), f(np.array([True])), f(1, y=np.datetime64("2020-01-01"))
f(np.array([1, np.nan])), f(pd.DataFrame({"a": [1, 2], "b": [0.5, None]})), f(pd.Series([1, 2]))
f(np.zeros((0, 3))), f(np.zeros(200_000))
print([evaluate(x=x).tolist() for x in range(3)])
print(f.info().miss + evaluate.info().miss)
"""


def run(python: str, program: Path, *arguments: object, hash_seed: int) -> list[str]:
    """Return the lines that a program prints under some interpreter."""
    done = subprocess.run(
        [python, "-W", "error", str(program), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**environment(hash_seed), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("where", ["runs.db", "runs/"])
def test_a_new_interpreter_computes_nothing_again(where: str, tmp_path: Path) -> None:
    """Plain functions and evaluations alike, with whatever hash seed."""
    program = tmp_path / "study.py"
    program.write_text(PLAIN, encoding="utf-8")
    archive = f"{tmp_path}/{where}"
    results, counts = run(sys.executable, program, archive, hash_seed=1)
    assert counts == "49 49"
    assert run(sys.executable, program, archive, hash_seed=2) == [results, "0 49"]


@pytest.mark.parametrize("python", others(), ids=lambda python: Path(python).parent.parent.name)
@pytest.mark.parametrize("where", ["runs.db", "runs/"])
def test_another_version_of_python_computes_nothing_again(
    python: str, where: str, tmp_path: Path
) -> None:
    """In both directions."""
    program = tmp_path / "study.py"
    program.write_text(PLAIN, encoding="utf-8")
    for first, second in ((sys.executable, python), (python, sys.executable)):
        archive = f"{tmp_path}/{Path(first).parent.parent.name}-{where}"
        results, counts = run(first, program, archive, hash_seed=1)
        assert counts == "49 49"
        assert run(second, program, archive, hash_seed=2) == [results, "0 49"]


@pytest.mark.parametrize("where", ["runs.db", "runs/"])
def test_arrays_and_frames_are_found_again(where: str, tmp_path: Path) -> None:
    program = tmp_path / "study.py"
    program.write_text(ARRAYS, encoding="utf-8")
    results, computed = run(sys.executable, program, f"{tmp_path}/{where}", hash_seed=1)
    assert int(computed) > 10
    again = run(sys.executable, program, f"{tmp_path}/{where}", hash_seed=2)
    assert again == [results, "0"]


def test_a_moved_and_edited_script_finds_what_it_computed(tmp_path: Path) -> None:
    """Its path is no part of the name, and neither are its lines, comments and docstrings."""
    first, second = tmp_path / "first.py", tmp_path / "elsewhere" / "second.py"
    second.parent.mkdir()
    first.write_text(PLAIN, encoding="utf-8")
    edited = PLAIN.replace("'''Comments", "# why\n        '''Remarks").replace("\n@lru", "\n\n@lru")
    second.write_text(f"# A new first line.\n{edited}", encoding="utf-8")
    results, _ = run(sys.executable, first, tmp_path / "runs.db", hash_seed=1)
    assert run(sys.executable, second, tmp_path / "runs.db", hash_seed=2) == [results, "0 49"]
