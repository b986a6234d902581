"""Key: what it admits, what it is equal to, and when it may change."""

import copy
import inspect
import itertools
import pickle
import sys
from typing import Generic, TypeVar

import pytest

import kigen.fingerprint
from kigen import Blueprint, Enum, Field, Generator, Key, Param
from kigen.errors import (
    ConfigurationError,
    FieldError,
    FrozenKeyError,
    KeyFieldError,
    KigenError,
    UnfingerprintableError,
)
from kigen.fields import Flag, Text
from tests.programs import output


class K2(Key):
    a = Param(min=0, max=10)
    b = Enum("x", "y")


class Trial(Key):
    opt = Enum("adam", "sgd", default="adam")
    lr = Param(min=0.0, max=1.0, default=0.1)
    momentum = Param(min=0.0, max=1.0, when={"opt": "sgd"})


class Anything(Field):
    def validate(self, value):
        pass


class Holder(Key):
    v = Anything()


# Building


def test_missing_and_unknown_fields_are_type_errors_in_ki_gens_words():
    with pytest.raises(TypeError, match=r"^K2 missing required field\(s\): b$"):
        K2(a=1)
    with pytest.raises(TypeError, match=r"^K2 has no field 'z'$"):
        K2(a=1, b="x", z=2)
    with pytest.raises(TypeError, match="did you mean 'lr'"):
        Trial(lrr=1)


def test_a_bad_value_is_a_value_error_that_names_the_field():
    with pytest.raises(ValueError, match=r"^a: 11 is above maximum 10$"):
        K2(a=11, b="x")


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(KeyFieldError) as caught:
        K2(a=float("nan"), c=3)
    assert [path for path, _message, _value in caught.value.errors] == ["c", "b", "a"]
    assert caught.value.errors[0].value == 3
    assert "3 problems" in str(caught.value)
    with pytest.raises(FieldError) as caught:
        K2(a=-1, b="q")
    assert [problem.path for problem in caught.value.errors] == ["a", "b"]


def test_positional_arguments_are_refused():
    with pytest.raises(TypeError):
        K2(1, "x")


def test_a_field_shared_by_two_names_is_reported_under_the_right_one():
    amount = Param(min=0, max=1)

    class Pair(Key):
        left = amount
        right = amount

    with pytest.raises(FieldError, match=r"^left: 2 is above"):
        Pair(left=2, right=0)


def test_a_custom_field_needs_validate_alone():
    class Note(Field):
        def validate(self, value):
            if not 0 <= value <= 127:
                raise ValueError(f"{self._attr}: expected a MIDI note, got {value!r}")

    class Sound(Key):
        note = Note()

    assert Sound(note=60).note == 60
    with pytest.raises(ValueError, match=r"^note: expected a MIDI note, got 200$"):
        Sound(note=200)


def test_an_error_in_a_fields_own_code_is_not_taken_for_a_bad_value():
    class Broken(Field):
        def validate(self, value):
            raise ZeroDivisionError

    class Owner(Key):
        x = Broken()

    with pytest.raises(ZeroDivisionError):
        Owner(x=1)


def test_the_first_and_the_later_constructions_say_the_same():
    class Fresh(Key):
        a = Param(min=0, max=10)

    texts = set()
    for _ in range(3):
        with pytest.raises(ValueError) as caught:
            Fresh(a=99)
        texts.add(str(caught.value))
        assert Fresh(a=1).a == 1
    assert texts == {"a: 99 is above maximum 10"}


def test_fields_come_in_declared_order_bases_first_and_mixins_count():
    class Mixin:
        seed = Param(min=0, max=9)

    class Base(Key):
        z = Param()
        a = Param()

    class Child(Base, Mixin):
        b = Enum("x")
        z = Enum(1, 2)

    assert list(Child.field_specs()) == ["seed", "z", "a", "b"]
    assert isinstance(Child.z, Enum)
    assert list(Child(b="x", a=1, z=2, seed=0).to_dict()) == ["seed", "z", "a", "b"]
    assert list(Base.field_specs()) == ["z", "a"]
    with pytest.raises(TypeError, match=r"missing required field\(s\): seed"):
        Child(z=1, a=1, b="x")


def test_a_subclass_may_drop_a_field():
    class Less(K2):
        b = None

    assert list(Less.field_specs()) == ["a"]
    assert Less(a=1).to_dict() == {"a": 1}


def test_a_subclass_of_a_class_in_use_has_all_its_own_fields():
    K2(a=1, b="x")

    class K3(K2):
        c = Param(min=0, max=1)

    with pytest.raises(TypeError, match=r"missing required field\(s\): c"):
        K3(a=1, b="x")
    assert K3(a=1, b="x", c=0).to_dict() == {"a": 1, "b": "x", "c": 0}


