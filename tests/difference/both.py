"""One program for klepto and kigen, whose answers differ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Program = Callable[[Any, Path], Any]


def noting(programs: list[Any]) -> Callable[..., Callable[[Program], Program]]:
    """Return a decorator that notes a program with klepto's answer and kigen's."""

    def defect(*, theirs: Any, ours: Any) -> Callable[[Program], Program]:
        def note(program: Program) -> Program:
            programs.append(pytest.param(program, theirs, ours, id=program.__name__))
            return program

        return note

    return defect


def answer(program: Program, library: Any, folder: Path) -> Any:
    """Return what the program returns, or the class of what it raises."""
    folder.mkdir()
    try:
        return program(library, folder)
    except Exception as error:  # noqa: BLE001 - the class of the error is the answer
        return type(error)


def same(x: Any) -> Any:
    return x
