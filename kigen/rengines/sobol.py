"""SobolRengine: a low-discrepancy sequence that fills a space evenly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kigen.errors import MissingExtra
from kigen.rengines.points import PointRengine

__all__ = ["SobolRengine"]

_BLOCK = 256


class SobolRengine(PointRengine):
    """The points of a Sobol' sequence, one point a key; needs scipy.

    Args:
        seed: seed of the scrambling; ``None`` scrambles differently each time.
        dimensions: how many coordinates a point has, best as many as a key has drawn fields.
        scramble: whether to scramble (Owen) the sequence, which removes the bias of its first
            points.

    Raises:
        MissingExtra: scipy is not installed.

    Source: I. M. Sobol', USSR Comput. Math. Math. Phys. 7 (1967); direction numbers of S. Joe and
    F. Y. Kuo, SIAM J. Sci. Comput. 30 (2008), as in `scipy.stats.qmc.Sobol`.
    """

    by_position = True

    def __init__(
        self, seed: int | None = None, dimensions: int = 32, *, scramble: bool = True
    ) -> None:
        super().__init__(seed, dimensions)
        self._scramble = scramble
        self._sobol = _sequence(dimensions, self._root, scramble=scramble)
        self._first = 0
        self._block: list[list[float]] = []

    def _at(self, index: int) -> Sequence[float]:
        offset = index - self._first
        if not 0 <= offset < len(self._block):
            offset = index % _BLOCK
            self._first = index - offset
            if self._first < self._sobol.num_generated:
                self._sobol.reset()
            ahead = self._first - self._sobol.num_generated
            if ahead:
                self._sobol.fast_forward(ahead)
            self._block = self._sobol.random(_BLOCK).tolist()
        return self._block[offset]

    def __repr__(self) -> str:
        scramble = "" if self._scramble else ", scramble=False"
        return f"SobolRengine(seed={self._seed}, dimensions={self._dimensions}{scramble})"


def _sequence(dimensions: int, seed: int, *, scramble: bool) -> Any:
    try:
        from scipy.stats import qmc
    except ImportError as error:
        raise MissingExtra(
            'SobolRengine needs scipy; install it with: pip install "kigen[sobol]"', extra="sobol"
        ) from error
    import numpy as np

    entropy = seed if seed >= 0 else [1, -seed]  # numpy takes no negative seeds
    # A Generator is taken by every scipy, under `seed` before 1.15 and under `rng` after it.
    return qmc.Sobol(d=dimensions, scramble=scramble, seed=np.random.default_rng(entropy))
