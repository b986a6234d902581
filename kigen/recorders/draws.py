"""Draws: the keys of a blueprint as an engine produces them, by index, duplicates included."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Generic, TypeVar

from kigen.blueprint import Blueprint
from kigen.errors import FastForwardNotSupported
from kigen.key import Key
from kigen.rengines.protocol import Rengine, Startable, Stateful

__all__ = ["Draws"]

K = TypeVar("K", bound=Key)

EVERY = 1024
"""Draws between two checkpoints: what a resume replays at most, about a millisecond."""


class Draws(Generic[K]):
    """An endless sequence of keys: element ``index`` depends on blueprint, engine and index alone.

    An engine with ``start`` is asked for each element by its index. Any other is a stream, whose
    state is noted every `EVERY` draws, to go back to.
    """

    def __init__(self, blueprint: Blueprint[K], engine: Rengine) -> None:
        self._blueprint = blueprint
        self._engine = engine
        self._start = engine.start if isinstance(engine, Startable) else None
        reserve = getattr(engine, "reserve", None)
        if reserve is not None:
            reserve(blueprint.draws)
        self.index = 0
        self._noted: tuple[int, Any] = (0, self._note())

    def next(self) -> K:
        """Return the element at `index`, and go on to the next."""
        if self._start is not None:
            self._start(self.index)
        elif self.index - self._noted[0] >= EVERY:
            self._noted = (self.index, self._note())
        key = self._blueprint.build(self._engine)
        self.index += 1
        return key

    def seek(self, index: int) -> None:
        """Go to an element, forwards or backwards."""
        if self._start is None:
            if index < self.index:
                self._return()
            self._skip(index - self.index)
        self.index = index

    def _skip(self, draws: int) -> None:
        if draws > 0:
            try:
                self._engine.fast_forward(draws)
            except FastForwardNotSupported:
                for _ in range(draws):
                    self.next()

    def _note(self) -> Any:
        if self._start is not None:
            return None
        if isinstance(self._engine, Stateful):
            return self._engine.getstate()
        return deepcopy(self._engine)

    def _return(self) -> None:
        index, state = self._noted
        if isinstance(self._engine, Stateful):
            self._engine.setstate(state)
        else:
            self._engine = deepcopy(state)
        self.index = index

    @property
    def checkpoint(self) -> tuple[int, bytes] | None:
        """The state noted last and its index, for another process; ``None`` if not needed."""
        index, state = self._noted
        return (index, state) if isinstance(state, bytes) else None

    def restore(self, index: int, state: bytes) -> None:
        """Go to a checkpoint of this sequence."""
        self._noted = (index, state)
        self._return()
