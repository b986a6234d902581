"""Errors carry their facts as attributes, which type checkers know."""

from __future__ import annotations

from typing import Any, assert_type

from kigen import (
    Blueprint,
    Enum,
    FieldError,
    FrozenKeyError,
    Generator,
    Key,
    KeyFieldError,
    KigenError,
    Param,
    SpaceExhaustedError,
    UnkeyableCall,
    lru_cache,
)


class Trial(Key):
    depth = Param(min=1, max=9)
    opt = Enum("adam", "sgd")


@lru_cache
def size(value: object) -> int:
    return len(str(value))


def facts() -> None:
    try:
        Trial(depth=99, opt="none")
    except FieldError as error:
        assert_type(error.field, str)
        for problem in error.errors:
            assert_type(problem.path, str)
            assert_type(problem.message, str)
        assert [problem.value for problem in error.errors] == [99, "none"]

    try:
        Trial(dept=3)
    except KeyFieldError as error:
        assert_type(error.field, str)
        assert [problem.path for problem in error.errors] == ["dept", "depth", "opt"]

    trial = Trial(depth=3, opt="sgd")
    trial.fingerprint()
    try:
        trial.depth = 4
    except FrozenKeyError as error:
        assert error.field == "depth"

    try:
        size([object()])
    except UnkeyableCall as error:
        assert_type(error.path, str)
        assert (error.path, error.function) == ("value[0]", "size")

    try:
        Generator(Blueprint(Trial), seed=1).generate_many(19)
    except SpaceExhaustedError as error:
        assert_type(error.total, int | None)
        assert_type(list(error.keys), list[Any])
        assert (error.total, len(error.keys)) == (18, 18)


def root() -> None:
    assert issubclass(FieldError, KigenError)
    assert issubclass(FieldError, ValueError)


def mistakes(error: FieldError) -> None:
    error.fild  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


if __name__ == "__main__":
    facts()
    root()
