"""History: the keys that have been seen."""

from __future__ import annotations

from typing import Any

from kigen.fields.forms import readable
from kigen.key.key import Key, frozen_digest
from kigen.store import Store

__all__ = ["History"]

_LENGTH = 15
"""Bytes of a digest that are kept: with the object's head they fill 48, and 16 would fill 64.
120 bits take 10**16 keys for a one in a thousand chance of two that look the same."""


class History:
    """The keys that have been seen, about 82 bytes each; read from a store, if there is one."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._seen: set[bytes] = set()
        self._legacy: set[str] = set()
        self._open: list[bytes] = []
        self._last = 0

    def __len__(self) -> int:
        return len(self._seen) + len(self._legacy)

    def add(self, key: Key) -> bool:
        """Note a key, and return whether it is new."""
        digest = frozen_digest(key)[:_LENGTH]
        if digest in self._seen or (self._legacy and _as_ki_gen(key.to_dict()) in self._legacy):
            return False
        self._open.append(digest)
        self._seen.add(digest)
        return True

    def done(self) -> None:
        """Keep the keys added since the last `done` or `undo`."""
        self._open.clear()

    def undo(self) -> None:
        """Forget the keys added since the last `done` or `undo`."""
        self._seen.difference_update(self._open)
        self._open.clear()

    def catch_up(self, gen_key: str) -> None:
        """Note what has been recorded in the store since, by this process or another."""
        if self._store is None:
            return
        rows = self._store.digests(gen_key, after=self._last)
        self._seen.update([digest[:_LENGTH] for _, digest in rows if digest is not None])
        if rows:
            self._last = rows[-1][0]
        if any(digest is None for _, digest in rows):
            runs = self._store.all_params(gen_key)
            self._legacy = {_as_ki_gen(run["params"]) for run in runs}


def _as_ki_gen(values: dict[str, Any]) -> str:
    """What a key of ki-gen 1.0 can be compared by: it wrote values, but no class and no digest."""
    import json

    shown = json.loads(readable(values))
    return json.dumps(
        {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in shown.items()
        },
        sort_keys=True,
    )
