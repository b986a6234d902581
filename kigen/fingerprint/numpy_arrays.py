"""NumPy: scalars are what they are worth; arrays are their dtype, shape and content.

An array is read in its logical order, in pieces, whatever its layout in memory, so a transposed
view, a byte-swapped file and a plain copy have the same bytes, and none is copied as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from kigen.fingerprint.containers import sequence
from kigen.fingerprint.names import by_name
from kigen.fingerprint.numpy_scalars import SCALARS, long
from kigen.fingerprint.refusal import Refusal
from kigen.fingerprint.scalars import size, text

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["content", "find", "layout"]

STEP = 1 << 15  # elements at a time: the scratch array stays in the processor's cache

elements: Encoder = sequence(b"(")


def array(value: np.ndarray[Any, Any], walk: Walk) -> None:
    """An array: dtype, number of dimensions, lengths, content."""
    plain = np.asarray(value)
    walk.append(b"A")
    form(plain, walk)
    content(plain, walk)


def form(value: np.ndarray[Any, Any], walk: Walk) -> None:
    walk.append(walk.apart(layout(value.dtype, in_memory=False)))
    walk.append(b"".join(map(size, (value.ndim, *value.shape))))


def layout(dtype: np.dtype[Any], *, in_memory: bool) -> Any:
    """A dtype as strings, tuples and numbers; byte order and offsets only as it is in memory.

    Raises:
        Refusal: The dtype is another library's, which alone knows what its bytes mean.
    """
    if dtype.names is not None:
        offsets: Any = dtype.fields
        parts = tuple(
            (name, layout(dtype[name], in_memory=in_memory), offsets[name][1] * in_memory)
            for name in dtype.names
        )
        return "fields", parts, dtype.itemsize * in_memory
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return "array", layout(base, in_memory=in_memory), shape
    if dtype.kind == "T":
        return "text", getattr(dtype, "na_object", "")
    if dtype.isbuiltin == 2:
        raise Refusal(dtype, f"kigen does not know the elements of dtype {dtype}")
    if long(dtype) and not in_memory:
        return "long " + dtype.kind
    return dtype.str if in_memory else dtype.newbyteorder("<").str


def content(value: np.ndarray[Any, Any], walk: Walk) -> None:
    """The elements: field by field, one by one, or as bytes, as the dtype asks for."""
    dtype = value.dtype
    if dtype.names is not None:
        for name in dtype.names:
            try:
                content(value[name], walk)
            except Refusal as refusal:
                refusal.steps.append(f"[{name!r}]")
                raise
    elif dtype.hasobject or dtype.kind == "T" or long(dtype):
        try:
            elements(value.flat, walk)
        except Refusal as refusal:
            refusal.steps.append(".flat")
            raise
    elif dtype.itemsize:
        tidy = TIDY.get(dtype.kind, np.ascontiguousarray)
        with np.errstate(all="ignore"):  # adding 0 to a signalling NaN
            for chunk in chunks(value):
                walk.stream(tidy(chunk).view(np.uint8).data)


def chunks(value: np.ndarray[Any, Any]) -> Iterator[np.ndarray[Any, Any]]:
    """The elements in C order, little-endian, as contiguous one-dimensional arrays."""
    dtype = value.dtype.newbyteorder("<")
    if value.flags.c_contiguous and dtype == value.dtype:
        flat = value.reshape(-1)
        for start in range(0, flat.size, STEP):
            yield flat[start : start + STEP]
        return
    pieces: Any = np.nditer(  # type: ignore[call-overload]  # the stubs lack "contig"
        value,
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_flags=[["readonly", "contig"]],
        op_dtypes=[dtype],
        order="C",
        casting="equiv",
        buffersize=STEP,
    )
    yield from pieces


def tidy_floats(chunk: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Floats with one zero and one NaN."""
    tidied: np.ndarray[Any, Any] = chunk + chunk.dtype.type(0)
    nan = np.isnan(tidied)
    if nan.any():
        tidied[nan] = np.nan
    return tidied


def tidy_complex(chunk: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return tidy_floats(chunk.view(chunk.real.dtype))


def tidy_bools(chunk: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Booleans that are 0 and 1; a view of other bytes may hold 2."""
    tidied: np.ndarray[Any, Any] = chunk.view(np.uint8) != 0
    return tidied


TIDY = {"b": tidy_bools, "c": tidy_complex, "f": tidy_floats}


def masked(value: np.ma.MaskedArray[Any, Any], walk: Walk) -> None:
    """A masked array: mask, and what is not masked; what lies under the mask does not count."""
    if value.dtype.names is not None:
        raise Refusal(value, "a masked array of records has a mask in every field")
    mask, data = np.ma.getmaskarray(value), np.array(value.data, subok=False)
    data[mask] = np.zeros((), data.dtype)[()]
    walk.kind("masked array")
    form(data, walk)
    content(mask, walk)
    content(data, walk)


def record(value: np.void, walk: Walk) -> None:
    """One element of a structured array."""
    walk.kind("numpy record")
    array(np.asarray(value), walk)


def dtype(value: np.dtype[Any], walk: Walk) -> None:
    walk.kind("dtype", layout(value, in_memory=True))


def ufunc(value: np.ufunc, walk: Walk) -> None:
    """A universal function, which does not always know its module."""
    if getattr(np, value.__name__, None) is value:
        walk.append(b"g" + text("numpy") + text(value.__name__))
    else:
        by_name(value, walk)


ARRAYS: dict[type, Encoder] = {
    np.ma.MaskedArray: masked,
    type(np.ma.masked): masked,
    np.memmap: array,
    np.ndarray: array,
    np.recarray: array,
    np.record: record,
    np.ufunc: ufunc,
    np.void: record,
}


def find(kind: type) -> Encoder | None:
    """The encoder of a type of NumPy's own; a subclass of ``ndarray`` may mean anything else."""
    if issubclass(kind, np.dtype):
        return dtype
    if kind in ARRAYS:
        return ARRAYS[kind]
    if kind.__module__ == "numpy":
        return next((SCALARS[base] for base in kind.__mro__ if base in SCALARS), None)
    return None
