"""What all engines that draw points promise."""

import pytest

from kigen import Blueprint, Enum, Generator, Key, Param, Store
from kigen.errors import ConfigurationError
from kigen.rengines import (
    GridRengine,
    HaltonRengine,
    LatinHypercubeRengine,
    PhiloxRengine,
    RandomRengine,
    Rengine,
    ShardRengine,
    SobolRengine,
    Startable,
)


def sobol(seed):
    pytest.importorskip("scipy")
    return SobolRengine(seed=seed, dimensions=2)


def philox(seed):
    pytest.importorskip("numpy")
    return PhiloxRengine(seed=seed, dimensions=2)


def latin(seed):
    return LatinHypercubeRengine(seed=seed, dimensions=2, strata=64)


def halton(seed):
    return HaltonRengine(seed=seed, dimensions=2)


def shard(seed):
    return ShardRengine(HaltonRengine(seed=seed, dimensions=2), shard=1, of=3)


ENGINES = [sobol, philox, latin, halton, shard]
every_engine = pytest.mark.parametrize("make", ENGINES)


class Plane(Key):
    x = Param(min=0.0, max=1.0)
    y = Param(min=0.0, max=1.0)


class Small(Key):
    n = Param(min=0, max=6)
    o = Enum(*"abcde")


def drawn(engine, n, key_type=Plane):
    keys = Generator(Blueprint(key_type), rengine=engine).generate_many(n)
    return [tuple(key.to_dict().values()) for key in keys]


@every_engine
def test_its_numbers_are_a_function_of_seed_and_index(make):
    engine = make(5)
    assert isinstance(engine, Rengine)
    assert isinstance(engine, Startable)
    ahead = []
    for index in range(300):
        engine.start(index)
        ahead.append([engine.uniform(0, 1) for _ in range(2)])
    for index in (299, 0, 128, 63, 64, 255, 256, 7):
        other = make(5)
        other.start(index)
        assert [other.uniform(0, 1) for _ in range(2)] == ahead[index]
    assert len({tuple(point) for point in ahead}) == 300
    assert make(6).uniform(0, 1) != make(5).uniform(0, 1)


@every_engine
def test_coordinates_are_at_least_zero_and_below_one(make):
    engine = make(5)
    numbers = [engine.uniform(0.0, 1.0) for _ in range(2000)]
    assert 0.0 <= min(numbers) < 0.01
    assert 0.99 < max(numbers) < 1.0
    assert abs(sum(numbers) / 2000 - 0.5) < 0.05


@every_engine
def test_a_generator_resumes_exactly(make, tmp_path):
    whole = drawn(make(5), 300)
    resumed = []
    for _ in range(3):
        with Store(tmp_path / "k.db") as store:
            generator = Generator(Blueprint(Plane), rengine=make(5), store=store)
            resumed += [tuple(key.to_dict().values()) for key in generator.generate_many(100)]
    assert resumed == whole


@every_engine
def test_a_small_space_is_exhausted_exactly(make):
    assert len(set(drawn(make(5), 35, Small))) == 35


@every_engine
def test_fast_forward_skips_keys(make):
    engine, other = make(5), make(5)
    engine.fast_forward(70)
    other.start(70)
    assert engine.uniform(0, 1) == other.uniform(0, 1)


@every_engine
def test_whole_numbers_options_and_samples_stay_in_range(make):
    engine = make(5)
    assert {engine.randint(-2, 2) for _ in range(200)} == {-2, -1, 0, 1, 2}
    assert {engine.choice("abc") for _ in range(200)} == set("abc")
    assert sorted(engine.sample([1, 2, 3], 3)) == [1, 2, 3]
    for wrong in (lambda: engine.sample([1], 2), lambda: engine.choice([])):
        with pytest.raises(ValueError, match=r"cannot take|nothing to choose"):
            wrong()


@pytest.mark.parametrize("make", [sobol, philox, latin, halton])
def test_more_numbers_than_dimensions_come_from_the_next_point(make):
    engine = make(5)
    engine.reserve(3)  # two points a key
    engine.start(4)
    long = [engine.uniform(0, 1) for _ in range(4)]
    plain = make(5)
    plain.start(8)
    assert long == [plain.uniform(0, 1) for _ in range(4)]


def test_histories_of_engines_without_a_seed_are_not_mixed(tmp_path):
    with Store(tmp_path / "k.db") as store:
        first = Generator(Blueprint(Plane), rengine=halton(None), store=store)
        first.generate_many(3)
        second = Generator(Blueprint(Plane), rengine=halton(None), store=store)
        assert second.cursor == 0
        assert first.gen_key != second.gen_key


