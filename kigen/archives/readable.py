"""Values as JSON for people and SQL tools; nothing in kigen reads it back to decide by it."""

from __future__ import annotations

from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["readable_fields", "readable_result"]

# Nobody reads more in a column.
_LONGEST = 2000
_LARGEST_INT = 512  # bits
_DEEPEST = 4
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
        text = _text(value, _DEEPEST)
    except _NotPlainError:
        return None
    return text if len(text) <= _LONGEST else None


def readable_fields(fields: Mapping[str, Any]) -> str:
    """The JSON object of a key's fields; what JSON has no word for is described in a string.

    >>> readable_fields({"lr": 0.1, "shape": (2, 3), "span": range(3)})
    '{"lr": 0.1, "shape": [2, 3], "span": "range(0, 3)"}'
    """
    return "{" + ", ".join([f"{_str(str(k))}: {_field(v)}" for k, v in fields.items()]) + "}"


def _text(value: Any, depth: int) -> str:
    """``value`` as JSON, ``depth`` containers deep at most."""
    write = _WRITERS.get(type(value), _other)
    text: str = write(value, depth)
    return text


def _str(value: str, _: int = 0) -> str:
    if len(value) > _LONGEST:
        raise _NotPlainError
    if value.isalnum() and value.isascii():
        return f'"{value}"'
    from json.encoder import encode_basestring, encode_basestring_ascii

    try:
        value.encode()
    except UnicodeEncodeError:  # half a character, which no database takes
        return encode_basestring_ascii(value)
    return encode_basestring(value)


def _float(value: float, _: int) -> str:
    text = repr(value)
    return text if isfinite(value) else _NAMED[text]


def _int(value: int, _: int) -> str:
    if value.bit_length() > _LARGEST_INT:
        raise _NotPlainError
    return repr(value)


def _dict(value: dict[Any, Any], depth: int) -> str:
    if not depth or len(value) > _LONGEST // 6:
        raise _NotPlainError
    depth -= 1
    parts = [_label(k) + _WRITERS.get(type(v), _other)(v, depth) for k, v in value.items()]
    return "{" + ", ".join(parts) + "}"


@lru_cache(256)
def _label(name: object) -> str:
    """The beginning of an item; the same few names come again and again."""
    if type(name) is not str:
        raise _NotPlainError
    return f"{_str(name)}: "


def _list(value: list[Any] | tuple[Any, ...], depth: int) -> str:
    if not depth or len(value) > _LONGEST // 3:
        raise _NotPlainError
    return "[" + ", ".join([_text(part, depth - 1) for part in value]) + "]"


def _other(value: Any, depth: int) -> str:
    """The number in a numpy scalar."""
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        plain = value.item()
        if type(plain) in (bool, int, float):
            return _text(plain, depth)
    raise _NotPlainError


_WRITERS: dict[type, Any] = {
    bool: lambda value, _: "true" if value else "false",
    dict: _dict,
    float: _float,
    int: _int,
    list: _list,
    str: _str,
    tuple: _list,
    type(None): lambda _, __: "null",
}


def _field(value: Any) -> str:
    """``value`` as JSON, or a description of it."""
    try:
        text = _text(value, _DEEPEST)
    except _NotPlainError:
        return _description(value)
    return text if len(text) <= _LONGEST else _cut(text)


def _description(value: Any) -> str:
    from enum import Enum

    if isinstance(value, Enum):
        return _cut(value.name)
    try:
        if hasattr(value, "to_dict") and hasattr(value, "fingerprint"):  # a Key within a Key
            return readable_fields(value.to_dict())
        text = value.isoformat() if hasattr(value, "isoformat") else None
        return _cut(text if isinstance(text, str) else repr(value))
    except Exception as error:  # noqa: BLE001 - a description is not worth a failed store
        return _cut(f"<{type(value).__qualname__}: {type(error).__name__}>")


def _cut(text: str) -> str:
    return _str(text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "...")
