"""One computation a key: the first comer goes on, the others wait for it."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Final, Protocol, final

from kigen.caching.calls.plain import Digest
from kigen.caching.misses.depth import lifts, lower
from kigen.errors import ReentrantCall
from kigen.fingerprint.refusal import shown
from kigen.policies import MISSING

if TYPE_CHECKING:
    from kigen.caching.calls.naming import Naming

#: Thread or task -> the flight it waits for: tells a wait that could never end before it begins.
waiting: dict[Hashable, Flight] = {}

#: Flight -> what holds those back who wait for it; empty while nobody waits for any.
gates: dict[Flight, list[Gate]] = {}

#: Flights whose result nobody may get but their own callers: it was forgotten or replaced before it
#: was there. Empty but for the time until they land.
obsolete: set[Flight] = set()


class Gate(Protocol):
    """What holds one waiter back: a lock, or a future of its event loop."""

    def release(self) -> None: ...


@final
class Flight:
    """A computation under way.

    ``key`` is the key in memory, ``call`` the key as it was called, which differs where the
    former is a digest, and ``stored`` the call as an archive is to have it. Attributes are set by
    whoever opens the flight: an ``__init__`` would double the price of a miss.
    """

    __slots__ = ("call", "key", "name", "owner", "started", "stored", "value")

    call: Any
    key: Hashable
    name: str
    owner: Hashable
    started: float
    stored: Any
    value: Any

    def wait(self, flights: dict[Hashable, Flight], me: Hashable, naming: Naming) -> Any:
        """Block until the flight has landed; return its value, or `MISSING` if it has failed.

        Raises `ReentrantCall` as `await_by` does.
        """
        gate = allocate_lock()
        gate.acquire()
        try:
            self.await_by(me, naming)
            if self.put_up(gate, flights):
                gate.acquire()
        finally:
            waiting.pop(me, None)
        return self.result()

    def result(self) -> Any:
        """Return what those get who waited; `MISSING` if that is nothing."""
        return MISSING if self in obsolete else self.value

    def put_up(self, gate: Gate, flights: dict[Hashable, Flight]) -> bool:
        """Put up a gate, to be opened on landing; return False if the flight has landed already."""
        gates.setdefault(self, []).append(gate)
        if flights.get(self.key) is self:
            return True
        self._release()
        return False

    def await_by(self, me: Hashable, naming: Naming) -> None:
        """Note in `waiting` who waits; whoever does takes that back, whatever ends the wait.

        Raises `ReentrantCall` if the wait could never end: if the flight is my own, or its owner
        waits, over any number of others, for me.
        """
        waiting[me] = self
        self._refuse_circle(me, naming)

    def land(self, flights: dict[Hashable, Flight], value: Any = MISSING) -> None:
        """Leave ``flights`` and hand ``value`` to everybody who waits."""
        self.value = value
        flights.pop(self.key, None)
        self.open_gates()

    def outdate(self, flights: dict[Hashable, Flight]) -> None:
        """Let nobody else have the result, which is about to be forgotten or replaced.

        The flight stays where it is, for none but its owner can take it out safely; whoever waits
        tries again when it has landed.
        """
        obsolete.add(self)
        if flights.get(self.key) is not self:
            obsolete.discard(self)  # it has landed in between, and its result lies in memory

    def strand(self, flights: dict[Hashable, Flight]) -> None:
        """Leave the key to others; should this flight land after all, it is its caller's alone."""
        obsolete.add(self)
        del flights[self.key]
        self.key = object()  # what is under the old one is none of its business any more
        if hasattr(self, "name"):
            del self.name
        self.value = MISSING
        self._release()

    def open_gates(self) -> None:
        """Let everybody go who waits; the flight has left ``flights`` before.

        May be done again, for an interrupt may end it anywhere.
        """
        if self in obsolete:
            self.value = MISSING
        self._release()
        obsolete.discard(self)
        if lifts:
            lower(self)

    def _release(self) -> None:
        for gate in gates.get(self, ()):
            try:
                gate.release()
            except RuntimeError:
                pass  # it was open
        gates.pop(self, None)

    @staticmethod
    def after_fork() -> None:
        """Forget, in a forked child, who waited in the parent."""
        waiting.clear()
        gates.clear()
        obsolete.clear()

    def _refuse_circle(self, me: Hashable, naming: Naming) -> None:
        flight: Flight | None = self
        while flight is not None:
            if flight.owner == me:
                raise ReentrantCall(
                    f"{naming.label}: the result for {shown(self._legible(), 200)} depends on "
                    "itself: the function called itself, directly or through other threads, with "
                    "what it is computing; pass smaller arguments on, or call the undecorated "
                    "function (__wrapped__)",
                    key=naming.public(self.call),
                )
            flight = waiting.get(flight.owner)
            if hasattr(flight, "value"):
                return  # it has landed, and who waited is free to go, but has not got round to it

    def _legible(self) -> Any:
        """Return the key with the arguments themselves in the place of their digests.

        Not the call: to show a method's instance may take the very result.
        """
        key: Any = self.key
        if key.__class__ is Digest:
            return self.call
        if key.__class__ is not tuple:
            return key
        parts = zip(key, self.call, strict=False)
        return tuple(called if part.__class__ is Digest else part for part, called in parts)


#: The flight of every call that is made while the cache is off: nobody waits for it.
GROUNDED: Final = Flight()
GROUNDED.key = None  # the wrapper asks for it, and finds that no such flight is under way
