"""An evaluation's random numbers: of its key and seed alone."""

from __future__ import annotations

import random

import numpy as np

from kigen import Enum, Key, Param
from kigen.seeded.rng import derived_seed, entropy, numpy_rng, standard_rng


class Trial(Key):
    x = Param(min=0, max=10**6)
    opt = Enum("adam", "sgd", default="adam")


KEY = Trial(x=3)


#: What archived results were made of may never change: (entropy, seed, one number of each stream).
GOLDEN = (
    288149419257016677709152605740443411863,
    1818478493,
    0.649112683370016,
    0.8123138291049116,
)


def test_the_numbers_are_the_same_in_every_version() -> None:
    pinned = type("Trial", (Key,), {"__module__": "study", "x": Param(min=0, max=9)})
    numbers = (standard_rng(pinned(x=3), 42).random(), numpy_rng(pinned(x=3), 42).random())
    assert (entropy(pinned(x=3), 42), derived_seed(pinned(x=3), 42), *numbers) == GOLDEN


def test_equal_keys_have_equal_numbers() -> None:
    assert standard_rng(KEY, 42).random() == standard_rng(Trial(x=3.0), 42).random()
    assert numpy_rng(KEY, 42).random() == numpy_rng(Trial(x=True + 2), 42).random()


def test_another_key_or_seed_gives_other_numbers() -> None:
    keys = [KEY, Trial(x=4), Trial(x=3, opt="sgd")]
    draws = {standard_rng(key, seed).random() for key in keys for seed in (0, 1, -1, 2**70)}
    assert len(draws) == 12
    draws = {numpy_rng(key, seed).random() for key in keys for seed in (0, 1, -1, 2**70)}
    assert len(draws) == 12


def test_generators_are_new_each_time_and_share_nothing() -> None:
    one, other = standard_rng(KEY, 0), standard_rng(KEY, 0)
    assert [one.random() for _ in range(5)] == [other.random() for _ in range(5)]
    state = random.getstate()
    standard_rng(KEY, 0).random()
    assert random.getstate() == state, "the global generator is left alone"


def test_the_stream_of_numpy_is_that_of_pcg64() -> None:
    assert type(numpy_rng(KEY, 0).bit_generator) is np.random.PCG64


def test_derived_seeds_fit_every_library_and_differ() -> None:
    seeds = [derived_seed(Trial(x=x), 0) for x in range(1000)]
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert len(set(seeds)) == 1000
    np.random.RandomState(seeds[0])
