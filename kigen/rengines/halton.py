"""HaltonRengine: a low-discrepancy sequence of any dimension, without dependencies."""

from __future__ import annotations

from collections.abc import Sequence

from kigen.rengines.points import PointRengine

__all__ = ["HaltonRengine"]

_BITS = 54
_BELOW_ONE = 1 - 2.0**-53


class HaltonRengine(PointRengine):
    """The points of a Halton sequence, one point a key.

    Args:
        seed: seed of the scrambling; ``None`` scrambles differently each time.
        dimensions: how many coordinates a point has, best as many as a key has drawn fields. Up to
            a dozen or so are worth it; beyond, prefer `SobolRengine`.
        scramble: whether the digits are permuted at random, which removes the correlations between
            high dimensions.

    Source: J. H. Halton, Numer. Math. 2 (1960); scrambling by random permutations of each digit,
    A. B. Owen, "A randomized Halton algorithm in R" (2017).

    >>> engine = HaltonRengine(dimensions=2, scramble=False)
    >>> engine.start(6)
    >>> engine.uniform(0, 1)  # 6 is 110 in base 2; mirrored at the point: 0.011
    0.375
    """

    by_position = True

    def __init__(
        self, seed: int | None = None, dimensions: int = 8, *, scramble: bool = True
    ) -> None:
        super().__init__(seed, dimensions)
        self._scramble = scramble
        self._axes = [_Axis(base, self._root, scramble) for base in _primes(dimensions)]

    def _at(self, index: int) -> Sequence[float]:
        return [axis.at(index) for axis in self._axes]

    def __repr__(self) -> str:
        scramble = "" if self._scramble else ", scramble=False"
        return f"HaltonRengine(seed={self._seed}, dimensions={self._dimensions}{scramble})"


class _Axis:
    """The scrambled radical inverse in one base."""

    def __init__(self, base: int, seed: int, scramble: bool) -> None:
        import random

        self._base = base
        places = 1
        while base**places < 1 << _BITS:
            places += 1
        chance = random.Random(f"kigen halton {seed} {base}")
        digits = list(range(base))
        orders = [chance.sample(digits, base) if scramble else digits for _ in range(places)]
        # What each digit in each place is worth, and what the zeros from each place on are.
        self._worth: list[list[float]] = [
            [digit / base ** (place + 1) for digit in order] for place, order in enumerate(orders)
        ]
        self._zeros: list[float] = [
            sum(worth[0] for worth in self._worth[p:]) for p in range(places + 1)
        ]

    def at(self, index: int) -> float:
        place, value = 0, 0.0
        rest = index
        while rest and place < len(self._worth):
            rest, digit = divmod(rest, self._base)
            value += self._worth[place][digit]
            place += 1
        return min(value + self._zeros[place], _BELOW_ONE)


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found if prime * prime <= candidate):
            found.append(candidate)
        candidate += 1
    return found
