"""Recorder: says whether a key is new, and writes new ones to a store."""

from __future__ import annotations

from typing import Any, Self

from kigen.errors import ConfigurationError, SpaceExhaustedError
from kigen.key import Key
from kigen.recorders.history import History
from kigen.store import Progress, Store

__all__ = ["Recorder", "SpaceExhaustedError"]


class Recorder:
    """Tells new keys from repeated ones, over several runs if there is a store.

    Keys are written in batches: up to ``flush_interval`` of them are lost if the process dies
    before `flush`, `close` of the with-block, or the next batch. One thread at a time.

    >>> from kigen import Enum
    >>> class Wave(Key):
    ...     shape = Enum("sine", "saw")
    >>> recorder = Recorder(name="ingest")
    >>> recorder.record(Wave(shape="saw")), recorder.record(Wave(shape="saw"))
    (True, False)
    """

    def __init__(
        self, name: str | None = None, store: Store | None = None, flush_interval: int = 10
    ) -> None:
        if flush_interval < 1:
            raise ConfigurationError(
                f"flush_interval={flush_interval!r} must be at least 1", option="flush_interval"
            )
        self._name = name
        self._store = store
        self._flush_interval = flush_interval
        self._written = 0
        self._pending: list[Key] = []
        self._history = self._new_history(store)
        if store is not None:
            self._attach(store)

    @property
    def name(self) -> str:
        """What the keys are for; the first part of `gen_key`."""
        if self._name is None:
            raise ConfigurationError(
                f"{type(self).__name__} has no name; pass name= or override the property",
                option="name",
            )
        return self._name

    @property
    def gen_type(self) -> str:
        """The second part of `gen_key`."""
        return "recorder"

    @property
    def gen_key(self) -> str:
        """The name of this history in the store."""
        return f"{self.name}:{self.gen_type}"

    @property
    def cursor(self) -> int:
        """How many keys have been accepted."""
        return self._written + len(self._pending)

    def _new_history(self, store: Store | None) -> History:
        return History(store)

    def record(self, key: Key) -> bool:
        """Return whether the key is new; if so, it is recorded, and frozen.

        Raises:
            UnfingerprintableError: a value of the key has no canonical bytes.
        """
        if not self._history.add(key):
            return False
        self._history.done()
        if self._store is None:
            self._written += 1
        else:
            self._pending.append(key)
            if len(self._pending) >= self._flush_interval:
                self.flush()
        return True

    def flush(self) -> None:
        """Write what has been recorded to the store, keys and state in one transaction."""
        if self._store is None:
            return
        with self._store.transaction():
            self._synchronize(self._store)
            self._write(self._store, self._pending)
        self._pending = []

    def _write(self, store: Store, keys: list[Any]) -> None:
        self._written += store.record_runs(keys, self.gen_key)
        self._save_progress(store)

    def _attach(self, store: Store) -> None:
        with store.transaction():
            self._synchronize(store)
            self._save_progress(store)

    def _synchronize(self, store: Store) -> None:
        """Take over what other processes have recorded since."""
        progress = store.load_progress(self.gen_key)
        if progress is not None:
            self._written = progress.cursor
            self._history.catch_up(self.gen_key)

    def _save_progress(self, store: Store) -> None:
        store.save_progress(self.gen_key, Progress(self._written, None, ""))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.flush()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.gen_key!r}, cursor={self.cursor})"

    def _on_space_exhausted(self, consecutive_skips: int) -> Any:
        """Raise `SpaceExhaustedError`; a subclass may return instead, and `generate` gives None."""
        raise SpaceExhaustedError(
            f"{self.gen_key}: {consecutive_skips} consecutive duplicates after {self.cursor} keys; "
            "the space is probably exhausted, widen a field or raise max_consecutive_skips",
            found=self.cursor,
            total=None,
        )
