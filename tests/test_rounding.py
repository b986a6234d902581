"""Rounding of arguments: which numbers, how deep, and what stays as it is."""

from __future__ import annotations

import pickle
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

from kigen.errors import ConfigurationError
from kigen.rounding import (
    deep_round,
    deep_round_factory,
    shallow_round,
    shallow_round_factory,
    simple_round,
    simple_round_factory,
)

ALL = pytest.mark.parametrize("round_", [simple_round, shallow_round, deep_round])
HOLDERS = pytest.mark.parametrize("factory", [shallow_round_factory, deep_round_factory])


class Point(NamedTuple):
    x: float
    y: Any


Pair = namedtuple("Pair", "a b")  # noqa: PYI024 - the other way to make one


def one(value: Any, tol: int | None = 1, factory: Callable[..., Any] = deep_round_factory) -> Any:
    (rounded,), _ = factory(tol)(value)
    return rounded


# Numbers


@ALL
def test_numbers_are_rounded_by_position_and_by_name(round_: Any) -> None:
    """The decorated function sees the rounded ones."""

    @round_(tol=1)
    def pair(x: float, y: float) -> tuple[float, float]:
        return x, y

    assert pair(2.54, y=5.47) == (2.5, 5.5)


@ALL
def test_whole_numbers_and_text_are_not(round_: Any) -> None:
    """Even if rounding to tens is asked for."""
    values = (15, True, "1.55", b"1.55", None)
    assert round_(-1)(lambda *args: args)(*values) == values


@pytest.mark.parametrize(
    "factory", [simple_round_factory, shallow_round_factory, deep_round_factory]
)
@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (np.float64(1.26), np.float64(1.3)),
        (np.float32(1.26), np.float32(1.3)),
        (np.float16(1.26), np.float16(1.3)),
        (np.longdouble("1.26"), np.longdouble("1.3")),
        (1.26 + 2.34j, 1.3 + 2.3j),
        (np.complex64(1.26 + 2.34j), np.complex64(1.3 + 2.3j)),
    ],
)
def test_numbers_of_every_kind_are_rounded_and_keep_it(
    factory: Any, value: Any, rounded: Any
) -> None:
    """klepto leaves float32 and complex numbers as they are."""  # noqa: D403
    found = one(value, factory=factory)
    assert abs(found - rounded) < 1e-7
    assert type(found) is type(value)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 0.0, -0.0, 1e-300])
def test_special_numbers_are_rounded_without_an_error(value: float) -> None:
    """Infinity stays infinity."""
    assert one(value) == round(value, 1)
    assert one(np.array([value]))[0] == round(value, 1)


def test_nan_stays_nan() -> None:
    """In an array too."""
    assert np.isnan(one(float("nan")))
    assert np.isnan(one(np.array([float("nan")])))[0]


def test_numbers_too_large_to_round_stay_as_they_are() -> None:
    """Rounding 1e300 to 20 places by way of infinity, as numpy does, would merge such keys."""
    for large in (np.float64(1e300), np.float64(2e300)):
        assert one(large, 20) == large
        assert one(np.array([large]), 20)[0] == large
    assert one(1.7e308, -308) == 1.7e308
    assert one(np.array([60000.0], dtype=np.float16), 4)[0] == 60000


@pytest.mark.parametrize("tol", [10**9, -(10**9), 10**30])
def test_any_whole_tol_works(tol: int) -> None:
    """However large, for numbers and for arrays."""
    assert one(1.5, tol) in {1.5, 0.0}
    assert one(np.array([1.5]), tol)[0] in {1.5, 0.0}


@ALL
def test_tol_none_leaves_everything_alone(round_: Any) -> None:
    """The arguments are the very same objects."""
    holder = [1.234]
    assert round_(None)(lambda x: x)(holder) is holder


@pytest.mark.parametrize(
    "factory", [simple_round_factory, shallow_round_factory, deep_round_factory]
)
def test_a_factory_knows_none_too(factory: Any) -> None:
    """klepto's factories round to whole numbers then."""  # noqa: D403
    assert factory(None)(1.6, x=2.6) == ((1.6,), {"x": 2.6})


