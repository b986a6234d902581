"""polars: names, dtypes and values, whatever chunks they are held in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from kigen.fingerprint.containers import sequence
from kigen.fingerprint.refusal import Refusal
from kigen.fingerprint.scalars import size, text

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["find"]

# Held as numbers of fixed width that NumPy has too; all others go value by value.
FIXED: set[Any] = {
    pl.Boolean,
    pl.Date,
    pl.Datetime,
    pl.Duration,
    pl.Float32,
    pl.Float64,
    pl.Int16,
    pl.Int32,
    pl.Int64,
    pl.Int8,
    pl.Time,
    pl.UInt16,
    pl.UInt32,
    pl.UInt64,
    pl.UInt8,
}

elements: Encoder = sequence(b"(")


def frame(value: pl.DataFrame, walk: Walk) -> None:
    """A frame: number of columns, then each column's name and values."""
    walk.kind("polars frame")
    walk.append(size(value.width))
    for column in value.get_columns():
        try:
            named_values(column, walk)
        except Refusal as refusal:
            refusal.steps.append(f"[{column.name!r}]")
            raise


def series(value: pl.Series, walk: Walk) -> None:
    walk.kind("polars series")
    named_values(value, walk)


def named_values(value: pl.Series, walk: Walk) -> None:
    """A column: name, dtype, length, content."""
    try:
        from kigen.fingerprint import columns
    except ImportError:
        reason = "polars gives its columns to NumPy, which is not installed: pip install numpy"
        raise Refusal(value, reason) from None
    dtype = value.dtype.base_type()
    named = "Categorical" if dtype == pl.Categorical else str(value.dtype)
    walk.append(text(value.name) + text(named) + size(len(value)))
    if dtype == pl.String:
        lengths = value.str.len_chars().cast(pl.Int64).fill_null(-1)
        joined = value.str.join().item() if len(value) else ""
        columns.strings(lengths.to_numpy(), [joined.encode()], walk)
    elif dtype in FIXED:
        physical = value.to_physical()
        filled = physical.fill_null(False if dtype == pl.Boolean else 0)
        columns.masked(value.is_null().to_numpy(), filled.to_numpy(), walk)
    else:
        elements(value.to_list(), walk)


ENCODERS: dict[type, Encoder] = {pl.DataFrame: frame, pl.Series: series}


def find(kind: type) -> Encoder | None:
    """The encoder of a frame or a series; a lazy frame is a plan, not what it will give."""
    return ENCODERS.get(kind)
