"""Which results are kept, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from kigen.caching.notices import warn
from kigen.caching.results.held import Raised
from kigen.errors import ConfigurationError, StorageWarning
from kigen.fingerprint.refusal import shown

if TYPE_CHECKING:
    from datetime import timedelta

    #: A time: seconds, or a timedelta.
    Span = float | timedelta
    #: How long a result lives, or what gives the time for a result; None: for ever.
    Ttl = Span | Callable[[Any], Span | None] | None


class Rules(NamedTuple):
    """What the options ``ttl``, ``stale``, ``condition`` and ``cache_exceptions`` say.

    >>> Rules.of(ttl=60).lifetime("any result")
    60.0
    """

    ttl: float | Lifetimes | None = None
    stale: float = 0.0
    condition: Condition | None = None
    exceptions: tuple[type[BaseException], ...] = ()

    @classmethod
    def of(
        cls,
        ttl: Ttl = None,
        stale: Span = 0.0,
        condition: Callable[[Any], object] | None = None,
        cache_exceptions: type[BaseException] | tuple[type[BaseException], ...] = (),
    ) -> Rules:
        """Return the rules; raises `ConfigurationError` for options that make no sense."""
        if callable(ttl):
            ttl = Lifetimes(ttl)
        elif ttl is not None:
            ttl = _seconds("ttl", ttl, least=1e-9)
        lasting = _seconds("stale", stale, least=0.0)
        if lasting and ttl is None:
            raise ConfigurationError(
                f"stale={stale!r} without ttl=: nothing ever grows stale; give the time to live"
            )
        if condition is not None and not callable(condition):
            raise ConfigurationError(
                f"condition={condition!r} cannot be called with a result; give a function of it",
                condition=condition,
            )
        if not isinstance(cache_exceptions, tuple):
            cache_exceptions = (cache_exceptions,)
        for one in cache_exceptions:
            if not _is_exception_class(one):
                raise ConfigurationError(
                    f"cache_exceptions={shown(cache_exceptions)}: {shown(one)} is no subclass of "
                    "Exception; give one, or a tuple of them",
                    cache_exceptions=cache_exceptions,
                )
        return cls(ttl, lasting, condition and Condition(condition), cache_exceptions)

    def keeps(self, value: Any) -> bool:
        """Return whether a result may be kept, or an exception, which no condition is asked for."""
        if self.condition is None or value.__class__ is Raised:
            return True
        return self.condition(value)

    def lifetime(self, value: Any) -> float | None:
        """Return how many seconds a result lives, from when it was computed; None: for ever.

        An exception in its place is no business of a function of the result: it lives for ever.
        """
        if callable(self.ttl):
            return None if value.__class__ is Raised else self.ttl(value)
        return self.ttl

    def grant(self, value: Any) -> float | None:
        """Return the `lifetime` of what is new; 0 for what is not to be kept."""
        return self.lifetime(value) if self.keeps(value) else 0.0


class Condition:
    """What the user's function says of a result; never fails.

    A result of which it says neither yes nor no is returned and not kept; the first one costs a
    warning (`StorageWarning`).
    """

    __slots__ = ("_function", "_told")

    def __init__(self, function: Callable[[Any], object]) -> None:
        self._function = function
        self._told = False

    def __call__(self, result: Any) -> bool:
        try:
            return bool(self._function(result))
        except Exception as error:  # noqa: BLE001 - it is the user's function
            if not self._told:
                self._told = True
                warn(
                    f"a {type(result).__name__} was computed and is not kept: "
                    f"condition={self._function!r} raised {error!r}; let it return True or False",
                    StorageWarning,
                )
            return False


class Lifetimes:
    """What the user's function gives as the time to live of a result; never fails.

    A result for which it gives no time lives for 0 seconds, which is to say that it is returned
    and not kept; the first one costs a warning (`StorageWarning`).
    """

    __slots__ = ("_function", "_told")

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self._told = False

    def __call__(self, result: Any) -> float | None:
        try:
            life = self._function(result)
        except Exception as error:  # noqa: BLE001 - it is the user's function
            return self._refuse(result, f"raised {error!r}")
        if life is None:
            return None
        number = _number(life)
        return number if number >= 0 else self._refuse(result, f"returned {life!r}")

    def _refuse(self, result: Any, what: str) -> float:
        if not self._told:
            self._told = True
            warn(
                f"a {type(result).__name__} was computed and is not kept: ttl={self._function!r} "
                f"{what}; let it return seconds, from 0, a timedelta, or None for ever",
                StorageWarning,
            )
        return 0.0


def _number(value: Any) -> float:
    """Return a time in seconds; -1 for what is none."""
    seconds = getattr(value, "total_seconds", None)
    try:
        number = float(value if seconds is None else seconds())
    except (TypeError, ValueError, OverflowError):
        return -1.0
    return -1.0 if isinstance(value, str | bytes) or number != number else number


def _seconds(option: str, value: Any, least: float) -> float:
    number = _number(value)
    if value is True or not number >= least:
        raise ConfigurationError(
            f"{option}={value!r} is no time: give seconds, {'above' if least else 'from'} 0, or a "
            "timedelta",
            option=option,
            value=value,
        )
    return number


def _is_exception_class(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Exception)