@ALL
@pytest.mark.parametrize("tol", [1.5, "1", True, [], 0.1])
def test_a_tol_that_is_no_whole_number_is_refused_at_decoration(round_: Any, tol: Any) -> None:
    """klepto fails at the first call."""  # noqa: D403
    with pytest.raises(ConfigurationError, match="decimal places"):
        round_(tol)


def test_a_whole_number_of_numpys_is_one() -> None:
    """It becomes an int."""
    assert repr(deep_round(np.int64(2))) == "deep_round(tol=2)"


# Depth


def test_simple_rounding_does_not_look_into_arguments() -> None:
    """Lists and arrays are passed on as they are."""
    values = [1.26], np.array([1.26]), {"x": 1.26}, (1.26,)
    rounded, _ = simple_round_factory(1)(*values)
    assert all(a is b for a, b in zip(rounded, values, strict=True))


def test_shallow_rounding_looks_one_level_deep() -> None:
    """And no further."""
    assert one([1.26, [1.26]], factory=shallow_round_factory) == [1.3, [1.26]]
    assert one((1.26, {1: 1.26}), factory=shallow_round_factory) == (1.3, {1: 1.26})


def test_shallow_rounding_knows_the_values_of_a_dict_and_text() -> None:
    """klepto leaves the values of a dict alone, and turns "ab" into "['a', 'b']"."""  # noqa: D403
    assert one({"x": 1.26}, factory=shallow_round_factory) == {"x": 1.3}
    assert one("ab", factory=shallow_round_factory) == "ab"


def test_deep_rounding_looks_all_the_way_down() -> None:
    """Through every container."""
    value = [1.26, ({"x": {1.26}, 7: Point(1.26, [frozenset({1.26})])}, deque([1.26], 3))]
    expected = [1.3, ({"x": {1.3}, 7: Point(1.3, [frozenset({1.3})])}, deque([1.3], 3))]
    assert one(value) == expected


# Containers


@HOLDERS
@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ([1.26], [1.3]),
        ((1.26,), (1.3,)),
        ({1.26, 1.27}, {1.3}),
        (frozenset({1.26}), frozenset({1.3})),
        ({1: 1.26, None: 2, (1.26,): 1.26}, {1: 1.3, None: 2, (1.26,): 1.3}),
        (OrderedDict(a=1.26), OrderedDict(a=1.3)),
        (defaultdict(list, a=1.26), defaultdict(list, a=1.3)),
        (Counter(a=1.26), Counter(a=1.3)),  # type: ignore[arg-type]
        (MappingProxyType({"a": 1.26}), MappingProxyType({"a": 1.3})),
        (deque([1.26], maxlen=3), deque([1.3], maxlen=3)),
        (Point(1.26, 2), Point(1.3, 2)),
        (Pair(1.26, 2), Pair(1.3, 2)),
    ],
    ids=lambda v: type(v).__name__,
)
def test_containers_keep_their_type(factory: Any, value: Any, rounded: Any) -> None:
    """klepto raises TypeError on keys that are no text, on named tuples and on ranges."""  # noqa: D403
    found = one(value, factory=factory)
    assert found == rounded
    assert type(found) is type(value)
    assert getattr(found, "maxlen", None) == getattr(value, "maxlen", None)


@HOLDERS
def test_an_argument_is_not_changed(factory: Any) -> None:
    """What is rounded is a copy."""
    holder, mapping, array = [1.26], {"x": 1.26}, np.array([1.26])
    factory(0)(holder, mapping, array)
    assert (holder, mapping, array[0]) == ([1.26], {"x": 1.26}, 1.26)


@HOLDERS
def test_iterators_files_and_ranges_are_passed_on(factory: Any, tmp_path: Any) -> None:
    """klepto reads an iterator empty before the function sees it."""  # noqa: D403
    with (tmp_path / "file").open("w+") as file:
        for value in (
            iter([1.26]),
            (x for x in [1.26]),
            range(3),
            file,
            ValueError(1.26),
            (1.26).hex,
        ):
            assert one(value, factory=factory) is value
    assert list(one(iter([1.26]), factory=factory)) == [1.26]


class Settings(dict[str, Any]):
    """A dict with a life of its own."""

    def __init__(self, owner: str) -> None:
        super().__init__()
        self.owner = owner


