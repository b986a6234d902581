"""One computation a key: the first comer goes on, the others wait for it."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol, final

from kigen.errors import ReentrantCall
from kigen.fingerprint.refusal import shown
from kigen.policies import MISSING

#: Thread or task -> the flight it waits for: tells a wait that could never end before it begins.
_waiting: dict[Hashable, Flight] = {}

#: Flight -> what holds those back who wait for it; empty while nobody waits for any.
gates: dict[Flight, list[Gate]] = {}


class Gate(Protocol):
    """What holds one waiter back: a lock, or a future of its event loop."""

    def release(self) -> None: ...


@final
class Flight:
    """A computation under way.

    ``key`` is the key in memory, ``call`` the key as it was called, which differs where the
    former is a digest. Attributes are set by whoever opens the flight: an ``__init__`` would
    double the price of a miss.
    """

    __slots__ = ("call", "key", "name", "owner", "started", "value")

    call: Any
    key: Hashable
    name: str
    owner: Hashable
    started: float
    value: Any

    def wait(self, flights: dict[Hashable, Flight], me: Hashable) -> Any:
        """Block until the flight has landed; return its value, or `MISSING` if it has failed.

        Raises `ReentrantCall` as `awaited_by` does.
        """
        gate = allocate_lock()
        gate.acquire()
        with self.awaited_by(me):
            if self.put_up(gate, flights):
                gate.acquire()
        return self.value

    def put_up(self, gate: Gate, flights: dict[Hashable, Flight]) -> bool:
        """Put up a gate, to be opened on landing; return False if the flight has landed already."""
        gates.setdefault(self, []).append(gate)
        if flights.get(self.key) is self:
            return True
        self.open_gates()
        return False

    @contextmanager
    def awaited_by(self, me: Hashable) -> Iterator[None]:
        """Note who waits while it waits.

        Raises `ReentrantCall` if the wait could never end: if the flight is my own, or its owner
        waits, over any number of others, for me.
        """
        _waiting[me] = self
        try:
            self._refuse_circle(me)
            yield
        finally:
            _waiting.pop(me, None)  # its own repr, in a message, may have been here meanwhile

    def land(self, flights: dict[Hashable, Flight], value: Any = MISSING) -> None:
        """Leave ``flights`` and hand ``value`` to everybody who waits."""
        self.value = value
        flights.pop(self.key, None)
        self.open_gates()

    def open_gates(self) -> None:
        """Let everybody go who waits; the flight has left ``flights`` before."""
        for gate in gates.pop(self, ()):
            gate.release()

    @staticmethod
    def after_fork() -> None:
        """Forget, in a forked child, who waited in the parent."""
        _waiting.clear()
        gates.clear()

    def _refuse_circle(self, me: Hashable) -> None:
        flight: Flight | None = self
        while flight is not None:
            if flight.owner == me:
                raise ReentrantCall(
                    f"the result for {shown(self.key, 200)} depends on itself: the function called "
                    "itself, directly or through other threads, with what it is computing; "
                    "pass smaller arguments on, or call the undecorated function (__wrapped__)",
                    key=self.key,
                )
            flight = _waiting.get(flight.owner)


#: The flight of every call that is made while the cache is off: nobody waits for it.
GROUNDED: Final = Flight()
