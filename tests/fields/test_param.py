"""Param: which numbers it admits, which it draws, and that these are the same."""

import math
import random

import pytest

from kigen.errors import ConfigurationError, FieldError, KeyFieldError, KigenError
from kigen.fields import Field, Param
from kigen.rengines import RandomRengine


@pytest.mark.parametrize("value", [float("nan"), True, False, "5", None, [5], 5 + 0j, b"5"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(FieldError):
        Param(min=0, max=10).validate(value)
    with pytest.raises(FieldError):
        Param().validate(value)


def test_an_error_says_field_value_and_bound():
    field = Param(min=0, max=10)
    field.__set_name__(object, "a")
    with pytest.raises(ValueError, match=r"^a: 11 is above maximum 10$") as caught:
        field.validate(11)
    assert (caught.value.field, caught.value.value) == ("a", 11)
    with pytest.raises(ValueError, match=r"^a: -1 is below minimum 0$"):
        field.validate(-1)


def test_int_bounds_ask_for_whole_numbers():
    field = Param(min=0, max=10)
    with pytest.raises(FieldError, match="whole number"):
        field.validate(2.5)
    assert type(field.accept(3.0)) is int


def test_a_float_bound_admits_floats_and_ints_as_given():
    field = Param(min=0.0, max=10)
    assert field.accept(2.5) == 2.5
    assert type(field.accept(3)) is int


def test_infinities_are_out_of_bounds_but_are_numbers():
    assert Param(min=0.0).accept(math.inf) == math.inf
    with pytest.raises(FieldError):
        Param(min=0.0, max=1e308).validate(math.inf)


@pytest.mark.parametrize(
    "arguments",
    [
        {"min": 2, "max": 1},
        {"min": 0, "max": 1, "step": 0},
        {"min": 0, "max": 1, "step": -0.5},
        {"min": 0, "max": 1, "step": math.inf},
        {"max": 1, "step": 0.5},
        {"min": float("nan")},
        {"min": True, "max": 2},
        {"min": "0", "max": 2},
        {"min": 0, "max": 1, "scale": "log"},
        {"min": 1, "scale": "log"},
        {"min": 1, "max": 9, "step": 2, "scale": "log"},
        {"min": 1, "max": 9, "scale": "cubic"},
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(arguments):
    with pytest.raises(ConfigurationError):
        Param(**arguments)


def test_a_step_counts_in_exact_decimal_steps():
    field = Param(min=0, max=1, step=0.1)
    values = list(field.values())
    assert values == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert field.cardinality() == 11


@pytest.mark.parametrize(
    ("low", "high", "step", "count"),
    [(0, 1, 0.1, 11), (0.0, 1.0, 0.3, 4), (1, 9, 2, 5), (-1, 1, 0.25, 9), (1e-7, 1e-6, 1e-7, 10),
     (10**18, 10**18 + 10, 1, 11), (1e9, 1e9 + 1, 1e-6, 1_000_001), (0.1, 0.1, 0.1, 1)],
)  # fmt: skip
def test_every_grid_point_is_admitted_as_itself(low, high, step, count):
    field = Param(min=low, max=high, step=step)
    assert field.cardinality() == count
    for value in list(field.values())[:2000]:
        assert field.accept(value) == value


def test_a_sum_of_steps_is_the_grid_point_it_stands_for():
    field = Param(min=0.0, max=1.0, step=0.1)
    assert field.accept(0.1 + 0.2) == 0.3
    assert field.accept(0.1 * 7) == 0.7
    with pytest.raises(FieldError, match="not aligned to step"):
        field.accept(0.35)


def test_a_grid_without_end_admits_and_does_not_count():
    field = Param(min=0, step=5)
    assert field.accept(5_000_000) == 5_000_000
    assert field.cardinality() is None
    with pytest.raises(FieldError):
        field.accept(7)
    with pytest.raises(FieldError):
        field.accept(math.inf)


def test_drawing_by_step_reaches_every_grid_point():
    field = Param(min=0, max=1, step=0.25)
    rng = RandomRengine(seed=1)
    assert {field.sample(rng) for _ in range(500)} == set(field.values())


@pytest.mark.parametrize("whole", [True, False])
def test_the_logarithmic_scale_gives_each_decade_its_share(whole):
    field = Param(min=1, max=1000) if whole else Param(min=1.0, max=1000.0)
    logarithmic = Param(min=field.min, max=field.max, scale="log")
    rng = RandomRengine(seed=1)
    drawn = [logarithmic.sample(rng) for _ in range(3000)]
    for value in drawn:
        logarithmic.validate(value)
    shares = [sum(low <= value < 10 * low for value in drawn) / 3000 for low in (1, 10, 100)]
    assert all(0.28 < share < 0.39 for share in shares)
    assert all(isinstance(value, int) == whole for value in drawn)


def test_a_float_draw_never_exceeds_its_bound_by_rounding():
    class Top:
        def uniform(self, a, b):
            return math.nextafter(b, math.inf)

    assert Param(min=0.1, max=0.3).sample(Top()) == 0.3


def test_bounds_whose_difference_overflows_can_be_drawn_between():
    field = Param(min=-1.7e308, max=1.7e308)
    rng = RandomRengine(seed=3)
    drawn = [field.sample(rng) for _ in range(50)]
    assert all(math.isfinite(value) for value in drawn)
    assert min(drawn) < 0 < max(drawn)


def test_draws_are_the_stream_of_random_random():
    rng, reference = RandomRengine(seed=42), random.Random(42)
    whole, real = Param(min=0, max=10), Param(min=1, max=5.5)
    for _ in range(50):
        assert whole.sample(rng) == reference.randint(0, 10)
        assert real.sample(rng) == reference.uniform(1.0, 5.5)


def test_drawing_without_bounds_is_a_type_error_that_says_what_to_do():
    field = Param(min=0)
    field.__set_name__(object, "a")
    with pytest.raises(
        TypeError, match=r"a: Param needs both min and max.*configure\('a'"
    ) as caught:
        field.sample(RandomRengine(seed=1))
    assert isinstance(caught.value, KeyFieldError)


def test_numpy_scalars_are_stored_as_python_numbers():
    numpy = pytest.importorskip("numpy")
    assert type(Param(min=0, max=10).accept(numpy.int64(3))) is int
    assert type(Param(min=0.0, max=10).accept(numpy.float32(0.5))) is float
    assert Param(min=numpy.int64(0), max=numpy.int64(4)).cardinality() == 5
    with pytest.raises(FieldError):
        Param(min=0, max=10).accept(numpy.bool_(True))
    with pytest.raises(FieldError):
        Param(min=0.0, max=1.0).accept(numpy.float64("nan"))


def test_an_int_subclass_is_stored_as_an_int():
    class Count(int):
        pass

    assert type(Param(min=0, max=10).accept(Count(3))) is int


def test_a_field_is_abstract():
    with pytest.raises(TypeError):
        Field()
    assert issubclass(KeyFieldError, KigenError)


def test_its_repr_shows_what_was_given():
    assert repr(Param(min=1, max=9, step=2)) == "Param(min=1, max=9, step=2)"
    assert repr(Param()) == "Param()"


def test_a_rounding_beyond_the_last_step_is_the_last_step():
    assert 3 * 1.1 > 3.3
    assert Param(min=0, max=3.3, step=1.1).accept(3 * 1.1) == 3.3
    with pytest.raises(FieldError, match="above maximum"):
        Param(min=0, max=3.3, step=1.1).accept(3.31)


def test_bounds_may_be_ints_of_a_subclass():
    class Count(int):
        pass

    assert Param(min=Count(1), max=Count(3)).cardinality() == 3


def test_ints_that_no_float_comes_near_are_drawn_or_refused_but_break_nothing():
    huge = 10**400
    for param in (Param(min=0, max=huge), Param(min=0, max=huge, step=3)):
        assert param.accept(param.sample(RandomRengine(1))) > 10**390
    assert Param(min=0.0, max=9.0, step=0.5).cardinality() == 19
    for value in (huge, -huge, float("nan"), float("inf")):
        with pytest.raises(FieldError):
            Param(min=0.0, step=0.5).accept(value)
    for definition in ({"min": 1, "max": huge, "scale": "log"}, {"min": 0.5, "max": huge}):
        with pytest.raises(ConfigurationError, match="too large"):
            Param(**definition)
