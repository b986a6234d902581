"""What stands for a function travels as functions do: by name, or by value."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from kigen import Key, Param, cached_property, dedup, seeded_cache
from tests.programs import output


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
