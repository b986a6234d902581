"""What the engines that draw points of a unit cube have in common."""

from __future__ import annotations

import operator
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from kigen.errors import ConfigurationError

__all__ = ["PointRengine"]

T = TypeVar("T")


class PointRengine(ABC):
    """An engine that takes its numbers from the coordinates of successive points.

    A key starts at a point of its own. If it takes more numbers than a point has coordinates, it
    goes on with the next point; `reserve` then gives each key as many points as it needs.
    """

    def __init__(self, seed: int | None, dimensions: int) -> None:
        if not hasattr(dimensions, "__index__") or dimensions < 1:
            raise ConfigurationError(
                f"dimensions={dimensions!r} must be a whole number, at least 1", option="dimensions"
            )
        if seed is not None and not hasattr(seed, "__index__"):
            raise ConfigurationError(f"seed={seed!r} must be a whole number or None", option="seed")
        seed = None if seed is None else operator.index(seed)
        self._seed = seed
        self._root = int.from_bytes(os.urandom(16), "big") if seed is None else seed
        self._dimensions = dimensions
        self._points_per_key = 1
        self._index = 0
        self._point: Sequence[float] = ()
        self._used = 0

    @property
    def seed(self) -> int | None:
        """The seed the engine was made with."""
        return self._seed

    @property
    def dimensions(self) -> int:
        """How many coordinates a point has."""
        return self._dimensions

    @abstractmethod
    def _at(self, index: int) -> Sequence[float]:
        """Return the coordinates of point ``index``, each at least 0 and below 1."""

    def reserve(self, draws: int) -> None:
        """Prepare for keys that take ``draws`` numbers each."""
        self._points_per_key = max(1, -(-draws // self._dimensions))

    def start(self, index: int) -> None:
        """Go to the first number of key ``index``."""
        self._index = index * self._points_per_key
        self._point = self._at(self._index)
        self._used = 0

    def fast_forward(self, steps: int) -> None:
        """Skip the points of ``steps`` keys."""
        self.start(self._index // self._points_per_key + steps)

    def _next(self) -> float:
        if self._used == len(self._point):
            self._index += 1 if self._point else 0
            self._point = self._at(self._index)
            self._used = 0
        self._used += 1
        return self._point[self._used - 1]

    def __fingerprint__(self) -> object:
        # Two engines without a seed are not the same, whatever they look like.
        return repr(self), self._root

    def randint(self, a: int, b: int) -> int:
        """Return a whole number from ``a`` to ``b``, both included."""
        return a + self._below(b - a + 1)

    def uniform(self, a: float, b: float) -> float:
        """Return a float from ``a`` to ``b``."""
        return a + (b - a) * self._next()

    def choice(self, seq: Sequence[T]) -> T:
        """Return one element."""
        return seq[self._below(len(seq))]

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """Return ``k`` elements from different positions, taking one coordinate for each."""
        if not 0 <= k <= len(population):
            raise ValueError(f"cannot take {k} of {len(population)} elements")
        remaining = list(population)
        return [remaining.pop(self._below(len(remaining))) for _ in range(k)]

    def _below(self, n: int) -> int:
        if n <= 0:
            raise ValueError(f"nothing to choose from: {n} possibilities")
        # A coordinate just below 1 can round up to n.
        return min(int(self._next() * n), n - 1)
