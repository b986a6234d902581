"""Making keys, for any fields, seeds, engines and stop points."""

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kigen import Blueprint, Enum, Generator, Key, Param, RandomRengine, SpaceExhaustedError, Store
from kigen.errors import ConfigurationError
from kigen.fields import Date, Each, Flag, Nested
from kigen.rengines import GridRengine, HaltonRengine

ordinary = st.floats(-1e6, 1e6).map(lambda x: round(x, 6))


@st.composite
def bounds(draw, numbers):
    low, high = sorted((draw(numbers), draw(numbers)))
    return {"min": low, "max": high}


@st.composite
def grids(draw):
    low = draw(st.one_of(st.integers(-50, 50), ordinary))
    step = draw(st.sampled_from([1, 2, 5, 0.1, 0.25, 0.3, 1e-3, 1 / 3]))
    return Param(
        min=low,
        max=low + step * draw(st.integers(0, 6)) + draw(st.sampled_from([0, 0.01])),
        step=step,
    )


option = st.one_of(st.integers(0, 3), st.text(max_size=2), st.none(), st.booleans())
countable = st.one_of(
    bounds(st.integers(-5, 5)).map(lambda b: Param(**b)),
    bounds(st.integers(1, 9)).map(lambda b: Param(**b, scale="log")),
    grids(),
    st.lists(option, min_size=1, max_size=4).map(lambda options: Enum(*options)),
    st.builds(Flag),
    st.integers(0, 4).map(lambda days: Date(min="2024-02-27", max=f"2024-03-0{days + 1}")),
)  # fmt: skip
uncountable = st.one_of(
    bounds(ordinary).filter(lambda b: b["min"] < b["max"]).map(lambda b: Param(**b)),
    bounds(st.floats(1e-9, 1e9)).filter(lambda b: b["min"] < b["max"]).map(
        lambda b: Param(**b, scale="log")
    ),
)  # fmt: skip


def key_type(fields, conditional=False):
    namespace = {f"f{number}": field for number, field in enumerate(fields)}
    if conditional and len(fields) > 1:
        option = next(iter(fields[0].values()))
        fields[-1].when = {"f0": (option,)}
    return type("Made", (Key,), {"__module__": __name__, **namespace})


def spaces(fields):
    return st.builds(key_type, st.lists(fields, min_size=1, max_size=3))


def structured(space):
    return key_type([Nested(space), Flag(), Each(Flag(), 2)])


small = st.one_of(
    spaces(countable),
    st.builds(key_type, st.lists(countable, min_size=2, max_size=3), st.just(True)),
    spaces(countable).map(structured),
).filter(lambda space: Blueprint(space).cardinality() <= 300)
any_space = st.one_of(small, spaces(st.one_of(countable, uncountable)))


def rngs(seed):
    return RandomRengine(seed=seed)


@given(any_space, st.integers())
def test_every_sample_validates_and_is_stored_as_it_is(space, seed):
    key = Blueprint(space).build(rngs(seed))
    assert space(**key.explicit()) == key
    for name, field in space.field_specs().items():
        value = getattr(key, name)
        if field.when is None:
            field.validate(value)
            accepted = field.accept(value)
            assert (type(accepted), accepted) == (type(value), value)


class Called(Blueprint):
    """A blueprint of a user's own, whose keys are built one call at a time."""

    def build(self, rng):
        return super().build(rng)


class Overriding(RandomRengine):
    """An engine of a user's own, whose methods are called."""


@given(any_space, st.integers())
def test_the_written_out_loop_draws_what_the_calls_draw(space, seed):
    n = min(20, Blueprint(space).cardinality() or 20)
    whole = Generator(Called(space), seed=seed).generate_many(n)
    assert Generator(Blueprint(space), seed=seed).generate_many(n) == whole
    assert Generator(Blueprint(space), rengine=Overriding(seed)).generate_many(n) == whole
    for engine in (HaltonRengine(seed, 3), GridRengine()):
        n = min(n, 5)
        called = Generator(Called(space), rengine=engine).generate_many(n)
        assert Generator(Blueprint(space), rengine=engine).generate_many(n) == called


@given(any_space, st.integers(), st.integers(0, 5))
def test_keys_recorded_by_hand_are_not_drawn_again(space, seed, n):
    n = min(n, Blueprint(space).cardinality() or n)
    known = Generator(Blueprint(space), seed=seed).generate_many(n)
    total = Blueprint(space).cardinality()
    generator = Generator(Blueprint(space), seed=seed)
    assert all(generator.record(space(**key.explicit())) for key in known)
    assert not any(generator.record(key) for key in known)
    more = generator.generate_many(min(10, 10 if total is None else total - n))
    assert not set(known) & set(more)


@given(small, st.integers())
def test_the_keys_drawn_are_the_combinations(space, seed):
    blueprint = Blueprint(space)
    total = blueprint.cardinality()
    generator = Generator(blueprint, seed=seed)
    drawn = generator.generate_many(total)
    assert len(set(drawn)) == total
    assert set(drawn) == set(blueprint.combinations())
    with pytest.raises(SpaceExhaustedError):
        generator.generate()


@given(any_space, st.integers(0, 9), st.integers(0, 9))
def test_fingerprints_are_equal_exactly_when_keys_are(space, one, two):
    left, right = Blueprint(space).build(rngs(one)), Blueprint(space).build(rngs(two))
    assert (left == right) == (left.fingerprint() == right.fingerprint())
    assert left != right or hash(left) == hash(right)


@given(any_space, st.integers())
def test_forms_come_back(space, seed):
    key = Blueprint(space).build(rngs(seed))
    assert space.from_dict(key.to_dict()) == key
    assert space.from_json(key.to_json()).fingerprint() == key.fingerprint()


@given(any_space, st.integers(), st.lists(st.integers(0, 12), max_size=5), st.booleans())
def test_resumed_equals_uninterrupted(space, seed, stops, many):
    blueprint = Blueprint(space)
    wanted = min(sum(stops), blueprint.cardinality() or 1000)
    whole = Generator(blueprint, seed=seed).generate_many(wanted)
    resumed = []
    store = Store(":memory:")
    for stop in stops:
        generator = Generator(blueprint, seed=seed, store=store)
        n = min(stop, wanted - len(resumed))
        resumed += generator.generate_many(n) if many else [generator.generate() for _ in range(n)]
    store.close()
    assert resumed == whole


@given(
    st.one_of(st.integers(-100, 100), ordinary),
    st.integers(0, 50),
    st.sampled_from([1, 3, 0.1, 0.7, 1e-3]),
)
def test_a_grid_admits_its_points_and_nothing_between(low, steps, step):
    try:
        field = Param(min=low, max=low + steps * step, step=step)
    except ConfigurationError:
        assume(False)
    points = list(field.values())
    assert len(points) == field.cardinality()
    for point in points:
        assert field.accept(point) == point
    for left, right in itertools.pairwise(points):
        with pytest.raises(ValueError, match=r"step|whole"):
            field.accept((left + right) / 2)


@given(bounds(st.floats(allow_nan=False, allow_infinity=False)), st.integers())
def test_floats_are_drawn_within_any_bounds(limits, seed):
    field = Param(**limits)
    for _ in range(3):
        value = field.sample(rngs(seed))
        assert limits["min"] <= value <= limits["max"]
        assert math.isfinite(value)
