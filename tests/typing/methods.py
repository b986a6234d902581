"""Methods, class methods and static methods, in either order of decorators, and properties."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, assert_type

import kigen

T = TypeVar("T")


class Model:
    @kigen.lru_cache
    def score(self, x: int, *, scale: float = 1.0) -> str:
        return str(x * scale)

    @kigen.lru_cache(maxsize=3)
    def name(self) -> str:
        return "model"

    @classmethod
    @kigen.lru_cache
    def load(cls, path: str) -> list[str]:
        return [cls.__name__, path]

    @kigen.lru_cache
    @classmethod
    def load_otherwise(cls, path: str) -> list[str]:
        return [cls.__name__, path]

    @staticmethod
    @kigen.lru_cache
    def parse(text: str) -> int:
        return int(text)

    @kigen.lru_cache
    @staticmethod
    def parse_otherwise(text: str) -> int:
        return int(text)

    @staticmethod
    @kigen.lru_cache
    def convert(kind: type[int], text: str) -> int:
        return kind(text)

    @staticmethod
    @kigen.lru_cache
    def anything(value: object, times: int) -> int:
        return len(str(value)) * times

    @property
    @kigen.lru_cache
    def size(self) -> int:
        return 3

    @kigen.lru_cache
    def without_types(self, x):  # type: ignore[no-untyped-def]  # pyright: ignore[reportUnknownParameterType, reportMissingParameterType]
        return x  # pyright: ignore[reportUnknownVariableType]


class Larger(Model):
    pass


class Limits(Model):
    """What works and is reported all the same: docs/guide/types.md says so."""

    @kigen.lru_cache
    def score(self, x: int, *, scale: float = 1.0) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        return "none"

    def plain(self, x: int) -> int:
        return x

    @kigen.lru_cache
    def me(self) -> Self:
        return self

    @staticmethod
    @kigen.lru_cache
    def shown(limits: Limits, x: int) -> str:
        return f"{limits.plain(x)}"


class Further(Limits):
    @kigen.lru_cache
    def plain(self, x: int) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        return 2 * x


class Box(Generic[T]):
    def __init__(self, content: T) -> None:
        self.content = content

    @kigen.lru_cache
    def get(self, default: T) -> T:
        return self.content or default


def methods() -> None:
    model, larger = Model(), Larger()
    assert_type(model.score(1), str)
    assert_type(larger.score(1, scale=2.0), str)
    assert_type(Model.score(model, 1), str)
    assert_type(model.name(), str)
    assert_type(Box(3).get(4), int)

    # The handle is that of the function, for all instances: it takes one of them.
    assert_type(model.score.lookup(model, 1), str)
    assert_type(Model.score.lookup(model, 1), str)
    assert_type(model.score.peek(model, 2), str | None)
    assert_type(model.score.contains(model, 1), bool)
    assert_type(model.score.refresh(model, 1, scale=3.0), str)
    assert_type(model.score.invalidate(model, 1, scale=3.0), bool)
    assert_type(model.score.key(model, 1), Any)
    assert_type(model.name.map([model, larger]), list[str])
    assert_type(Model.name.map([model, larger]), list[str])
    assert model.score.info().size == 2


def class_methods() -> None:
    model = Model()
    assert_type(Model.load("a"), list[str])
    assert_type(Larger.load("a"), list[str])
    assert_type(model.load(path="a"), list[str])
    assert_type(Model.load_otherwise("a"), list[str])
    assert_type(Larger.load_otherwise("a"), list[str])
    assert_type(model.load_otherwise(path="a"), list[str])
    assert_type(Model.load.lookup(Model, "a"), list[str])
    assert_type(Model.load_otherwise.lookup(Model, "a"), list[str])
    assert Model.load.info().size == Model.load_otherwise.info().size == 2


def static_methods() -> None:
    model = Model()
    assert_type(Model.parse("1"), int)
    assert_type(model.parse(text="1"), int)
    assert_type(Model.parse_otherwise("1"), int)
    assert_type(model.parse_otherwise("1"), int)
    assert_type(Model.parse.lookup("1"), int)
    assert_type(model.parse_otherwise.lookup("1"), int)
    assert_type(model.parse.map(["1", "2"]), list[int])
    assert_type(Model.convert(int, "1"), int)
    assert_type(model.convert(int, "1"), int)
    assert_type(Model.anything(1, 2), int)
    assert_type(model.anything("a", 2), int)


def properties() -> None:
    assert_type(Model().size, int)


def limits() -> None:
    further = Further()
    assert_type(further.score(1), str)
    assert_type(further.plain(1), int)
    assert_type(Limits.shown(further, 1), str)
    assert further.shown(further, 1) == "2"  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    further.me()  # type: ignore[call-arg]


def as_any_method() -> None:
    def apply(function: Callable[[int], object]) -> object:
        return function(1)

    assert apply(Model().score) == "1.0"


def mistakes() -> None:
    model = Model()
    model.score("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    model.score(model, 1)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    model.score.lookup(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    model.score.map([1])  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    Model.load(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Model.load_otherwise(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Model.load(Model, "a")  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    model.parse(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Model.parse_otherwise(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    model.size.upper()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


if __name__ == "__main__":
    methods()
    class_methods()
    static_methods()
    properties()
    limits()
    as_any_method()
