"""History: the keys that have been seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kigen.fields.forms import readable
from kigen.key import Key
from kigen.key.filling import TOKEN, identifier, packer
from kigen.key.space import Space
from kigen.store import Store

__all__ = ["History", "PackedHistory", "as_ki_gen"]


class History:
    """The keys that have been seen, by their digests; read from a store, if there is one."""

    digests = True

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self.seen: set[bytes] = set()
        self.opened: list[bytes] = []
        """What has been added since the last `done` or `undo`."""
        self.legacy: set[str] = set()
        self._last = 0

    def __len__(self) -> int:
        return len(self.seen) + len(self.legacy)

    def add(self, key: Key) -> bool:
        """Note a key, and return whether it is new. It is frozen from now on."""
        token = self._token(key)
        if token in self.seen or (self.legacy and as_ki_gen(key.to_dict()) in self.legacy):
            return False
        self.opened.append(token)
        self.seen.add(token)
        return True

    def _token(self, key: Key) -> bytes:
        return key._freeze()[:TOKEN]  # noqa: SLF001

    def done(self) -> None:
        """Keep the keys added since the last `done` or `undo`."""
        self.opened.clear()

    def undo(self) -> None:
        """Forget the keys added since the last `done` or `undo`."""
        self.seen.difference_update(self.opened)
        self.opened.clear()

    def catch_up(self, gen_key: str) -> None:
        """Note what has been recorded in the store since, by this process or another."""
        if self._store is None:
            return
        rows = self._store.digests(gen_key, after=self._last)
        self.seen.update([digest[:TOKEN] for _, digest in rows if digest is not None])
        if rows:
            self._last = rows[-1][0]
        if any(digest is None for _, digest in rows):
            self.legacy = {as_ki_gen(run["params"]) for run in self._store.all_params(gen_key)}


class PackedHistory(History):
    """The keys of one space, by their packed values where these are short: exact, and faster."""

    def __init__(self, space: Space[Any]) -> None:
        super().__init__()
        self._space = space
        self._packed: Callable[[Key], bytes] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_packed": None}  # made again where it arrives

    @property
    def digests(self) -> bool:  # type: ignore[override]  # a plain attribute of the base
        """Whether the values are too long to be packed."""
        # Asked for when the first key is drawn: a pool may be populated until then.
        return packer(self._space.recipes()) is None

    def _token(self, key: Key) -> bytes:
        if self._packed is None:
            self._packed = identifier(self._space) or super()._token
        key._freeze()  # noqa: SLF001
        return self._packed(key)


def as_ki_gen(values: dict[str, Any]) -> str:
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
