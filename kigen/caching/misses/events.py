"""Telling what a cache does: for logs and metrics."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from kigen.caching.calls.owners import owned_call
from kigen.caching.misses.flight import GROUNDED, Flight
from kigen.caching.misses.miss import Miss
from kigen.caching.results.held import Held, Raised
from kigen.errors import ConfigurationError
from kigen.policies import MISSING
from kigen.policies.policy import Entry

if TYPE_CHECKING:
    from kigen.caching.results.shelf import Shelf

#: Is called with the key of a call.
Listener = Callable[[Any], object] | None
#: Is called with the key and the result.
Farewell = Callable[[Any, Any], object] | None


class Events(NamedTuple):
    """What the options ``on_hit``, ``on_miss``, ``on_load`` and ``on_evict`` say.

    Each is called with the key of the call, ``on_evict`` with the key and the result (or the
    exception that is kept in its place), in the thread of the caller and after the fact. What it
    raises is the caller's; the other events of the call are told all the same. Of a call that is
    known by its fingerprint alone, ``on_evict`` gets a digest: what it was called with is not kept.
    """

    on_hit: Listener = None
    on_miss: Listener = None
    on_load: Listener = None
    on_evict: Farewell = None

    @classmethod
    def of(cls, **listeners: Any) -> Events | None:
        """Return the events, or None if nobody listens; raises `ConfigurationError`."""
        for option, listener in listeners.items():
            if listener is not None and not callable(listener):
                raise ConfigurationError(
                    f"{option}={listener!r} cannot be called; give a function of the key",
                    option=option,
                )
        return cls(**listeners) if any(listeners.values()) else None

    def by_key(self) -> Events:
        """Return events that are told a keymap's key without the call that stands beside it."""

        def told(listener: Any) -> Any:
            return listener and (lambda key, *result: listener(key[0], *result))

        return Events(*map(told, self))


class TellingMiss(Miss):
    """As `Miss`, but tells those who listen; the compiled wrapper tells of its own hits."""

    __slots__ = ()

    def settle(self, flight: Flight, value: Any, now: float) -> Any:
        try:
            return super().settle(flight, value, now)
        finally:  # it is counted, also if somebody who hears of an eviction raises
            if flight is not GROUNDED:
                self._tell("on_miss", flight.call)

    def recall(self, key: Hashable, call: Any, now: float) -> Any:
        try:
            entry = self.policy.find(key, now)
        except BaseException:
            self.uncount()
            raise
        if entry is None or (isinstance(entry, Held) and not entry.lives()):
            return MISSING
        self._tell("on_hit", call)
        return entry.hand_out() if isinstance(entry, Held) else entry.value

    def serve_stale(self, held: Held, call: Any) -> Any:
        self._tell("on_hit", call)
        return super().serve_stale(held, call)

    def after_wait(self, value: Any, key: Hashable, call: Any, now: float) -> Any:
        if value is MISSING:
            return super().after_wait(value, key, call, now)
        try:
            return super().after_wait(value, key, call, now)
        finally:  # it may be an exception that is kept
            self._tell("on_hit", call)

    def leave(self, entry: Entry) -> None:
        super().leave(entry)
        kept = entry.kept
        if kept.__class__ is Raised:
            kept = kept.error
        self._tell("on_evict", owned_call(entry.key), kept)

    def pour(self, shelf: Shelf, key: Hashable, value: Any) -> list[Entry]:
        left = super().pour(shelf, key, value)
        self.see_off(left)  # what the archive has by now it is not given again
        return left

    def take_in(self, flight: Flight, value: Any, age: float, now: float) -> None:
        try:
            super().take_in(flight, value, age, now)
        finally:
            self._tell("on_load", flight.call)

    def _tell(self, what: str, *facts: Any) -> None:
        listener = getattr(self.events, what)
        if listener is not None:
            listener(*facts)
