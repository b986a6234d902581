"""Results under the keys that one of klepto's keymaps makes, which may stand for several calls.

A cache keeps the call beside such a key. Whoever asks by key alone (``f.load``, ``f.__cache__()``,
an archive that klepto filled) does without: `GIVEN` stands beside a key that came by itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, MutableMapping
from typing import Any

from kigen.caching.calls.plain import memory_key
from kigen.caching.handle.memory import Memory
from kigen.caching.misses.free_threads import counts
from kigen.caching.misses.miss import Miss
from kigen.errors import UnfingerprintableError
from kigen.policies import MISSING
from kigen.signature.marker import GIVEN


class KeyedMiss(Miss):
    """As `Miss`, for a keymap with the call beside its key: a key that was given has a result."""

    __slots__ = ()

    def claim_odd(self, call: Any, now: float) -> Any:
        if call.__class__ is tuple:
            given = call[0], GIVEN
            try:
                hash(given)
            except Exception:  # noqa: BLE001 - whatever it is, such a key is never given
                return super().claim_odd(call, now)
            value = self.recall(given, given, now)
            if value is not MISSING:
                return value
        return super().claim_odd(call, now)


def without_twins(
    found: Iterable[tuple[Any, Any, float]], memory: MutableMapping[Any, Any]
) -> Iterator[tuple[Any, Any, float]]:
    """Iterate over ((key, call), result, age) that may go in: a key is given or has calls."""
    known = {memory_key(call[0]): call for call in memory}
    for call, value, age in found:
        key = memory_key(call[0])
        there = known.get(key, call)
        if there[1] is GIVEN and call[1] is not GIVEN:
            del memory[there]
        known[key] = there if call[1] is GIVEN else call
        yield known[key], value, age


class Places:
    """Where in memory the result of a key lies: known anew when others have put something in."""

    def __init__(self, miss: Miss, memory: Memory) -> None:
        self._miss = miss
        self._memory = memory
        self._calls: dict[Hashable, Any] = {}
        self._known: object = None  # how often something had been put in when they were looked up

    def of(self, key: Any) -> Any:
        """Return the (key, call) under which a result lies, or is to lie, in memory."""
        if self._known != self._times():
            self._calls = {memory_key(call[0]): call for call in self._memory}
            self._known = self._times()
        call = self._calls.get(memory_key(key), MISSING)
        return (key, GIVEN) if self._memory.lying(call) is MISSING else call

    def note(self, key: Any, call: Any) -> None:
        """Note that the result of the key has been put there, and nothing else meanwhile."""
        self._calls[memory_key(key)] = call
        self._known = self._times()

    def _times(self) -> object:
        return (*counts(self._miss).values(), self._memory.changes)


class ByKey(MutableMapping[Any, Any]):
    """Results by (key, call), as a mapping by key."""

    def __init__(self, results: MutableMapping[Any, Any]) -> None:
        self._results = results
        self._calls: dict[Hashable, Any] = {}

    def find(self, key: Any) -> Any:
        """Return the (key, call) that there is of a key, or `MISSING`."""
        try:
            plain = memory_key(key)
        except UnfingerprintableError:
            return MISSING
        call = self._calls.get(plain, MISSING)
        if call is MISSING or call not in self._results:
            call = self._index().get(plain, MISSING)
        return call

    def calls(self, keys: Iterable[Any]) -> list[Any]:
        """Return the (key, call) that there is of each key, if there is one."""
        index = self._index()
        found = (index.get(memory_key(key), MISSING) for key in keys)
        return [call for call in found if call is not MISSING]

    def __getitem__(self, key: Any) -> Any:
        return self._results[self._found(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        call = self.find(key)
        self._results[(key, GIVEN) if call is MISSING else call] = value

    def __delitem__(self, key: Any) -> None:
        del self._results[self._found(key)]

    def __iter__(self) -> Iterator[Any]:
        return (call[0] for call in self._index().values())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        self._results.clear()

    def __repr__(self) -> str:
        return repr(dict(self))

    def _index(self) -> dict[Hashable, Any]:
        self._calls = {memory_key(call[0]): call for call in self._results}
        return self._calls

    def _found(self, key: Any) -> Any:
        call = self.find(key)
        if call is MISSING:
            raise KeyError(key)
        return call
