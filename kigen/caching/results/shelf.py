"""One function's part of an archive."""

from __future__ import annotations

from collections.abc import Hashable, ItemsView, Iterable, Iterator, MutableMapping
from operator import is_
from time import perf_counter, time
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from kigen.caching.calls.body import body_tag
from kigen.caching.calls.call import Call, snapshot
from kigen.caching.calls.elide import elide
from kigen.caching.calls.naming import Naming
from kigen.caching.calls.owners import holds_owner
from kigen.caching.calls.plain import is_digested, memory_key
from kigen.caching.notices import warn
from kigen.caching.results.guard import choose_guard
from kigen.caching.results.held import Raised
from kigen.errors import (
    ArchiveError,
    ChangedFunctionWarning,
    CodecError,
    StorageWarning,
    UnkeyableCall,
)
from kigen.fingerprint.refusal import shown
from kigen.policies import MISSING

if TYPE_CHECKING:
    from kigen.archives import Archive, Entry
    from kigen.caching.misses.flight import Flight
    from kigen.caching.results.rules import Rules


class Unwritten(NamedTuple):
    """A call whose result is in memory alone.

    What is known of it: the seconds it took, its name, and when it was computed, since 1970; and
    the result itself, once it has left memory.
    """

    call: Any
    elapsed: float | None = None
    name: str | None = None
    created: float | None = None
    value: Any = MISSING


