"""Arguments too large to be kept beside the result: their fingerprint names it all the same."""

from __future__ import annotations

from typing import Any

#: Bytes from which on an argument is not kept.
LARGE = 1 << 16


class Elided:
    """Stands for a large argument in a call that is to be stored; keeps such a call unpickled."""

    __slots__ = ("text",)

    def __init__(self, value: Any) -> None:
        shape = getattr(value, "shape", None)
        self.text: str = f"<{type(value).__name__} of {len(value) if shape is None else shape}>"

    def __repr__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(f"{self.text} is not kept")


def elide(call: Any) -> Any:
    """Return a call with its large arguments replaced.

    >>> elide((1, b"x" * 100_000))
    (1, <bytes of 100000>)
    """
    if call.__class__ is tuple:
        return tuple([_elided(value) for value in call])
    return _elided(call)


def _elided(value: Any) -> Any:
    return Elided(value) if _size(value) >= LARGE else value


def _size(value: Any) -> int:
    """Return about how many bytes a value takes; 0 where nobody knows."""
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    if isinstance(value, list | tuple | dict | set | frozenset):
        return 8 * len(value)
    rows_and_columns = getattr(value, "shape", None)  # a frame
    if isinstance(rows_and_columns, tuple) and len(rows_and_columns) == 2:
        return 8 * int(rows_and_columns[0]) * int(rows_and_columns[1])
    return 0
