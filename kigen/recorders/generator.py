"""Generator: draws keys, never the same twice, and goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from kigen import fingerprint
from kigen.blueprint import Blueprint
from kigen.errors import ConfigurationError, SpaceExhaustedError
from kigen.key import Key
from kigen.recorders.draws import EVERY, Draws
from kigen.recorders.history import History, PackedHistory, as_ki_gen
from kigen.recorders.recorder import Recorder
from kigen.rengines.protocol import Rengine
from kigen.rengines.random import RandomRengine
from kigen.store import Progress, Store

__all__ = ["Generator"]

K = TypeVar("K", bound=Key)


class Generator(Recorder, Generic[K]):
    """Draws the keys of a blueprint, each once.

    The sequence depends on blueprint, engine and seed alone; a shorter run is a prefix of a longer
    one. With a store the sequence goes on where the last run stopped, however it stopped, and two
    processes on one store share it: a key is recorded before it is handed out, in one transaction
    with the generator's state.

    Args:
        blueprint: what to draw.
        seed: seed of the default engine, `RandomRengine`.
        rengine: another engine, which brings its own seed.
        store: where history and state are kept.
        flush_interval: how many keys given to `record` are gathered before they are written.
        max_consecutive_skips: how many duplicates in a row end an uncountable space. A countable
            one ends when all its keys have been drawn.

    >>> from kigen import Blueprint, Enum, Param
    >>> class Trial(Key):
    ...     depth = Param(min=1, max=3)
    ...     opt = Enum("adam", "sgd")
    >>> generator = Generator(Blueprint(Trial), seed=42)
    >>> [(key.depth, key.opt) for key in generator.generate_many(3)]
    [(3, 'adam'), (1, 'sgd'), (1, 'adam')]
    """

    def __init__(
        self,
        blueprint: Blueprint[K],
        seed: int | None = None,
        rengine: Rengine | None = None,
        store: Store | None = None,
        flush_interval: int = 10,
        max_consecutive_skips: int = 30,
    ) -> None:
        if isinstance(blueprint, type):
            raise ConfigurationError(
                f"Generator({blueprint.__name__}): give a blueprint, as in "
                f"Generator(Blueprint({blueprint.__name__}))",
                option="blueprint",
            )
        if max_consecutive_skips < 1:
            raise ConfigurationError(
                f"max_consecutive_skips={max_consecutive_skips!r} must be at least 1",
                option="max_consecutive_skips",
            )
        self._blueprint = blueprint
        # Configuring the blueprint later makes another space, which is not this generator's.
        own = type(blueprint) is Blueprint
        self._plan: Blueprint[K] = blueprint.extend(blueprint.key_type) if own else blueprint
        self._rengine: Rengine = RandomRengine(seed) if rengine is None else rengine
        self._seed = getattr(self._rengine, "seed", None) if seed is None else seed
        self._max_consecutive_skips = max_consecutive_skips
        self._draws = Draws(self._plan, self._rengine)
        self._suffix: str | None = None
        self._total: Any = ...
        self._signed: str | None = None
        self._progress: Progress | None = None
        self._saved_checkpoint: int | None = None
        super().__init__(store=store, flush_interval=flush_interval)

    def _new_history(self, store: Store | None) -> History:
        if store is not None or not self._plan.space().uniform:
            return History(store)
        return PackedHistory(self._plan.space())

    # Identity

    @property
    def name(self) -> str:
        """The name of the key class."""
        return self._blueprint.key_type.__name__

    @property
    def gen_type(self) -> str:
        """The name of the engine's class."""
        return type(self._rengine).__name__

    @property
    def gen_key(self) -> str:
        """``Name:Engine:seed``, and a digest of the blueprint if that is not the plain one.

        A plain blueprint gets the digest too if the store holds another one under its name; one
        whose history ki-gen 1.0 began has none.
        """
        if self._suffix is None:
            self._suffix = f":{self.signature[:8]}" if self._plan.overrides else ""
        return self._plain_name + self._suffix

    @property
    def _plain_name(self) -> str:
        return f"{self.name}:{self.gen_type}:{self._seed}"

    @property
    def signature(self) -> str:
        """Fingerprint of blueprint and engine, in which a history to be continued must agree."""
        if self._signed is None:
            self._signed = fingerprint.fingerprint((self._plan, _identity(self._rengine)))
        return self._signed

    @property
    def blueprint(self) -> Blueprint[K]:
        """What is drawn."""
        return self._blueprint

    @property
    def seed(self) -> int | None:
        """The seed given, or the engine's."""
        return self._seed

    @property
    def rng(self) -> Rengine:
        """The engine."""
        return self._rengine

    # Drawing

    def generate(self) -> K | None:
        """Return the next new key.

        Raises:
            SpaceExhaustedError: all keys have been drawn (``found`` of ``total``), or
                ``max_consecutive_skips`` duplicates came in a row.
        """
        keys = self._produce(1)
        return keys[0] if keys else None

    def generate_many(self, n: int) -> list[K]:
        """Return the next ``n`` new keys.

        Raises:
            SpaceExhaustedError: there are fewer; those drawn are its ``keys``.
            ConfigurationError: ``n`` is no whole number.
        """
        if not hasattr(n, "__index__"):
            raise ConfigurationError(
                f"generate_many({n!r}): give a whole number, as in generate_many(100)", option="n"
            )
        keys: list[K] = []
        size = max(EVERY, self._flush_interval)
        try:
            while len(keys) < n:
                batch = self._produce(min(n - len(keys), size))
                if not batch:
                    break
                keys += batch
        except SpaceExhaustedError as error:
            error.keys = [*keys, *error.keys]
            raise
        return keys

    def iter_keys(self) -> Iterator[K]:
        """Iterate over new keys until a countable space is exhausted."""
        while True:
            try:
                keys = self._produce(1)
            except SpaceExhaustedError:
                return
            if not keys:
                return
            yield keys[0]

    def _produce(self, n: int) -> list[K]:
        """Draw and record ``n`` keys, whole or not at all."""
        before = self._draws.index
        self._draws.begin()
        keys: list[K] = []
        try:
            if self._store is None:
                end = self._fill(keys, n)
                self._written += len(keys)
            else:
                with self._store.transaction():
                    self._synchronize(self._store)
                    end = self._fill(keys, n)
                    self._write(self._store, [*self._pending, *keys])
                self._pending = []
        except BaseException:
            self._draws.recover(before)
            self._history.undo()
            raise
        self._history.done()
        if end is not None:
            end.keys = keys
            raise end
        return keys

    def _fill(self, keys: list[K], n: int) -> SpaceExhaustedError | None:
        """Append new keys until there are ``n``, or return why there are not."""
        skips, limit = 0, float(self._max_consecutive_skips)
        try:
            while True:
                skips = self._draws.fill(keys, n, self._history, skips, limit)
                if len(keys) >= n:
                    return None
                if self._cardinality() is None:
                    self._on_space_exhausted(skips)
                    return None
                limit = self._hopeless()
                if skips >= limit:
                    keys.append(self._first_unseen())
                    skips, limit = 0, float(self._max_consecutive_skips)
        except SpaceExhaustedError as error:
            return error

    def _cardinality(self) -> int | None:
        if self._total is ...:
            self._total = self._plan.cardinality()
        total: int | None = self._total
        return total

    def _hopeless(self) -> float:
        """How many duplicates in a row a uniform engine gives less than once in exp(50) times."""
        total = self._cardinality() or 1
        left = total - len(self._history)
        return 50 * total / left if left > 0 else 0

    def _first_unseen(self) -> K:
        """Return the first key, in the blueprint's order, that has not been drawn."""
        for key in self._plan.combinations():
            if self._history.add(key):
                return key
        raise SpaceExhaustedError(
            f"{self.gen_key}: all {self._total} keys of the space have been drawn; "
            "widen a field or stop here",
            found=self._total,
            total=self._total,
        )

    # The store

    def _attach(self, store: Store) -> None:
        signature = self.signature
        with store.transaction():
            if self._plan.overrides and self._began_in_ki_gen(store):
                self._suffix = ""
            progress = store.load_progress(self.gen_key)
            if progress is not None and progress.signature not in ("", signature):
                self._suffix = f":{signature[:8]}"
                progress = store.load_progress(self.gen_key)
            if progress is None:
                self._save_progress(store)
            elif progress.draws is None:
                self._adopt(store, progress)
            else:
                self._synchronize(store)

    def _began_in_ki_gen(self, store: Store) -> bool:
        """Whether the history under the plain name, which ki-gen gave to all, is this blueprint's.

        Of a history that no kigen has continued yet, the first key tells.
        """
        progress = store.load_progress(self._plain_name)
        if progress is None or progress.draws is not None:
            return progress is not None and progress.signature == self.signature
        runs = store.all_params(self._plain_name)
        if not runs:
            return False
        first = self._draws.next()
        self._draws.recover(0)
        return as_ki_gen(first.to_dict()) == as_ki_gen(runs[0]["params"])

    def _adopt(self, store: Store, progress: Progress) -> None:
        """Go on from what ki-gen 1.0 wrote: as many new keys on as it had accepted."""
        replayed = History()
        skips = 0
        while len(replayed) < progress.cursor and skips <= 40 * progress.cursor:
            skips = 0 if replayed.add(self._draws.next()) else skips + 1
        self._written = progress.cursor
        self._history.catch_up(self.gen_key)
        self._save_progress(store)

    def _synchronize(self, store: Store) -> None:
        """Take over what this or another process has drawn and recorded since."""
        progress = store.load_progress(self.gen_key)
        if progress is None or progress == self._progress:
            return
        self._history.catch_up(self.gen_key)
        draws = progress.draws or 0
        first = self._progress is None
        if first or not 0 <= draws - self._draws.index <= EVERY:
            checkpoint = store.load_checkpoint(self.gen_key)
            if checkpoint is not None:
                self._draws.restore(*checkpoint)
        self._draws.seek(draws)
        self._written = progress.cursor
        self._progress = progress

    def _save_progress(self, store: Store) -> None:
        checkpoint = self._draws.checkpoint
        if checkpoint is not None and checkpoint[0] != self._saved_checkpoint:
            store.save_checkpoint(self.gen_key, *checkpoint)
            self._saved_checkpoint = checkpoint[0]
        self._progress = Progress(self._written, self._draws.index, self.signature)
        store.save_progress(self.gen_key, self._progress)


def _identity(engine: Rengine) -> object:
    """What tells an engine's numbers from those of others of its class."""
    own = getattr(type(engine), "__fingerprint__", None)
    if own is not None:
        return own(engine)
    seed = getattr(engine, "seed", None)
    return type(engine).__name__, seed if isinstance(seed, int | str) else None
