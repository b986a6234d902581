"""Counts that lose nothing without the GIL; with it, a plain ``+=`` loses nothing either.

CPython's GIL changes hands where a function begins, a loop goes round or a call has ended, so that
nothing comes between the reading and the writing of ``count += 1``. A free-threaded interpreter
has no such moments. There the number of calls comes from `itertools.count`, whose step is atomic
(since 3.13, python/cpython#120007), and the other counts are kept by each thread for itself. So a
hit takes no lock there either.
"""

from __future__ import annotations

import sys
from _thread import get_ident
from collections.abc import Callable
from itertools import count
from types import FunctionType
from typing import Any

#: Whether this interpreter runs without the GIL. It may be turned on later, but not off.
FREE_THREADED = not getattr(sys, "_is_gil_enabled", lambda: True)()

#: Of a function's misses: how many have begun, and ended, and how many were loads.
COUNTS = ("begun", "misses", "loads")


class Clock:
    """The number of calls: called, it adds one and returns it; read like a closure's cell."""

    __slots__ = ("__call__", "_count")  # a method written here would cost twice as much

    __call__: Callable[[], int]

    def __init__(self, number: int = 0) -> None:
        self._count = count(number + 1)
        self.__call__ = self._count.__next__

    def __reduce__(self) -> tuple[object, ...]:
        return Clock, (self.cell_contents,)

    @property
    def cell_contents(self) -> int:
        """The number so far."""
        return int(repr(self._count)[len("count(") : -1]) - 1  # the one way to look at it


class CallCell:
    """The cell that a wrapper counts its calls in.

    It is asked of the wrapper each time: cloudpickle gives a copy of the function another cell.
    """

    __slots__ = ("_wrapper",)

    def __init__(self, wrapper: FunctionType) -> None:
        self._wrapper = wrapper

    @property
    def cell_contents(self) -> float:
        """The number so far."""
        return float((self._wrapper.__closure__ or ())[0].cell_contents)


class Tally:
    """A count of an object's, of which each thread sees and changes only what it has counted."""

    def __init__(self, slot: Any) -> None:
        self._slot = slot  # has the counts of all threads

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        if owner is None:
            return self
        return self._slot.__get__(owner).get(get_ident(), 0)

    def __set__(self, owner: Any, number: int) -> None:
        try:
            counts = self._slot.__get__(owner)
        except AttributeError:
            counts = {}
            self._slot.__set__(owner, counts)
        counts[get_ident()] = number

    def total(self, owner: Any) -> int:
        """Return what all threads have counted."""
        return sum(list(self._slot.__get__(owner).values()))


def tally(kind: type) -> None:
    """Let each thread keep the counts of `COUNTS` for itself, if there is no GIL."""
    if FREE_THREADED:
        for name in COUNTS:
            setattr(kind, name, Tally(getattr(kind, name)))


def counts(owner: Any) -> dict[str, int]:
    """Return what all threads have counted of `COUNTS`."""
    kind = type(owner)
    return {
        name: found.total(owner)
        if isinstance(found := getattr(kind, name), Tally)
        else getattr(owner, name)
        for name in COUNTS
    }
