"""Key classes: what each field's value is, and the class itself in all that brings its keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, assert_type

from kigen import (
    Blueprint,
    Date,
    Each,
    Enum,
    Field,
    Flag,
    Generator,
    Key,
    Nested,
    Param,
    Pool,
    RandomRengine,
    Rengine,
    Text,
)


class Even(Field[int]):
    def validate(self, value: Any) -> None:
        if value % 2:
            raise ValueError(f"{value} is odd")

    def sample(self, rng: Rengine) -> int:
        return 2 * rng.randint(0, 9)


class Layer(Key):
    units = Param(min=1, max=512)
    rate = Param(min=0, max=0.5)
    step = Param(min=0, max=10, step=2)
    log = Param(min=1e-4, max=1e-1, scale="log")


class Trial(Key):
    layer = Nested(Layer)
    widths = Each(Param(min=1, max=9), 3)
    layers = Each(Layer, 2)
    opt = Enum("adam", "sgd")
    take = Pool(default="a.wav")
    word = Pool[str](default="b")
    flag = Flag(default=True)
    text = Text(default="")
    day = Date(min="2024-01-01", default="2024-02-29")
    even = Even(default=2)


def values() -> None:
    layer = Layer(units=8, rate=0.1, step=2, log=1e-3)
    assert_type(layer, Layer)
    assert_type(layer.units, int)
    assert_type(layer.rate, float)
    assert_type(layer.step, int)
    assert_type(layer.log, float)
    assert_type(Layer.units, Param[int])
    layer.units = 9
    assert_type(layer.replace(units=3), Layer)
    assert_type(Layer.from_json(layer.to_json()), Layer)
    assert matched(layer) == 2
    assert matched(layer.replace(units=7)) == 7
    assert_type(layer.fingerprint(), str)


def matched(key: Key) -> int:
    match key:
        case Layer(units=9, step=step):
            assert_type(step, int)
            return step
        case Layer(units, _):  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
            return int(units)  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return 0


def nested(trial: Trial) -> None:
    assert_type(trial.layer, Layer)
    assert_type(trial.layer.units, int)
    assert_type(trial.widths, tuple[int, ...])
    assert_type(trial.layers, tuple[Layer, ...])
    assert_type(trial.opt, str)
    assert_type(trial.take, Any)
    assert_type(trial.word, str)
    assert_type(trial.flag, bool)
    assert_type(trial.text, str)
    assert_type(trial.day, date)
    assert_type(trial.even, int)
    assert_type(Trial.opt.options, tuple[str, ...])
    assert_type(Trial.even.values(), Iterator[int])


def draws() -> None:
    blueprint = Blueprint(Layer)
    assert_type(blueprint, Blueprint[Layer])
    assert_type(blueprint.build(RandomRengine(seed=1)), Layer)
    generator = Generator(blueprint, seed=1)
    assert_type(generator, Generator[Layer])
    assert_type(generator.generate_many(3), list[Layer])


def mistakes(trial: Trial) -> None:
    trial.layer = 3  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    trial.opt = 3  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    trial.colour  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    Layer(3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Param(min="1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    Blueprint(int)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    values()
    draws()
