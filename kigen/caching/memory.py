"""What one cached function has in memory, as a mapping."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from types import CellType
from typing import Any

from kigen.caching.held import Held, Raised
from kigen.caching.miss import Miss
from kigen.caching.owners import owned_call
from kigen.caching.plain import ATOMS, Aside, is_digested
from kigen.policies import MISSING


class Memory(MutableMapping[Any, Any]):
    """The entries in memory of one cached function, from keys to results."""

    def __init__(self, miss: Miss, calls: CellType) -> None:
        self._miss = miss
        self._calls = calls

    def kept(self, key: Any) -> Any:
        """Return what a call would get, an exception as `Raised`; `MISSING` if it would compute."""
        value = self.lying(key)
        if value.__class__ is not Held:
            return value
        if not value.lives():
            return MISSING
        return value.value if value.value.__class__ is Raised else value.hand_out()

    def lying(self, key: Any) -> Any:
        """Return what lies in memory under a key, be it `Held` or expired; `MISSING` if nothing."""
        found = self._stored(key)
        return MISSING if found is None else self._miss.policy.peek(found)

    def __getitem__(self, key: Any) -> Any:
        value = self.kept(key)
        if value is MISSING or value.__class__ is Raised:
            raise KeyError(key)
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        found = self._stored(key)
        if found is not None:
            self._miss.policy.discard(found)
        self._miss.remember(self._key(key), value, self._calls.cell_contents)

    def __delitem__(self, key: Any) -> None:
        found = self._stored(key)
        if found is None or not self._miss.policy.discard(found):
            raise KeyError(key)

    def __iter__(self) -> Iterator[Any]:
        for key in list(self._miss.policy):
            if key.__class__ is Aside and not self._is_result(key):
                continue
            call = owned_call(key.key if key.__class__ is Aside else key)
            if call is not MISSING:
                yield call

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))

    def clear(self) -> None:
        self._miss.policy.clear()

    def _is_result(self, key: Aside) -> bool:
        """Return whether what was set aside is a result, and has not expired."""
        held = self._miss.policy.peek(key)
        return held is not MISSING and held.value.__class__ is not Raised and held.lives()

    def _key(self, key: Any) -> Any:
        if key.__class__ in ATOMS or is_digested(key):
            return key
        return self._miss.memory_key(key)

    def _stored(self, key: Any) -> Any:
        plain = self._key(key)
        for form in (plain, Aside(plain)):
            if form in self._miss.policy.memory:
                return form
        return None
