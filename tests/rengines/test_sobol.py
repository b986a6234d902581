"""SobolRengine: one point a key."""

import sys

import pytest

from kigen import Blueprint, Enum, Generator, Key, MissingExtra, Param, SobolRengine
from kigen.errors import ConfigurationError
from kigen.rengines import Rengine, Startable


class Plane(Key):
    x = Param(min=0.0, max=1.0)
    y = Param(min=0.0, max=1.0)


def test_without_scipy_the_error_gives_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(MissingExtra, match=r'pip install "kigen\[sobol\]"'):
        SobolRengine(seed=1)


@pytest.fixture(autouse=True)
def _scipy(request):
    if "without_scipy" not in request.node.name:
        pytest.importorskip("scipy")


def points(engine, n):
    return [(key.x, key.y) for key in Generator(Blueprint(Plane), rengine=engine).generate_many(n)]


def test_it_advances_one_point_a_key():
    drawn = points(SobolRengine(seed=42, dimensions=2), 512)
    assert len(set(drawn)) == 512
    # Each of the 16 x 16 cells gets its share of a digital net in base 2.
    cells = [(int(16 * x), int(16 * y)) for x, y in drawn]
    assert {cells.count(cell) for cell in cells} == {2}


def test_spare_dimensions_do_not_matter_for_advancing():
    class One(Key):
        a = Param(min=0, max=1000)

    keys = Generator(Blueprint(One), rengine=SobolRengine(seed=1)).generate_many(1001)
    assert sorted(key.a for key in keys) == list(range(1001))


def test_more_draws_than_dimensions_go_on_with_the_next_point():
    class Five(Key):
        a = Param(min=0.0, max=1.0)
        b = Param(min=0.0, max=1.0)
        c = Param(min=0.0, max=1.0)
        d = Param(min=0.0, max=1.0)
        e = Param(min=0.0, max=1.0)

    engine = SobolRengine(seed=7, dimensions=2)
    keys = Generator(Blueprint(Five), rengine=engine).generate_many(100)
    flat = SobolRengine(seed=7, dimensions=2)
    stream = [flat.uniform(0.0, 1.0) for _ in range(600)]
    assert [list(key.to_dict().values()) for key in keys] == [
        stream[i : i + 5] for i in range(0, 600, 6)
    ]


def test_start_goes_to_any_key_in_any_order():
    engine = SobolRengine(seed=3, dimensions=3)
    assert isinstance(engine, Startable)
    assert isinstance(engine, Rengine)
    ahead = []
    for index in range(600):
        engine.start(index)
        ahead.append([engine.uniform(0, 1) for _ in range(3)])
    for index in (599, 0, 300, 255, 256, 257, 10):
        engine.start(index)
        assert [engine.uniform(0, 1) for _ in range(3)] == ahead[index]


def test_fast_forward_skips_keys():
    engine, other = SobolRengine(seed=3, dimensions=2), SobolRengine(seed=3, dimensions=2)
    engine.fast_forward(37)
    other.start(37)
    assert engine.uniform(0, 1) == other.uniform(0, 1)


def test_whole_numbers_options_and_samples_stay_in_range():
    engine = SobolRengine(seed=3, dimensions=1)
    assert {engine.randint(-2, 2) for _ in range(64)} == {-2, -1, 0, 1, 2}
    assert {engine.choice("abc") for _ in range(64)} == set("abc")
    assert sorted(engine.sample([1, 2, 3], 3)) == [1, 2, 3]
    with pytest.raises(ValueError, match="cannot take"):
        engine.sample([1], 2)
    with pytest.raises(ValueError, match="nothing to choose"):
        engine.choice([])


def test_seeds_and_options_are_told_apart():
    assert points(SobolRengine(seed=1, dimensions=2), 4) != points(
        SobolRengine(seed=2, dimensions=2), 4
    )
    assert points(SobolRengine(seed=1, dimensions=2), 4) == points(
        SobolRengine(seed=1, dimensions=2), 4
    )
    with pytest.raises(ConfigurationError):
        SobolRengine(dimensions=0)
    assert repr(SobolRengine(seed=1, dimensions=2)) == "SobolRengine(seed=1, dimensions=2)"
    assert SobolRengine(seed=1, dimensions=2, scramble=False).uniform(0, 1) == 0.0


def test_a_small_space_is_exhausted_exactly():
    class Small(Key):
        a = Param(min=0, max=6)
        b = Enum(*"abcde")

    keys = Generator(Blueprint(Small), rengine=SobolRengine(seed=5, dimensions=2)).generate_many(35)
    assert len(set(keys)) == 35


def test_a_seed_may_be_negative():
    engines = [SobolRengine(seed, 2) for seed in (-3, -3, 3)]
    first, again, other = [[engine.uniform(0, 1) for _ in range(6)] for engine in engines]
    assert first == again != other