def test_a_constructor_of_ones_own_may_call_keys():
    class Point(Key):
        x = Param(min=0, max=9)
        y = Param(min=0, max=9)

        def __init__(self, x, y=0):
            super().__init__(x=x, y=y)

    assert Point(3).to_dict() == {"x": 3, "y": 0}
    assert Point(3).replace(y=2) == Point(3, 2)
    assert pickle.loads(pickle.dumps(Holder(v=1))) == Holder(v=1)
    assert str(inspect.signature(Point)) == "(x, y=0)"


def test_a_name_that_key_needs_cannot_be_a_field():
    with pytest.raises(ConfigurationError, match="belongs to Key"):

        class Bad(Key):
            fingerprint = Param()


def test_a_field_may_have_the_name_of_a_method_that_ki_gen_did_not_have():
    class Sampling(Key):
        replace = Flag()
        override = Flag(default=True)

    key = Sampling(replace=True)
    assert (key.replace, key.to_dict()) == (True, {"replace": True, "override": True})
    assert Sampling.from_json(key.to_json()) == key


def test_the_class_gives_the_field_and_the_key_the_value():
    assert K2.a.max == 10
    assert len(K2.b) == 2
    assert K2(a=1, b="x").a == 1


def test_inspect_match_and_copy_know_the_fields():
    assert str(inspect.signature(Trial)) == "(*, opt='adam', lr=0.1, momentum=None)"
    assert str(inspect.signature(K2)) == "(*, a, b)"
    match K2(a=3, b="x"):
        case K2(a, b="x"):
            assert a == 3


@pytest.mark.parametrize(
    "name", ["self", "cls", "values", "unknown", "general", "key", "name", "v0", "a b", "class"]
)
def test_any_name_can_be_a_field(name):
    made = type("Made", (Key,), {name: Param(min=0, max=3, default=1), "__module__": __name__})
    for _ in range(3):
        key = made(**{name: 2})
        assert key.to_dict() == {name: 2}
        assert key.replace(**{name: 3}) == made(**{name: 3})
        assert key.fingerprint() == kigen.fingerprint.fingerprint(key)
        with pytest.raises(FieldError):
            made(**{name: 9})
    assert len(set(Generator(Blueprint(made), seed=1).generate_many(4))) == 4


def test_a_key_without_fields_is_one_key():
    class Empty(Key):
        pass

    assert Empty() == Empty() != Key()
    assert Empty().fingerprint() == Empty().fingerprint() != Key().fingerprint()
    assert hash(Key()) == hash(Key())
    assert Generator(Blueprint(Empty), seed=1).generate_many(1) == [Empty()]
    assert K2(a=1, b="x") != K2(a=2, b="x")
    with pytest.raises(TypeError, match="has no field 'a'"):
        Empty(a=1)


def test_a_default_that_its_field_does_not_admit_is_refused_with_the_class():
    with pytest.raises(FieldError, match="a: 99 is above maximum 10"):

        class Bad(Key):
            a = Param(min=0, max=10, default=99)


def test_a_key_of_a_script_reaches_another_interpreter_by_dill():
    dill = pytest.importorskip("dill")
    program = """
import dill, sys
from kigen import Key, Param
class Trial(Key):
    a = Param(min=0, max=9)
key = Trial(a=3)
key = Trial(a=4)
hash(key)
sys.stdout.write(dill.dumps(key).hex() + " " + key.fingerprint())
"""
    data, fingerprint = output(program).split()
    assert dill.loads(bytes.fromhex(data)).fingerprint() == fingerprint


# Sameness


def test_equality_is_by_class_name_and_values():
    assert K2(a=1, b="x") == K2(b="x", a=1)
    assert K2(a=1, b="x") != K2(a=2, b="x")
    assert K2(a=1, b="x") != ("a", 1)

    class Other(Key):
        a = Param(min=0, max=10)
        b = Enum("x", "y")

    assert K2(a=1, b="x") != Other(a=1, b="x")
    assert K2(a=1, b="x").fingerprint() != Other(a=1, b="x").fingerprint()


def make():
    class Local(Key):
        a = Param(min=0.0, max=10.0)

    return Local


def test_a_class_defined_again_under_its_name_gives_equal_keys():
    one, two = make()(a=1.5), make()(a=1.5)
    assert type(one) is not type(two)
    assert one == two
    assert hash(one) == hash(two)
    assert one.fingerprint() == two.fingerprint()


VALUES = [
    1, 1.0, True, 0, False, -0.0, 2, "1", b"1", None, float("nan"), float("inf"),
    (1, 2), [1, 2], {"a": 1}, {"a": 1.0}, frozenset({1}), 10**30, 1e30, K2(a=1, b="x"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), list(itertools.product(VALUES, VALUES)))
