"""dedup: functions, generator functions and streams without repeats."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import assert_type

from kigen import Key, Param, archives, dedup


class Trial(Key):
    depth = Param(min=1, max=9)


@dedup
def bare(record: str, times: int = 1) -> str:
    return record * times


@dedup()
def called(record: str) -> str:
    return record


@dedup(key=str.lower, duplicate="again")
def with_duplicate(record: str) -> str:
    return record


@dedup(duplicate=0)
def with_another(record: str) -> str:
    return record


@dedup(duplicate=ValueError("seen"))
def raising(record: str) -> str:
    return record


@dedup(duplicate=KeyError)
def raising_otherwise(record: str) -> str:
    return record


@dedup
def lines(text: str) -> Iterator[str]:
    yield from text.splitlines()


@dedup(key=len)
def words(text: str) -> Generator[str, None, None]:
    yield from text.split()


class Sink:
    def __fingerprint__(self) -> str:
        return "sink"

    @dedup
    def put(self, record: str) -> int:
        return len(record)

    @classmethod
    @dedup
    def put_in_all(cls, record: str) -> int:
        return len(record)

    @staticmethod
    @dedup
    def check(record: str) -> bool:
        return bool(record)

    @dedup
    def split(self, text: str) -> Iterator[str]:
        yield from text.split()


def functions() -> None:
    assert_type(bare("a", times=2), str | None)
    assert_type(called("a"), str | None)
    assert_type(with_duplicate("A"), str)
    assert_type(with_another("a"), str | int)
    assert_type(raising("a"), str)
    assert_type(raising_otherwise("a"), str)
    assert_type(bare.seen("a"), bool)
    assert_type(bare.forget("a", times=2), bool)
    assert_type(bare.info().duplicate, int)
    assert_type(bare.__name__, str)
    assert_type(bare.__wrapped__("a"), str | None)
    assert with_duplicate("a") == "again"


def streams() -> None:
    assert_type(next(lines("a\na")), str)
    assert_type(list(words("a bc de")), list[str])
    assert_type(lines.seen("a"), bool)
    assert_type(list(dedup([3, 1, 3])), list[int])
    assert_type(dedup(["a"], key=len).seen("b"), bool)
    assert_type(list(dedup(duplicate=None)([1.0])), list[float])


def methods() -> None:
    sink = Sink()
    assert_type(sink.put("a"), int | None)
    assert_type(Sink.put(sink, "b"), int | None)
    assert_type(sink.put.seen(sink, "a"), bool)
    assert_type(Sink.put_in_all("a"), int | None)
    assert_type(sink.put_in_all("b"), int | None)
    assert_type(Sink.check("a"), bool | None)
    assert_type(sink.check("b"), bool | None)
    assert_type(list(sink.split("a b")), list[str])


def places(directory: Path) -> None:
    @dedup(directory / "seen.db", key=Trial)
    def evaluate(depth: int) -> int:
        return depth

    @dedup("seen.db", name="another")
    def evaluate_too(depth: int) -> int:
        return depth

    assert_type(evaluate(3), int | None)
    assert_type(evaluate_too(3), int | None)
    dedup(archives.open("memory://"))(bare)


def mistakes() -> None:
    bare(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare("a").upper()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    with_another("a").upper()  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    lines.seen(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Sink().put.seen("a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    dedup(3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


if __name__ == "__main__":
    functions()
    streams()
    methods()
