"""What a value weighs is the memory it takes."""

from __future__ import annotations

import array
import collections
import dataclasses
import gc
import os
import subprocess
import sys
import tracemalloc
import types
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from kigen.policies.scales import weigh


class Instance:
    def __init__(self, n: int) -> None:
        self.number = n + 1000.5
        self.text = f"{n}" * 5
        self.inner = [n]


class Slotted:
    __slots__ = ("number", "text")

    def __init__(self, n: int) -> None:
        self.number = n + 1000.5
        self.text = f"{n}" * 5


@dataclasses.dataclass
class Data:
    x: float
    y: list[int]


class Pair(NamedTuple):
    a: float
    b: str


LARGE: dict[str, Callable[[], Any]] = {
    "floats in a tuple": lambda: tuple(n + 0.5 for n in range(5000)),
    "ints in a set": lambda: {n + 10**6 for n in range(5000)},
    "a dict of text": lambda: {f"key {n}": n + 0.5 for n in range(5000)},
    "lists in lists": lambda: [[[n + 0.5] for n in range(10)] for _ in range(500)],
    "an ordered dict": lambda: collections.OrderedDict((n + 1000, [n]) for n in range(1000)),
    "a deque": lambda: collections.deque(range(10**6, 10**6 + 5000)),
    "instances": lambda: [Instance(n) for n in range(2000)],
    "instances with slots": lambda: [Slotted(n) for n in range(2000)],
    "dataclasses": lambda: [Data(n + 0.5, [n]) for n in range(2000)],
    "named tuples": lambda: [Pair(n + 0.5, str(n)) for n in range(2000)],
    "bytes": lambda: bytes(10**6),
    "a bytearray": lambda: bytearray(10**6),
    "text": lambda: "ä" * 10**5,
    "a memoryview": lambda: memoryview(bytes(10**6)),
    "an array of the standard library": lambda: array.array("d", range(10**4)),
    "an array": lambda: np.ones(10**5),
    "a transposed array": lambda: np.ones(10**5).reshape(10, -1).T,
    "a small view of a large array": lambda: np.ones(10**5)[:3],
    "an array over bytes": lambda: np.frombuffer(bytes(10**5), "u1"),
    "an array of objects": lambda: np.array([f"number {n}" for n in range(5000)], object),
    "a masked array": lambda: np.ma.masked_less(np.arange(10**5), 10),
    "a dict of arrays": lambda: {n: np.ones(1000) for n in range(50)},
    "a frame": lambda: pd.DataFrame({"a": np.ones(10**5), "b": np.arange(10**5)}),
    "a series of objects": lambda: pd.Series([f"number {n}" for n in range(5000)], dtype=object),
}


@pytest.mark.parametrize("name", LARGE)
def test_the_weight_is_what_was_allocated_to_a_tenth(name: str) -> None:
    LARGE[name]()  # what a library allocates once
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        value = LARGE[name]()
        gc.collect()
        allocated = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert weigh(value) == pytest.approx(allocated, rel=0.15)


def test_what_arrow_and_polars_hold_counts_with_its_data() -> None:
    assert weigh(pa.array(range(10**4))) >= 80_000
    assert weigh(pa.table({"a": range(10**4)})) >= 80_000
    assert weigh(pl.DataFrame({"a": range(10**4)})) >= 80_000
    assert weigh([pl.Series("a", range(10**4))]) >= 80_000
    assert 0 < weigh(pl.DataFrame({"a": [1]}).lazy()) < 80_000


def test_each_object_counts_once_however_often_it_is_held() -> None:
    large = bytes(10**5)
    assert weigh([large] * 100) < 1.1 * 10**5
    matrix = np.ones(10**5)
    assert weigh([matrix[n:] for n in range(100)]) < 1.1 * matrix.nbytes
    assert weigh(np.broadcast_to(np.ones(10), (10**6, 10))) < 1000


def test_circles_and_depth_do_no_harm() -> None:
    circle: list[Any] = []
    circle.append(circle)
    assert weigh(circle) == sys.getsizeof(circle)
    deep: list[Any] = []
    for _ in range(10**5):
        deep = [deep]
    assert weigh(deep) > 10**5 * sys.getsizeof([1]) * 0.9


def test_modules_classes_and_functions_are_no_part_of_a_value() -> None:
    class Large:
        table = bytes(10**6)

    def function(_: Any = bytes(10**6)) -> None: ...

    value = [sys, pytest, Large, Large(), function, function.__code__, [].append, print]
    assert weigh(value) < 1000
    assert weigh(function) == sys.getsizeof(function), "a result that is one weighs itself"
    assert weigh(np) == sys.getsizeof(np)
    assert weigh(sys._getframe()) < 10_000


def test_what_is_found_weakly_does_not_count() -> None:
    import weakref

    instance = Instance(1)
    instance.text = "x" * 10**6
    assert weigh(weakref.ref(instance)) < 1000


@pytest.mark.parametrize(
    "value", [None, 0, 1.5, "", b"", (), [], {}, set(), object(), ...], ids=repr
)
def test_the_smallest_values_weigh_something(value: Any) -> None:
    assert 0 < weigh(value) == sys.getsizeof(value)


def test_a_class_that_lies_about_its_size_or_cannot_tell_it_weighs_something() -> None:
    class Broken:
        def __sizeof__(self) -> int:
            raise RuntimeError

    class Negative:
        def __sizeof__(self) -> int:
            return -1

    assert weigh([Broken(), Negative()]) > sys.getsizeof([])


def test_an_attribute_that_is_called_as_a_library_s_is_taken_for_none() -> None:
    """A file's ``nbytes`` says nothing about memory."""

    class Lazy:
        nbytes = 10**12

        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    assert weigh(Lazy()) < 1000


def test_a_tensor_counts_with_its_data_and_torch_is_not_imported() -> None:
    """As torch is not at hand, a class that is called as its own."""
    tensor = types.new_class("Tensor")
    tensor.__module__ = "torch"
    tensor.nbytes = 4000  # type: ignore[attr-defined]
    parameter = types.new_class("Parameter", (tensor,))
    assert weigh(tensor()) == pytest.approx(4000, abs=100)
    assert weigh({"weight": parameter()}) > 4000


def test_weighing_imports_no_library() -> None:
    code = (
        "import sys; from kigen import lru_cache\n"
        "f = lru_cache(maxbytes=1000)(lambda x: [x])\n"
        "f(1); print(f.info().bytes > 0, 'numpy' in sys.modules, 'pandas' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ran.stdout.split() == ["True", "False", "False"]
