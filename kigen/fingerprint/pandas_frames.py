"""pandas: labels, dtypes and values, whatever blocks, chunks or history they are held in."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kigen.fingerprint import columns, numpy_arrays, numpy_scalars
from kigen.fingerprint.containers import sequence
from kigen.fingerprint.refusal import Refusal, shown
from kigen.fingerprint.scalars import size, text

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["find"]

STEP = 1 << 16  # labels of a RangeIndex at a time: pandas would keep the whole array for good

elements: Encoder = sequence(b"(")


def frame(value: pd.DataFrame, walk: Walk) -> None:
    """A frame: columns, index, then each column's values; ``attrs`` and ``flags`` do not count."""
    walk.kind("pandas frame")
    walk.part(".columns", value.columns)
    walk.part(".index", value.index)
    for name, column in value.items():
        try:
            values(column, walk)
        except Refusal as refusal:
            refusal.steps.append(f"[{shown(name)}]")
            raise


def series(value: pd.Series, walk: Walk) -> None:
    """A series: name, index, values."""
    walk.kind("pandas series")
    walk.part(".name", value.name)
    walk.part(".index", value.index)
    values(value, walk)


def index(value: pd.Index, walk: Walk) -> None:
    """An index: the names of its levels, then each level's labels."""
    walk.kind("pandas index", tuple(value.names))
    for level in range(value.nlevels):
        labels(value.get_level_values(level) if value.nlevels > 1 else value, walk)


def labels(value: pd.Index, walk: Walk) -> None:
    """One level of labels; text is text, whether pandas holds it as objects or as strings."""
    if isinstance(value, pd.RangeIndex):
        start(value, "<i8", walk)
        for first in range(0, len(value), STEP):
            numpy_arrays.content(value[first : first + STEP].to_numpy(np.int64), walk)
    elif isinstance(value.dtype, pd.StringDtype) and not value.hasnans:
        values(value.astype(object), walk)
    else:
        values(value, walk)


def array(value: Any, walk: Walk) -> None:
    """An extension array by itself."""
    walk.kind("pandas array")
    values(pd.Series(value), walk)


def start(value: Any, dtype: str, walk: Walk) -> None:
    walk.append(text(dtype) + size(len(value)))


def values(value: pd.Series | pd.Index, walk: Walk) -> None:
    """The values of a column or an index: dtype, length, content."""
    dtype = value.dtype
    if isinstance(dtype, np.dtype):
        held = value.to_numpy()
        walk.append(walk.apart(numpy_arrays.layout(dtype, in_memory=False)) + size(len(held)))
        numpy_arrays.content(held, walk)
        return
    for kind, write in EXTENSIONS.items():
        if isinstance(dtype, kind):
            write(value, walk)
            return
    number = getattr(dtype, "numpy_dtype", None)
    if isinstance(number, np.dtype) and number.kind in "biuf":
        start(value, str(dtype), walk)
        columns.masked(np.asarray(value.isna(), bool), value.to_numpy(number, na_value=0), walk)
    else:
        start(value, str(dtype), walk)
        elements(value, walk)


def strings(value: Any, walk: Walk) -> None:
    """Text, however it is stored: pandas takes what is installed."""
    start(value, "string" if value.dtype.na_value is pd.NA else "str", walk)
    if value.dtype.storage == "pyarrow":
        columns.arrow_strings(value.array.__arrow_array__(), walk)
    else:
        columns.python_strings(value.to_numpy(object, na_value=None).tolist(), walk)


def categories(value: Any, walk: Walk) -> None:
    """Categories in their order, which groupings show, and the position of each value's own."""
    held = value.array
    start(value, "ordered categories" if held.ordered else "categories", walk)
    labels(held.categories, walk)
    numpy_arrays.content(held.codes.astype(np.int64), walk)


def instants(value: Any, walk: Walk) -> None:
    """Moments in one time zone: unit, zone, instants."""
    zone = value.dtype.tz
    start(value, f"datetime64[{value.dtype.unit}]", walk)
    # pandas takes zones of one name for one zone, whichever library they come from.
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    walk.part(".dt.tz", "UTC" if zone == UTC else name or zone)
    numpy_arrays.content(value.array.asi8, walk)


def periods(value: Any, walk: Walk) -> None:
    start(value, str(value.dtype), walk)
    numpy_arrays.content(value.array.asi8, walk)


def intervals(value: Any, walk: Walk) -> None:
    held = value.array
    start(value, f"intervals {held.closed}", walk)
    values(held.left, walk)
    values(held.right, walk)


def sparse(value: Any, walk: Walk) -> None:
    """What a sparse column stands for, and the value that it leaves out."""
    start(value, "sparse", walk)
    walk.write(value.dtype.fill_value)
    values(pd.Series(np.asarray(value.array)), walk)


EXTENSIONS: dict[type, Any] = {
    pd.CategoricalDtype: categories,
    pd.DatetimeTZDtype: instants,
    pd.IntervalDtype: intervals,
    pd.PeriodDtype: periods,
    pd.SparseDtype: sparse,
    pd.StringDtype: strings,
}


def timestamp(value: pd.Timestamp, walk: Walk) -> None:
    """A timestamp is the datetime it equals, with nanoseconds if it has any."""
    ticks = numpy_scalars.attoseconds(value.asm8)
    walk.kind("datetime" if value.tz is None else "instant", ticks)


def timedelta(value: pd.Timedelta, walk: Walk) -> None:
    walk.kind("duration", numpy_scalars.attoseconds(value.asm8))


def period(value: pd.Period, walk: Walk) -> None:
    walk.kind("period", value.freqstr, value.ordinal)


def interval(value: pd.Interval, walk: Walk) -> None:
    walk.kind("interval", value.left, value.right, value.closed)


ENCODERS: dict[type, Encoder] = {
    pd.DataFrame: frame,
    pd.Interval: interval,
    pd.Period: period,
    pd.Series: series,
    pd.Timedelta: timedelta,
    pd.Timestamp: timestamp,
    type(pd.NA): lambda _, walk: walk.kind("NA"),
    type(pd.NaT): lambda _, walk: walk.kind("NaT"),
}


def find(kind: type) -> Encoder | None:
    """The encoder of a type of pandas' own; a subclass of a frame may mean anything else."""
    if kind in ENCODERS:
        return ENCODERS[kind]
    if kind.__module__.partition(".")[0] != "pandas":
        return None
    if issubclass(kind, pd.Index):
        return index
    return array if issubclass(kind, pd.api.extensions.ExtensionArray) else None
