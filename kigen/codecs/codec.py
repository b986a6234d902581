"""What a codec is."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

__all__ = ["Codec", "Payload"]


Payload: TypeAlias = tuple[str, Any, tuple[Any, ...]]
"""A value at rest: codec, data, buffers.

The codec is who wrote it, the buffers are large parts that the data refers to: bytes-like, and
perhaps the memory of the value itself, so that they are valid until it changes.
"""


class Codec(Protocol):
    """Turns values into payloads; the codec that a payload names says how to turn it back.

    ``encode`` raises :class:`~kigen.errors.CodecError` for a value that it cannot store, before
    anything is written. ``decode`` may raise whatever the value's own classes raise.
    """

    def encode(self, value: object, /) -> Payload: ...

    def decode(self, payload: Payload, /) -> Any: ...