class Recording(dict[str, Any]):
    """Like an archive: setting an item has an effect elsewhere."""

    log: list[str] = []  # noqa: RUF012 - shared on purpose

    def __setitem__(self, key: str, value: Any) -> None:
        self.log.append(key)
        super().__setitem__(key, value)


def test_a_class_of_its_own_keeps_its_attributes() -> None:
    """Its constructor need not take the items."""
    settings = Settings("me")
    settings["x"] = 1.26
    found = one(settings)
    assert (found, found.owner, type(found)) == ({"x": 1.3}, "me", Settings)
    assert settings == {"x": 1.26}


def test_where_there_is_nothing_to_round_a_class_of_its_own_is_passed_on() -> None:
    """A mapping that writes to disk is not copied, which would write."""
    recording = Recording(x=1, y="text")
    assert one(recording) is recording
    assert Recording.log == []


# Arrays


@HOLDERS
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128])
def test_arrays_are_rounded_and_keep_type_and_shape(factory: Any, dtype: Any) -> None:
    """klepto raises TypeError."""  # noqa: D403
    array = np.array([[1.26, 2.34], [0.05, -1.26]], dtype=dtype)
    found = one(array, factory=factory)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert np.allclose(found, array.round(1))


@HOLDERS
def test_arrays_of_whole_numbers_are_passed_on(factory: Any) -> None:
    """klepto made an uninitialised array with the numbers as its shape."""  # noqa: D403
    array = np.array((1, 2, 3))
    assert one(array, factory=factory) is array


def test_arrays_of_objects_and_of_fields_are_rounded_inside() -> None:
    """Numbers in them are numbers."""
    objects = np.empty((2, 1), dtype=object)
    objects[:, 0] = [1.26], "x"
    assert one(objects).tolist() == [[[1.3]], ["x"]]
    assert one(objects, factory=shallow_round_factory).tolist() == [[[1.26]], ["x"]]
    fields = np.array([(1.26, "x", 3)], dtype=[("a", "f8"), ("b", "U3"), ("c", "i8")])
    assert one(fields).tolist() == [(1.3, "x", 3)]
    assert fields["a"][0] == 1.26


def test_masks_empty_arrays_and_arrays_without_dimensions_stay_what_they_are() -> None:
    """Their classes and shapes too."""
    masked = one(np.ma.array([1.26, 2.2], mask=[False, True]))
    assert (masked[0], masked.mask.tolist()) == (1.3, [False, True])
    assert one(np.empty((0, 3))).shape == (0, 3)
    assert one(np.array(1.26)).shape == ()
    assert one(np.asfortranarray(np.ones((2, 3)) / 3)).shape == (2, 3)


# The decorators themselves


@ALL
def test_any_name_is_free_for_a_parameter(round_: Any) -> None:
    """klepto's own names collide with none."""  # noqa: D403

    def f(self: Any, func: Any, tol: Any, args: Any = 0, kwds: Any = 0) -> Any:
        return self, func, tol, args, kwds

    assert round_(0)(f)(self=1.2, func=2.2, tol=3.2, kwds=4.2) == (1.0, 2.0, 3.0, 0, 4.0)


@ALL
def test_a_decorated_function_still_looks_like_itself(round_: Any) -> None:
    """Name, docstring and the function itself."""

    def f(x: float) -> float:
        """What f does."""
        return x

    decorated = round_(1)(f)
    assert (decorated.__name__, decorated.__doc__) == ("f", "What f does.")
    assert decorated.__wrapped__ is f


@ALL
def test_methods_can_be_decorated(round_: Any) -> None:
    """The instance is passed on."""

    class Owner:
        @round_(1)
        def double(self, x: float) -> float:
            return 2 * x

    assert Owner().double(1.26) == 2.6


@ALL
def test_a_decorator_pickles(round_: Any) -> None:
    """With its tolerance."""
    copy = pickle.loads(pickle.dumps(round_(3)))
    assert copy(lambda x: x)(1.23456) == 1.235


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_a_matrix_is_rounded_like_any_array() -> None:
    """It has two dimensions, whatever it is indexed by."""
    assert deep_round(1)(lambda x: x)(np.matrix([[1.26, 1.7e308]])).tolist() == [[1.3, 1.7e308]]
