"""The values that are one run of bytes: numbers, text, bytes and None.

A number's bytes depend on what it is worth, never on its type: ``True``, ``1``, ``1.0`` and
``1 + 0j`` are one number. Every encoding starts with a tag and says how long it is, so encodings
can be put one after another and still be told apart.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from types import EllipsisType, NotImplementedType
from typing import Any, Final

__all__ = [
    "PLAIN",
    "SCALARS",
    "head",
    "imaginary",
    "integer",
    "octets",
    "plain_dict",
    "rational",
    "real",
    "size",
    "text",
]

LARGEST_BYTE = 255
NESTED_AT_ONCE = 64
LARGE = 1 << 16
NAN = b"f\x7f\xf8\x00\x00\x00\x00\x00\x00"

pack_double: Final = struct.Struct(">cd").pack


def size(count: int) -> bytes:
    """A count below 255 as one byte; a larger one as 0xFF and eight bytes, big-endian."""
    if count < LARGEST_BYTE:
        return count.to_bytes(1, "big")
    return b"\xff" + count.to_bytes(8, "big")


def heads(tag: bytes) -> list[bytes]:
    """``head(tag, n)`` for every n below 255: looked up, not built, on the way of every key."""
    return [tag + size(count) for count in range(LARGEST_BYTE)]


INTEGER, TEXT, OCTETS, DICT, TUPLE = map(heads, (b"i", b"s", b"b", b":", b"("))


def head(tag: bytes, count: int) -> bytes:
    """A tag and the count that belongs to it."""
    return tag + size(count)


def wide(value: int) -> bytes:
    length = (value.bit_length() >> 3) + 1
    return head(b"i", length) + value.to_bytes(length, "big", signed=True)


SMALL = [wide(value) for value in range(256)]


def integer(value: int) -> bytes:
    """An integer of any size: two's complement, big-endian, in ``bit_length // 8 + 1`` bytes."""
    if -1 < value < 256:
        return SMALL[value]
    length = (value.bit_length() >> 3) + 1
    if length < LARGEST_BYTE:
        return INTEGER[length] + value.to_bytes(length, "big", signed=True)
    return wide(value)


def real(value: float) -> bytes:
    """A float: the integer it equals, or its eight bytes; every NaN has the same ones."""
    if value.is_integer():
        return integer(int(value))
    if value != value:  # a NaN
        return NAN
    return pack_double(b"f", value)


def rational(numerator: int, denominator: int) -> bytes:
    """A quotient in lowest terms: the integer or the double it equals, else both integers."""
    if denominator == 1:
        return integer(numerator)
    if denominator & (denominator - 1) == 0:  # only these can be doubles
        try:
            nearest = numerator / denominator
        except OverflowError:
            nearest = 0.0
        if nearest.as_integer_ratio() == (numerator, denominator):
            return pack_double(b"f", nearest)
    return b"q" + integer(numerator) + integer(denominator)


def imaginary(value: complex) -> bytes:
    """A complex number: its real part if that is all there is, else both parts."""
    if value.imag == 0:
        return real(value.real)
    return b"c" + real(value.real) + real(value.imag)


def text(value: str) -> bytes:
    """A string: UTF-8, with lone surrogates as three bytes each."""
    encoded = value.encode("utf-8", "surrogatepass")
    length = len(encoded)
    return (TEXT[length] if length < LARGEST_BYTE else head(b"s", length)) + encoded


def octets(value: bytes) -> bytes:
    """A byte string as it is.

    Raises:
        KeyError: It is large, and better hashed where it lies than copied.
    """
    length = len(value)
    if length < LARGEST_BYTE:
        return OCTETS[length] + value
    if length > LARGE:
        raise KeyError(bytes)
    return head(b"b", length) + value


SCALARS: dict[type, Callable[[Any], bytes]] = {
    bool: integer,
    complex: imaginary,
    float: real,
    int: integer,
    str: text,
    type(None): lambda _: b"N",
    EllipsisType: lambda _: b".",
    NotImplementedType: lambda _: b"!",
}


LEAVES: dict[type, Callable[[Any], bytes]] = {**SCALARS, bytes: octets}


def plain_tuple(value: tuple[Any, ...]) -> bytes:
    """A short tuple of plain values, nested as it may be.

    Raises:
        KeyError: It holds something else, for which there is the general way (``walk.py``).
    """
    if len(value) > NESTED_AT_ONCE:
        raise KeyError(tuple)
    return b"".join([TUPLE[len(value)], *[PLAIN[type(item)](item) for item in value]])


def plain_dict(value: dict[Any, Any]) -> bytes:
    """A small dict of leaves, its items sorted; raises as :func:`plain_tuple` does.

    No encoding is the beginning of another, so sorting items is sorting by key.
    """
    if len(value) > NESTED_AT_ONCE:
        raise KeyError(dict)
    items = [LEAVES[type(key)](key) + LEAVES[type(item)](item) for key, item in list(value.items())]
    return b"".join([DICT[len(items)], *sorted(items)])


PLAIN: dict[type, Callable[[Any], bytes]] = {**LEAVES, dict: plain_dict, tuple: plain_tuple}
