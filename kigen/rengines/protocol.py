"""Rengine: where a blueprint's numbers come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar, runtime_checkable

from kigen.errors import FastForwardNotSupported

__all__ = ["FastForwardNotSupported", "Rengine", "Startable", "Stateful"]

T = TypeVar("T")


@runtime_checkable
class Rengine(Protocol):
    """Numbers, nothing else. An engine is used by one thread at a time.

    It may have an attribute ``levels``, an int: whole numbers on a logarithmic scale are then drawn
    by `choice` from so many values at most, evenly spaced on that scale, as a grid needs them.
    """

    def randint(self, a: int, b: int) -> int:
        """Return a whole number from ``a`` to ``b``, both included."""
        ...

    def uniform(self, a: float, b: float) -> float:
        """Return a float from ``a`` (included) to ``b``."""
        ...

    def choice(self, seq: Sequence[T]) -> T:
        """Return one element."""
        ...

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """Return ``k`` elements from different positions."""
        ...

    def fast_forward(self, steps: int) -> None:
        """Skip what ``steps`` keys would take; `FastForwardNotSupported` if that is not known."""
        ...


@runtime_checkable
class Startable(Protocol):
    """An engine whose numbers are a pure function of (seed, index)."""

    def start(self, index: int) -> None:
        """Go to the first number of key ``index``, forwards or backwards, in O(1)."""
        ...


@runtime_checkable
class Stateful(Protocol):
    """An engine that can write down where in its stream it is."""

    def getstate(self) -> bytes:
        """Return the state."""
        ...

    def setstate(self, state: bytes) -> None:
        """Go back to a state that `getstate` returned, in this process or another."""
        ...
