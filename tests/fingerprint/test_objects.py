from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass, field
from enum import Enum, Flag, auto

import pytest

from kigen.errors import ConfigurationError
from kigen.fingerprint import canonical, digest, register


class Color(Enum):
    RED = 1
    CRIMSON = 1  # noqa: PIE796
    BLUE = 2


class Shade(Enum):
    RED = 1
    LIST = [1]  # noqa: RUF012


class Access(Flag):
    READ = auto()
    WRITE = auto()


class Word(str, Enum):  # noqa: UP042
    YES = "yes"


@dataclass
class Point:
    x: float
    y: float = 0
    note: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Slotted:
    x: float


def test_a_member_is_its_class_and_its_name(same, differ):
    same(Color.RED, Color.CRIMSON)
    differ(Color.RED, Color.BLUE, Shade.RED, Shade.LIST, 1, "RED", Access.READ)
    same(Access.READ | Access.WRITE, Access.WRITE | Access.READ)
    differ(Access.READ, Access.WRITE, Access.READ | Access.WRITE, Access(0))
    same(Word.YES, "yes")


def test_an_enum_with_an_equality_of_its_own_is_refused(refused):
    class Loose(Enum):
        A = 1

        def __eq__(self, other):
            return True

        __hash__ = None

    refused(Loose.A)


def test_a_dataclass_is_its_class_and_the_fields_it_compares(same, differ):
    same(Point(1, 2), Point(1.0, 2.0, note="elsewhere"))
    differ(Point(1, 2), Point(2, 1), Slotted(1), {"x": 1, "y": 2}, (1, 2))


def test_local_dataclasses_are_known_by_their_qualified_name(same, differ):
    def make():
        @dataclass
        class Local:
            x: int

        return Local

    same(make()(1), make()(1))
    differ(make()(1), make()(2))


def test_the_order_in_which_fields_are_declared_does_not_count(same):
    def declare(order):
        annotations = dict.fromkeys(order, int)
        return dataclass(type("Local", (), {"__annotations__": annotations}))

    same(declare("ab")(a=1, b=2), declare("ba")(a=1, b=2))


def test_a_subclass_of_a_dataclass_compares_what_its_equality_compares(same, differ):
    class Plain(Point): ...

    @dataclass
    class More(Point):
        z: int = 0

    @dataclass(eq=False)
    class Unseen(Point):
        z: int = 0

    differ(Point(1), Plain(1), More(1), Unseen(1))
    differ(More(1, z=1), More(1, z=2))
    assert Unseen(1, z=1) == Unseen(1, z=2)
    same(Unseen(1, z=1), Unseen(1, z=2))


def test_a_dataclass_that_is_equal_only_to_itself_is_refused(refused):
    @dataclass(eq=False)
    class Handle:
        x: int

    error = refused({"h": Handle(1)}, "['h']")
    assert error.type is Handle
    assert "one and the same" in str(error)


def test_a_dataclass_with_an_equality_written_by_hand_is_refused(refused):
    @dataclass
    class Loose:
        x: int

        def __eq__(self, other):
            return abs(self.x - other.x) < 2

        __hash__ = None

    refused(Loose(1))


def test_a_field_without_a_value_is_named(refused):
    @dataclass
    class Late:
        x: int = field(init=False)

    assert "'x'" in str(refused([Late()], "[0]"))


def test_the_path_leads_through_fields(refused):
    refused([Point(1, (object(),))], "args[0].y[0]", at="args")


def test_attrs_classes_are_their_class_and_the_fields_they_compare(same, differ, refused):
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Local:
        x: int
        note: str = attrs.field(default="", eq=False)

    @attrs.define(eq=False)
    class Handle:
        x: int

    @attrs.define
    class Folded:
        x: str = attrs.field(eq=str.lower)

    same(Local(1), Local(1.0, note="elsewhere"))
    differ(Local(1), Local(2), {"x": 1})
    refused(Handle(1))
    refused(Folded("a"))


