"""Values as JSON for people and SQL tools; nothing in kigen reads it back to decide by it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["readable_fields", "readable_result"]

# A result that takes more is not read in a column.
_LONGEST = 2000
_LARGEST_INT = 512  # bits
_NAMED = {"inf": '"Infinity"', "-inf": '"-Infinity"', "nan": '"NaN"'}


class _NotPlainError(Exception):
    """Something that JSON has no word for."""


def readable_result(value: object) -> str | None:
    """The JSON of a small value of JSON's own types; None for any other.

    Infinities and NaN, which JSON has not, become strings. Tuples become arrays.

    >>> readable_result({"loss": 0.5, "best": (1, float("nan"))})
    '{"loss": 0.5, "best": [1, "NaN"]}'
    >>> readable_result(object()), readable_result("x" * 5000)
    (None, None)
    """
    try:
        text = _text(value, 4)
    except _NotPlainError:
        return None
    return text if len(text) <= _LONGEST else None


def readable_fields(fields: Mapping[str, Any]) -> str:
    """The JSON object of a key's fields; what JSON has no word for is described in a string.

    >>> readable_fields({"lr": 0.1, "shape": (2, 3), "span": range(3)})
    '{"lr": 0.1, "shape": [2, 3], "span": "range(0, 3)"}'
    """
    parts = [f"{_quoted(str(name))}: {_described(value)}" for name, value in fields.items()]
    return "{" + ", ".join(parts) + "}"


def _text(  # noqa: PLR0911 - one return a type, the commonest first, is what makes it quick
    value: object, depth: int
) -> str:
    """``value`` as JSON, ``depth`` containers deep at most."""
    kind = type(value)
    if kind is float:
        return repr(value) if isfinite(value) else _NAMED[repr(value)]  # type: ignore[arg-type]
    if kind is dict and depth:
        return _object(value, depth)  # type: ignore[arg-type]
    if kind is bool or value is None:
        return "null" if value is None else "true" if value else "false"
    if kind is int and value.bit_length() <= _LARGEST_INT:  # type: ignore[attr-defined]
        return repr(value)
    if kind is str and len(value) <= _LONGEST:  # type: ignore[arg-type]
        return _quoted(value)  # type: ignore[arg-type]
    if (kind is list or kind is tuple) and depth and len(value) <= _LONGEST // 3:  # type: ignore[arg-type]
        return "[" + ", ".join([_text(part, depth - 1) for part in value]) + "]"  # type: ignore[attr-defined]
    if isinstance(value, float):  # numpy.float64 is one
        return _text(float(value), depth)
    return _scalar(value)


def _object(value: dict[object, object], depth: int) -> str:
    if len(value) > _LONGEST // 6:
        raise _NotPlainError
    parts = []
    for name, part in value.items():
        if type(name) is not str or len(name) > _LONGEST:
            raise _NotPlainError
        parts.append(f"{_quoted(name)}: {_text(part, depth - 1)}")
    return "{" + ", ".join(parts) + "}"


def _scalar(value: object) -> str:
    """The number in a numpy scalar."""
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        plain = value.item() if hasattr(value, "item") else None
        if type(plain) in (bool, int, float):
            return _text(plain, 0)
    raise _NotPlainError


def _described(value: object) -> str:
    from enum import Enum

    try:
        text = _text(value, 4)
    except _NotPlainError:
        pass
    else:
        if len(text) <= _LONGEST:
            return text
    if isinstance(value, Enum):
        return _quoted(value.name)
    if hasattr(value, "isoformat"):
        return _quoted(str(value.isoformat()))
    if hasattr(value, "to_dict"):
        return readable_fields(value.to_dict())
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception as error:  # noqa: BLE001 - a description is not worth a failed store
        text = f"<{type(value).__qualname__}: {type(error).__name__}>"
    return _quoted(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")


def _quoted(text: str) -> str:
    from json.encoder import encode_basestring, encode_basestring_ascii

    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which no database takes
        return str(encode_basestring_ascii(text))
    return str(encode_basestring(text))
