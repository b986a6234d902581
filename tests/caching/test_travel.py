"""What stands for a function travels as functions do: by name, or by value."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from kigen import Key, Param, cached_property, dedup, lru_cache, seeded_cache
from tests.programs import environment, output


class Shipped:
    @cached_property
    def x(self) -> int:
        return 5

    @cached_property(ttl=3)
    def y(self) -> int:
        return 6


def test_a_property_is_pickled_by_its_name() -> None:
    for handle in (Shipped.x, Shipped.y):
        assert pickle.loads(pickle.dumps(handle)) is handle


@pytest.mark.parametrize("package", ["dill", "cloudpickle"])
def test_a_class_that_nobody_can_import_travels_with_its_properties(
    package: str, tmp_path: Path
) -> None:
    pytest.importorskip(package)
    sender = f"""
import {package} as pickle, kigen, sys
from dataclasses import dataclass
@dataclass
class Model:
    n: int
    @kigen.cached_property
    def x(self):
        return [self.n]
    @kigen.cached_property(archive=sys.argv[1] + "/a.db")
    def y(self):
        return [self.n, self.x]
model = Model(3)
model.y
open(sys.argv[1] + "/m.pkl", "wb").write(pickle.dumps((Model, model)))
"""
    receiver = f"""
import {package} as pickle, sys
Model, model = pickle.load(open(sys.argv[1] + "/m.pkl", "rb"))
print(vars(model), Model(4).y, Model.x.info().miss, Model(3).y, Model.y.info()[1:3])
"""
    output(sender, tmp_path)
    assert output(receiver, tmp_path) == (
        "{'n': 3, 'x': [3], 'y': [3, [3]]} [4, [4]] 1 [3, [3]] (1, 1)\n"
    )


class Trial(Key):
    depth = Param(min=1, max=9)


@seeded_cache(seed=3)
def evaluate(trial: Trial) -> int:
    return trial.depth


@dedup
def once(x: int) -> int:
    return x


@dedup
def each(n: int) -> object:
    yield from range(n)


@lru_cache
async def later(x: int) -> int:
    return x


def test_by_name_what_arrives_is_what_is_there() -> None:
    for stands in (evaluate, once, each, later, Shipped.x):
        assert pickle.loads(pickle.dumps(stands)) is stands


def test_one_that_has_no_name_there_is_refused_by_pickle() -> None:
    @seeded_cache
    def local(trial: Trial) -> int:
        return trial.depth

    for stands in (local, dedup(lambda x: x)):
        with pytest.raises((pickle.PicklingError, AttributeError)):
            pickle.dumps(stands)


_SENDER = """
import asyncio, sys, {package} as pickle
import kigen
n = 10

class Trial(kigen.Key):
    depth = kigen.Param(min=1, max=9)

@kigen.seeded_cache(seed=3, archive=sys.argv[1] + "/s.db")
def evaluate(trial: Trial, rng):
    return [trial.depth * n, rng.random() < 1, helper(1)]

@kigen.dedup(sys.argv[1] + "/d.db")
def once(x):
    return x * n

@kigen.lru_cache
def helper(x):
    return x + n

@kigen.s3fifo_cache(ttl=1000)
async def later(x):
    return x * n

