"""One entry at rest."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

__all__ = ["FORMAT", "Record", "Value", "checked_name"]

FORMAT = 1
"""The version of the formats at rest, in files and databases alike."""


class Record(NamedTuple):
    """One entry as a backend keeps it.

    Where the record is bytes, the backend adds :data:`FORMAT` and checksums of its own, and
    verifies them when it reads. ``fields`` and ``result`` are JSON for people and other tools to
    read; nothing in kigen is decided by them.
    """

    name: str
    """The fingerprint: 32 lowercase hexadecimal digits."""
    function: str = ""
    code: str = ""
    """What stands for the function's body when the value was computed."""
    created: float = 0.0
    """Seconds since 1970."""
    elapsed: float | None = None
    """Seconds that the evaluation took."""
    fields: str | None = None
    result: str | None = None
    key: Any = b""
    """The pickled key; empty if it cannot be pickled by reference."""
    codec: str = "pickle"
    data: Any = b""
    buffers: tuple[Any, ...] = ()
    """The large arrays that ``data`` refers to, bytes-like."""

    @property
    def nbytes(self) -> int:
        """The size of the value, in bytes."""
        return len(self.data) + sum(memoryview(buffer).nbytes for buffer in self.buffers)


Value: TypeAlias = tuple[str, Any, tuple[Any, ...]]
"""The part of a record that a look-up needs: codec, data, buffers."""


def checked_name(name: str) -> str:
    """``name``, if it is one: it becomes part of a path.

    >>> checked_name("../../etc/passwd")
    Traceback (most recent call last):
    ValueError: the name of a record is 32 hexadecimal digits, not '../../etc/passwd'
    """
    if len(name) != 32 or not name.isascii() or not name.isalnum():
        raise ValueError(f"the name of a record is 32 hexadecimal digits, not {name!r}")
    return name
