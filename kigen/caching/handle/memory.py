"""What one cached function has in memory, as a mapping."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from kigen.caching.calls.owners import owned_call
from kigen.caching.calls.plain import ATOMS, is_digested
from kigen.caching.misses.miss import Miss
from kigen.caching.results.held import Held, Raised
from kigen.policies import MISSING

if TYPE_CHECKING:
    from kigen.caching.misses.free_threads import CallCell, Clock


class Memory(MutableMapping[Any, Any]):
    """The entries in memory of one cached function, from keys to results."""

    def __init__(self, miss: Miss, calls: CallCell | Clock) -> None:
        self._miss = miss
        self._calls = calls
        self.changes: int = 0  # how often something was put in here

    def kept(self, key: Any) -> Any:
        """Return what a call would get, an exception as `Raised`; `MISSING` if it would compute."""
        entry = self._miss.policy.peek(self._key(key))
        if entry is None or (isinstance(entry, Held) and not entry.lives()):
            return MISSING
        if not isinstance(entry, Held):
            return entry.value
        # Not ``value``, which looks at the clock again.
        return entry.kept if entry.kept.__class__ is Raised else entry.hand_out()

    def lying(self, key: Any) -> Any:
        """Return what lies in memory under a key, be it expired; `MISSING` if nothing."""
        entry = self._miss.policy.peek(self._key(key))
        return MISSING if entry is None else entry.kept

    def __getitem__(self, key: Any) -> Any:
        value = self.kept(key)
        if value is MISSING or value.__class__ is Raised:
            raise KeyError(key)
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        self.take(key, value, age=0.0)

    def take(self, key: Any, value: Any, age: float) -> None:
        """Put in a result that was computed ``age`` seconds ago."""
        self.changes += 1
        self._miss.remember(self._key(key), value, self._calls.cell_contents, age)

    def age(self, key: Any) -> float:
        """Return how many seconds ago a result was computed, if that is known; else 0."""
        entry = self._miss.policy.peek(self._key(key))
        return entry.age() if isinstance(entry, Held) else 0.0

    def __delitem__(self, key: Any) -> None:
        if not self._miss.discard(self._key(key)):
            raise KeyError(key)

    def __iter__(self) -> Iterator[Any]:
        for key in list(self._miss.policy):
            call = owned_call(key) if self._is_result(key) else MISSING
            if call is not MISSING:
                yield call

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))

    def clear(self) -> None:
        self._miss.clear()

    def _is_result(self, key: Hashable) -> bool:
        """Return whether what is in memory is a result, and has not expired."""
        entry = self._miss.policy.peek(key)
        if not isinstance(entry, Held):
            return entry is not None
        return entry.kept.__class__ is not Raised and entry.lives()

    def _key(self, key: Any) -> Any:
        if key.__class__ in ATOMS or is_digested(key):
            return key
        return self._miss.memory_key(key)
