"""What a decorated function offers beside being called."""

from __future__ import annotations

from collections.abc import (
    Awaitable,
    Callable,
    Hashable,
    Iterable,
    Iterator,
    MutableMapping,
)
from contextlib import suppress
from functools import cached_property
from operator import sub
from typing import TYPE_CHECKING, Any

from kigen.caching.calls.plain import is_digested
from kigen.caching.handle.archiving import Archiving
from kigen.caching.handle.info import CacheInfo, StandardCacheInfo
from kigen.caching.handle.memory import Memory
from kigen.caching.misses.free_threads import counts
from kigen.caching.misses.miss import Miss
from kigen.caching.misses.switch import is_off
from kigen.caching.notices import show_users_frames
from kigen.caching.results.held import Raised
from kigen.caching.results.shelf import Shelf, Unwritten, as_it_is
from kigen.errors import ArchiveError
from kigen.policies import MISSING

if TYPE_CHECKING:
    from kigen.caching.handle.functioncache import FunctionCache
    from kigen.caching.handle.keyed import Places
    from kigen.caching.misses.free_threads import CallCell, Clock


class Control(Archiving):
    """The handle on one cached function, on which `memoizer.METHODS` hang; the others are ours."""

    def __init__(
        self,
        miss: Miss,
        calls: CallCell | Clock,
        key: Callable[..., Any],
        rounded: Callable[[Any], Any] | None,
        open_shelf: Callable[[Any], Shelf | None],
        function: Callable[..., Any],
        call: Callable[..., Any],
    ) -> None:
        super().__init__(miss, Memory(miss, calls), open_shelf)
        self._calls = calls
        self._since = [0, 0, 0, 0]
        self._function = function
        self._call = call
        self._key = key
        self._rounded = rounded

    def key(self, /, *args: Any, **kwargs: Any) -> Any:
        """Return the key of a call, rounded if the cache rounds."""
        return self._miss.naming.public(self._told_apart(args, kwargs))

    def info(self) -> CacheInfo:
        """Return how many calls were answered from memory, computed and loaded."""
        miss = self._miss
        since = self._since  # read first: they only grow, and `clear` may come between
        calls, begun, misses, loads = map(sub, self._counted(), since)
        hits = max(0, calls - begun)  # one may be between its first line and its claim
        if miss.shelf is not None and miss.shelf.is_memory:
            hits, loads = hits + loads, 0
        return CacheInfo.of(hits, misses, loads, miss.policy)

    def _counted(self) -> list[int]:
        """Return the number of calls, and the counts of misses, since the beginning."""
        return [int(self._calls.cell_contents), *counts(self._miss).values()]

    def cache_info(self) -> StandardCacheInfo:
        """Return the same as `functools.lru_cache` does."""
        hit, miss, load, maxsize, size = self.info()
        return StandardCacheInfo(hit + load, miss, maxsize, size)

    def cache_parameters(self) -> dict[str, Any]:
        """Return the options of the cache, as `functools.lru_cache` does."""
        policy = self._miss.policy
        bytes_too = {} if policy.maxbytes is None else {"maxbytes": policy.maxbytes}
        return {"maxsize": policy.maxsize, **bytes_too, "typed": self._miss.naming.typed}

    def clear(self, keepstats: bool = False) -> None:
        """Empty the memory, and set the counts to zero; the archive stays as it is."""
        self._miss.clear()
        if not keepstats:
            self._since = self._counted()

    def cache_clear(self) -> None:
        """Empty the memory, and set the counts to zero, as `functools.lru_cache` does."""
        self.clear()

    def load(self, *keys: Any) -> None:
        """Bring results from the archive into memory: those of ``keys``, or all that fit.

        A key is what `key` returns; one that the archive lacks is passed over.
        """
        shelf = self._miss.shelf
        if shelf is None:
            return
        found = self._in_full(keys, shelf)
        wanted = shelf.aged(found if keys else None)
        fitting = wanted if keys else self._miss.policy.fitting(wanted)
        if self._miss.naming.beside:
            from kigen.caching.handle.keyed import without_twins

            fitting = without_twins(fitting, self.memory)
        with self._miss.under_way.outdated() as outdated:
            for key, value, age in fitting:
                place = self._miss.memory_key(key)
                if place not in outdated:
                    self.memory.take(key, value, age)
                    if place in outdated:
                        self._forget(key)

    def dump(self, *keys: Any) -> None:
        """Write results from memory to the archive: those of ``keys``, or all not yet written.

        A result that cannot be stored costs a `kigen.errors.StorageWarning`; the others are.
        """
        shelf = self._miss.shelf
        if shelf is None:
            return
        found = self._in_full(keys, self.memory)
        wanted = {self._miss.memory_key(key): Unwritten(key) for key in found}
        for key, again in (wanted if keys else dict(shelf.unwritten)).items():
            token = self._miss.under_way.begin(key)
            waiting = shelf.unwritten.get(key, again)
            try:
                self._write(shelf, key, waiting)
            finally:
                if not self._miss.under_way.end(token):
                    shelf.take_back(waiting)

    def _write(self, shelf: Shelf, key: Hashable, waiting: Unwritten) -> None:
        value = self.memory.kept(key)
        value = waiting.value if value is MISSING else value
        known = value is not MISSING and not is_digested(waiting.call)
        written = known and shelf.write_back(waiting, value, self.memory.age(key))
        if written and shelf.unwritten.get(key) is waiting:
            shelf.unwritten.pop(key, None)

    def lookup(self, /, *args: Any, **kwargs: Any) -> Any:
        """Return the result of a call from memory or archive; the function is never called.

        Raises KeyError if neither has it, and an exception that is kept in its place. Nothing is
        counted and no recency changes.
        """
        key = self._told_apart(args, kwargs)
        value = self._kept(key)
        if value is MISSING:
            raise KeyError(self._miss.naming.public(key))
        if value.__class__ is Raised:
            raise value.anew()
        return value

    def map(self, arguments: Iterable[Any]) -> list[Any]:
        """Return the results for many single arguments, in their order."""
        try:
            return [self._call(argument) for argument in arguments]
        except BaseException as error:
            show_users_frames(error)
            raise

    def contains(self, /, *args: Any, **kwargs: Any) -> bool:
        """Return whether a call would be answered from memory or archive."""
        return self._kept(self._told_apart(args, kwargs)) is not MISSING

    def peek(self, /, *args: Any, **kwargs: Any) -> Any:
        """Return the result of a call if there is one, else None; the function is never called."""
        value = self._kept(self._told_apart(args, kwargs))
        return None if value is MISSING or value.__class__ is Raised else value

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

    def note(self, key: Any, value: Any) -> None:
        """Put an entry into memory by hand; the archive gets it when it leaves, or at a `dump`.

        Raises `KeymapError` for what can be no key of the function.
        """
        self._miss.naming.check(key)
        places = self._places if self._miss.naming.beside else None
        place, call = self._told(key if places is None else places.of(key))
        if self._miss.shelf is not None:  # before it goes in: there may be no room for it
            self._miss.shelf.unwritten[place] = Unwritten(call)
        self.memory[place] = value
        if places is not None:
            places.note(key, place)

    def stored(self) -> Iterator[tuple[Any, Any, float | None]]:
        """Iterate over (key, result, seconds it took) in the archive; without one, in memory."""
        shelf = self._miss.shelf
        if shelf is None:
            return ((key, value, None) for key, value in self.memory.items())
        return shelf.entries()

    @property
    def keyed(self) -> bool:
        """Whether a keymap makes the keys."""
        return self._miss.naming.names is None

    def by_key(self, results: MutableMapping[Any, Any]) -> MutableMapping[Any, Any]:
        """Return results as a mapping by what `key` returns."""
        if not self._miss.naming.beside:
            return results
        from kigen.caching.handle.keyed import ByKey

        return ByKey(results)

    def cache(self) -> FunctionCache:
        """Return memory and archive as one of klepto's cache objects."""
        from kigen.caching.handle.functioncache import FunctionCache

        return FunctionCache(self)

    def _kept(self, key: Any) -> Any:
        values = (self.memory.kept(form) for form in self._forms(key))
        value = next((value for value in values if value is not MISSING), MISSING)
        shelf = self._miss.shelf
        return shelf.kept(key) if value is MISSING and shelf is not None else value

    def _told_apart(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return the key of a call in full: with the call beside it, if the key is lossy."""
        key = self._key(*args, **kwargs)
        return key if self._rounded is None else self._rounded(key)

    def _forms(self, key: Any) -> tuple[Any, ...]:
        """Return a key, and what stands for it if it came without a call."""
        naming = self._miss.naming
        return (key, naming.given(naming.public(key))) if naming.beside else (key,)

    def _in_full(self, keys: Iterable[Any], results: MutableMapping[Any, Any]) -> Iterable[Any]:
        """Return those that are keys; with the calls beside them that have results, if lossy."""
        by_key: Any = self.by_key(results)
        if not keys or by_key is results:
            return filter(self._miss.naming.fits, keys)
        calls: list[Any] = by_key.calls(keys)
        return calls

    @cached_property
    def _places(self) -> Places:
        from kigen.caching.handle.keyed import Places

        return Places(self._miss, self.memory)

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
