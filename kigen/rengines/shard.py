"""ShardRengine: every n-th key of another engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from kigen.errors import ConfigurationError
from kigen.rengines.protocol import Rengine, Startable

__all__ = ["ShardRengine"]

T = TypeVar("T")


class ShardRengine:
    """Key ``index`` of this engine is key ``index * of + shard`` of another one.

    ``of`` processes, each with a shard of its own, draw from disjoint parts of the sequence
    without knowing of each other. For Sobol, Halton and grid engines, whose keys do not repeat, the
    keys are disjoint too, for as long as no shard draws more than its part of a countable space;
    otherwise share one `Store`.

    Raises:
        ConfigurationError: the engine is a stream (it has no ``start``), or there is no such shard.

    >>> from kigen.rengines import GridRengine
    >>> engine = ShardRengine(GridRengine(), shard=1, of=3)
    >>> engine.start(2)
    >>> engine.randint(0, 99)
    7
    """

    def __init__(self, engine: Rengine, *, shard: int, of: int) -> None:
        if not isinstance(engine, Startable):
            raise ConfigurationError(
                f"{engine!r} is a stream and cannot be shared out; use PhiloxRengine, for one",
                option="engine",
            )
        if not 0 <= shard < of:
            raise ConfigurationError(
                f"shard={shard!r} must be from 0 to of - 1 = {of - 1}", option="shard"
            )
        self._engine = engine
        self._shard, self._of = shard, of
        self._index = 0
        self.start(0)

    @property
    def seed(self) -> int | None:
        """The seed of the engine."""
        return getattr(self._engine, "seed", None)

    @property
    def levels(self) -> int | None:
        """How many values a scale is divided into, if the engine counts through them."""
        return getattr(self._engine, "levels", None)

    def reserve(self, draws: int) -> None:
        """Prepare for keys that take ``draws`` numbers each."""
        reserve = getattr(self._engine, "reserve", None)
        if reserve is not None:
            reserve(draws)

    def start(self, index: int) -> None:
        """Go to the first number of key ``index`` of this shard."""
        self._index = index
        self._engine.start(index * self._of + self._shard)

    def fast_forward(self, steps: int) -> None:
        """Skip ``steps`` keys of this shard."""
        self.start(self._index + steps)

    def randint(self, a: int, b: int) -> int:
        """Return a whole number from ``a`` to ``b``, both included."""
        return self._engine.randint(a, b)

    def uniform(self, a: float, b: float) -> float:
        """Return a float from ``a`` to ``b``."""
        return self._engine.uniform(a, b)

    def choice(self, seq: Sequence[T]) -> T:
        """Return one element."""
        return self._engine.choice(seq)

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """Return ``k`` elements from different positions."""
        return self._engine.sample(population, k)

    def __fingerprint__(self) -> object:
        return self._engine, self._shard, self._of

    def __repr__(self) -> str:
        return f"ShardRengine({self._engine!r}, shard={self._shard}, of={self._of})"