class Shelf(MutableMapping[Any, Any]):
    """The results of one function in an archive, as a mapping from calls to results.

    ``through`` says when a result is written: at once, or when it leaves memory or is dumped.
    A result that cannot be stored costs a warning and never the result.
    """

    #: What is raised for a result that cannot be stored.
    refusals: ClassVar[tuple[type[Exception], ...]] = (CodecError, ArchiveError, UnkeyableCall)

    def __init__(
        self,
        archive: Archive,
        naming: Naming,
        *,
        through: bool,
        on_change: str = "recompute",
        copy: bool | None = None,
        rules: Rules | None = None,
    ) -> None:
        self.archive = archive
        self.naming = naming
        self.through = through
        self.on_change = on_change
        self.rules = rules
        #: Whether the archive is what klepto would take for the memory itself.
        self.is_memory: bool = False
        #: In memory and not yet in the archive, by key in memory.
        self.unwritten: dict[Hashable, Unwritten] = {}
        # An archive in memory keeps the objects themselves, which a caller could poison.
        self._guard = choose_guard(copy if archive.backend.keeps_objects else False)
        self._body: str | None = None
        self._told = False

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes along to another process: not the instances whose results wait."""
        waiting = {key: one for key, one in self.unwritten.items() if not holds_owner(key)}
        return {**vars(self), "unwritten": waiting}

    @property
    def body(self) -> str:
        """The tag of the function's body; read late, when what it captured has its value."""
        if self._body is None:
            self._body = body_tag(self.naming.function)
        return self._body

    def take(self, flight: Flight) -> tuple[Any, float]:
        """Return the stored result of a call, or `MISSING`, and its age; names the flight."""
        flight.name = self.naming.name(flight.call)
        entry, value = self._find(flight.call, flight.name)
        if entry is not None and value is not MISSING:
            return value, time() - entry.created
        stored = flight.call if self.archive.backend.keeps_objects else elide(flight.call)
        # The function may change its arguments, or its caller may before they are written.
        flight.stored = as_it_is(stored, flight.key)
        flight.started = perf_counter()
        return MISSING, 0.0

    def keep(self, flight: Flight, value: Any) -> None:
        """Write a new result, or note that it is to be written."""
        if not hasattr(flight, "started"):  # it took off before the archive was in use
            if not is_digested(flight.key):
                self.unwritten[flight.key] = Unwritten(flight.call)
            return
        elapsed = perf_counter() - flight.started
        if self.through:
            self.write(flight.stored, value, elapsed, flight.name)
        else:
            self.unwritten[flight.key] = Unwritten(flight.stored, elapsed, flight.name, time())

    def evicted(self, key: Hashable, value: Any, age: float = 0.0) -> None:
        """Write what leaves memory, unless it is written already, or `MISSING`."""
        waiting = self.unwritten.get(key)
        if waiting is None:
            return
        if value is not MISSING:
            # Nobody else has it now: what an interrupt leaves here, the next `dump` writes.
            self.unwritten[key] = waiting = Unwritten(*waiting[:4], value)
            self.write_back(waiting, value, age)
        if self.unwritten.get(key) is waiting:
            self.unwritten.pop(key, None)

    def take_back(self, written: Unwritten) -> None:
        """Remove what has been written, for it was forgotten meanwhile."""
        self.archive.discard(written.name or self.naming.name(written.call))

    def write_back(self, waiting: Unwritten, value: Any, age: float) -> bool:
        """`write` a result that is in memory; its age counts if nobody noted the time."""
        call, elapsed, name, created, _ = waiting
        return self.write(call, value, elapsed, name, time() - age if created is None else created)

    def write(
        self,
        call: Any,
        value: Any,
        elapsed: float | None = None,
        name: str | None = None,
        created: float | None = None,
    ) -> bool:
        """Store one result; return whether it is stored, and warn if it is not."""
        naming = self.naming
        identity = naming.identity
        key = naming.call(call)
        try:
            self.archive.store(
                name or naming.name(call),
                key,
                self._guarded(value),
                function=identity if isinstance(key, Call) else "",
                code=self.body,
                elapsed=elapsed,
                fields=naming.fields(call),
                created=created,
            )
        except self.refusals as error:
            self.tell_unstored(call, error)
            return False
        return True

    def tell_unstored(self, call: Any, error: Exception) -> None:
        """Warn that a result is not stored."""
        naming = self.naming
        arguments = ", ".join(f"{k}={shown(v, 60)}" for k, v in naming.fields(call).items())
        called = f"{naming.identity}({arguments})"
        warn(f"{called} was computed but not stored: {error}", StorageWarning)

    def entries(self) -> Iterator[tuple[Any, Any, float | None]]:
        """Iterate over (call, result, seconds it took) of this function's part of the archive."""
        return ((call, value, entry.elapsed) for call, value, entry in self._all())

    def aged(self, calls: Iterable[Any] | None = None) -> Iterator[tuple[Any, Any, float]]:
        """Iterate over (call, result, age in seconds) of all, or of those ``calls`` that it has."""
        found = self._all() if calls is None else self._some(calls)
        return ((call, value, time() - entry.created) for call, value, entry in found)

    def _some(self, calls: Iterable[Any]) -> Iterator[tuple[Any, Any, Entry]]:
        for call in calls:
            entry, value = self._find(call, self.naming.name(call))
            if entry is not None and value is not MISSING and value.__class__ is not Raised:
                yield call, value, entry

    def _all(self) -> Iterator[tuple[Any, Any, Entry]]:
        naming = self.naming
        given = {} if naming.beside is None else self._given()
        for entry in self.archive.entries(naming.identity):
            value = self._value(entry)
            if not isinstance(entry.key, Call) or value is MISSING or value.__class__ is Raised:
                continue
            try:
                call = naming.key(entry.key)
            except ValueError:  # it had other parameters then
                continue
            if given:
                key = memory_key(naming.public(call))
                if key in given and given[key].created >= entry.created:
                    continue
                given.pop(key, None)
            yield call, value, entry
        for entry in given.values():
            value = self._value(entry)
            if value is not MISSING:
                yield naming.given(entry.key), value, entry

    def _given(self) -> dict[Hashable, Entry]:
        """Return what is stored under keys alone, as klepto has it."""
        from kigen.archives.entry import UnreadableKey

        entries = self.archive.entries("")
        return {memory_key(e.key): e for e in entries if not isinstance(e.key, UnreadableKey)}

    def _find(self, call: Any, name: str) -> tuple[Entry | None, Any]:
        """Return the entry of a call and its result, or what is newer under the key alone."""
        entry = self.archive.fetch(name)
        value = self._value(entry)
        if self.naming.beside is None:
            return entry, value
        given = self.archive.fetch(self.naming.given_name(call))
        newer = entry is None or value is MISSING or (given and given.created >= entry.created)
        return (given, self._value(given)) if given and newer else (entry, value)

    def _value(self, entry: Entry | None) -> Any:
        if entry is None:
            return MISSING
        if not self._same_body(entry.code) or self._expired(entry):
            return MISSING
        return self._guarded(entry.value)

    def _expired(self, entry: Entry) -> bool:
        life = None if self.rules is None else self.rules.lifetime(entry.value)
        return life is not None and time() - entry.created >= life

    def _guarded(self, value: Any) -> Any:
        copier = self._guard(value)
        if copier is None:
            return value
        try:
            return copier(value)
        except Exception as error:
            raise CodecError(
                f"copy=True cannot copy a {type(value).__name__}: {error!r}"
            ) from error

    def _same_body(self, body: str) -> bool:
        """Tell whether a result of ``body`` may be used; one of another interpreter may."""
        if body == self.body or self.on_change == "ignore":
            return True
        if not body or body.partition(":")[0] != self.body.partition(":")[0]:
            return True
        if not self._told:
            self._told = True
            done = "are used" if self.on_change == "warn" else "are computed again"
            warn(
                f"{self.naming.identity} has changed since results were stored in "
                f"{self.archive.url}; they {done} (on_change={self.on_change!r})",
                ChangedFunctionWarning,
            )
        return self.on_change == "warn"

    def kept(self, call: Any) -> Any:
        """Return what a call would get, an exception as `Raised`; `MISSING` if it would compute."""
        return self._find(call, self.naming.name(call))[1]

    def __getitem__(self, call: Any) -> Any:
        value = self.kept(call)
        if value is MISSING or value.__class__ is Raised:
            raise KeyError(call)
        return value

    def __setitem__(self, call: Any, value: Any) -> None:
        self.write(call, value)

    def discard(self, call: Any) -> bool:
        """Remove what is stored of a call; return whether there was anything."""
        return self.archive.discard(self.naming.name(call))

    def __delitem__(self, call: Any) -> None:
        if not self.discard(call):
            raise KeyError(call)

    def clear(self) -> None:
        for call in list(self):
            self.discard(call)

    def __iter__(self) -> Iterator[Any]:
        return (call for call, _, _ in self.entries())

    def items(self) -> ItemsView[Any, Any]:
        return _Items(self)

    def __len__(self) -> int:
        return sum(1 for _ in self.entries())

    def __repr__(self) -> str:
        return f"<results of {self.naming.identity} in {self.archive.url}>"


class _Items(ItemsView[Any, Any]):
    """The pairs, read in batches and not by one look-up each."""

    __slots__ = ("_shelf",)

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self._shelf = shelf

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        shelf = self._shelf
        return ((call, value) for call, value, _ in shelf.entries())


def as_it_is(call: Any, key: Hashable) -> Any:
    """Return a call that stays what it is now; ``key`` is its key in memory.

    What the key holds as it stands cannot change. The instance of a method is not copied: it is
    its own key, and may be large.
    """
    if key is call:
        return call
    if holds_owner(key):
        same = key.__class__ is not tuple or all(map(is_, key[1:], call[1:]))
        return call if same else (call[0], *snapshot(call[1:]))
    return snapshot(call)
