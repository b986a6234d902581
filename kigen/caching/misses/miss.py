"""What a miss does, once, whatever the function and the policy.

``claim`` answers a call that the compiled wrapper did not find in memory: with the value, if it is
known after all, or with a `Flight`, if the caller is the one to compute it. ``settle`` takes the
computed value in, ``abandon`` the news that there is none. No lock is held in between.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from kigen.caching.calls.owners import holds_owner
from kigen.caching.misses.depth import STEP, lift, lifts
from kigen.caching.misses.flight import GROUNDED, Flight, gates, obsolete
from kigen.caching.misses.free_threads import counts, tally
from kigen.caching.results.guard import FIXED
from kigen.caching.results.held import Held, Raised
from kigen.caching.results.keeper import Keeper
from kigen.policies import MISSING, Policy

if TYPE_CHECKING:
    from kigen.caching.calls.naming import Naming
    from kigen.caching.misses.events import Events
    from kigen.caching.misses.switch import Switch
    from kigen.caching.results.rules import Rules
    from kigen.caching.results.shelf import Shelf


class Miss(Keeper):
    """The slow half of one cached function; the fast half is compiled (`kigen.caching.wrapper`).

    Two tables: the policy's memory, and the flights, which are the computations under way. A key
    is entered in ``flights`` by one atomic `dict.setdefault`; whoever's flight lies there computes.
    """

    __slots__ = (
        "__weakref__",
        "begun",
        "events",
        "flights",
        "loads",
        "me",
        "misses",
        "plain",
        "rounded",
        "switch",
    )

    #: Turns the cache off and on; as old as the wrapper.
    switch: Switch

    #: Whether the function is a coroutine function, and its wrapper one too.
    awaits: ClassVar[bool] = False

    #: What a look-up in memory raises for a key that is not there, or is none as it stands.
    absent: ClassVar[tuple[type[Exception], ...]] = (KeyError, TypeError)

    def __init__(
        self,
        policy: Policy,
        naming: Naming,
        copy: bool | None = None,
        rules: Rules | None = None,
        rounded: Callable[[Any], Any] | None = None,
        purge: bool = False,
        events: Events | None = None,
    ) -> None:
        super().__init__(policy, naming, copy, rules, purge)
        self.me: Callable[[], Hashable] = self.caller()
        self.rounded: Callable[[Any], Any] | None = rounded
        self.events: Events | None = events
        self.plain: bool = rules is None and events is None
        self.flights: dict[Hashable, Flight] = {}
        self.begun: int = 0
        self.misses: int = 0
        self.loads: int = 0
        _alive.add(self)

    @classmethod
    def caller(cls) -> Callable[[], Hashable]:
        """Return what tells who is calling: what owns a flight, and waits for others'."""
        return get_ident

    def claim(self, key: Hashable, call: Any, now: float) -> Any:
        """Return the value of ``call`` if there is one, else the flight that the caller owns.

        ``key`` is the key of the call in memory: the call itself if it is made of `ATOMS`.
        """
        flight = Flight()
        flight.key = key
        flight.call = call
        flight.owner = self.me()
        try:
            try:
                other = self.flights.setdefault(key, flight)
            except BaseException:
                self.uncount()
                raise
            if other is flight:
                if key in self.memory:
                    # Expired, or settled by somebody after we had looked, before we took off.
                    value = self.recall(key, call, now)
                    if value is not MISSING:
                        flight.land(self.flights)
                        return value
                self.begun += 1
                if len(self.flights) % STEP == 0 and not self.awaits:
                    lift(flight)
                return flight if self.shelf is None else self._load(self.shelf, flight, now)
        except BaseException:
            self.withdraw(flight)
            raise
        return self._join(other, key, call, now)

    def uncount(self) -> None:
        """Let a call that ends before its key is found, or known to be absent, not be a hit."""
        self.begun += 1

    def claim_odd(self, call: Any, now: float) -> Any:
        """`claim` a call that is not made of `ATOMS` alone.

        Raises `kigen.errors.UnkeyableCall` for an argument that can be no part of a key.
        """
        try:
            call = call if self.rounded is None else self.rounded(call)
            key = self.memory_key(call)
        except BaseException:
            self.uncount()
            raise
        value = self.recall(key, call, now)
        return self.claim(key, call, now) if value is MISSING else value

    def settle(self, flight: Flight, value: Any, now: float) -> Any:
        """Keep the value that was computed, hand it to those who wait, and return it."""
        if flight is GROUNDED:
            return value
        self.misses += 1
        if obsolete and flight in obsolete:
            flight.land(self.flights)
            return value
        if self.plain and self.shelf is None and value.__class__ in FIXED:
            self.policy.add(flight.key, value, now)
            flight.value = value
        else:
            flight.value = self._keep(flight, value, now)
        del self.flights[flight.key]
        if gates or obsolete or lifts:
            try:
                self._take_back(flight)
            finally:
                flight.open_gates()
        return value

    def abandon(self, flight: Flight, now: float) -> None:
        """Let another caller try, for the computation raised; or keep what it raised.

        Runs while the exception is being handled.
        """
        error = sys.exception()
        rules = self.rules
        if rules is not None and isinstance(error, rules.exceptions):
            self.settle(flight, Raised(error), now)
        elif flight is not GROUNDED:
            flight.land(self.flights)

    def withdraw(self, flight: Flight) -> None:
        """Let another caller try, wherever the flight has ended, if it has not landed.

        Errors of our own may end it, or an interrupt, which comes after any call.
        """
        if flight is not GROUNDED:
            try:
                self._take_back(flight)
            finally:
                if self.flights.get(flight.key) is flight:
                    flight.land(self.flights)
                flight.open_gates()

    def outdate(self, key: Hashable) -> None:
        """Let a computation under way not bring back what is about to be forgotten or replaced."""
        flight = self.flights.get(key)
        if flight is not None:
            flight.outdate(self.flights)

    def wait(self, flight: Flight, key: Hashable, call: Any, now: float) -> Any:
        """Wait for another caller's flight; return what `claim` returns after that."""
        self.begun += 1  # it is no hit until it has a value, whoever clears the counts meanwhile
        value = flight.wait(self.flights, self.me(), self.naming)
        return self.after_wait(value, key, call, now)

    def after_wait(self, value: Any, key: Hashable, call: Any, now: float) -> Any:
        """Return a waiter's share of the value, or claim anew if there was none."""
        self.begun -= 1  # it is a hit, or takes off now
        if value is MISSING:  # it raised, which is its caller's affair; now we try
            return self.claim(key, call, now)
        return value.hand_out() if value.__class__ is Held else value

    def recall(self, key: Hashable, call: Any, now: float) -> Any:
        """Return the value in memory under the ``key`` of a call, or `MISSING`; it is a use."""
        try:
            entry = self.policy.find(key, now)
        except BaseException:
            self.uncount()
            raise
        if entry is None:
            return MISSING
        if entry.__class__ is Held:
            return entry.hand_out() if entry.lives() else MISSING
        return entry.value

    def _keep(self, flight: Flight, value: Any, now: float) -> Any:
        life = None if self.rules is None else self.rules.grant(value)
        held = self.hold(value, life)
        if held is MISSING:
            return value
        if life is None or life > 0:
            if self.shelf is not None:
                self.shelf.keep(flight, value)
            self.put(flight.key, value if held is None else held.kept, now, held)
        return value if held is None else held

    def _take_back(self, flight: Flight) -> None:
        """Forget a result that became obsolete while it was being kept."""
        if flight in obsolete:
            self.discard(flight.key)
            if self.shelf is not None and hasattr(flight, "name"):
                self.shelf.archive.discard(flight.name)

    def _join(self, flight: Flight, key: Hashable, call: Any, now: float) -> Any:
        stale = self.stale(key)
        if stale is not None:
            return self.serve_stale(stale, call)
        return self.wait(flight, key, call, now)

    def serve_stale(self, held: Held, call: Any) -> Any:
        """Answer a call with what has expired."""
        return held.hand_out()

    def _load(self, shelf: Shelf, flight: Flight, now: float) -> Any:
        try:
            value, age = shelf.take(flight)
            if value is not MISSING:
                self.take_in(flight, value, age, now)
        except BaseException:
            flight.land(self.flights)
            raise
        if value is MISSING:
            return flight
        if value.__class__ is Raised:
            raise value.anew()
        return value

    def take_in(self, flight: Flight, value: Any, age: float, now: float) -> None:
        """Put into memory what the archive has, and hand it to those who wait."""
        self.loads += 1
        kept = MISSING
        if flight not in obsolete:
            kept = self.remember(flight.key, value, now, age)
            self._take_back(flight)
        flight.land(self.flights, kept)

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes along to another process: not the computations under way."""
        names = {name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ())}
        names -= {"__weakref__", "flights", "switch"}
        return {name: getattr(self, name) for name in names} | counts(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.flights = {}
        for key in filter(holds_owner, list(self.memory)):
            self.policy.discard(key)  # the instances have stayed where they were
        _alive.add(self)

    def after_fork(self) -> None:
        """Forget, in a forked child, what other threads of the parent were computing."""
        me = get_ident()
        for key, flight in list(self.flights.items()):
            if flight.owner != me:
                del self.flights[key]
        self.policy.after_fork()


tally(Miss)


def _after_fork() -> None:
    Flight.after_fork()
    for miss in list(_alive):
        miss.after_fork()


_alive: WeakSet[Miss] = WeakSet()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
