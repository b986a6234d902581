"""How results of a cached function are forgotten, and others put in their place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kigen.caching.handle.archiving import Archiving
from kigen.caching.handle.memory import Memory
from kigen.caching.misses.miss import Miss
from kigen.caching.misses.switch import is_off
from kigen.caching.results.shelf import Shelf, Unwritten, as_it_is
from kigen.errors import ArchiveError
from kigen.policies import MISSING

if TYPE_CHECKING:
    from kigen.caching.misses.free_threads import CallCell, Clock


class Replacing(Archiving):
    """The part of `Control` that forgets results and computes them anew."""

    def __init__(
        self,
        miss: Miss,
        calls: CallCell | Clock,
        key: Callable[..., Any],
        rounded: Callable[[Any], Any] | None,
        open_shelf: Callable[[Any], Shelf | None],
        function: Callable[..., Any],
    ) -> None:
        super().__init__(miss, Memory(miss, calls), open_shelf)
        self._calls = calls
        self._key = key
        self._rounded = rounded
        self._function = function

    def invalidate(self, /, *args: Any, **kwargs: Any) -> bool:
        """Forget the result of a call, in memory and archive; return whether there was one."""
        return self._forget(self._told_apart(args, kwargs))

    def _forget(self, call: Any) -> bool:
        known = False
        for key in self._forms(call):
            place = self._miss.memory_key(key)
            shelf = self._miss.shelf
            if shelf is not None:
                shelf.unwritten.pop(place, None)  # first: who is writing it will take it back
            self._miss.under_way.outdate(place)
            self._miss.outdate(place)
            known = self.memory.kept(key) is not MISSING or known
            try:
                if shelf is not None:
                    known = shelf.discard(key) or known
                    self._miss.under_way.outdate(place)
                    self._miss.outdate(place)  # who took off since may bring it from the archive
            finally:
                self._miss.discard(place)
        return known

    def refresh(self, /, *args: Any, **kwargs: Any) -> Any:
        """Compute the result of a call anew, keep it in place of the old one, and return it.

        The old one stays until then; if the function raises, it stays for good. If the new one is
        not to be kept (``condition``), neither is the old one. One that is forgotten, or refreshed
        again, while it is computed is returned and not kept. Await what this returns for a
        coroutine function. Within `kigen.disabled()` it is computed, and the old one stays.
        """
        if is_off():
            return self._function(*args, **kwargs)
        told = self._told(self._told_apart(args, kwargs))
        if self._miss.awaits:
            return self._keep_later(told, self._function(*args, **kwargs))
        token = self._miss.under_way.begin(told[0])
        try:
            value = self._function(*args, **kwargs)
        except BaseException:
            self._miss.under_way.end(token)
            raise
        return self._keep_last(told, value, token)

    def put(self, key: Any, value: Any) -> None:
        """Take in a result that was computed elsewhere; the archive gets it if it lacks it."""
        if self._miss.shelf is None or key in self._miss.shelf:
            self.memory[key] = value
        else:
            self._keep(self._told(key), value)

    def _told_apart(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return the key of a call in full: with the call beside it, if the key is lossy."""
        key = self._key(*args, **kwargs)
        return key if self._rounded is None else self._rounded(key)

    def _forms(self, key: Any) -> tuple[Any, ...]:
        """Return a key, and what stands for it if it came without a call."""
        naming = self._miss.naming
        return (key, naming.given(naming.public(key))) if naming.beside else (key,)

    def _told(self, call: Any) -> tuple[Hashable, Any]:
        """Return the key in memory of a call, and the call as it is now, to be written later."""
        key = self._miss.memory_key(call)
        return key, as_it_is(call, key)

    async def _keep_later(self, told: tuple[Hashable, Any], value: Awaitable[Any]) -> Any:
        token = self._miss.under_way.begin(told[0])
        try:
            found = await value
        except BaseException:
            self._miss.under_way.end(token)
            raise
        return self._keep_last(told, found, token)

    def _keep_last(self, told: tuple[Hashable, Any], value: Any, token: int) -> Any:
        """Keep what was computed, unless it was forgotten or replaced since it began."""
        under_way = self._miss.under_way
        if token in under_way:
            under_way.outdate(told[0], before=token)
            try:
                self._keep(told, value)
            finally:
                if not under_way.end(token):
                    self._forget(told[1])
        return value

    def _keep(self, told: tuple[Hashable, Any], value: Any) -> Any:
        key, call = told
        miss, shelf = self._miss, self._miss.shelf
        life = None if miss.rules is None else miss.rules.grant(value)
        held = miss.hold(value, life)
        if held is MISSING or life == 0:
            self._forget(call)
            return value
        miss.outdate(key)
        for twin in self._forms(key)[1:]:
            self.memory.pop(twin, None)
        if shelf is not None:
            self._shelve(shelf, told, value)
        kept = value if held is None else held.kept
        try:
            self.memory.changes += 1
            miss.put(key, kept, self._calls.cell_contents, held)
        finally:  # also if somebody who hears of an eviction raises
            if shelf is not None:  # whoever took off before may have brought the old one from there
                miss.outdate(key)
                lies = self.memory.lying(key)
                if lies is not MISSING and lies is not kept:
                    self.memory[key] = value
        return value

    def _shelve(self, shelf: Shelf, told: tuple[Hashable, Any], value: Any) -> None:
        """Write a result that takes the place of another, or note that it is to be written."""
        key, call = told
        if not shelf.through:
            shelf.unwritten[key] = Unwritten(call)
        elif not shelf.write(call, value):
            with suppress(ArchiveError):  # of which the user has been told
                shelf.discard(call)
