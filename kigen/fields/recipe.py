"""What a field does, said so that it can be written out as code: how it draws, what it admits."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["CALLED", "Quick", "Recipe", "called", "integer_code", "line", "picked", "same", "whole"]


class Recipe(NamedTuple):
    """How a value is drawn, and how it is packed into the bytes that tell keys apart.

    ``way`` is one of "whole" (``low`` plus a number below ``choices``), "line" (between ``low`` and
    ``high``), "pick" (one of ``options``), "same" (the only option, without drawing) and "call"
    (ask the field's ``sample``). ``code`` is the
    value's `struct` format, that of its position for "pick"; empty: it cannot be packed.
    """

    way: str
    code: str
    low: Any = None
    high: Any = None
    choices: int = 0
    options: tuple[Any, ...] = ()


class Quick(NamedTuple):
    """A test that nearly all admitted values pass; one that does is stored as it is.

    The value is of exactly this type, and between ``low`` and ``high`` or among ``options``.
    """

    type: type
    low: Any = None
    high: Any = None
    options: frozenset[Any] | None = None


def whole(low: int, high: int) -> Recipe:
    """A whole number from ``low`` to ``high``."""
    code = integer_code(low, high)
    return Recipe("whole", code, low=low, high=high, choices=high - low + 1)


def integer_code(low: int, high: int) -> str:
    """The `struct` format of whole numbers from ``low`` to ``high``; empty: too large for any."""
    return "q" if max(-low, high) < 1 << 63 else ""


def line(low: float, high: float) -> Recipe:
    """A float from ``low`` to ``high``."""
    return Recipe("line", "d", low=low, high=high)


def picked(options: tuple[Any, ...]) -> Recipe:
    """One of some options, each of which stands there once."""
    count = len(options)
    code = "B" if count < 1 << 8 else "H" if count < 1 << 16 else "I"
    return Recipe("pick", code, choices=count, options=options)


def same(value: Any) -> Recipe:
    """A value that is always the same."""
    return Recipe("same", "0s", options=(value,))


def called(code: str = "") -> Recipe:
    """A value that only the field's ``sample`` can draw."""
    return Recipe("call", code)


CALLED = called()
