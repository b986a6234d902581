"""Enum and Pool: one of several options."""

import enum
from pathlib import Path

import pytest

from kigen import Enum, Key, Pool
from kigen.errors import ConfigurationError, FieldError, PoolError
from kigen.rengines import RandomRengine
from tests.programs import output


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def test_an_enum_is_sized_indexable_and_iterable():
    wave = Enum("sine", "saw")
    assert (len(wave), wave[1], list(wave), wave.options) == (
        2,
        "saw",
        ["sine", "saw"],
        ("sine", "saw"),
    )


def test_an_enum_without_options_is_refused():
    with pytest.raises(TypeError, match="at least one option"):
        Enum()


def test_what_is_no_option_is_refused_with_the_options():
    field = Enum("x", "y")
    field.__set_name__(object, "b")
    with pytest.raises(ValueError, match=r"^b: 'z' is not one of \('x', 'y'\)$"):
        field.validate("z")
    with pytest.raises(FieldError):
        field.validate(["x"])
    with pytest.raises(FieldError):
        field.validate(object())


def test_a_value_becomes_the_option_it_is_equal_to():
    field = Enum(0.5, 1, Colour.RED)
    assert field.accept(1.0) is field.options[1]
    assert field.accept(Colour.RED) is Colour.RED


def test_nan_can_be_an_option():
    field = Enum(float("nan"), 1.0)
    field.validate(float("nan"))


def test_an_option_given_twice_counts_once_and_is_drawn_twice_as_often():
    field = Enum("x", "x", "y")
    rng = RandomRengine(seed=1)
    drawn = [field.sample(rng) for _ in range(3000)]
    assert field.cardinality() == 2
    assert 0.6 < drawn.count("x") / 3000 < 0.73


def test_options_may_be_unhashable():
    field = Enum([1, 2], {"a": 1})
    assert field.accept([1, 2]) == [1, 2]
    assert field.cardinality() == 2


def test_options_without_a_fingerprint_are_found_by_equality():
    thing = object()
    field = Enum(thing, "x")
    assert field.accept(thing) is thing
    with pytest.raises(FieldError):
        field.accept(object())


def test_numpy_options_are_plain_values():
    numpy = pytest.importorskip("numpy")
    assert [type(option) for option in Enum(*numpy.array([1, 2]))] == [int, int]


def test_a_pool_is_unpopulated_until_it_is_populated_once():
    class Take(Key):
        file = Pool()

    assert not Take.file.populated
    assert repr(Take.file) == "Pool(<not populated>)"
    for use in (lambda: Take(file="a"), lambda: len(Take.file), lambda: Take.file.options):
        with pytest.raises(RuntimeError, match="file: pool not yet populated") as caught:
            use()
        assert isinstance(caught.value, PoolError)
    Take.file.populate(["a", "b"])
    assert Take.file.populated
    assert Take(file="b").file == "b"
    with pytest.raises(RuntimeError, match="already populated"):
        Take.file.populate(["c"])
    with pytest.raises(ValueError, match="not in the pool"):
        Take(file="c")


def test_an_empty_pool_is_refused_and_may_be_populated_afterwards():
    pool = Pool()
    with pytest.raises(ConfigurationError):
        pool.populate([])
    pool.populate([1])
    assert pool.options == (1,)


def test_a_pool_of_paths_holds_paths():
    pool = Pool()
    pool.populate(Path(name) for name in ("a.wav", "b.wav"))
    assert pool.accept(Path("a.wav")) == Path("a.wav")
    with pytest.raises(FieldError):
        pool.accept("a.wav")


def test_a_pool_of_a_set_has_the_same_order_under_every_hash_seed():
    program = (
        "from kigen import Pool; p = Pool(); p.populate({'a', 'b', 1, 2.5, None}); print(p.options)"
    )
    assert len({output(program, hash_seed=seed) for seed in (0, 1, 2)}) == 1


def test_a_large_pool_is_searched_by_lookup_not_by_comparison():
    class Counted(str):
        compared = 0

        def __eq__(self, other):
            Counted.compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    pool = Pool()
    pool.populate(Counted(number) for number in range(5000))
    Counted.compared = 0
    pool.accept("4999")
    assert Counted.compared < 10
