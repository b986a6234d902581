"""A result that is not simply handed out: it is copied, it expires, or it is an exception."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple, final

from kigen.caching.results.unframed import unframed
from kigen.policies.policy import Entry


class Raised(NamedTuple):
    """An exception in the place of a result, as ``cache_exceptions`` keeps it."""

    error: BaseException

    def anew(self) -> BaseException:
        """Return a copy of it, without the frames that it went through when it was raised first."""
        return unframed(self.error)


@final
class Held(Entry):
    """An entry whose value would not do as it is; ``value`` and `hand_out` are the ways out.

    A hit asks for ``value``, which costs nothing to ask of others, and gets a `KeyError`, as if
    there were no entry, where there is more to do. ``deadline`` is in seconds of `time.monotonic`,
    None for never; and so is ``born``, when it was computed, known of what expires.
    """

    __slots__ = ("born", "copier", "deadline", "kept")

    def __init__(
        self,
        value: Any,
        copier: Callable[[Any], Any] | None,
        deadline: float | None = None,
        born: float | None = None,
    ) -> None:
        self.born: float | None = born
        self.copier: Callable[[Any], Any] | None = copier
        self.deadline: float | None = deadline
        if value.__class__ is Raised:
            self.kept: Any = Raised(unframed(value.error))
        else:
            self.kept = value if copier is None else copier(value)

    @property
    def value(self) -> Any:
        """The value, or a copy; raises `KeyError` if it has expired or is an exception."""
        deadline, kept = self.deadline, self.kept
        if (deadline is None or monotonic() < deadline) and kept.__class__ is not Raised:
            return kept if self.copier is None else self.copier(kept)
        raise KeyError

    def lives(self, extra: float = 0.0) -> bool:
        """Return whether it has not expired, or not more than ``extra`` seconds ago."""
        return self.deadline is None or monotonic() < self.deadline + extra

    def age(self) -> float:
        """Return how many seconds ago it was computed, if that is known; else 0."""
        return 0.0 if self.born is None else monotonic() - self.born

    def hand_out(self) -> Any:
        """Return the value, or a copy, be it expired or not; raise it if it is an exception."""
        if self.kept.__class__ is Raised:
            raise self.kept.anew()
        return self.kept if self.copier is None else self.copier(self.kept)
