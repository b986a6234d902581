"""Sweeps: distinct keys, always the same ones, each evaluated once, whatever comes between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kigen import (
    Blueprint,
    ConfigurationError,
    Enum,
    Key,
    Param,
    RandomRengine,
    SobolRengine,
    SpaceExhaustedError,
    archives,
    seeded_cache,
)
from tests.crowd import TIMEOUT
from tests.programs import environment, output


class Trial(Key):
    x = Param(min=0, max=99)
    opt = Enum("adam", "sgd")


class Small(Key):
    x = Param(min=0, max=4)


def declare(ran: list[Any] | None = None, key: Any = Trial, **options: Any) -> Any:
    """An evaluation that notes what it ran."""
    ran = [] if ran is None else ran

    def study(trial: Any, rng: random.Random) -> tuple[int, float]:
        ran.append(trial)
        return trial.x, rng.random()

    return seeded_cache(key=key, name="study", **options)(study)


@pytest.fixture(params=["memory only", "memory://", "runs/", "runs.db"])
def options(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Options for memory alone, and for each kind of archive."""
    monkeypatch.chdir(tmp_path)
    if request.param == "memory only":
        yield {}
    else:
        with archives.open(request.param) as archive:
            yield {"archive": archive}


def test_a_sweep_draws_distinct_keys_and_pairs_them_with_their_results(options: Any) -> None:
    ran: list[Any] = []
    study = declare(ran, **options)
    pairs = study.sweep(50)
    assert len({key for key, _ in pairs}) == 50
    assert ran == [key for key, _ in pairs]
    assert all(result == study(key) for key, result in pairs)
    assert len(ran) == 50


def test_a_shorter_sweep_is_a_prefix_of_a_longer_one() -> None:
    ran: list[Any] = []
    study = declare(ran)
    long = study.sweep(40)
    assert [study.sweep(n) for n in (0, 1, 7, 39)] == [long[:n] for n in (0, 1, 7, 39)]
    assert len(ran) == 40


def test_a_sweep_is_the_same_in_another_process_and_depends_on_the_seed() -> None:
    one, again, other = declare(seed=1), declare(seed=1), declare(seed=2)
    assert one.sweep(20) == again.sweep(20)
    assert one.sweep(20) != other.sweep(20)
    assert one.sweep(20, seed=2) == other.sweep(20)


def test_a_key_that_two_sweeps_share_has_a_result_for_each_seed() -> None:
    study = declare(key=Small)
    first, second = dict(study.sweep(5)), dict(study.sweep(5, seed=1))
    assert first.keys() == second.keys()
    assert all(first[key] != second[key] for key in first)


def test_what_was_evaluated_before_is_not_evaluated_again(options: Any) -> None:
    ran: list[Any] = []
    study = declare(ran, **options)
    keys = [key for key, _ in declare().sweep(10)]
    alone = [study(key) for key in keys[3:6]]
    assert [result for _, result in study.sweep(10)][3:6] == alone
    assert len(ran) == 10
    study.clear()
    study.sweep(10)
    assert len(ran) == (10 if options else 20)


def test_results_do_not_depend_on_the_order() -> None:
    forwards, backwards = declare(), declare()
    pairs = forwards.sweep(20)
    assert [(key, backwards(key)) for key, _ in reversed(pairs)] == pairs[::-1]


@pytest.mark.parametrize("workers", [1, 4])
def test_threads_give_the_same_results_and_evaluate_each_key_once(
    workers: int, options: Any
) -> None:
    ran: list[Any] = []
    study = declare(ran, **options)
    study(declare().sweep(5)[3][0])
    with ThreadPoolExecutor(workers) as pool:
        assert study.sweep(30, executor=pool) == declare().sweep(30)
        assert study.sweep(30, executor=pool) == declare().sweep(30)
    assert len(ran) == 30


@pytest.mark.parametrize("maxsize", [0, 1, 5])
def test_threads_evaluate_each_key_once_even_if_memory_is_too_small(maxsize: int) -> None:
    ran: list[Any] = []
    with ThreadPoolExecutor(2) as pool:
        declare(ran, maxsize=maxsize).sweep(20, executor=pool)
    assert len(ran) == 20


@seeded_cache(seed=3)
def in_processes(trial: Trial, rng: np.random.Generator) -> tuple[int, float]:
    return os.getpid(), rng.random()


def test_processes_give_the_same_results_and_they_are_remembered_here() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        pairs = in_processes.sweep(10, executor=pool)
    assert os.getpid() not in {pid for _, (pid, _) in pairs}
    assert in_processes.sweep(10) == pairs
    assert in_processes.info().miss == 0
    in_processes.clear()
    assert [r for _, (_, r) in in_processes.sweep(10)] == [r for _, (_, r) in pairs]


def test_a_sweep_that_an_exception_ended_goes_on_where_it_stopped(options: Any) -> None:
    ran: list[Any] = []

    def study(trial: Trial) -> int:
        ran.append(trial)
        if len(ran) == 6:
            raise OSError("the cluster is down")
        return trial.x

    evaluation = seeded_cache(**options, name="study")(study)
    with pytest.raises(OSError):
        evaluation.sweep(10)
    assert len(ran) == 6
    assert len(evaluation.sweep(10)) == 10
    assert len(ran) == 11
    assert ran[5] == ran[6], "the one that failed comes first, and none before it comes again"


