"""Where properties keep results: in the instance if it has room, else beside it, weakly."""

from __future__ import annotations

import pickle
import weakref
from dataclasses import dataclass
from typing import Any, NamedTuple

import attrs
import pytest

import kigen
from kigen import ConfigurationError, Key, Param, cached_property


class Model:
    @cached_property
    def total(self) -> list[int]:
        return [1]


def test_instances_are_not_kept_alive() -> None:
    class Slotted:
        __slots__ = ("__weakref__",)

        @cached_property
        def x(self) -> int:
            return 1

    class Expiring:
        @cached_property(ttl=1000)
        def x(self) -> int:
            return 1

    @dataclass
    class Archived:
        n: int

        @cached_property(archive="memory://")
        def x(self) -> int:
            return 1

    for make in (Model, Slotted, Expiring, lambda: Archived(1)):
        instance: Any = make()
        assert instance.x == 1 if make is not Model else instance.total
        handle = type(instance).__dict__["total" if make is Model else "x"]
        gone = weakref.ref(instance)
        del instance
        assert gone() is None, f"{make} is kept by something"
        assert handle.info().size == 0
        assert not handle._kept.memory
        assert not handle._kept.resident


def test_instances_without_dict_keep_the_value_beside_them_if_they_can_be_referred_to() -> None:
    @dataclass(slots=True, weakref_slot=True, frozen=True)
    class Point:
        x: int

        @cached_property
        def norm(self) -> list[int]:
            return [self.x]

    @attrs.define
    class Line:
        x: int

        @cached_property
        def norm(self) -> list[int]:
            return [self.x]

    for kind in (Point, Line):
        a, b = kind(3), kind(3)
        assert a.norm is a.norm
        assert a.norm == b.norm
        assert a.norm is not b.norm, "equal instances do not share"
        assert kind.norm.invalidate(a)
        assert not kind.norm.contains(a)


def test_an_instance_without_room_is_told_so() -> None:
    @dataclass(slots=True)
    class Bare:
        x: int

        @cached_property
        def twice(self) -> int:
            return 2 * self.x

        @cached_property(ttl=5)
        def thrice(self) -> int:
            return 3 * self.x

    class Pair(NamedTuple):
        x: int

        @cached_property
        def twice(self) -> int:
            return 2 * self.x

    for instance in (Bare(1), Pair(1)):
        with pytest.raises(ConfigurationError, match="twice: an instance of .* '__weakref__'"):
            instance.twice  # noqa: B018
    with pytest.raises(ConfigurationError, match="thrice: .* add '__weakref__' to"):
        Bare(1).thrice  # noqa: B018


def test_numbers_and_tuples_with_a_dict_hold_values() -> None:
    """There is no weak reference to them; a result that is not theirs to hold is not kept."""

    class Number(int):
        @cached_property
        def x(self) -> object:
            return object()

        @cached_property(cache_exceptions=ValueError)
        def y(self) -> object:
            raise ValueError

    one, other = Number(1), Number(1)
    assert one.x is one.x is not other.x
    for _ in range(2):
        with pytest.raises(ValueError):
            one.y  # noqa: B018
    assert Number.y.info() == (0, 2, 0, None, 0)


def test_frozen_and_unhashable_instances_hold_values() -> None:
    @dataclass(frozen=True)
    class Frozen:
        x: int

        @cached_property
        def y(self) -> list[int]:
            return [self.x]

    @dataclass
    class Unhashable:
        x: list[int]

        @cached_property
        def y(self) -> list[int]:
            return self.x

    class Odd:
        def __eq__(self, other: object) -> bool:
            raise TypeError("do not compare me")

        def __hash__(self) -> int:
            raise TypeError("nor hash me")

        @cached_property
        def y(self) -> list[int]:
            return []

    for make in (lambda: Frozen(1), lambda: Unhashable([1]), Odd):
        a, b = make(), make()
        assert a.y is a.y
        assert a.y is not b.y


def test_a_key_that_something_was_computed_of_is_frozen_and_still_a_key() -> None:
    class Trial(Key):
        depth = Param(min=1, max=9)

        @cached_property
        def cost(self) -> list[int]:
            return [self.depth**2]

    trial = Trial(depth=3)
    assert trial.cost is trial.cost == [9]
    assert vars(trial) == {"depth": 3}
    assert trial.replace(depth=4).cost == [16]
    with pytest.raises(kigen.FrozenKeyError):
        trial.depth = 4
    assert pickle.loads(pickle.dumps(Trial2(depth=3))).cost == [9]


class Trial2(Key):
    depth = Param(min=1, max=9)

    @cached_property
    def cost(self) -> list[int]:
        return [self.depth**2]


def test_super_reaches_the_value_of_the_base_class_and_not_that_of_the_subclass() -> None:
    class Base:
        @cached_property
        def parts(self) -> list[str]:
            return ["base"]

    class Child(Base):
        @cached_property
        def parts(self) -> list[str]:
            return [*super().parts, "child"]

        def of_base(self) -> list[str]:
            return super().parts

    child = Child()
    assert child.parts == ["base", "child"]
    assert child.of_base() == ["base"]
    assert child.of_base() is child.of_base()
    assert child.parts is child.parts == ["base", "child"]
    assert Base().parts == ["base"]


def test_a_metaclass_may_have_one() -> None:
    class Meta(type):
        @cached_property
        def x(cls) -> object:
            return object()

    class A(metaclass=Meta):
        pass

    class B(A):
        pass

    assert A.x is A.x
    assert A.x is not B.x


def test_one_that_is_put_into_a_class_later_finds_its_name() -> None:
    class Late:
        pass

    def x(self: object) -> object:
        return object()

    Late.x = cached_property(x)
    Late.y = cached_property(lambda self: object())  # under another name: held beside the instance
    late = Late()
    assert late.x is late.x
    assert late.y is late.y
    assert "x" in vars(late)
    assert "y" not in vars(late)
