"""Columns of tables, written the same way for whichever library holds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from kigen.fingerprint.numpy_arrays import content

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from kigen.fingerprint.walk import Walk

__all__ = ["arrow_strings", "masked", "python_strings", "strings"]


def masked(missing: np.ndarray[Any, Any], filled: np.ndarray[Any, Any], walk: Walk) -> None:
    """Numbers: 0 if none is missing, else 1 and which ones; then all, with 0 for a missing one."""
    if missing.any():
        walk.append(b"\x01")
        content(missing, walk)
    else:
        walk.append(b"\x00")
    content(filled, walk)


def strings(lengths: np.ndarray[Any, Any], joined: Iterable[Buffer], walk: Walk) -> None:
    """Strings: the length of each in code points, -1 for a missing one; then all their UTF-8.

    That is what each library can give at once: encoding them one by one takes five times as long.
    """
    content(lengths.astype(np.int64), walk)
    for piece in joined:
        walk.stream(memoryview(piece))


def python_strings(items: list[str | None], walk: Walk) -> None:
    """Strings held as Python objects."""
    lengths = np.array([-1 if item is None else len(item) for item in items])
    joined = "".join([item for item in items if item is not None])
    strings(lengths, [joined.encode("utf-8", "surrogatepass")], walk)


def arrow_strings(held: Any, walk: Walk) -> None:
    """Strings held by Arrow, read where they lie."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.chunked_array(held.chunks if isinstance(held, pa.ChunkedArray) else [held])
    column = column.cast(pa.large_string())
    lengths = pc.fill_null(pc.utf8_length(column), -1).to_numpy()
    strings(lengths, map(arrow_text, pc.fill_null(column, "").chunks), walk)


def arrow_text(chunk: Any) -> Buffer:
    """The UTF-8 of a chunk's strings, of which none is missing."""
    _, offsets, data = chunk.buffers()
    ends = np.frombuffer(offsets, np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
    return memoryview(data)[ends[0] : ends[-1]] if data is not None and len(chunk) else b""
