"""One pass over one value: what it holds is written down, in order, as canonical bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kigen.fingerprint.dispatch import BUILTIN, encoder_for, type_mark
from kigen.fingerprint.refusal import Refusal
from kigen.fingerprint.scalars import SCALARS, text

if TYPE_CHECKING:
    from _blake2 import blake2b

__all__ = ["Walk"]

MANY = 10_000  # pieces kept before they are handed on to the hasher


class Walk:
    """Collects canonical bytes in pieces; with a hasher, large pieces pass through to it.

    One walk belongs to one thread, and a walk that met a :class:`Refusal` is spoilt.
    """

    __slots__ = ("active", "append", "hasher", "pieces", "plain", "typed")

    def __init__(self, typed: bool, hasher: blake2b | None, active: set[int]) -> None:
        self.typed: bool = typed
        self.hasher: blake2b | None = hasher
        #: The ids of what is being written right now: a cycle meets its own.
        self.active: set[int] = active
        self.plain: dict[type, Callable[[Any], bytes]] = {} if typed else SCALARS
        self.pieces: list[bytes] = []
        self.append: Callable[[bytes], None] = self.pieces.append

    def write(self, value: object) -> None:
        """Writes a value, whatever it is.

        Raises:
            Refusal: It has no canonical bytes, or it contains itself.
        """
        kind, mark = type(value), id(value)
        if mark in self.active:
            raise Refusal(value, f"this {kind.__qualname__} contains itself, which is a cycle")
        self.active.add(mark)
        if self.typed:
            self.append(type_mark(kind))
        encoder = BUILTIN.get(kind) or encoder_for(kind)
        encoder(value, self)
        self.active.discard(mark)

    def part(self, step: str, value: object) -> None:
        """Writes a value that is part of another; ``step`` leads to it, as in ``".name"``."""
        try:
            self.write(value)
        except Refusal as refusal:
            refusal.steps.append(step)
            raise

    def kind(self, name: str, *parts: object) -> None:
        """Writes a value of a type that has no tag of its own: the kind's name and its parts.

        Each kind has a fixed number of parts, so the bytes end where the last part does.
        """
        self.append(b"=" + text(name))
        for part in parts:
            self.write(part)

    def apart(self, value: object) -> bytes:
        """The bytes of one value, by themselves: what is sorted before it is written."""
        plain = self.plain.get(type(value))
        if plain is not None:
            return plain(value)
        inner = Walk(self.typed, None, self.active)
        inner.write(value)
        return b"".join(inner.pieces)

    def stream(self, buffer: memoryview) -> None:
        """Writes many bytes without keeping them, if they are only to be hashed."""
        if self.hasher is None:
            self.append(bytes(buffer))
        else:
            self.hand_on()
            self.hasher.update(buffer)

    def relieve(self) -> None:
        """Hands the pieces on if they have become many; a container calls it now and then."""
        if self.hasher is not None and len(self.pieces) > MANY:
            self.hand_on()

    def hand_on(self) -> None:
        """Gives the pieces so far to the hasher, if there is one."""
        if self.hasher is not None:
            self.hasher.update(b"".join(self.pieces))
            self.pieces.clear()