def test_equal_keys_hash_and_fingerprint_alike_and_others_do_not(left, right):
    one, two = Holder(v=left), Holder(v=right)
    assert (one == two) == (one.fingerprint() == two.fingerprint())
    if one == two:
        assert hash(one) == hash(two)
    if left == right or left is right:
        assert one == two


def test_three_and_three_point_zero_are_one_key():
    assert K2(a=3, b="x") == K2(a=3.0, b="x")
    assert hash(K2(a=3, b="x")) == hash(K2(a=3.0, b="x"))
    assert K2(a=3, b="x").fingerprint() == K2(a=3.0, b="x").fingerprint()


def test_subclasses_and_numpy_scalars_fingerprint_like_their_plain_values():
    numpy = pytest.importorskip("numpy")

    class Name(str):
        pass

    for value, plain in ((Name("x"), "x"), (numpy.float32(0.5), 0.5), (numpy.int8(3), 3)):
        assert Holder(v=value) == Holder(v=plain)
        assert Holder(v=value).fingerprint() == Holder(v=plain).fingerprint()
    assert type(Holder(v=numpy.float64(1.5)).v) is float


def test_the_id_follows_from_the_fingerprint_and_is_the_same_everywhere():
    key = K2(a=1, b="x")
    assert key.id == K2(a=1, b="x").id == key.fingerprint()[:12]
    program = """
from kigen import Key, Param
class T(Key):
    a = Param()
print(T(a=1).id, T(a=1).fingerprint())
"""
    assert len({output(program, hash_seed=seed) for seed in (0, 1)}) == 1


@pytest.mark.parametrize(
    "key",
    [K2(a=1, b="x"), Trial(), Trial(opt="sgd", momentum=0.5), Holder(v=(1, "a")), Holder(v=[1]),
     Holder(v=K2(a=1, b="y")), Holder(v=float("nan")), Holder(v=(1,) * 100)],
)  # fmt: skip
def test_the_fingerprint_is_that_of_the_fingerprint_module(key):
    assert key.fingerprint() == kigen.fingerprint.fingerprint(key)


def test_a_key_without_canonical_bytes_can_be_built_and_shown_but_not_used():
    key = Holder(v=object())
    assert "v=<object object" in repr(key)
    for use in (hash, Key.fingerprint):
        with pytest.raises(UnfingerprintableError, match=r"^v has no fingerprint") as caught:
            use(key)
        assert caught.value.path == "v"


def test_its_repr_shows_id_and_values():
    assert repr(K2(a=3, b="x")) == f"K2(id='{K2(a=3, b='x').id}', a=3, b='x')"


# Change


def test_assignment_is_validated_and_seen():
    key = K2(a=1, b="x")
    key.a = 5
    assert key.a == 5
    with pytest.raises(ValueError, match=r"^a: 99 is above maximum 10$"):
        key.a = 99
    assert key.to_dict() == {"a": 5, "b": "x"}
    assert key == K2(a=5, b="x")


@pytest.mark.parametrize("use", [hash, Key.fingerprint, lambda key: {key}])
def test_a_key_that_was_used_as_one_is_frozen_and_says_how_to_go_on(use):
    key = K2(a=1, b="x")
    use(key)
    with pytest.raises(FrozenKeyError, match=r"key\.replace\(a=\.\.\.\)"):
        key.a = 2
    changed = key.replace(a=2)
    changed.a = 3
    assert (key.a, changed.a) == (1, 3)


def test_looking_at_a_key_does_not_freeze_it():
    key = K2(a=1, b="x")
    first = key.id
    repr(key)
    key == K2(a=1, b="x")  # noqa: B015
    key.a = 2
    assert key.id != first


def test_an_attribute_that_is_no_field_cannot_be_set_or_deleted():
    key = Trial()
    with pytest.raises(KeyFieldError, match="no field 'lrr'; did you mean 'lr'"):
        key.lrr = 3
    with pytest.raises(AttributeError):
        del key.lr


@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda key: pickle.loads(pickle.dumps(key))]
)
def test_copies_are_equal_and_not_frozen(twin):
    key = K2(a=1, b="x")
    hash(key)
    other = twin(key)
    assert other == key
    other.a = 2
    assert key.a == 1


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_keys_pickle_under_every_protocol_and_name_nothing_but_their_class(protocol):
    key = Trial(opt="sgd", momentum=0.5)
    data = pickle.dumps(key, protocol)
    assert pickle.loads(data) == key
    assert pickle.loads(data).explicit() == key.explicit()
    if protocol >= 2:
        assert b"kigen" not in data.replace(b"tests", b"")


def test_a_key_of_a_class_that_has_changed_its_fields_since_is_not_half_restored():
    old = type("Changing", (Key,), {"a": Param(), "__module__": __name__})(a=1)
    new = type("Changing", (Key,), {"a": Param(), "b": Param(default=2), "__module__": __name__})
    with pytest.raises(
        KeyFieldError, match="had other fields when the key was pickled: a; it has a, b"
    ):
        new.__new__(new).__setstate__(old.__getstate__())


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is new in 3.13")
def test_copy_replace_makes_a_changed_copy():
    assert copy.replace(K2(a=1, b="x"), a=2) == K2(a=2, b="x")


