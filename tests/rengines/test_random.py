"""RandomRengine: the stream of random.Random."""

import copy
import pickle
import random

import pytest

from kigen.errors import FastForwardNotSupported
from kigen.rengines import RandomRengine, Rengine, Stateful


@pytest.mark.parametrize("seed", [0, 1, 42, -3, 2**70])
def test_it_gives_the_numbers_of_random_random_in_the_same_order(seed):
    engine, reference = RandomRengine(seed), random.Random(seed)
    for n in (1, 2, 3, 7, 8, 9, 1000, 2**31, 2**40 + 1):
        options = list(range(min(n, 50)))
        assert engine.randint(0, n) == reference.randint(0, n)
        assert engine.randint(-n, n) == reference.randint(-n, n)
        assert engine.uniform(-1.5, n) == reference.uniform(-1.5, n)
        assert engine.choice(options) == reference.choice(options)
        assert engine.sample(options, 1) == reference.sample(options, 1)


def test_it_is_an_engine_with_a_state():
    engine = RandomRengine(seed=3)
    assert isinstance(engine, Rengine)
    assert isinstance(engine, Stateful)
    assert (engine.seed, repr(engine)) == (3, "RandomRengine(seed=3)")
    state = engine.getstate()
    first = [engine.randint(0, 999) for _ in range(5)]
    engine.setstate(state)
    assert [engine.randint(0, 999) for _ in range(5)] == first
    assert len(state) == 2500


@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda engine: pickle.loads(pickle.dumps(engine))]
)
def test_a_copy_goes_on_by_itself(twin):
    engine = RandomRengine(seed=3)
    engine.randint(0, 999)
    other = twin(engine)
    ahead = [engine.randint(0, 999) for _ in range(5)]
    assert [other.randint(0, 999) for _ in range(5)] == ahead


def test_it_cannot_skip_and_says_what_can():
    with pytest.raises(FastForwardNotSupported, match="setstate"):
        RandomRengine(seed=1).fast_forward(3)


def test_choosing_from_nothing_is_an_error_and_no_endless_loop():
    for use in (lambda e: e.choice([]), lambda e: e.randint(3, 2)):
        with pytest.raises((ValueError, IndexError)):
            use(RandomRengine(seed=1))
