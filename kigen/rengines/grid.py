"""GridRengine: every combination, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from kigen.errors import ConfigurationError

__all__ = ["GridRengine"]

T = TypeVar("T")


class GridRengine:
    """Counts through all combinations, the first field varying fastest.

    The index of a key is read as a number whose digits are the choices: a field with n values takes
    the lowest digit in base n. A continuous field takes ``levels`` evenly spaced values, its bounds
    among them, and whole numbers on a logarithmic scale as many at most.

    >>> from kigen import Blueprint, Enum, Generator, Key, Param
    >>> class Trial(Key):
    ...     depth = Param(min=1, max=2)
    ...     opt = Enum("adam", "sgd")
    >>> keys = Generator(Blueprint(Trial), rengine=GridRengine()).generate_many(4)
    >>> [(key.depth, key.opt) for key in keys]
    [(1, 'adam'), (2, 'adam'), (1, 'sgd'), (2, 'sgd')]
    """

    seed = None
    by_position = True

    def __init__(self, levels: int = 10) -> None:
        if type(levels) is not int or levels < 1:
            raise ConfigurationError(
                f"levels={levels!r} must be a whole number, at least 1", option="levels"
            )
        self.levels: int = levels
        self._index = 0
        self._rest = 0

    def start(self, index: int) -> None:
        """Go to combination ``index``."""
        self._index = self._rest = index

    def fast_forward(self, steps: int) -> None:
        """Go ``steps`` combinations on."""
        self.start(self._index + steps)

    def _digit(self, base: int) -> int:
        if base <= 0:
            raise ValueError(f"nothing to choose from: {base} possibilities")
        self._rest, digit = divmod(self._rest, base)
        return digit

    def randint(self, a: int, b: int) -> int:
        """Return the next choice of a whole number from ``a`` to ``b``."""
        return a + self._digit(b - a + 1)

    def uniform(self, a: float, b: float) -> float:
        """Return the next of the levels from ``a`` to ``b``."""
        if a == b:
            return a
        level = self._digit(self.levels)
        if self.levels == 1:
            return (a + b) / 2
        share = level / (self.levels - 1)
        return a * (1 - share) + b * share

    def choice(self, seq: Sequence[T]) -> T:
        """Return the next choice of an element."""
        return seq[self._digit(len(seq))]

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """Return the next choice of ``k`` elements in order."""
        if not 0 <= k <= len(population):
            raise ValueError(f"cannot take {k} of {len(population)} elements")
        remaining = list(population)
        return [remaining.pop(self._digit(len(remaining))) for _ in range(k)]

    def __fingerprint__(self) -> object:
        return repr(self)

    def __repr__(self) -> str:
        return f"GridRengine(levels={self.levels})"
