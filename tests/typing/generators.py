"""Generator functions with ``materialize=True``: calls return a tuple."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import assert_type

import kigen
from kigen.caching import Memoizer


@kigen.lru_cache(materialize=True)
def squares(n: int) -> Iterator[int]:
    for number in range(n):
        yield number * number


@kigen.lru_cache(10, materialize=True)
def words(text: str) -> Generator[str, None, None]:
    yield from text.split()


@kigen.lru_cache(materialize=True)
def letters(text: str) -> Iterable[str]:
    yield from text


class Reader:
    @kigen.lru_cache(maxsize=3, materialize=True)
    def lines(self, text: str) -> Iterator[str]:
        yield from text.splitlines()


def calls() -> None:
    assert_type(squares(3), tuple[int, ...])
    assert_type(squares(n=3)[-1], int)
    assert_type(words("a b"), tuple[str, ...])
    assert_type(squares.lookup(3), tuple[int, ...])
    assert_type(Reader().lines("a\nb"), tuple[str, ...])
    assert_type(letters("ab"), Iterable[str])  # a tuple is one
    assert squares(3) == (0, 1, 4)


def without_materialize() -> None:
    def choose(*, materialize: bool) -> Memoizer:
        return kigen.lru_cache(materialize=materialize)

    assert choose(materialize=True).materialize


def mistakes() -> None:
    squares("3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    next(squares(3))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    calls()
    without_materialize()
