"""One computation a key: the first comer goes on, the others wait for it."""

from __future__ import annotations

from _thread import LockType, allocate_lock, get_ident
from collections.abc import Hashable
from typing import Any, final

from kigen.errors import ReentrantCall
from kigen.policies import MISSING

#: Thread -> the flight it waits for. It tells a wait that could never end before it begins.
_waiting: dict[int, Flight] = {}


@final
class Flight:
    """A computation under way.

    ``key`` is the key in memory, ``call`` the key as it was called, which differs where the
    former is a digest. Attributes are set by whoever opens the flight: an ``__init__`` would
    double the price of a miss.
    """

    __slots__ = ("call", "gates", "key", "name", "owner", "started", "value")

    call: Any
    gates: list[LockType]
    key: Hashable
    name: str
    owner: int
    started: float
    value: Any

    def wait(self, flights: dict[Hashable, Flight]) -> Any:
        """Wait until the flight has landed; return its value, or `MISSING` if it has failed.

        Raises `ReentrantCall` if the wait could never end: if this thread is the one that
        computes, or that one waits, over any number of others, for this.
        """
        gate = allocate_lock()
        gate.acquire()
        me = get_ident()
        _waiting[me] = self
        try:
            self._refuse_circle(me)
            self.gates.append(gate)
            if flights.get(self.key) is self:  # else it landed before the gate was in place
                gate.acquire()
        finally:
            del _waiting[me]
        return self.value

    def land(self, flights: dict[Hashable, Flight], value: Any = MISSING) -> None:
        """Leave ``flights`` and hand ``value`` to everybody who waits."""
        self.value = value
        flights.pop(self.key, None)
        self.open_gates()

    def open_gates(self) -> None:
        """Let everybody go who waits; the flight has left ``flights`` before."""
        for gate in self.gates:
            gate.release()

    @staticmethod
    def after_fork() -> None:
        """Forget, in a forked child, who waited in the parent."""
        _waiting.clear()

    def _refuse_circle(self, me: int) -> None:
        flight: Flight | None = self
        while flight is not None:
            if flight.owner == me:
                raise ReentrantCall(
                    f"the result for {self.key!r} depends on itself: the function called itself, "
                    "directly or through other threads, with the arguments it is computing; "
                    "pass smaller arguments on, or call the undecorated function (__wrapped__)",
                    key=self.key,
                )
            flight = _waiting.get(flight.owner)