@pytest.mark.parametrize("workers", [1, 3])
def test_an_exception_in_a_worker_calls_off_the_rest_and_keeps_what_is_done(workers: int) -> None:
    ran: list[Any] = []
    failing = threading.Event()

    def study(trial: Trial) -> int:
        ran.append(trial)
        if not failing.is_set() and len(ran) == 6:
            failing.set()
            raise OSError("the cluster is down")
        return trial.x

    evaluation = seeded_cache(study)
    with ThreadPoolExecutor(workers) as pool:
        with pytest.raises(OSError):
            evaluation.sweep(200, executor=pool)
        evaluation.sweep(200, executor=pool)
    assert len(ran) == 201


PROGRAM = """
import os, sys, time
from kigen import Key, Param, seeded_cache

class Trial(Key):
    x = Param(min=0, max=999)

@seeded_cache(archive=sys.argv[1])
def study(trial: Trial, rng):
    with open(sys.argv[2], "a") as log:
        log.write(f"{trial.x}\\n")
    time.sleep(0.01)
    return rng.random()

if __name__ == "__main__":
    executor = None
    if len(sys.argv) > 3:
        from concurrent.futures import ProcessPoolExecutor
        executor = ProcessPoolExecutor(2)
    pairs = study.sweep(40, executor=executor, progress=lambda done, total: print(done, flush=True))
    print([(key.x, result) for key, result in pairs])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
@pytest.mark.parametrize("where", ["runs.db", "runs/"])
def test_a_sweep_that_was_killed_repeats_no_finished_evaluation(where: str, tmp_path: Path) -> None:
    archive, log = f"{tmp_path}/{where}", tmp_path / "log"
    finished = 0
    for kill_at in (3, 17, 30):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, archive, str(log)],
            stdout=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdout is not None
        for line in process.stdout:
            finished = int(line)
            if finished == kill_at:
                break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert finished == kill_at
    *_, results = output(PROGRAM, archive, log).splitlines()
    began = log.read_text().split()
    assert len(began) <= 40 + 3, "only those that were under way when the process died"
    assert len(set(began)) == 40
    assert results == output(PROGRAM, tmp_path / "fresh.db", tmp_path / "log2").splitlines()[-1]


def test_process_pools_of_a_script_write_under_the_names_that_the_script_reads(
    tmp_path: Path,
) -> None:
    """Also where workers import the script anew, under another name."""
    script = tmp_path / "study.py"
    script.write_text(
        PROGRAM.replace(
            "ProcessPoolExecutor(2)",
            "ProcessPoolExecutor(2, mp_context=__import__('multiprocessing').get_context('spawn'))",
        )
    )

    def run(*arguments: object) -> list[str]:
        done = subprocess.run(
            [sys.executable, str(script), *map(str, arguments)],
            capture_output=True,
            text=True,
            env=environment(),
            timeout=TIMEOUT,
            check=True,
        )
        return done.stdout.splitlines()

    log = tmp_path / "log"
    pooled = run(tmp_path / "runs.db", log, "pool")
    assert run(tmp_path / "runs.db", log) == pooled
    assert len(log.read_text().split()) == 40
    with archives.open(tmp_path / "runs.db") as archive:
        assert len(archive) == 40


def test_progress_is_told_to_a_function() -> None:
    told: list[tuple[int, int]] = []
    declare().sweep(4, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with ThreadPoolExecutor(2) as pool:
        declare().sweep(3, executor=pool, progress=lambda done, total: told.append((done, total)))
    assert told[4:] == [(1, 3), (2, 3), (3, 3)]


def test_progress_is_shown_on_stderr_if_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    declare().sweep(3, progress=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "1/3" in shown.err
    assert shown.err.endswith("3/3\n")
    declare().sweep(3, progress=False)
    declare().sweep(3)
    assert capsys.readouterr().err == "", "it is no terminal"


def test_the_line_of_progress_ends_also_if_the_sweep_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def study(trial: Trial) -> None:
        raise OSError

    with pytest.raises(OSError):
        seeded_cache(study).sweep(3, progress=True)
    assert capsys.readouterr().err.endswith("\n")


def test_a_sweep_beyond_the_space_is_an_error_before_anything_runs() -> None:
    ran: list[Any] = []
    study = declare(ran, key=Small)
    with pytest.raises(SpaceExhaustedError, match="all 5 keys"):
        study.sweep(6)
    assert ran == []
    assert len(study.sweep(5)) == 5


@pytest.mark.parametrize("n", [-1, 1.5, "3", None, True])
def test_what_is_no_number_of_keys_is_refused(n: Any) -> None:
    with pytest.raises(ConfigurationError, match="n="):
        declare().sweep(n)


def test_an_integer_of_any_kind_is_a_number_of_keys() -> None:
    assert len(declare().sweep(np.int64(3))) == 3


@pytest.mark.parametrize(
    "rengine", [RandomRengine, RandomRengine(0), lambda seed: RandomRengine(seed)]
)
def test_an_engine_may_be_a_class_an_object_or_a_function_of_the_seed(rengine: Any) -> None:
    study = declare(rengine=rengine)
    assert study.sweep(10) == study.sweep(10) == declare().sweep(10)


def test_another_engine_draws_other_keys() -> None:
    sobol = declare(rengine=SobolRengine)
    assert sobol.sweep(8) == declare(rengine=SobolRengine).sweep(8)
    assert sobol.sweep(4) == sobol.sweep(8)[:4]
    assert {key for key, _ in sobol.sweep(8)} != {key for key, _ in declare().sweep(8)}


def test_a_blueprint_says_how_keys_are_drawn() -> None:
    plan = Blueprint(Trial).configure("x", Param(min=7, max=9))
    assert {key.x for key, _ in declare(blueprint=plan).sweep(6)} == {7, 8, 9}
