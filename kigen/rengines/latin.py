"""LatinHypercubeRengine: each coordinate hits each of n strata once."""

from __future__ import annotations

from collections.abc import Sequence

from kigen.errors import ConfigurationError
from kigen.rengines.points import PointRengine

__all__ = ["LatinHypercubeRengine"]


class LatinHypercubeRengine(PointRengine):
    """The points of a Latin hypercube: of ``strata`` keys, each field's values fall one into each.

    After ``strata`` keys another, independent hypercube begins. Going to a key costs O(1) within
    a hypercube and O(strata) into another.

    Args:
        seed: seed; ``None`` is different each time.
        dimensions: how many coordinates a point has: at least as many as a key has drawn fields.
        strata: how many keys will be drawn.

    Source: M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 21 (1979).

    >>> engine = LatinHypercubeRengine(seed=1, dimensions=1, strata=5)
    >>> sorted(engine.randint(1, 5) for _ in range(5))
    [1, 2, 3, 4, 5]
    """

    by_position = True

    def __init__(self, seed: int | None = None, dimensions: int = 8, *, strata: int = 1000) -> None:
        super().__init__(seed, dimensions)
        if type(strata) is not int or strata < 1:
            raise ConfigurationError(
                f"strata={strata!r} must be a whole number, at least 1", option="strata"
            )
        self._strata = strata
        self._cube = -1
        self._columns: list[list[float]] = []

    def _at(self, index: int) -> Sequence[float]:
        cube, row = divmod(index, self._strata)
        if cube != self._cube:
            self._columns = [self._column(cube, axis) for axis in range(self._dimensions)]
            self._cube = cube
        return [column[row] for column in self._columns]

    def _column(self, cube: int, axis: int) -> list[float]:
        import random

        chance = random.Random(f"kigen latin {self._root} {cube} {axis}")
        order = chance.sample(range(self._strata), self._strata)
        inside = [(stratum + chance.random()) / self._strata for stratum in order]
        return [min(value, 1 - 2.0**-53) for value in inside]

    def __repr__(self) -> str:
        return (
            f"LatinHypercubeRengine(seed={self._seed}, dimensions={self._dimensions}, "
            f"strata={self._strata})"
        )
