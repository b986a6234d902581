"""Generator: each key once, and on from where it stopped."""

import copy
import pickle
import random
import signal
import subprocess
import sys
import threading

import pytest

import kigen.recorders.draws
from kigen import (
    Blueprint,
    ConfigurationError,
    Enum,
    FastForwardNotSupported,
    Generator,
    Key,
    Param,
    Pool,
    RandomRengine,
    Recorder,
    SpaceExhaustedError,
    Store,
)
from tests.programs import environment


class K2(Key):
    a = Param(min=0, max=10)
    b = Enum("x", "y")


class K3(Key):
    a = Param(min=0.0, max=10)
    b = Param(min=0, max=1, step=0.25)
    c = Param(min=1, max=9, step=2)
    d = Param(min=1, max=5.5)


class Wide(Key):
    x = Param(min=0.0, max=1.0)
    n = Param(min=0, max=10**9)


def values(keys):
    return [tuple(key.to_dict().values()) for key in keys]


# The stream


def test_it_is_ki_gens_stream():
    assert values(Generator(Blueprint(K2), seed=42).generate_many(10)) == [
        (10, "x"), (0, "y"), (3, "x"), (2, "x"), (9, "y"),
        (0, "x"), (1, "x"), (8, "x"), (10, "y"), (3, "y"),
    ]  # fmt: skip
    assert Generator(Blueprint(K3), seed=42).generate().a == 6.394267984578837


def test_it_is_the_stream_of_random_random_field_by_field():
    reference = random.Random(7)
    for key in Generator(Blueprint(K3), seed=7).generate_many(200):
        assert key.a == reference.uniform(0.0, 10.0)
        assert key.b == reference.randint(0, 4) * 0.25
        assert key.c == 1 + 2 * reference.randint(0, 4)
        assert key.d == reference.uniform(1.0, 5.5)


@pytest.mark.parametrize("key_type", [K2, Wide])
def test_fewer_keys_are_a_prefix_of_more(key_type):
    whole = Generator(Blueprint(key_type), seed=3).generate_many(20)
    for n in (0, 1, 7, 20):
        assert Generator(Blueprint(key_type), seed=3).generate_many(n) == whole[:n]
    one_by_one = Generator(Blueprint(key_type), seed=3)
    assert [one_by_one.generate() for _ in range(20)] == whole


def test_keys_are_distinct_and_iteration_ends_with_the_space():
    keys = list(Generator(Blueprint(K2), seed=1).iter_keys())
    assert len(set(keys)) == len(keys) == 22


# The end of the space


@pytest.mark.parametrize("seed", range(20))
def test_a_countable_space_ends_after_its_last_key_and_not_before(seed):
    generator = Generator(Blueprint(K2), seed=seed)
    assert len(set(generator.generate_many(22))) == 22
    with pytest.raises(SpaceExhaustedError, match="all 22 keys") as caught:
        generator.generate()
    assert (caught.value.found, caught.value.total) == (22, 22)


def test_asking_for_too_many_gives_those_there_are_with_the_error():
    generator = Generator(Blueprint(K2), seed=1)
    first = generator.generate_many(5)
    with pytest.raises(SpaceExhaustedError) as caught:
        generator.generate_many(100)
    assert len({*first, *caught.value.keys}) == 22


def test_keys_recorded_from_elsewhere_count_and_those_outside_the_space_do_not():
    generator = Generator(Blueprint(K2).configure("b", "x"), seed=1)
    assert generator.record(K2(a=3, b="x"))
    assert generator.record(K2(a=3, b="y"))
    keys = generator.generate_many(10)
    assert K2(a=3, b="x") not in keys
    with pytest.raises(SpaceExhaustedError):
        generator.generate()


def test_an_uncountable_space_ends_after_too_many_duplicates_in_a_row():
    class Stuck(RandomRengine):
        def uniform(self, a, b):
            return a

    class Line(Key):
        x = Param(min=0.0, max=1.0)

    generator = Generator(Blueprint(Line), rengine=Stuck(), max_consecutive_skips=5)
    assert generator.generate().x == 0.0
    with pytest.raises(SpaceExhaustedError, match="5 consecutive duplicates"):
        generator.generate()


