"""RandomRengine: the stream of the standard library's Mersenne Twister."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TypeVar

from kigen.errors import FastForwardNotSupported

__all__ = ["RandomRengine"]

T = TypeVar("T")

_STATE = struct.Struct("<625I")


class RandomRengine:
    """The numbers that ``random.Random(seed)`` gives, in the same order.

    Without a seed the stream is different each time.

    >>> import random
    >>> RandomRengine(seed=7).randint(1, 6) == random.Random(7).randint(1, 6)
    True
    """

    by_position = True

    def __init__(self, seed: int | None = None) -> None:
        import random

        self._seed = seed
        self._random = random.Random(seed)
        # What random.Random does behind randint and choice (an accepted draw of just enough bits),
        # without its three calls per number.
        self.bits: Callable[[int], int] = self._random.getrandbits
        self.unit: Callable[[], float] = self._random.random

    @property
    def seed(self) -> int | None:
        """The seed the engine was made with."""
        return self._seed

    def randint(self, a: int, b: int) -> int:
        """Return a whole number from ``a`` to ``b``, both included."""
        return a + self._below(b - a + 1)

    def uniform(self, a: float, b: float) -> float:
        """Return a float from ``a`` to ``b``."""
        return a + (b - a) * self.unit()

    def choice(self, seq: Sequence[T]) -> T:
        """Return one element."""
        return seq[self._below(len(seq))]

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """Return ``k`` elements from different positions."""
        return self._random.sample(population, k)

    def fast_forward(self, steps: int) -> None:
        """Raise `FastForwardNotSupported`: a key takes a varying part of this stream."""
        raise FastForwardNotSupported(
            "RandomRengine cannot skip keys it has not drawn; use getstate() and setstate()"
        )

    def getstate(self) -> bytes:
        """Return the state of the stream, 2,500 bytes."""
        _, words, _ = self._random.getstate()
        return _STATE.pack(*words)

    def setstate(self, state: bytes) -> None:
        """Go to a state that `getstate` returned."""
        self._random.setstate((3, _STATE.unpack(state), None))

    def _below(self, n: int) -> int:
        if n <= 0:
            raise ValueError(f"nothing to choose from: {n} possibilities")
        width = n.bit_length()
        drawn = self.bits(width)
        while drawn >= n:
            drawn = self.bits(width)
        return drawn

    def __deepcopy__(self, memo: dict[int, object]) -> RandomRengine:
        copied = RandomRengine(self._seed)
        copied.setstate(self.getstate())
        return copied

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self._seed, self.getstate())

    def __repr__(self) -> str:
        return f"RandomRengine(seed={self._seed})"


def _rebuild(seed: int | None, state: bytes) -> RandomRengine:
    engine = RandomRengine(seed)
    engine.setstate(state)
    return engine
