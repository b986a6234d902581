"""Recursion as deep as without a cache: our frames do not count.

A function that calls itself through its cache has a frame of the wrapper's on the stack for each
of its own, which would leave it half of the interpreter's limit. So the limit is raised as its
computations pile up, by `STEP` for every `STEP` of them, and lowered as they land. From Python to
Python a call takes no room on the C stack, which is what the limit guards.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from threading import RLock
from typing import TYPE_CHECKING

from kigen.caching.misses.free_threads import FREE_THREADED

if TYPE_CHECKING:
    from kigen.caching.misses.flight import Flight

#: How many computations of one function are under way for each step; infinite without the GIL,
#: where to set the limit disturbs threads that run meanwhile.
STEP = 1 << 62 if FREE_THREADED else 16

#: Frames that are granted in advance: for what piles up until the next step, and for a look into
#: the archive at the very end.
AHEAD = 48

#: The flights for which the limit is raised; None among them while it has yet to be lowered.
lifts: dict[Flight | None, None] = {}

_guard = RLock()  # a finalizer may come between, which raises and lowers, too
_limit = _raised = -1  # the user's, and ours in its place
_ours: dict[int, int] = {}  # what was ours since nothing was raised -> what was the user's


def lift(flight: Flight) -> None:
    """Raise the limit until the flight lands."""
    try:
        sys._getframe(2 * STEP)  # noqa: SLF001 - the one way to ask for the depth, and a fast one
    except ValueError:
        return  # the others under way are other threads'
    with _guard:
        lifts[flight] = None
        try:
            _adjust()
        except RecursionError:  # there are no frames left for it
            del lifts[flight]


def lower(flight: Flight) -> None:
    """Take back what was raised for a flight, if anything was."""
    if flight in lifts or None in lifts:
        with _guard:
            lifts[None] = None
            lifts.pop(flight, None)
            try:
                _adjust()
            except RecursionError:
                pass  # it would end right here; it is lowered once there are fewer frames


def _adjust() -> None:
    """Set the limit to what the flights need."""
    global _limit, _raised
    limit = sys.getrecursionlimit()
    if limit != _raised:  # the user has set it, perhaps to what was found before: one of ours
        _limit = _ours.get(limit, limit)
    steps = len(lifts) - (None in lifts)
    _raised = _limit + (steps * STEP + AHEAD if steps else 0)
    try:
        sys.setrecursionlimit(_raised)
    except RecursionError:
        _raised = limit
        raise
    lifts.pop(None, None)
    if steps:
        _ours[_raised] = _limit
    else:
        _ours.clear()


def _after_fork() -> None:
    global _guard
    _guard = RLock()  # another thread of the parent may have held it
    gone = [flight for flight in lifts if flight and flight.owner != get_ident()]
    for flight in gone:
        del lifts[flight]
        lifts[None] = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
