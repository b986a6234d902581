"""The law of sameness: equal fingerprints if and only if equal values."""

# ruff: noqa: RUF032

from __future__ import annotations

import copy
import math
import pickle
import random
from collections import deque
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kigen.fingerprint import canonical, digest

# Numbers that are often equal to each other, and numbers that are not.
close = st.sampled_from(
    [
        0, False, 0.0, -0.0, 0j, Decimal("-0"), Fraction(0), 1, True, 1.0, Decimal("1.0"), 1 + 0j,
        0.5, Fraction(1, 2), Decimal("0.50"), 0.1, Decimal("0.1"), Fraction(1, 10), Decimal(0.1),
        2**53, 2.0**53, 2**53 + 1, 10**22, 1e22, 10**23, 1e23, math.inf, Decimal("Infinity"),
        -math.inf, 1j, complex(0, 1.0), 255, 256, -1, -1.0,
    ]
)  # fmt: skip
numbers = (
    close
    | st.integers()
    | st.floats(allow_nan=False)
    | st.fractions()
    | st.decimals(allow_nan=False).filter(lambda value: not value or abs(value.adjusted()) < 500)
    | st.complex_numbers(allow_nan=False)
)
texts = st.text(st.characters(codec=None, exclude_categories=[]), max_size=4)
atoms = numbers | texts | st.binary(max_size=4) | st.none() | st.just(...)
hashables = st.recursive(
    atoms,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
    max_leaves=6,
)
values = st.recursive(
    hashables,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.lists(inner, max_size=3).map(deque)
        | st.dictionaries(hashables, inner, max_size=3)
        | st.sets(hashables, max_size=3)
    ),
    max_leaves=8,
)
few = st.recursive(
    close | st.sampled_from(["", "a", b"", b"a", None]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(close, inner, max_size=2)
        | st.frozensets(close, max_size=2)
    ),
    max_leaves=3,
)


def law(one: object, other: object) -> None:
    assert (digest(one) == digest(other)) is (one == other), (one, other)


@given(few, few)
def test_two_values_have_one_fingerprint_if_and_only_if_they_are_equal(one, other):
    law(one, other)


@given(values, values)
def test_the_law_holds_for_whatever_else_there_is(one, other):
    law(one, other)


@given(numbers, numbers)
def test_the_law_holds_for_numbers(one, other):
    law(one, other)


@given(st.floats(), st.integers(-3, 3))
def test_the_law_holds_for_neighbours(number, steps):
    neighbour = number
    for _ in range(abs(steps)):
        neighbour = math.nextafter(neighbour, math.copysign(math.inf, steps))
    assume(not math.isnan(number))
    law(number, neighbour)
    if math.isfinite(number):
        law(Fraction(number), neighbour)
        law(Decimal(number), neighbour)


@given(values)
def test_a_copy_has_the_same_fingerprint(value):
    assert digest(copy.deepcopy(value)) == digest(value)
    assert digest(pickle.loads(pickle.dumps(value)), typed=True) == digest(value, typed=True)


@given(values, values)
def test_no_canonical_bytes_are_the_beginning_of_others(one, other):
    first, second = canonical(one), canonical(other)
    assert first == second or not (first.startswith(second) or second.startswith(first))


@given(st.lists(values, max_size=4), st.lists(values, max_size=4))
def test_where_one_item_ends_is_never_in_doubt(one, other):
    assume(one != other)
    assert canonical(tuple(one)) != canonical(tuple(other))
    assert canonical(one) != canonical(other)


@given(st.dictionaries(hashables, values, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_a_dict_does_not_count(mapping, rng: random.Random):
    items = list(mapping.items())
    rng.shuffle(items)
    assert digest(dict(items)) == digest(mapping)
    assert digest(set(mapping)) == digest({key for key, _ in items})


@given(values, values)
def test_typed_tells_apart_whatever_untyped_tells_apart(one, other):
    if digest(one) != digest(other):
        assert digest(one, typed=True) != digest(other, typed=True)


@given(st.data())
def test_the_layout_of_an_array_does_not_count(data):
    np = pytest.importorskip("numpy")
    arrays = pytest.importorskip("hypothesis.extra.numpy")
    dtypes = arrays.scalar_dtypes() | arrays.array_dtypes(arrays.integer_dtypes())
    shapes = arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4)
    array = data.draw(arrays.arrays(dtypes, shapes))
    axes = data.draw(st.permutations(range(array.ndim)))
    back = np.argsort(axes)
    moved = np.ascontiguousarray(array.transpose(axes)).transpose(back).reshape(array.shape)
    other = np.full_like(array, array)
    assert digest(moved) == digest(array) == digest(other)
    swapped = array.astype(array.dtype.newbyteorder())
    assert digest(swapped) == digest(array)


@given(st.data())
def test_two_arrays_have_one_fingerprint_if_and_only_if_all_is_equal(data):
    np = pytest.importorskip("numpy")
    arrays = pytest.importorskip("hypothesis.extra.numpy")
    cells = st.sampled_from([0.0, -0.0, 1.0, math.nan, -math.nan])
    one, other = (data.draw(arrays.arrays("f8", (2, 2), elements=cells)) for _ in range(2))
    assert (digest(one) == digest(other)) is np.array_equal(one, other, equal_nan=True)


@given(st.data())
def test_a_scalar_is_the_value_it_gives(data):
    pytest.importorskip("numpy")
    arrays = pytest.importorskip("hypothesis.extra.numpy")
    kinds = arrays.integer_dtypes() | arrays.floating_dtypes() | arrays.boolean_dtypes()
    scalar = data.draw(arrays.from_dtype(data.draw(kinds)))
    assert digest(scalar) == digest(scalar.item())