# Defaults and conditions


def test_defaults_stand_in_and_are_told_from_what_was_given():
    assert Trial().to_dict() == {"opt": "adam", "lr": 0.1, "momentum": None}
    assert Trial().explicit() == {}
    assert Trial(lr=0.1).explicit() == {"lr": 0.1}
    assert Trial(lr=0.1) == Trial()
    assert Trial().fingerprint() == Trial(lr=0.1).fingerprint()


def test_an_inactive_field_does_not_count():
    assert Trial(opt="adam", momentum=0.5) == Trial(opt="adam", momentum=0.9) == Trial()
    assert Trial(momentum=0.5).fingerprint() == Trial().fingerprint()
    assert Trial(momentum=0.5).momentum is None
    assert Trial(opt="sgd", momentum=0.5) != Trial(opt="sgd", momentum=0.9)


def test_an_active_field_is_required_and_a_bad_inactive_one_is_told():
    with pytest.raises(TypeError, match=r"missing required field\(s\): momentum"):
        Trial(opt="sgd")
    with pytest.raises(ValueError, match="above maximum"):
        Trial(opt="adam", momentum=7)


def test_assigning_what_a_condition_looks_at_is_checked_as_a_whole():
    key = Trial()
    with pytest.raises(TypeError, match="momentum"):
        key.opt = "sgd"
    assert key == Trial()
    assert key.replace(opt="sgd", momentum=0.5).momentum == 0.5
    key = Trial(opt="sgd", momentum=0.5)
    key.opt = "adam"
    assert key == Trial()


def test_conditions_chain_and_look_only_back():
    class Chain(Key):
        a = Enum(1, 2)
        b = Enum("x", "y", when={"a": 2})
        c = Flag(when={"b": ("x", "z")})

    assert Chain(a=1).to_dict() == {"a": 1, "b": None, "c": None}
    assert Chain(a=2, b="y").c is None
    with pytest.raises(ConfigurationError, match="no field declared before"):

        class Bad(Key):
            b = Flag(when={"a": 1})
            a = Param()

    with pytest.raises(ConfigurationError, match="not a condition"):
        Flag(when="a")


# Forms


def test_forms_come_back_as_the_same_key():
    for key in (K2(a=3, b="y"), Trial(), Trial(opt="sgd", momentum=1.0)):
        assert type(key).from_dict(key.to_dict()) == key
        assert type(key).from_json(key.to_json()) == key


def test_json_carries_paths_enum_members_dates_and_infinities():
    import enum
    from pathlib import PurePosixPath

    class Mode(enum.Enum):
        FAST = object()

    class Rich(Key):
        path = Enum(PurePosixPath("a/b"), PurePosixPath("c"))
        mode = Enum(Mode.FAST)
        pair = Enum((1, 2), (3, 4))
        bound = Param()
        name = Text()

    key = Rich(path=PurePosixPath("c"), mode=Mode.FAST, pair=(3, 4), bound=float("-inf"), name="ü")
    assert Rich.from_json(key.to_json()) == key


def test_what_is_no_json_object_is_refused():
    for text in ("", "{", "[]", "3"):
        with pytest.raises(FieldError):
            K2.from_json(text)
    with pytest.raises(FieldError, match="no JSON form"):
        Holder(v=object()).to_json()


def test_the_json_schema_says_what_keys_admit():
    schema = Trial.json_schema()
    assert schema["required"] == []
    assert schema["additionalProperties"] is False
    assert schema["properties"]["opt"] == {"enum": ["adam", "sgd"], "default": "adam"}
    assert schema["properties"]["momentum"]["anyOf"][1] == {"type": "null"}
    assert K2.json_schema()["properties"]["a"] == {"type": "integer", "minimum": 0, "maximum": 10}


@pytest.mark.parametrize("values", [[1], 3, {1: 2}, {"a": 1, "b": "x", 3: 4}])
def test_what_is_no_mapping_of_fields_is_refused_like_any_other_mistake(values):
    with pytest.raises(KigenError):
        K2.from_dict(values)


@pytest.mark.parametrize("name", ["_digest", "_fields", "_kigen_self", "__dict__", "__class__"])
def test_names_that_a_key_works_with_cannot_be_fields(name):
    with pytest.raises(ConfigurationError, match="belongs to Key"):
        type("Bad", (Key,), {name: Param(min=0, max=1)})


def test_a_key_class_may_be_generic():
    class Tagged(Key, Generic[TypeVar("T")]):
        a = Param(min=0, max=9)

    assert Tagged[int](a=1) == Tagged(a=1)