def test_an_engine_that_is_stuck_does_not_hang_a_countable_space():
    class Stuck(RandomRengine):
        def randint(self, a, b):
            return a

    class Line(Key):
        n = Param(min=0, max=10**9)

    keys = Generator(Blueprint(Line), rengine=Stuck()).generate_many(5)
    assert sorted(key.n for key in keys) == [0, 1, 2, 3, 4]


def test_a_subclass_may_end_quietly():
    class Quiet(Generator):
        def _on_space_exhausted(self, skips):
            return None

    class Line(Key):
        x = Param(min=0.0, max=1.0)

    class Stuck(RandomRengine):
        def uniform(self, a, b):
            return a

    generator = Quiet(Blueprint(Line), rengine=Stuck())
    assert len(generator.generate_many(5)) == 1
    assert generator.generate() is None


# Resuming


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("step", [1, 3, 10])
def test_stopping_and_going_on_gives_the_uninterrupted_sequence(tmp_path, seed, step):
    whole = Generator(Blueprint(K2), seed=seed).generate_many(22)
    resumed = []
    while len(resumed) < 22:
        with Store(tmp_path / "k.db") as store:
            generator = Generator(Blueprint(K2), seed=seed, store=store)
            assert generator.cursor == len(resumed)
            resumed += generator.generate_many(min(step, 22 - len(resumed)))
            generator.flush()
    assert resumed == whole


def test_going_on_replays_a_bounded_number_of_draws(tmp_path, monkeypatch):
    monkeypatch.setattr(kigen.recorders.draws, "EVERY", 16)
    whole = Generator(Blueprint(Wide), seed=5).generate_many(220)
    with Store(tmp_path / "k.db") as store:
        generator = Generator(Blueprint(Wide), seed=5, store=store)
        for _ in range(20):
            generator.generate_many(10)

    drawn = 0

    class Counting(Blueprint):
        def build(self, rng):
            nonlocal drawn
            drawn += 1
            return super().build(rng)

    Counting.__name__, Counting.__qualname__ = "Blueprint", "Blueprint"
    Counting.__module__ = Blueprint.__module__
    with Store(tmp_path / "k.db") as store:
        generator = Generator(Counting(Wide), seed=5, store=store)
        assert drawn <= 16 + 10  # between checkpoints, and in the last batch
        assert generator.generate_many(20) == whole[200:]


def test_an_unseeded_generator_goes_on_with_its_own_stream(tmp_path):
    with Store(tmp_path / "k.db") as store:
        Generator(Blueprint(Wide), store=store).generate_many(3)
        state = store.load_checkpoint("Wide:RandomRengine:None")
    with Store(tmp_path / "k.db") as store:
        generator = Generator(Blueprint(Wide), store=store)
        key = generator.generate()
    engine = RandomRengine()
    engine.setstate(state[1])
    assert [Blueprint(Wide).build(engine) for _ in range(4)][3] == key


class OwnEngine:
    """An engine of a user's: ki-gen's five methods and nothing else."""

    def __init__(self, seed, skips=False):
        self.random = random.Random(seed)
        self.skips = skips

    def randint(self, a, b):
        return self.random.randint(a, b)

    def uniform(self, a, b):
        return self.random.uniform(a, b)

    def choice(self, seq):
        return self.random.choice(seq)

    def sample(self, population, k):
        return self.random.sample(population, k)

    def fast_forward(self, steps):
        if not self.skips:
            raise FastForwardNotSupported("no")
        for _ in range(steps):
            self.randint(0, 10)
            self.choice("xy")


@pytest.mark.parametrize("skips", [True, False])
def test_an_engine_of_ones_own_is_resumed_by_skipping_or_by_replaying(tmp_path, skips):
    whole = Generator(Blueprint(K2), seed=1, rengine=OwnEngine(1)).generate_many(20)
    assert values(whole) == values(Generator(Blueprint(K2), seed=1).generate_many(20))
    resumed = []
    for _ in range(4):
        with Store(tmp_path / "k.db") as store:
            generator = Generator(Blueprint(K2), seed=1, rengine=OwnEngine(1, skips), store=store)
            resumed += generator.generate_many(5)
    assert resumed == whole
    assert generator.gen_key == "K2:OwnEngine:1"