def test_a_class_may_say_what_stands_for_its_objects(same, differ):
    class Model:
        def __init__(self, *layers):
            self.layers = layers

        def __fingerprint__(self):
            return self.layers

    class Deeper(Model): ...

    same(Model(1, 2), Model(1.0, 2.0))
    differ(Model(1), Model(2), Deeper(1), (1,), [Model(1)])


def test_what_stands_for_an_object_is_walked_like_any_value(refused):
    class Model:
        def __fingerprint__(self):
            return {"hook": object()}

    class Ring:
        def __fingerprint__(self):
            return [self]

    class Self:
        def __fingerprint__(self):
            return self

    class Endless:
        def __fingerprint__(self):
            return Endless()

    refused((Model(),), "a[0]['hook']", at="a")
    assert "cycle" in str(refused(Ring(), "[0]"))
    assert "cycle" in str(refused(Self()))
    assert "deeply" in str(refused(Endless()))


def test_a_class_may_refuse_for_its_objects(refused):
    @dataclass
    class Session:
        x: int
        __fingerprint__ = None

    assert "None" in str(refused(Session(1)))


def test_an_error_in_a_users_method_is_the_users():
    class Broken:
        def __fingerprint__(self):
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        digest([Broken()])


def test_a_registration_holds_for_a_class_and_its_subclasses(same, differ, refused):
    class Tensor:
        def __init__(self, data):
            self.data = data

    class Named(Tensor): ...

    class Own(Tensor):
        def __fingerprint__(self):
            return "own"

    refused(Tensor(1))
    refused(Named(1))
    register(Tensor, lambda tensor: tensor.data)
    same(Tensor(1), Tensor(1.0))
    differ(Tensor(1), Tensor(2), Named(1), Own(1), 1)
    same(Own(1), Own(2))
    register(Named, lambda tensor: "named")
    same(Named(1), Named(2))
    register(Tensor, lambda tensor: None)
    same(Tensor(1), Tensor(2))


def test_a_registration_for_a_subclass_of_a_plain_type_comes_first(differ):
    class Angle(float):
        def __eq__(self, other):
            return self % 360 == other % 360

        __hash__ = float.__hash__

    register(Angle, lambda angle: float(angle) % 360)
    assert canonical(Angle(370)) == canonical(Angle(10))
    differ(Angle(10), 10.0)


@pytest.mark.parametrize("kind", [int, str, tuple, dict, type(None), object, type])
def test_the_sameness_of_plain_types_is_not_up_for_registration(kind):
    with pytest.raises(ConfigurationError, match="settled"):
        register(kind, repr)


def test_a_bad_registration_is_an_error_that_names_the_argument():
    class Local: ...

    with pytest.raises(ConfigurationError, match="must be a class") as caught:
        register(Local(), repr)
    assert caught.value.argument == "type"
    with pytest.raises(ConfigurationError, match="must be callable") as caught:
        register(Local, None)
    assert caught.value.argument == "function"


def test_a_class_that_was_fingerprinted_can_still_be_collected():
    @dataclass
    class Passing:
        x: int

    class Spoken:
        def __fingerprint__(self):
            return super().__hash__() and 1

    canonical([Passing(1), Spoken()], typed=True)
    seen = [weakref.ref(Passing), weakref.ref(Spoken)]
    del Passing, Spoken
    gc.collect()
    assert [reference() for reference in seen] == [None, None]


def test_plain_objects_are_refused(refused):
    class Socket: ...

    error = refused([1, {"model": Socket()}], "args[1]['model']", at="args")
    assert error.type is Socket
    assert "Socket" in str(error)
    refused(iter([]))
    refused(item for item in ())


def test_the_path_shows_keys_and_elements_whatever_their_repr_does(refused):
    class Odd:
        def __repr__(self):
            raise RuntimeError

    class Long:
        def __repr__(self):
            return "x" * 1000

    error_path = "{<Odd>}"
    refused({Odd(): 1}, error_path)
    refused({Odd()}, error_path)
    refused({Long(): 1}, "{" + "x" * 39 + "…}")
    refused({"k" * 100: object()}, "['" + "k" * 38 + "…]")
