from __future__ import annotations

from collections import namedtuple
from decimal import Decimal
from pathlib import Path, PurePosixPath

import pytest

from kigen.fingerprint import fingerprint

Point = namedtuple("Point", "x y")  # noqa: PYI024


def apart(*values):
    return len({fingerprint(value, typed=True) for value in values}) == len(values)


def test_typed_keeps_equal_values_of_different_types_apart():
    assert apart(1, 1.0, True, 1 + 0j, Decimal(1))
    assert apart(Point(1, 2), (1, 2))
    assert apart(b"a", bytearray(b"a"))
    assert apart({1}, frozenset({1}))
    assert apart(PurePosixPath("a"), Path("a"))


def test_typed_reaches_into_every_container():
    assert apart([1], [1.0], [True])
    assert apart({"a": (1,)}, {"a": (1.0,)})
    assert apart({1: 0}, {1.0: 0}, {True: 0})
    assert apart({1}, {1.0})


def test_typed_leaves_equal_values_of_one_type_equal():
    for one, other in [(0.0, -0.0), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([1, 2.5], [1, 2.5])]:
        assert fingerprint(one, typed=True) == fingerprint(other, typed=True)


def test_typed_and_untyped_fingerprints_never_meet():
    assert fingerprint(1) != fingerprint(1, typed=True)


def test_typed_tells_numpy_from_python():
    np = pytest.importorskip("numpy")
    assert apart(1, np.int64(1), np.int32(1), np.uint64(1), np.float64(1), np.bool_(True), 1.0)
    assert apart("a", np.str_("a"))
    assert fingerprint(np.longlong(1), typed=True) == fingerprint(np.int64(1), typed=True)
    assert apart([np.array([1])], [[1]])
