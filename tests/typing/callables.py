"""Callables that are no functions: partials, objects, builtins, lambdas, classes, generic ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar, assert_type

import kigen

T = TypeVar("T")


class Polynomial:
    def __init__(self, *factors: float) -> None:
        self.factors = factors

    def __call__(self, x: float, *, degree: int = 1) -> float:
        return sum(factor * x**degree for factor in self.factors)


class Point:
    def __init__(self, x: int, y: int = 0) -> None:
        self.x, self.y = x, y


def join(first: str, second: int, third: bool = False) -> str:
    return f"{first}{second}{third}"


@kigen.lru_cache
def same(value: T) -> T:
    return value


def calls() -> None:
    polynomial = kigen.lru_cache(Polynomial(1.0, 2.0))
    assert_type(polynomial(2.0, degree=2), float)
    assert_type(polynomial.lookup(2.0, degree=2), float)

    point = kigen.lru_cache(maxsize=3)(Point)
    assert_type(point(1, y=2), Point)
    assert_type(point.peek(5), Point | None)

    length = kigen.lru_cache(len)
    assert_type(length("abc"), int)
    assert_type(length.map(["a", "bc"]), list[int])

    joined = kigen.lru_cache(partial(join, "a"))
    assert_type(joined(1, third=True), str)
    assert_type(joined.info().size, int)

    def double(x: int) -> int:
        return 2 * x

    adder: Callable[[int], int] = double
    doubled = kigen.lru_cache(ttl=60)(adder)
    assert_type(doubled(3), int)

    assert_type(same(3), int)
    assert_type(same("a"), str)


def mistakes() -> None:
    kigen.lru_cache(Polynomial(1.0))("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kigen.lru_cache(Point)("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kigen.lru_cache(len)(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    kigen.lru_cache(maxsize=3)(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    calls()
