"""Hazards measured in other libraries (reference/field.md, 2) that apply to cached calls.

Those that are klepto's too stand in test_klepto_wrong_answers.py and test_klepto_false_misses.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from kigen import inf_cache, lfu_cache, lru_cache
from tests.crowd import crowd
from tests.programs import environment, output

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)


@CACHES
def test_a_result_of_none_is_not_computed_again(cache: Any) -> None:
    ran = []
    f = cache(ran.append)
    assert [f(1), f(1), f(1)] == [None, None, None]
    assert ran == [1]


SETS = """
import sys
from kigen import lru_cache
@lru_cache(archive=sys.argv[1])
def f(names):
    return sorted(map(str, names))
words = ["one", "two", "three", "four", b"five", 6.5, None, ("a", frozenset("xyz"))]
f(frozenset(words)), f(set(words)), f({"a": set(words)}), f([frozenset(words), {1: words}])
print(f.info().miss)
"""


def test_the_order_in_which_a_set_iterates_does_not_leak_into_the_key(tmp_path: Path) -> None:
    runs = [output(SETS, tmp_path / "runs.db", hash_seed=seed) for seed in (1, 2, 3)]
    assert runs == ["3\n", "0\n", "0\n"]


@CACHES
def test_who_waits_for_a_computation_that_raises_computes_for_himself(cache: Any) -> None:
    ran = []
    waiting = threading.Event()

    @cache
    def f(x: int) -> int:
        ran.append(x)
        if len(ran) == 1:
            waiting.wait(10)
            time.sleep(0.05)
            raise OSError
        return x

    def work(number: int) -> int:
        if number == 7:
            waiting.set()
        return f(1)

    results = crowd(8, work)
    assert [type(r) for r in results].count(OSError) == 1
    assert [r for r in results if r == 1] == [1] * 7
    assert len(ran) == 2


SLOW = """
import sys, time
from kigen import lru_cache
@lru_cache(archive=sys.argv[1])
def f(x):
    print("computing", flush=True)
    if len(sys.argv) > 2:
        time.sleep(600)
    return x
print(f(1))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_nobody_waits_for_a_process_that_was_killed_while_it_computed(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(tmp_path / "runs.db"), "slow"],
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"computing\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert output(SLOW, tmp_path / "runs.db") == "computing\n1\n"


MODULE = """
import os
from kigen import Key, Param, dedup, lru_cache, seeded_cache

WHERE = os.environ["KIGEN_TEST_ARCHIVE"]

class Trial(Key):
    x = Param(min=0, max=99)

@lru_cache(archive=WHERE)
def f(x, y=2):
    return x + y

class Model:
    @staticmethod
    @lru_cache(archive=WHERE)
    def g(x):
        return -x

@seeded_cache(archive=WHERE)
def evaluate(trial: Trial, rng):
    return trial.x, rng.random()

@dedup(WHERE)
def once(x):
    return x
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A user's module, imported here and importable in worker processes."""
    (tmp_path / "a_study.py").write_text(MODULE)
    monkeypatch.setenv("KIGEN_TEST_ARCHIVE", str(tmp_path / "runs.db"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]]))
    import a_study

    yield a_study
    del sys.modules["a_study"]


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_decorated_functions_travel_to_worker_processes(study: Any, method: str) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context(method)) as pool:
        assert list(pool.map(study.f, range(6))) == list(range(2, 8))
        assert list(pool.map(study.Model.g, range(3))) == [0, -1, -2]
        ran = list(pool.map(study.once, [1, 2, 1, 2, 3, 3]))
        assert sorted(x for x in ran if x is not None) == [1, 2, 3]
        assert dict(study.evaluate.sweep(6, executor=pool)) == dict(study.evaluate.sweep(6))
    assert [study.f(x) for x in range(6)] == list(range(2, 8))
    assert study.f.info()[:3] == (0, 0, 6), "what the workers computed is in the archive"
    assert study.evaluate.info().miss == 0
    assert study.once(1) is None
