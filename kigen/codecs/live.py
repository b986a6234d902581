"""No codec at all: an archive in memory keeps the objects themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kigen.codecs.codec import Payload

__all__ = ["LiveCodec"]


class LiveCodec:
    """The object is its own payload: any object can be kept, and comes out as the same object.

    >>> value = lambda: 1
    >>> codec = LiveCodec()
    >>> codec.decode(codec.encode(value)) is value
    True
    """

    def encode(self, value: object, /) -> Payload:
        return "live", value, ()

    def decode(self, payload: Payload, /) -> Any:
        return payload[1]