evaluate(depth=3), once(1), asyncio.run(later(2))
local = (lambda k: kigen.lru_cache(lambda x: x + k))(5)
alone = kigen.dedup(lambda x: x + n)
shipment = evaluate, once, later, local, alone, Trial(depth=4)
settings = {{"recurse": True}} if pickle.__name__ == "dill" else {{}}  # the globals, too
open(sys.argv[1] + "/all.pkl", "wb").write(pickle.dumps(shipment, **settings))
"""

_RECEIVER = """
import asyncio, sys, {package} as pickle
shipment = pickle.load(open(sys.argv[1] + "/all.pkl", "rb"))
evaluate, once, later, local, alone, trial = shipment
print(evaluate(depth=3), evaluate.info()[:3], evaluate(trial), evaluate.info()[:3])
print(once(1), once(2), once.seen(1), asyncio.run(later(2)), local(1), alone(1), alone(1))
"""


@pytest.mark.parametrize("package", ["dill", "cloudpickle"])
def test_by_value_what_arrives_goes_on_with_the_same_archive(package: str, tmp_path: Path) -> None:
    pytest.importorskip(package)
    output(_SENDER.format(package=package), tmp_path)
    assert output(_RECEIVER.format(package=package), tmp_path) == (
        "[30, True, 11] (0, 0, 1) [40, True, 11] (0, 1, 1)\nNone 20 True 20 6 11 None\n"
    )


_SCRIPT = """
import sys
from dataclasses import dataclass
import kigen

class Trial(kigen.Key):
    depth = kigen.Param(min=1, max=9)

@kigen.lru_cache
def plain(x):
    return -x

@kigen.safe.lru_cache(archive=sys.argv[2] + "/a.db")
def kept(x):
    return -x

@kigen.seeded_cache(seed=3)
def evaluate(trial: Trial, rng):
    return trial.depth

@kigen.dedup
def once(x):
    return -x

@dataclass
class Model:
    n: int

    @kigen.lru_cache
    def times(self, x):
        return self.n * x

    @classmethod
    @kigen.lru_cache
    def name(cls):
        return cls.__name__

    @kigen.cached_property(archive=sys.argv[2] + "/p.db")
    def twice(self):
        return 2 * self.n

    @kigen.lru_cache
    def __call__(self, x):
        return self.n - x

def read(model):
    return model.twice

CALLS = [
    (plain, 1), (kept, 2), (evaluate, Trial(depth=3)), (once, 4), (Model(5).times, 1),
    (Model.name,), (read, Model(7)), (Model(8), 0),
]
RESULTS = [-1, -2, 3, -4, 5, "Model", 14, 8]

def local():
    k = 10

    @kigen.lru_cache
    def f(x):
        return x * k

    @kigen.seeded_cache
    def g(trial: Trial):
        return trial.depth * k

    class Own:
        @kigen.cached_property
        def x(self):
            return k

    return [(f, 1), (g, Trial(depth=3)), (kigen.dedup(lambda x: x * k), 5), (lambda o: o.x, Own())]

def main(kind):
    if kind == "loky":
        from joblib import Parallel, delayed
        calls = CALLS + local()
        return Parallel(n_jobs=2)(delayed(f)(*args) for f, *args in calls)
    if kind == "dask":
        from dask.distributed import Client, LocalCluster
        with LocalCluster(2, threads_per_worker=1, dashboard_address=None) as cluster:
            with Client(cluster) as client:
                calls = CALLS + local()
                sent = [client.submit(f, *args, pure=False) for f, *args in calls]
                return [future.result(100) for future in sent]
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor(2, multiprocessing.get_context(kind)) as pool:
        swept = evaluate.sweep(5, executor=pool)
        assert swept == evaluate.sweep(5)
        return [future.result(100) for future in [pool.submit(*call) for call in CALLS]]

if __name__ == "__main__":
    results = main(sys.argv[1])
    local_results = [10, 30, 50, 10] if sys.argv[1] in ("loky", "dask") else []
    assert results == RESULTS + local_results, results
"""


@pytest.mark.parametrize("kind", ["fork", "spawn", "forkserver", "loky", "dask"])
def test_a_script_ships_all_kinds_to_its_workers(kind: str, tmp_path: Path) -> None:
    package = {"loky": "joblib", "dask": "distributed"}.get(kind)
    if package is not None and find_spec(package) is None:  # to import it would change pickling
        pytest.skip(f"{package} is not installed")
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT)
    run = subprocess.run(
        [sys.executable, script, kind, tmp_path],
        capture_output=True,
        text=True,
        timeout=200,
        env=environment(),
        check=False,
    )
    assert run.returncode == 0, run.stderr
