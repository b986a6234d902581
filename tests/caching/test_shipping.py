"""Decorated functions travel: by reference with pickle, by value with dill and cloudpickle."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import cloudpickle
import dill
import pytest

from kigen import inf_cache, lfu_cache, lru_cache, safe
from tests.programs import output


@lru_cache
def by_name(x: int) -> int:
    return x + 1


def test_pickle_takes_the_name() -> None:
    assert pickle.loads(pickle.dumps(by_name)) is by_name


_RECEIVER = """
import sys, dill
f = dill.loads(open(sys.argv[1], "rb").read())
print(f(3), f(1), f([2]), f.info().size, f.archived())
"""


@pytest.mark.parametrize("decorator", [inf_cache, lru_cache, lfu_cache, safe.lru_cache])
@pytest.mark.parametrize("archived", [False, True])
def test_dill_takes_the_function_its_results_and_its_archive(
    decorator, archived: bool, tmp_path: Path
) -> None:
    options = {"archive": tmp_path / "a.db"} if archived else {}
    n = 10

    @decorator(name="f", **options)
    def f(x):
        return n * x

    f(1), f([2])
    (tmp_path / "f.pkl").write_bytes(dill.dumps(f, byref=False))
    run = subprocess.run(
        [sys.executable, "-c", _RECEIVER, tmp_path / "f.pkl"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"30 10 {[2] * 10} 3 {archived}\n"


def test_a_copy_counts_and_forgets_for_itself() -> None:
    @lru_cache
    def f(x: int) -> int:
        return -x

    f(1)
    copy = dill.loads(dill.dumps(f, byref=False, recurse=True))
    f.clear()
    assert copy(1) == -1
    assert f.info().size == 0


@pytest.mark.parametrize("library", [dill, cloudpickle])
@pytest.mark.parametrize("decorator", [inf_cache, lru_cache, lru_cache(ttl=100)])
def test_a_copy_counts_its_own_calls(library: Any, decorator: Any) -> None:
    @decorator
    def f(x):
        return x

    f(1), f(1)
    copy = library.loads(library.dumps(f))
    assert copy.info() == f.info()
    copy(1), copy(2), copy(3), copy(1)
    assert copy.info()[:2] == (3, 3)
    assert f.info()[:2] == (1, 1)


def test_what_is_put_into_a_copy_is_the_latest_there() -> None:
    @lru_cache(maxsize=3)
    def f(x):
        return x

    f(1), f(2)
    copy = cloudpickle.loads(cloudpickle.dumps(f))
    for _ in range(5):
        copy(1), copy(2)
    copy.__cache__()[3] = 33
    copy(4)
    assert copy.lookup(3) == 33
    assert not copy.contains(1)


_METHODS_SENT = """
import sys, {package} as pickle
import kigen

def made():
    class Model:
        def __init__(self, n, load=b""):
            self.n, self.load = n, load

        @kigen.{decorator}
        def times(self, x):
            return self.n * x

        @kigen.{decorator}
        def scaled(self):
            return type(self)(self.n * 10)

        @kigen.lru_cache(cache=sys.argv[1] + "/a.db", name="waits")
        def waits(self):
            return self.n

        def __fingerprint__(self):
            return self.n

        def __eq__(self, other):
            return self.n == other.n

        def __hash__(self):
            return hash(self.n)

    return Model

Model = made()
shipment = []
for kind in (Model, made()):
    model, other = kind(3), kind(5, b"heavy" * 100)
    for one in (model, other):
        one.times(1), one.times([2]), one.scaled(), one.waits()
    shipment += [model, model.times, model.scaled]
data = pickle.dumps(shipment)
print(b"heavy" in data)
open(sys.argv[1] + "/all.pkl", "wb").write(data)
"""

_METHODS_RECEIVED = """
import sys, {package} as pickle
shipment = pickle.load(open(sys.argv[1] + "/all.pkl", "rb"))
for model, times, scaled in (shipment[:3], shipment[3:]):
    print(times(2), scaled().n, model.waits(), type(model).times.info().size, times.info().size)
    model, times = pickle.loads(pickle.dumps((model, times)))
    print(times(2), times.info().size)
"""


@pytest.mark.parametrize("package", ["dill", "cloudpickle"])
@pytest.mark.parametrize("decorator", ["inf_cache", "lru_cache(ttl=9)", "lfu_cache(maxbytes=9999)"])
def test_a_method_that_was_called_travels_without_its_instances_and_their_results(
    package: str, decorator: str, tmp_path: Path
) -> None:
    sent = _METHODS_SENT.format(package=package, decorator=decorator)
    assert output(sent, tmp_path) == "False\n"
    received = output(_METHODS_RECEIVED.format(package=package), tmp_path)
    assert received == "6 30 3 1 1\n6 1\n" * 2
