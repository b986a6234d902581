"""What a decorated function offers beside being called."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, MutableMapping
from functools import cached_property
from operator import sub
from typing import TYPE_CHECKING, Any

from kigen.caching.calls.plain import is_digested
from kigen.caching.handle.info import CacheInfo, StandardCacheInfo
from kigen.caching.handle.replacing import Replacing
from kigen.caching.misses.free_threads import counts
from kigen.caching.misses.miss import Miss
from kigen.caching.notices import show_users_frames
from kigen.caching.results.held import Raised
from kigen.caching.results.shelf import Shelf, Unwritten
from kigen.policies import MISSING

if TYPE_CHECKING:
    from kigen.caching.handle.functioncache import FunctionCache
    from kigen.caching.handle.keyed import Places
    from kigen.caching.misses.free_threads import CallCell, Clock


class Control(Replacing):
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
        super().__init__(miss, calls, key, rounded, open_shelf, function)
        self._since = [0, 0, 0, 0]
        self._call = call

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

    def own_calls(self, calls: list[Any]) -> list[Any]:
        """Return those of an archive's calls that are of this function, if it has an archive."""
        return [] if self._miss.shelf is None else self._miss.naming.own(calls)

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
