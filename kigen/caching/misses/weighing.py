"""Misses where the bytes in memory are bounded: results are weighed, and several leave for one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import index
from typing import Any

from kigen.caching.calls.naming import Naming
from kigen.caching.misses.miss import Miss
from kigen.caching.notices import warn
from kigen.caching.results.held import Held, Raised
from kigen.errors import StorageWarning
from kigen.policies import scales
from kigen.policies.weighed import Weighed


class WeighingMiss(Miss):
    """As `Miss`, over a policy that bounds the weight."""

    __slots__ = ()

    policy: Weighed

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.policy.weigh = Weigher(self.policy.weigh, self.naming)

    def put(self, key: Hashable, value: Any, now: float, held: Held | None) -> None:
        policy = self.policy
        weight = policy.weigh(value)
        if self.purge and self.shelf is not None:
            policy.discard(key)  # as `Keeper.put` does
            if policy.is_full(weight):
                self.pour(self.shelf, key, value)
                return
        left = policy.admit(key, value, weight, now, held)
        if left:
            self.see_off(left)


class Weigher:
    """Weighs results, and never fails.

    A result that the user's function cannot weigh is too heavy for any memory: it is returned, not
    kept, and the first one costs a warning (`StorageWarning`). An exception that is kept in place
    of a result is no business of that function.
    """

    __slots__ = ("_naming", "_told", "_weigh")

    def __init__(self, weigh: Callable[[Any], Any], naming: Naming) -> None:
        self._weigh = weigh
        self._naming = naming
        self._told = False

    def __call__(self, result: Any) -> float:
        if result.__class__ is Raised:
            return scales.weigh(result.error)
        try:
            weight = self._weigh(result)
            if weight.__class__ is int and weight >= 0:
                return weight
            sensible = _whole(weight)
        except Exception as error:  # noqa: BLE001 - it is the user's function
            return self._refuse(result, f"raised {error!r}")
        if sensible is None:
            return self._refuse(result, f"returned {weight!r}")
        return sensible

    def _refuse(self, result: Any, what: str) -> float:
        if not self._told:
            self._told = True
            warn(
                f"{self._naming.label} returns a {type(result).__name__} that is not kept in "
                f"memory: weigh={self._weigh!r} {what}; let it return a number of bytes, from 0",
                StorageWarning,
            )
        return float("inf")


def _whole(weight: Any) -> int | None:
    """Return a weight in whole bytes, rounded up; None if it is none."""
    if isinstance(weight, bool):
        return None
    exact = hasattr(weight, "__index__")
    if not exact and not hasattr(weight, "__float__"):
        return None
    number: float = index(weight) if exact else float(weight)
    return -int(-number // 1) if 0 <= number < float("inf") else None