def test_an_interrupt_leaves_the_sequence_exact(tmp_path):
    class Interrupting(RandomRengine):
        countdown = 1 << 30

        def _below(self, n):
            drawn = super()._below(n)
            self.countdown -= 1
            if self.countdown == 0:
                raise KeyboardInterrupt
            return drawn

    whole = Generator(Blueprint(K2), seed=2).generate_many(22)
    for at in range(1, 15):
        for store in (None, Store(tmp_path / f"{at}.db")):
            engine = Interrupting(seed=2)
            generator = Generator(Blueprint(K2), seed=2, rengine=engine, store=store)
            engine.countdown = at
            keys = []
            with pytest.raises(KeyboardInterrupt):
                while True:
                    keys.append(generator.generate())
            keys += generator.generate_many(22 - len(keys))
            assert keys == whole
            if store is not None:
                store.close()


CRASHING = """
import sys
from kigen import Blueprint, Enum, Generator, Key, Param, Store
class K2(Key):
    a = Param(min=0, max=99_999)
    b = Enum("x", "y")
with Store(sys.argv[1]) as store:
    generator = Generator(Blueprint(K2), seed=8, store=store)
    print("ready", flush=True)
    if sys.argv[2] == "one by one":
        for _ in range(1500):
            print(*generator.generate().to_dict().values(), flush=True)
    else:
        generator.generate_many(1500)
"""


@pytest.mark.parametrize(("way", "rounds"), [("one by one", 15), ("many", 100)])
def test_nothing_is_lost_or_repeated_when_the_process_is_killed(tmp_path, way, rounds):
    path = tmp_path / "k.db"
    chance = random.Random(way)
    handed_out = []
    for _ in range(rounds):
        process = subprocess.Popen(
            [sys.executable, "-c", CRASHING, str(path), way],
            stdout=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        assert process.stdout.readline() == "ready\n"
        if way == "one by one":
            handed_out += [process.stdout.readline().split() for _ in range(chance.randrange(20))]
        else:
            try:
                process.wait(chance.uniform(0, 0.02))
            except subprocess.TimeoutExpired:
                pass
        process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0].splitlines(keepends=True)
        handed_out += [line.split() for line in rest if line.endswith("\n")]

    class K2(Key):
        a = Param(min=0, max=99_999)
        b = Enum("x", "y")

    with Store(path) as store:
        recorded = [tuple(run["params"].values()) for run in store.all_params()]
        assert store.list_generators()[0]["cursor"] == len(recorded)
    assert recorded == values(Generator(Blueprint(K2), seed=8).generate_many(len(recorded)))
    if way == "one by one":
        told = [(int(a), b) for a, b in handed_out]
        assert len(set(told)) == len(told)
        assert set(told) <= set(recorded)
        assert len(told) >= len(recorded) - 15


SHARING = """
import sys
from kigen import Blueprint, Enum, Generator, Key, Param, SpaceExhaustedError, Store
class K2(Key):
    a = Param(min=0, max=199)
    b = Enum("x", "y")
with Store(sys.argv[1]) as store:
    generator = Generator(Blueprint(K2), seed=8, store=store)
    try:
        while True:
            keys = generator.generate_many(7) if sys.argv[2] == "many" else [generator.generate()]
            for key in keys:
                print(*key.to_dict().values())
    except SpaceExhaustedError as error:
        for key in getattr(error, "keys", []):
            print(*key.to_dict().values())
"""


def test_processes_that_share_a_generator_share_out_its_keys(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SHARING, str(tmp_path / "k.db"), way],
            stdout=subprocess.PIPE, text=True, env=environment(),
        )
        for way in ("many", "one", "many")
    ]  # fmt: skip
    told = [
        tuple(line.split())
        for process in processes
        for line in process.communicate()[0].splitlines()
    ]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(told) == len(set(told)) == 400

    class K2(Key):
        a = Param(min=0, max=199)
        b = Enum("x", "y")

    with Store(tmp_path / "k.db") as store:
        recorded = [tuple(run["params"].values()) for run in store.all_params()]
        assert recorded == values(Generator(Blueprint(K2), seed=8).generate_many(400))


# Identity


