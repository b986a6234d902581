"""When two field values are the same.

A key compares by the tokens of its values: hashable, equal exactly when the values' fingerprints
are equal, and for the values that nearly every key consists of, the values themselves.
"""

from __future__ import annotations

import sys
from enum import Enum as StdEnum
from typing import Any

from kigen import fingerprint

__all__ = ["bare", "plain", "token"]

_EXACT = frozenset({int, float, str, bytes, bool, type(None)})


def plain(value: Any) -> Any:
    """Return a numpy scalar as the Python value it holds, and anything else as it is."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.generic):
        return value
    item = value.item()
    # item() of datetime64[ns] is an int and of longdouble itself: neither is the same value.
    return item if type(item) in _EXACT and not isinstance(value, numpy.datetime64) else value


def bare(value: Any) -> Any:
    """Return the plain int, float, str or bytes that an instance of a subclass stands for."""
    if type(value) in _EXACT or isinstance(value, StdEnum):
        return value
    for base, convert in _CONVERT:
        if isinstance(value, base):
            return convert(value)
    return plain(value)


_CONVERT: tuple[tuple[type, Any], ...] = (
    (int, int.__int__),
    (float, float.__float__),
    (str, str.__str__),
    (bytes, lambda value: bytes.join(b"", (value,))),
)


def token(value: Any) -> Any:
    """Return a hashable value that is equal for two values exactly when these are the same.

    Raises:
        UnfingerprintableError: the value has no canonical bytes.

    >>> token(3) == token(3.0), token([1, 2]) == token((1, 2))
    (True, False)
    >>> token(float("nan")) == token(float("nan"))
    True
    """
    if type(value) in _EXACT and value == value:
        return value
    value = bare(value)
    if type(value) in _EXACT and value == value:
        return value
    return "\0digest", fingerprint.digest(value)
