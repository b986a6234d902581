"""NumPy's scalars: the number, text or moment that each is worth."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from kigen.fingerprint import names
from kigen.fingerprint.dispatch import BUILTIN
from kigen.fingerprint.scalars import integer, rational, real, text
from kigen.fingerprint.times import EPOCH, MICROSECOND

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["SCALARS", "attoseconds", "long", "mark"]

SECOND = 10**6 * MICROSECOND
ATTOSECONDS = {
    "W": 604_800 * SECOND,
    "D": 86_400 * SECOND,
    "h": 3_600 * SECOND,
    "m": 60 * SECOND,
    "s": SECOND,
    "ms": 1_000 * MICROSECOND,
    "us": MICROSECOND,
    "ns": 10**9,
    "ps": 10**6,
    "fs": 10**3,
    "as": 1,
}
MONTHS = {"Y": 12, "M": 1}


def long(dtype: np.dtype[Any]) -> bool:
    """Whether a dtype's floats are wider than doubles, which each platform lays out its own way."""
    return (dtype.kind == "f" and dtype.itemsize > 8) or (dtype.kind == "c" and dtype.itemsize > 16)


def whole(value: np.integer[Any] | np.bool_, walk: Walk) -> None:
    walk.append(integer(int(value)))


def floating(value: np.floating[Any], walk: Walk) -> None:
    """A float of any width; one wider than a double may be a quotient that no double equals."""
    narrow = float(value)
    if value == narrow or value != value:  # a NaN
        walk.append(real(narrow))
    else:
        walk.append(rational(*value.as_integer_ratio()))


def complex_floating(value: np.complexfloating[Any, Any], walk: Walk) -> None:
    if value.imag != 0:
        walk.append(b"c")
    floating(value.real, walk)
    if value.imag != 0:
        floating(value.imag, walk)


def string(value: np.str_, walk: Walk) -> None:
    walk.append(text(str(value)))


def attoseconds(value: np.datetime64 | np.timedelta64) -> int:
    """A moment's distance from 1970, or a duration, in a unit of fixed length."""
    unit, multiple = np.datetime_data(value.dtype)
    return int(value.astype(np.int64)) * multiple * ATTOSECONDS[unit]


def months(value: np.datetime64 | np.timedelta64) -> int | None:
    """The same in months, if its unit is months or years."""
    unit, multiple = np.datetime_data(value.dtype)
    if unit not in MONTHS:
        return None
    return int(value.astype(np.int64)) * multiple * MONTHS[unit]


def moment(value: np.datetime64, walk: Walk) -> None:
    """A moment without a time zone: the naive datetime it equals, if one is fine enough."""
    if np.isnat(value):
        walk.kind("NaT")
    elif (count := months(value)) is not None:
        walk.kind("datetime", days(count) * ATTOSECONDS["D"])
    else:
        walk.kind("datetime", attoseconds(value))


def days(since: int) -> int:
    """Days from 1970-01-01 to the first of a month so many months later, in any year at all."""
    year, month = divmod(since + 1970 * 12, 12)
    cycles, year = divmod(year, 400)  # the calendar repeats every 400 years, or 146,097 days
    first = date(year + 400, month + 1, 1)
    return first.toordinal() - EPOCH + (cycles - 1) * 146_097


def length(value: np.timedelta64, walk: Walk) -> None:
    """A duration; one in months or years is no number of days, one without a unit none at all."""
    if np.isnat(value):
        walk.kind("NaT")
    elif (count := months(value)) is not None:
        walk.kind("months", count)
    elif np.datetime_data(value.dtype)[0] == "generic":
        walk.kind("duration without unit", int(value.astype(np.int64)))
    else:
        walk.kind("duration", attoseconds(value))


SCALARS: dict[type, Encoder] = {
    np.bool_: whole,
    np.bytes_: BUILTIN[bytes],
    np.complexfloating: complex_floating,
    np.datetime64: moment,
    np.floating: floating,
    np.integer: whole,
    np.str_: string,
    np.timedelta64: length,
}


def mark(kind: type[np.generic]) -> bytes:
    """A scalar type's name, the same under every version of NumPy and on every platform."""
    described = np.dtype(kind)
    if kind.__module__ != "numpy":
        return names.mark(kind)
    if described.kind in "biufc" and not long(described):
        return text("numpy") + text(f"{described.kind}{described.itemsize}")
    return text("numpy") + text(kind.__name__.rstrip("_"))
