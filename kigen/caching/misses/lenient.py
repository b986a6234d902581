"""Misses that nothing can make fail: what cannot be keyed or archived is computed, unkept."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, ClassVar

from kigen.caching.misses.flight import GROUNDED, Flight
from kigen.caching.misses.miss import Miss
from kigen.caching.notices import warn
from kigen.caching.results.shelf import Shelf
from kigen.errors import ArchiveError, ConfigurationError, StorageWarning, UnkeyableCall


class Unkeyed:
    """Stands for the key of a call that has none, and why; equal to nothing but itself."""

    __slots__ = ("reason",)

    def __init__(self, reason: Exception) -> None:
        self.reason: Exception = reason


class LenientMiss(Miss):
    """As `Miss`, but a call that cannot be keyed, or not be looked up, is computed all the same.

    It counts as a miss, keeps nothing, and warns the first time (`StorageWarning`).
    """

    __slots__ = ()

    #: A key's own __hash__ and __eq__ raise what they like.
    absent: ClassVar[tuple[type[Exception], ...]] = (Exception,)

    begun: int
    misses: int
    rounded: Callable[[Any], Any] | None

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if self.rounded is not None:
            self.rounded = _refusing(self.rounded)

    def memory_key(self, call: Any) -> Hashable:
        # Too many calls under way are no fault of an argument's.
        key: Hashable = _refusing(super().memory_key, (UnkeyableCall, RecursionError))(call)
        return key

    def claim_odd(self, call: Any, now: float) -> Any:
        if call.__class__ is Unkeyed:
            unkeyed, call = call, None  # which is the key that listeners are told
        elif call.__class__ is tuple and call[:1] and call[0].__class__ is Unkeyed:
            unkeyed, call = call[0], (None, *call[1:])  # beside it stands the call
        else:
            try:
                return super().claim_odd(call, now)
            except UnkeyableCall as error:
                unkeyed = Unkeyed(error)
                self.begun -= 1  # it will be counted as it takes off
        self.tell(unkeyed.reason)
        return self.claim(unkeyed, call, now)

    def settle(self, flight: Flight, value: Any, now: float) -> Any:
        if flight is GROUNDED or flight.key.__class__ is not Unkeyed:
            try:
                return super().settle(flight, value, now)
            except ConfigurationError as error:  # a generator, which is no result to keep
                self.withdraw(flight)
                self.tell(error)
                return value
        self.misses += 1
        flight.land(self.flights)
        return value

    def _load(self, shelf: Any, flight: Flight, now: float) -> Any:
        if flight.key.__class__ is Unkeyed:
            return flight
        try:
            return super()._load(shelf, flight, now)
        except (ArchiveError, UnkeyableCall) as error:
            self.tell(error)
            self.begun -= 1  # as above
            return self.claim(Unkeyed(error), flight.call, now)

    def _take_back(self, flight: Flight) -> None:
        try:
            super()._take_back(flight)
        except ArchiveError as error:
            self.tell(error)

    def tell(self, error: Exception) -> None:
        """Warn, the first time."""
        if not self.told:
            self.told = True
            reason = error if str(error) else repr(error)
            warn(f"a call is computed and not kept: {reason}", StorageWarning)


def _refusing(
    step: Callable[[Any], Any], passing: tuple[type[Exception], ...] = (UnkeyableCall,)
) -> Callable[[Any], Any]:
    """Return a step on the way to a key that raises but `UnkeyableCall`, or what is ``passing``.

    The methods of arguments, which it calls, raise what they like.
    """

    def tried(call: Any) -> Any:
        try:
            return step(call)
        except passing:
            raise
        except Exception as error:
            raise UnkeyableCall(f"the call has no key: {error!r}") from error

    return tried


class LenientShelf(Shelf):
    """As `Shelf`, over a backend that may raise what it likes; the first of many refusals warns."""

    refusals: ClassVar[tuple[type[Exception], ...]] = (Exception,)

    _refused = False

    def take(self, flight: Flight) -> tuple[Any, float]:
        try:
            return super().take(flight)
        except (ArchiveError, UnkeyableCall, RecursionError, Warning):
            raise
        except Exception as error:
            raise ArchiveError(f"the archive failed: {error!r}") from error

    def tell_unstored(self, call: Any, error: Exception) -> None:
        if not self._refused:
            self._refused = True
            super().tell_unstored(call, error)


def lenient_keymap(keymap: Callable[..., Any]) -> Callable[..., Any]:
    """Return a keymap that gives a call without a key to a `LenientMiss`, and not an error."""

    def key(*args: Any, **kwargs: Any) -> Hashable:
        try:
            found: Hashable = keymap(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever it is, the call has no key
            return Unkeyed(error)
        return found

    # For those who ask for the key itself; mypy knows no attributes of functions.
    key.strict = keymap  # type: ignore[attr-defined]
    return key
