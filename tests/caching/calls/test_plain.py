"""Which arguments are keyed as they stand, and which by their fingerprint."""

from __future__ import annotations

import datetime as dt
import enum
import itertools
from collections import OrderedDict, namedtuple
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kigen import UnkeyableCall, inf_cache, lru_cache, safe
from kigen.caching.calls.plain import ATOMS, Digest, memory_key
from kigen.fingerprint import digest, register

NAN = float("nan")
Point = namedtuple("Point", "x y")  # noqa: PYI024 - as users have them


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    ONE = 1


class Word(str):
    __slots__ = ()


@dataclass(frozen=True)
class Frozen:
    x: Any


@dataclass
class Loose:
    x: Any


VALUES: list[Any] = [
    # np.int64(1) == Decimal(1) is a TypeError, in NumPy: a dict cannot hold both either.
    *(0, 1, True, 1.0, 1 + 0j, Decimal(1), Fraction(1), np.int64(2), np.float32(1), Level.ONE),
    *(-0.0, 2, 2.5, Decimal("2.5"), np.float16(2.5), 2**61 - 1, 2**64, 1e300, float("inf")),
    *(NAN, float("nan"), np.float64("nan"), np.float32("nan"), Decimal("nan"), complex(NAN, 0)),
    *("1", "a", Word("a"), np.str_("a"), b"a", bytearray(b"a"), "", b"", None, ..., NotImplemented),
    *((), [], {}, set(), frozenset(), (1, 2), [1, 2], Point(1, 2), (1.0, 2.0), [True, 2], (2, 1)),
    *({1, 2}, frozenset({2.0, 1}), {1: 2}, {1.0: 2.0}, OrderedDict({1: 2}), [[1], 2], ([1], 2)),
    *((NAN,), [NAN], (1, (NAN,)), {NAN}, frozenset({float("nan")}), {"a": NAN}),
    *(Colour.RED, Colour, int, len, range(3), range(0, 3, 1), slice(1), PurePosixPath("a")),
    *(
        dt.date(2020, 1, 1),
        dt.datetime(2020, 1, 1, 12),  # noqa: DTZ001
        dt.timedelta(1),
        dt.timedelta(0, 86400),
    ),
    dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC),
    dt.datetime(2020, 1, 1, 14, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    *(Frozen(1), Frozen(1.0), Frozen([1]), Frozen((1, 2)), Loose(1), Loose(True), Loose([1])),
    *(np.array([1, 2]), np.array([1.0, 2.0]), np.array([[1, 2]]), np.array([NAN]), np.zeros(0)),
    *(np.array([1, 3]), np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6).reshape(2, 3))),
    *(pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]}), pd.Series([1, 2])),
]


@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: (v, "x")], ids=["alone", "beside another"])
def test_memory_and_archive_agree_on_what_is_the_same_call(wrap: Any) -> None:
    """Each pair of values meets in memory if and only if it meets at rest."""
    keys = [(memory_key(wrap(value)), digest(wrap(value))) for value in VALUES]
    wrong = [
        (VALUES[i], VALUES[j])
        for (i, one), (j, other) in itertools.combinations(enumerate(keys), 2)
        if (len({one[0], other[0]}) == 1) != (one[1] == other[1])
    ]
    assert wrong == []


def test_values_that_python_holds_for_one_dict_key_are_one_call() -> None:
    hashable = []
    for value in VALUES:
        with suppress(TypeError):
            hash(value)
            hashable.append(value)
    for one, other in itertools.combinations(hashable, 2):
        if len({one, other}) == 1:
            assert memory_key(one) == memory_key(other), (one, other)


@pytest.mark.parametrize("kind", sorted(ATOMS, key=str))
def test_atoms_are_equal_to_themselves_and_hashable(kind: type) -> None:
    value = kind()
    assert memory_key(value) is value


def test_a_digest_is_no_user_value() -> None:
    one = Digest(b"x")
    assert one == Digest(b"x") != Digest(b"y")
    assert one != b"x"
    assert len({one, Digest(b"x")}) == 1


