"""Draws: the keys of a blueprint as an engine produces them, by index, duplicates included."""

from __future__ import annotations

import math
from copy import deepcopy
from typing import Any, Generic, TypeVar

from kigen.blueprint import Blueprint
from kigen.errors import FastForwardNotSupported
from kigen.key import Key
from kigen.key.filling import Fill, filler
from kigen.recorders.history import History
from kigen.rengines.protocol import Rengine, Startable, Stateful
from kigen.rengines.random import RandomRengine

__all__ = ["EVERY", "Draws"]

K = TypeVar("K", bound=Key)

EVERY = 1024
"""Draws between two checkpoints: what a resume replays at most, a few milliseconds."""


class Draws(Generic[K]):
    """An endless sequence of keys: element ``index`` depends on blueprint, engine and index alone.

    An engine with ``start`` is asked for each element by its index. Any other is a stream, whose
    state is noted now and then, to go back to.
    """

    def __init__(self, blueprint: Blueprint[K], engine: Rengine) -> None:
        self._blueprint = blueprint
        self._engine = engine
        self._start = engine.start if isinstance(engine, Startable) else None
        reserve = getattr(engine, "reserve", None)
        if reserve is not None:
            reserve(blueprint.draws)
        self.index: int = 0
        self._noted: tuple[int, Any] = (0, self._note())
        self._due: float = EVERY if self._start is None else math.inf
        self._loop: Fill | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_loop": None}  # written out again where it arrives

    def begin(self) -> None:
        """Begin what may have to be taken back: `recover` goes to any index from here on."""
        if self.index >= self._due:
            self._noted = (self.index, self._note())
            self._due += EVERY

    def next(self) -> K:
        """Return the element at `index`, and go on to the next."""
        if self._start is not None:
            self._start(self.index)
        key = self._blueprint.build(self._engine)
        self.index += 1
        return key

    def fill(self, keys: list[K], n: int, history: History, skips: int, limit: float) -> int:
        """Append new keys until there are ``n``, or ``limit`` duplicates came in a row.

        Takes and returns how many duplicates came since the last new key.
        """
        if self._loop is None or history.legacy:
            return self._fill(keys, n, history, skips, limit)
        wanted, seen, opened = n - len(keys), history.seen, history.opened
        self.index, skips = self._loop(
            self._engine, self.index, keys, wanted, seen, opened, skips, limit
        )
        return skips

    def _fill(self, keys: list[K], n: int, history: History, skips: int, limit: float) -> int:
        if history.legacy or not self._compiles():
            while len(keys) < n and skips < limit:
                key = self.next()
                skips = 0 if history.add(key) else skips + 1
                if not skips:
                    keys.append(key)
            return skips
        self._loop = filler(
            self._blueprint.space(),
            inline=type(self._engine) is RandomRengine,
            startable=self._start is not None,
            digests=history.digests,
        )
        return self.fill(keys, n, history, skips, limit)

    def _compiles(self) -> bool:
        """Whether a written-out loop draws the same: not if a user's class has a say in it."""
        own_build = type(self._blueprint).build is Blueprint.build
        by_position = vars(type(self._engine)).get("by_position", False)
        return own_build and by_position and self._blueprint.space().uniform

    def seek(self, index: int) -> None:
        """Go to an element, forwards or backwards."""
        if index < self.index:
            self.recover(index)
        elif self._start is None:
            self._skip(index - self.index)
        self.index = index

    def recover(self, index: int) -> None:
        """Go to an element when it is not known where the engine is."""
        if self._start is None:
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
        self._due = index + EVERY
        self._return()
