"""Blueprint: how each field is produced."""

import pytest

from kigen import Blueprint, Enum, Field, Key, Param, Pool, RandomRengine
from kigen.errors import ConfigurationError, FieldError, KeyFieldError
from kigen.fields import Flag, Nested


class Sound(Key):
    pitch = Param(min=20, max=20_000)
    rate = Param(min=8000, max=96_000)
    osc = Enum("sine", "saw")


def test_what_is_configured_is_pinned_narrowed_or_left_as_declared():
    blueprint = (
        Blueprint(Sound).configure("rate", 44_100).configure("pitch", Param(min=1000, max=2000))
    )
    rng = RandomRengine(seed=42)
    for _ in range(50):
        key = blueprint.build(rng)
        assert key.rate == 44_100
        assert 1000 <= key.pitch <= 2000
    assert blueprint.key_type is Sound
    assert set(blueprint.overrides) == {"rate", "pitch"}
    assert blueprint.effective_spec("rate") == 44_100
    assert blueprint.effective_spec("osc") is Sound.osc
    assert repr(blueprint) == "Blueprint(Sound, rate=44100, pitch=Param(min=1000, max=2000))"


def test_overrides_are_a_copy():
    blueprint = Blueprint(Sound)
    blueprint.overrides["pitch"] = 3
    assert blueprint.overrides == {}


def test_an_unknown_field_is_a_value_error_with_a_suggestion():
    for use in (lambda b: b.configure("ptich", 3), lambda b: b.effective_spec("ptich")):
        with pytest.raises(ValueError, match="Sound has no field 'ptich'; did you mean 'pitch'"):
            use(Blueprint(Sound))
    with pytest.raises(ConfigurationError):
        Blueprint(int)


def test_a_value_that_the_key_does_not_admit_cannot_be_pinned():
    with pytest.raises(FieldError, match="pitch: 5 is below minimum 20"):
        Blueprint(Sound).configure("pitch", 5)


def test_an_override_wider_than_the_field_draws_nothing_that_the_key_refuses():
    blueprint = Blueprint(Sound).configure("pitch", Param(min=30_000, max=30_001))
    with pytest.raises(FieldError, match=r"pitch: 3000\d is above maximum 20000"):
        blueprint.build(RandomRengine(seed=1))


def test_a_custom_field_with_sample_is_drawn_and_validated():
    class Even(Field):
        def __init__(self, top):
            self.top = top

        def validate(self, value):
            if value % 2:
                raise ValueError(f"{value} is odd")

        def sample(self, rng):
            return 2 * rng.randint(0, self.top)

    class Odd(Even):
        def sample(self, rng):
            return 1

    class Pair(Key):
        x = Even(3)
        y = Odd(3)

    assert Blueprint(Pair).configure("y", 4).build(RandomRengine(seed=1)).x in (0, 2, 4, 6)
    with pytest.raises(FieldError, match="y: 1 is odd"):
        Blueprint(Pair).build(RandomRengine(seed=1))


def test_a_subclass_of_a_built_in_field_is_validated_too():
    class Prime(Param):
        def validate(self, value):
            super().validate(value)
            if value == 4:
                raise ValueError("4 is not prime")

    class Owner(Key):
        p = Prime(min=4, max=4)

    with pytest.raises(FieldError, match="4 is not prime"):
        Blueprint(Owner).build(RandomRengine(seed=1))
    with pytest.raises(FieldError, match="4 is not prime"):
        Owner(p=4)


def test_a_field_that_cannot_be_drawn_says_what_to_do():
    class Note(Field):
        def validate(self, value):
            pass

    class Owner(Key):
        note = Note()

    with pytest.raises(
        TypeError, match=r"note: field type Note cannot be auto-randomized.*configure"
    ) as caught:
        Blueprint(Owner).build(RandomRengine(seed=1))
    assert isinstance(caught.value, KeyFieldError)
    assert Blueprint(Owner).configure("note", 3).build(RandomRengine(seed=1)).note == 3


def test_a_pool_may_be_pinned_before_it_is_populated():
    class Take(Key):
        file = Pool()

    blueprint = Blueprint(Take).configure("file", "b")
    with pytest.raises(RuntimeError, match="not yet populated"):
        blueprint.build(RandomRengine(seed=1))
    Take.file.populate(["a", "b"])
    assert blueprint.build(RandomRengine(seed=1)).file == "b"


def test_a_constructor_of_ones_own_builds_the_keys():
    class Doubled(Key):
        x = Param(min=0, max=10)

        def __init__(self, **values):
            super().__init__(**values)
            object.__setattr__(self, "seen", True)

    assert Blueprint(Doubled).build(RandomRengine(seed=1)).seen


def test_inactive_fields_are_not_drawn():
    class Trial(Key):
        opt = Enum("adam", "sgd")
        momentum = Param(min=0, max=9, when={"opt": "sgd"})
        flag = Flag()

    class Counting(RandomRengine):
        drawn = 0

        def randint(self, a, b):
            self.drawn += 1
            return super().randint(a, b)

    rng = Counting(seed=1)
    keys = [Blueprint(Trial).build(rng) for _ in range(50)]
    assert rng.drawn == sum(key.opt == "sgd" for key in keys)
    assert all((key.momentum is None) == (key.opt == "adam") for key in keys)
    assert Blueprint(Trial).cardinality() == 22
    assert len(set(Blueprint(Trial).combinations())) == 22


def test_counting_does_not_enumerate_what_no_condition_looks_at():
    class Wide(Key):
        mode = Enum("a", "b")
        n = Param(min=1, max=10**12)
        m = Param(min=1, max=10**12, when={"mode": "a"})

    assert Blueprint(Wide).cardinality() == 10**24 + 10**12
    assert Blueprint(Sound).configure("rate", Param(min=8000.0, max=9000.0)).cardinality() is None
    with pytest.raises(KeyFieldError, match="no countable values"):
        list(Blueprint(Sound).configure("rate", Param(min=8000.0, max=9000.0)).combinations())


def test_blueprints_that_draw_from_different_spaces_have_different_fingerprints():
    def plain():
        return Blueprint(Sound)

    fingerprints = {
        blueprint.fingerprint()
        for blueprint in (
            plain(),
            plain().configure("rate", 44_100),
            plain().configure("rate", 44_101),
            plain().configure("rate", Param(min=44_100, max=44_100)),
            plain().configure("osc", Enum("sine")),
            plain().configure("osc", "sine"),
        )
    }
    assert len(fingerprints) == 6
    assert (
        plain().configure("rate", 9000).fingerprint()
        == plain().configure("rate", 9000).fingerprint()
    )


def test_a_value_refused_deep_inside_is_told_with_its_whole_path():
    class Inner(Key):
        a = Param(min=0, max=9)

    class Middle(Key):
        inner = Nested(Inner)

    class Outer(Key):
        middle = Nested(Middle)

    with pytest.raises(FieldError, match=r"^middle\.inner\.a: 99 is above"):
        Blueprint(Outer).configure("middle.inner.a", 99)
