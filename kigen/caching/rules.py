"""Which results are kept, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from kigen.errors import ConfigurationError

if TYPE_CHECKING:
    from datetime import timedelta

    #: A time: seconds, or a timedelta.
    Span = float | timedelta
    #: How long a result lives, or what gives the seconds for a result; None: for ever.
    Ttl = Span | Callable[[Any], float | None] | None


class Rules(NamedTuple):
    """What the options ``ttl``, ``stale``, ``condition`` and ``cache_exceptions`` say.

    >>> Rules.of(ttl=60).lifetime("any result")
    60.0
    """

    ttl: float | Callable[[Any], float | None] | None = None
    stale: float = 0.0
    condition: Callable[[Any], object] | None = None
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
        if ttl is not None and not callable(ttl):
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
                    f"cache_exceptions: {one!r} is no class of exceptions; give a class or a tuple",
                    cache_exceptions=cache_exceptions,
                )
        return cls(ttl, lasting, condition, cache_exceptions)

    def keeps(self, value: Any) -> bool:
        """Return whether a result may be kept."""
        return self.condition is None or bool(self.condition(value))

    def lifetime(self, value: Any) -> float | None:
        """Return how many seconds a result lives, from when it was computed; None: for ever."""
        return self.ttl(value) if callable(self.ttl) else self.ttl


def _seconds(option: str, value: Any, least: float) -> float:
    seconds = getattr(value, "total_seconds", None)
    try:
        number = float(value if seconds is None else seconds())
    except (TypeError, ValueError):
        number = -1.0
    if not number >= least:
        raise ConfigurationError(
            f"{option}={value!r} is no time: give seconds, above 0, or a timedelta",
            option=option,
            value=value,
        )
    return number


def _is_exception_class(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Exception)