@pytest.mark.parametrize("make", [sobol, halton, latin])
def test_it_fills_a_square_better_than_random(make):
    qmc = pytest.importorskip("scipy.stats").qmc
    random = sum(qmc.discrepancy(drawn(RandomRengine(seed), 256)) for seed in range(8)) / 8
    even = max(qmc.discrepancy(drawn(make(seed), 256)) for seed in range(8))
    assert even < random / (1.5 if make is latin else 5)


def test_each_stratum_of_a_latin_hypercube_is_hit_once_and_a_new_one_begins():
    points = drawn(latin(3), 128)
    for cube in (points[:64], points[64:]):
        for axis in (0, 1):
            assert sorted(int(point[axis] * 64) for point in cube) == list(range(64))
    assert points[:64] != points[64:]


def test_a_plain_halton_sequence_is_the_radical_inverse():
    engine = HaltonRengine(dimensions=2, scramble=False)
    assert [engine.uniform(0, 1) for _ in range(8)] == [
        0.0,
        0.0,
        1 / 2,
        1 / 3,
        1 / 4,
        2 / 3,
        3 / 4,
        1 / 9,
    ]


def test_shards_are_disjoint_and_together_the_whole():
    whole = drawn(HaltonRengine(seed=2, dimensions=2), 30)
    parts = [
        drawn(ShardRengine(HaltonRengine(seed=2, dimensions=2), shard=s, of=3), 10)
        for s in range(3)
    ]
    assert [point for row in zip(*parts, strict=True) for point in row] == whole


def test_shards_of_a_grid_are_disjoint_and_together_the_whole():
    """On a logarithmic scale, too, where the levels are fewer than the numbers."""

    class Logs(Key):
        n = Param(min=1, max=100, scale="log")
        o = Enum(*"abc")

    whole = drawn(GridRengine(levels=7), 21, Logs)
    parts = [drawn(ShardRengine(GridRengine(levels=7), shard=s, of=3), 7, Logs) for s in range(3)]
    assert [point for row in zip(*parts, strict=True) for point in row] == whole


def test_senseless_options_are_refused():
    for definition in (
        lambda: HaltonRengine(dimensions=0),
        lambda: HaltonRengine(dimensions=2.5),
        lambda: HaltonRengine(seed="a"),
        lambda: LatinHypercubeRengine(strata=0),
        lambda: GridRengine(levels=0),
        lambda: ShardRengine(RandomRengine(1), shard=0, of=2),
        lambda: ShardRengine(GridRengine(), shard=2, of=2),
    ):
        with pytest.raises(ConfigurationError):
            definition()


# The grid


def test_a_grid_gives_every_combination_once_and_in_order():
    points = drawn(GridRengine(), 35, Small)
    assert points == [(n, o) for o in "abcde" for n in range(7)]


def test_a_grid_gives_continuous_fields_levels_with_both_bounds():
    points = drawn(GridRengine(levels=3), 9)
    assert sorted(points) == [(x, y) for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0)]
    assert drawn(GridRengine(levels=1), 1) == [(0.5, 0.5)]


@pytest.mark.parametrize(
    ("high", "levels", "expected"),
    [(1, 10, 1), (3, 10, 3), (12, 10, 8), (10**6, 10, 10), (9, 1, 1)],
)
def test_a_grid_gives_whole_numbers_on_a_log_scale_each_once(high, levels, expected):
    """And repeats no key on its way, which would look as if there were no more."""

    class Logs(Key):
        other = Enum(*range(40))
        n = Param(min=1, max=high, scale="log")
        fixed = Param(min=2.0, max=2.0)

    points = drawn(GridRengine(levels=levels), 40 * expected, Logs)
    numbers = [n for other, n, _ in points if other == 0]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == expected
    assert levels == 1 or (numbers[0], numbers[-1]) == (1, high)


def test_the_one_level_of_a_log_scale_lies_in_its_middle_however_large_the_numbers():
    for low, high, middle in ((1, 9, 3), (1, 8, 3), (1, 6, 2), (10**200, 10**300, 10**250)):

        class Logs(Key):
            n = Param(min=low, max=high, scale="log")

        assert drawn(GridRengine(levels=1), 1, Logs) == [(middle,)]


def test_a_grid_over_conditions_reaches_every_key():
    class Branches(Key):
        a = Enum("x", "y", "z")
        b = Param(min=1, max=4, when={"a": "x"})
        c = Enum(0, 1, when={"b": (2, 3)})

    blueprint = Blueprint(Branches)
    keys = Generator(blueprint, rengine=GridRengine()).generate_many(blueprint.cardinality())
    assert set(keys) == set(blueprint.combinations())
