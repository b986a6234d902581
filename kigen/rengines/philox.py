"""PhiloxRengine: random numbers that are a function of seed and index."""

from __future__ import annotations

from collections.abc import Sequence

from kigen.errors import MissingExtra
from kigen.rengines.points import PointRengine

__all__ = ["PhiloxRengine"]

_BLOCK = 256


class PhiloxRengine(PointRengine):
    """Pseudo-random numbers of a counter-based generator; needs numpy.

    As good as `RandomRengine`, but key ``n`` is drawn without drawing those before it, so that
    a long sequence resumes and is shared out at no cost.

    Raises:
        MissingExtra: numpy is not installed.

    Source: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC '11; the
    Philox-4x64-10 of `numpy.random.Philox`.
    """

    by_position = True

    def __init__(self, seed: int | None = None, dimensions: int = 4) -> None:
        super().__init__(seed, dimensions)
        try:
            import numpy  # noqa: ICN001 - imported to be found
        except ImportError as error:
            raise MissingExtra(
                'PhiloxRengine needs numpy; install it with: pip install "kigen[numpy]"',
                extra="numpy",
            ) from error
        self._numpy = numpy
        self._key = self._root % (1 << 128)
        self._width = -(-dimensions // 4)  # a counter gives four numbers
        self._first = -1
        self._block: list[list[float]] = []

    def _at(self, index: int) -> Sequence[float]:
        first = index - index % _BLOCK
        if first != self._first:
            counter = first * self._width
            bits = self._numpy.random.Philox(key=self._key, counter=counter)
            raw = bits.random_raw(_BLOCK * self._width * 4).reshape(_BLOCK, -1)
            units = (raw >> self._numpy.uint64(11)) * 2.0**-53
            self._block = units[:, : self._dimensions].tolist()
            self._first = first
        return self._block[index - first]

    def __repr__(self) -> str:
        return f"PhiloxRengine(seed={self._seed}, dimensions={self._dimensions})"