def test_a_plain_blueprint_has_ki_gens_name_and_another_its_own(tmp_path):
    plain = Generator(Blueprint(K2), seed=42)
    narrow = Generator(Blueprint(K2).configure("b", "x"), seed=42)
    other = Generator(Blueprint(K2).configure("b", "y"), seed=42)
    assert plain.gen_key == "K2:RandomRengine:42"
    assert narrow.gen_key.startswith("K2:RandomRengine:42:")
    assert len({plain.gen_key, narrow.gen_key, other.gen_key}) == 3
    assert (plain.name, plain.gen_type, plain.seed) == ("K2", "RandomRengine", 42)
    assert isinstance(plain, Recorder)
    assert isinstance(plain.rng, RandomRengine)
    assert plain.blueprint.key_type is K2


def test_two_spaces_of_one_name_do_not_share_a_history(tmp_path):
    def generator(store, top):
        class Same(Key):
            a = Param(min=0, max=top)

        return Generator(Blueprint(Same), seed=1, store=store)

    with Store(tmp_path / "k.db") as store:
        first = generator(store, 99).generate_many(5)
        second = generator(store, 9999)
        assert second.gen_key != "Same:RandomRengine:1"
        assert second.cursor == 0
        second.generate_many(5)
        assert generator(store, 99).cursor == 5
        assert generator(store, 9999).cursor == 5
        assert len(store.list_generators()) == 2
        assert len(first) == 5


def test_the_seed_of_an_engine_given_is_the_generators():
    assert Generator(Blueprint(K2), rengine=RandomRengine(9)).gen_key == "K2:RandomRengine:9"


def test_a_store_holds_keys_as_soon_as_they_are_handed_out(tmp_path):
    with Store(tmp_path / "k.db") as store:
        generator = Generator(Blueprint(K2), seed=1, store=store)
        generator.generate()
        assert store.run_count() == 1
        generator.record(K2(a=10, b="y"))
        generator.generate_many(4)
        assert store.run_count() == generator.cursor == 6


def test_senseless_options_are_refused():
    with pytest.raises(ValueError, match="max_consecutive_skips"):
        Generator(Blueprint(K2), max_consecutive_skips=0)
    with pytest.raises(ValueError, match=r"Generator\(Blueprint\(K2\)\)"):
        Generator(K2)


def test_a_blueprint_configured_later_does_not_change_a_generator():
    blueprint = Blueprint(K2)
    generator = Generator(blueprint, seed=1)
    blueprint.configure("b", "x")
    assert generator.gen_key == "K2:RandomRengine:1"
    assert generator.generate_many(22) == Generator(Blueprint(K2), seed=1).generate_many(22)


def test_a_pool_may_be_populated_after_the_generator_was_made():
    class Take(Key):
        file = Pool()

    generator = Generator(Blueprint(Take), seed=1)
    Take.file.populate(["a", "b"])
    assert {key.file for key in generator.generate_many(2)} == {"a", "b"}


def test_threads_that_share_a_store_share_out_its_keys(tmp_path):
    handed_out = []

    def work(store):
        generator = Generator(Blueprint(K2), seed=3, store=store)
        handed_out.extend(generator.generate() for _ in range(4))

    with Store(tmp_path / "k.db", check_same_thread=False) as store:
        threads = [threading.Thread(target=work, args=(store,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(handed_out) == set(Generator(Blueprint(K2), seed=3).generate_many(20))
    assert len(handed_out) == 20


@pytest.mark.parametrize("drawn", [0, 5])
def test_a_generator_that_was_pickled_or_copied_goes_on_where_it_was(drawn):
    whole = Generator(Blueprint(K3).configure("b", 0.5), seed=4).generate_many(drawn + 5)
    generator = Generator(Blueprint(K3).configure("b", 0.5), seed=4)
    generator.generate_many(drawn)
    for twin in (pickle.loads(pickle.dumps(generator)), copy.deepcopy(generator), generator):
        assert twin.generate_many(5) == whole[drawn:]


@pytest.mark.parametrize("options", [{"step": 1}, {"scale": "log"}])
def test_whole_numbers_that_no_float_tells_apart_are_different_keys(options):
    class Large(Key):
        n = Param(min=2**53 + 1, max=2**53 + 1100, **options)

    assert len(set(Generator(Blueprint(Large), seed=1).iter_keys())) == 1100


@pytest.mark.parametrize("n", [2.5, 3.0, "3", None])
def test_the_number_of_keys_is_a_whole_number(n):
    with pytest.raises(ConfigurationError, match="whole number"):
        Generator(Blueprint(K3), seed=1).generate_many(n)
