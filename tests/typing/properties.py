"""cached_property: a value on an instance, the property itself on the class."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

from kigen import cached_property
from kigen.caching import CacheInfo


class Corpus:
    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[str]:
        return self.text.split()

    @cached_property(ttl=60, on_change="warn")
    def count(self) -> int:
        return len(self.words)

    @cached_property(materialize=True)
    def lines(self) -> Iterator[str]:
        yield from self.text.splitlines()

    @cached_property
    async def size(self) -> int:
        return len(self.text)


def values() -> None:
    corpus = Corpus("to be")
    assert_type(corpus.words, list[str])
    assert_type(corpus.count, int)
    assert_type(corpus.lines, tuple[str, ...])
    corpus.words = ["to"]
    del corpus.words
    assert corpus.count == 2


def handle() -> None:
    corpus = Corpus("to be")
    assert_type(Corpus.words.peek(corpus), list[str] | None)
    assert_type(Corpus.words.refresh(corpus), list[str])
    assert_type(Corpus.words.lookup(corpus), list[str])
    assert_type(Corpus.words.contains(corpus), bool)
    assert_type(Corpus.words.invalidate(corpus), bool)
    assert_type(Corpus.words.info(), CacheInfo)


def places(directory: Path) -> None:
    class Kept:
        @cached_property(archive=directory / "values.db")
        def value(self) -> float:
            return 1.0

    assert_type(Kept().value, float)


async def awaited() -> None:
    corpus = Corpus("to be")
    assert_type(await corpus.size, int)
    assert_type(Corpus.size.lookup(corpus), int)
    assert_type(Corpus.size.peek(corpus), int | None)
    assert_type(await Corpus.size.refresh(corpus), int)


def mistakes() -> None:
    corpus = Corpus("to be")
    corpus.words = 3  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    corpus.count.upper()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    corpus.words()  # type: ignore[operator]  # pyright: ignore[reportCallIssue]
    cached_property(maxsize=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


if __name__ == "__main__":
    values()
    handle()
    asyncio.run(awaited())
