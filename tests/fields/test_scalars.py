"""Flag, Text and Date."""

from datetime import date, datetime

import pytest

from kigen import Blueprint, Generator, Key, RandomRengine
from kigen.errors import ConfigurationError, FieldError, KeyFieldError
from kigen.fields import Date, Flag, Text


@pytest.mark.parametrize("value", [0, 1, None, "True", 1.0])
def test_a_flag_is_true_or_false_and_nothing_that_counts_as_one(value):
    with pytest.raises(FieldError):
        Flag().accept(value)
    assert Flag().accept(True) is True


def test_a_flag_takes_numpy_bools():
    numpy = pytest.importorskip("numpy")
    assert Flag().accept(numpy.bool_(False)) is False


def test_text_must_match_its_whole_pattern():
    field = Text(pattern=r"[a-z]+")
    assert field.accept("abc") == "abc"
    for value in ("abc\n", "abC", "", 3, None, b"abc"):
        with pytest.raises(FieldError):
            field.accept(value)
    with pytest.raises(ConfigurationError, match="no regular expression"):
        Text(pattern="(")


def test_text_is_not_drawn_but_its_default_is_used():
    class Run(Key):
        host = Text(default="local")
        fast = Flag()

    assert {key.host for key in Generator(Blueprint(Run), seed=1).generate_many(2)} == {"local"}
    with pytest.raises(KeyFieldError, match="cannot be auto-randomized"):
        Text().sample(RandomRengine(seed=1))


def test_a_date_is_a_day_given_as_such_or_as_text():
    field = Date(min="2024-01-01", max=date(2024, 12, 31))
    assert field.accept("2024-02-29") == date(2024, 2, 29)
    assert field.cardinality() == 366
    for value in ("2023-12-31", "2025-01-01", "29.2.2024", datetime(2024, 2, 2), 20240229, None):  # noqa: DTZ001
        with pytest.raises(FieldError):
            field.accept(value)


def test_days_are_drawn_between_the_bounds_and_both_are_reached():
    field = Date(min="2024-02-28", max="2024-03-01")
    rng = RandomRengine(seed=1)
    assert {field.sample(rng) for _ in range(100)} == set(field.values())
    with pytest.raises(KeyFieldError, match="needs both min and max"):
        Date(min="2024-01-01").sample(rng)


def test_dates_in_the_wrong_order_are_refused():
    with pytest.raises(ConfigurationError):
        Date(min="2024-02-01", max="2024-01-01")
