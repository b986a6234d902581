"""What a codec is."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

__all__ = ["Codec", "Payload"]


class Payload(NamedTuple):
    """A value at rest: ``data``, and beside it the large ``buffers`` that ``data`` refers to.

    ``codec`` says who wrote it. ``buffers`` are bytes-like and may be the memory of the value
    itself: they are valid until the value changes.
    """

    codec: str
    data: Any
    buffers: tuple[Any, ...] = ()


class Codec(Protocol):
    """Turns values into payloads; the payload's ``codec`` says how to turn it back.

    ``encode`` raises :class:`~kigen.errors.CodecError` for a value that it cannot store, before
    anything is written. ``decode`` may raise whatever the value's own classes raise.
    """

    def encode(self, value: object, /) -> Payload: ...

    def decode(self, payload: tuple[str, Any, tuple[Any, ...]], /) -> Any: ...
