"""to_frame: one row an evaluation, one column a field."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kigen import Enum, Key, MissingExtra, Param, seeded_cache
from tests.programs import environment, output


class Trial(Key):
    x = Param(min=0, max=99)
    opt = Enum("adam", "sgd", default="adam")


def study(function: Any, key: Any = Trial, **options: Any) -> Any:
    return seeded_cache(key=key, name="study", **options)(function)


def test_fields_seed_result_and_time_are_columns(tmp_path: Path) -> None:
    evaluation = study(lambda trial: -trial.x, archive=tmp_path / "runs.db", seed=7)
    pairs = evaluation.sweep(20)
    frame = evaluation.to_frame()
    assert list(frame.columns) == ["x", "opt", "seed", "result", "elapsed"]
    rows = {(row.x, row.opt): row for row in frame.itertuples()}
    assert len(rows) == 20
    for key, result in pairs:
        row = rows[key.x, key.opt]
        assert (row.result, row.seed) == (result, 7)
        assert 0 <= row.elapsed < 60


def test_results_that_are_mappings_are_spread_over_columns() -> None:
    evaluation = study(lambda trial: {"loss": trial.x / 10, "epochs": 3})
    evaluation(x=1), evaluation(x=2)
    frame = evaluation.to_frame()
    assert list(frame.columns) == ["x", "opt", "seed", "loss", "epochs", "elapsed"]
    assert list(frame.loss) == [0.1, 0.2]
    assert frame.elapsed.isna().all(), "without an archive nobody has noted it"


@pytest.mark.parametrize("result", [{"x": 1}, {"seed": 1}, {"elapsed": 1}, {1: 2}, {}])
def test_mappings_whose_keys_cannot_be_columns_stay_whole(result: Any) -> None:
    evaluation = study(lambda trial: result)
    evaluation(x=1)
    frame = evaluation.to_frame()
    assert list(frame.columns) == ["x", "opt", "seed", "result", "elapsed"]
    assert frame.result[0] == result


@pytest.mark.parametrize("result", [None, [1, 2], (1, 2), np.arange(3), "text"])
def test_results_of_any_kind_are_one_cell_each(result: Any) -> None:
    evaluation = study(lambda trial: result)
    evaluation(x=1), evaluation(x=2)
    frame = evaluation.to_frame()
    assert len(frame) == 2
    assert np.array_equal(frame.result[0], result) or frame.result[0] is result


def test_fields_keep_their_names_whatever_they_are() -> None:
    class Awkward(Key):
        result = Param(min=0, max=9)
        elapsed = Param(min=0, max=9)

    evaluation = study(lambda key: "the result", key=Awkward)
    evaluation(result=1, elapsed=2)
    frame = evaluation.to_frame()
    assert list(frame.columns) == ["result", "elapsed", "seed", "result_", "elapsed_"]
    assert list(frame.iloc[0][:4]) == [1, 2, 0, "the result"]


def test_without_evaluations_the_frame_has_its_columns_and_no_row() -> None:
    frame = study(lambda trial: 1).to_frame()
    assert list(frame.columns) == ["x", "opt", "seed", "result", "elapsed"]
    assert len(frame) == 0


def test_one_seed_may_be_asked_for() -> None:
    evaluation = study(lambda trial: 1)
    evaluation(x=1), evaluation(x=1, seed=5), evaluation(x=2, seed=5)
    assert len(evaluation.to_frame()) == 3
    assert list(evaluation.to_frame(seed=5).x) == [1, 2]


PROGRAM = """
import sys
from kigen import Key, Param, seeded_cache
class Trial(Key):
    x = Param(min=0, max=99)
@seeded_cache(archive=sys.argv[1])
def evaluate(trial: Trial):
    return {"loss": trial.x / 100}
if len(sys.argv) > 2:
    evaluate.sweep(5)
print(evaluate.to_frame().sort_values("x").to_csv(index=False))
"""


def test_another_interpreter_sees_the_same_table(tmp_path: Path) -> None:
    first = output(PROGRAM, tmp_path / "runs.db", "run")
    assert first.count("\n") > 5
    assert output(PROGRAM, tmp_path / "runs.db", hash_seed=3) == first


def test_without_pandas_the_error_gives_the_command(tmp_path: Path) -> None:
    (tmp_path / "pandas.py").write_text("raise ImportError('not here')")
    program = (
        "from kigen import Key, MissingExtra, seeded_cache\n"
        "try: seeded_cache(key=Key)(lambda key: 1).to_frame()\n"
        "except MissingExtra as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pip install 'kigen[pandas]'" in done.stdout
    assert issubclass(MissingExtra, ImportError)