class Tensor:
    """Hashable by address, and compared element by element, as some libraries' arrays are."""

    def __init__(self, *numbers: float) -> None:
        self.numbers = numbers

    def __eq__(self, other: object) -> Any:
        return Tensor(*(a == b for a, b in zip(self.numbers, other.numbers, strict=True)))

    def __bool__(self) -> bool:
        if len(self.numbers) != 1:
            raise RuntimeError("more than one value is ambiguous")
        return bool(self.numbers[0])

    def __hash__(self) -> int:
        return id(self)


def test_an_object_with_an_equality_of_its_own_making_is_refused_by_name() -> None:
    @inf_cache
    def f(weights: Any) -> int:
        return 1

    with pytest.raises(UnkeyableCall, match="register") as caught:
        f(Tensor(1, 2))
    assert caught.value.path == "weights"


def test_a_registered_type_is_keyed_by_what_stands_for_it() -> None:
    class Registered(Tensor):
        __hash__ = Tensor.__hash__

    register(Registered, lambda tensor: tensor.numbers)

    @inf_cache
    def f(weights: Any) -> float:
        return sum(weights.numbers)

    for numbers in ((1, 2), (1,), (0,), (NAN,)):
        weights = Registered(*numbers)
        assert f(weights) is f(Registered(*numbers))
        weights.numbers = (7, 7)
        assert f(weights) == 14, "changed in place, it is another argument"


def test_an_object_with_a_fingerprint_of_its_own_and_no_equality_is_keyed_by_it() -> None:
    class Model:
        def __init__(self, weight: int) -> None:
            self.weight = weight

        def __fingerprint__(self) -> int:
            return self.weight

    @inf_cache
    def f(model: Model) -> int:
        return model.weight

    model = Model(1)
    assert [f(model), f(Model(1))] == [1, 1]
    model.weight = 2
    assert f(model) == 2
    assert f.info()[:2] == (1, 2)


def test_an_object_known_by_address_alone_is_keyed_by_it_and_kept_alive() -> None:
    class Thing:
        pass

    @inf_cache
    def f(thing: Thing) -> int:
        return id(thing)

    assert all(f(thing) == id(thing) for thing in (Thing() for _ in range(1000)))
    assert f.info().miss == 1000


def test_polars_frames_and_series_are_keyed_by_content() -> None:
    polars = pytest.importorskip("polars")
    f = inf_cache(lambda data: data.shape)
    frames = [polars.DataFrame({"a": [1, 2], "b": ["x", None]}) for _ in range(2)]
    for data in (*frames, *(frame["a"] for frame in frames)):
        f(data)
    assert f.info()[:2] == (2, 2)
    f(frames[0].with_columns(polars.lit(3).alias("a")))
    assert f.info().miss == 3
    with pytest.raises(UnkeyableCall):
        f(polars.col("a"))


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.permutations([np.int64(1), Decimal(1), 1, np.uint8(1)], 2))
)
def test_numpy_s_integers_meet_whatever_is_equal_to_an_int(first: Any, second: Any) -> None:
    """NumPy itself raises where it is asked whether one is equal to a Decimal."""
    f = inf_cache(lambda x: x)
    for argument in (first, second, (first, 2), (second, 2), second, first):
        f(argument)
    assert f.info()[:2] == (4, 2)
    moment = np.timedelta64(1, "s")
    assert (f(moment), f.info()[:2]) == (moment, (4, 3))


@pytest.mark.parametrize("options", [{}, {"archive": "memory://"}], ids=repr)
@pytest.mark.parametrize("decorator", [lru_cache, safe.lru_cache])
def test_a_function_that_calls_itself_too_often_gets_pythons_own_error(decorator, options) -> None:
    """Wherever the limit is met, and be it where the key of an argument is made."""

    @decorator(**options)
    def f(xs: list[int]) -> int:
        return f([xs[0] + 1])

    def at(depth: int) -> int:
        return f([0]) if depth == 0 else at(depth - 1)

    for depth in range(12):
        with pytest.raises(RecursionError):
            at(depth)
