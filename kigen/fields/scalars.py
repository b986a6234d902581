"""Flag, Text and Date: single values that are no numbers and no options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kigen.errors import ConfigurationError, FieldError, KeyFieldError
from kigen.fields.field import MISSING, Field
from kigen.fields.recipe import Recipe, picked
from kigen.fields.sameness import bare, plain

if TYPE_CHECKING:
    from datetime import date

    from kigen.rengines.protocol import Rengine

__all__ = ["Date", "Flag", "Text"]


class Flag(Field[bool]):
    """``True`` or ``False``, and nothing that merely counts as one of them.

    >>> list(Flag().values())
    [False, True]
    """

    draws_valid = True
    plain_values = True

    def validate(self, value: Any) -> None:
        """Raise `FieldError` if ``value`` is no bool."""
        if type(value) is not bool:
            raise _rejected(self, value, "is not True or False")

    def sample(self, rng: Rengine) -> bool:
        """Return one of the two."""
        return rng.choice((False, True))

    def recipe(self) -> Recipe:
        """Return how one of the two is drawn."""
        return picked((False, True))

    def cardinality(self) -> int:
        """Return 2."""
        return 2

    def values(self) -> Iterator[bool]:
        """Iterate over False and True."""
        return iter((False, True))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "boolean"}


class Text(Field[str]):
    """A string; with ``pattern``, one that the whole regular expression matches.

    Text is not drawn: a blueprint gives it a default, pins it, or configures an `Enum`.

    >>> Text(pattern=r"[A-Z]{3}").accept("EUR")
    'EUR'
    """

    plain_values = True

    def __init__(
        self,
        *,
        pattern: str | None = None,
        default: Any = MISSING,
        when: Mapping[str, Any] | None = None,
    ) -> None:
        import re

        super().__init__(default=default, when=when)
        self.pattern = pattern
        try:
            self._expression = None if pattern is None else re.compile(pattern)
        except re.error as error:
            raise ConfigurationError(
                f"Text: pattern={pattern!r} is no regular expression: {error}", option="pattern"
            ) from error

    def accept(self, value: Any) -> str:
        """Return ``value`` as a plain str."""
        value = bare(value)
        self.validate(value)
        text: str = value
        return text

    def validate(self, value: Any) -> None:
        """Raise `FieldError` if ``value`` is no string or does not match."""
        if not isinstance(value, str):
            raise _rejected(self, value, f"is not a string ({type(value).__name__})")
        if self._expression is not None and not self._expression.fullmatch(value):
            raise _rejected(self, value, f"does not match {self.pattern!r}")

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string"} | ({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})


class Date(Field["date"]):
    """A calendar day, given as a `datetime.date` or as text like ``2024-02-29``.

    >>> Date(min="2024-01-01", max="2024-12-31").cardinality()
    366
    """

    draws_valid = True

    def __init__(
        self,
        *,
        min: date | str | None = None,
        max: date | str | None = None,
        default: Any = MISSING,
        when: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(default=default, when=when)
        self.min: date | None = None if min is None else self._day(min)
        self.max: date | None = None if max is None else self._day(max)
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ConfigurationError(f"Date: min={min} is after max={max}; swap them", option="min")

    def _day(self, value: Any) -> date:
        from datetime import date, datetime

        value = plain(value)
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise _rejected(self, value, "is no date like 2024-02-29") from None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise _rejected(self, value, f"is not a date ({type(value).__name__})")
        return value

    def accept(self, value: Any) -> date:
        """Return ``value`` as a date."""
        day = self._day(value)
        if self.min is not None and day < self.min:
            raise _rejected(self, value, f"is before {self.min}")
        if self.max is not None and day > self.max:
            raise _rejected(self, value, f"is after {self.max}")
        return day

    def validate(self, value: Any) -> None:
        """Raise `FieldError` if ``value`` is no day, or out of bounds."""
        Date.accept(self, value)

    def _bounds(self) -> tuple[int, int]:
        if self.min is None or self.max is None:
            raise KeyFieldError(
                f"{self._attr}: Date needs both min and max for auto-randomization; "
                f"use configure({self._attr!r}, ...) to set them or pin a day",
                field=self._attr,
            )
        return self.min.toordinal(), self.max.toordinal()

    @property
    def drawable(self) -> bool:
        """Whether there are bounds to draw between."""
        return self.min is not None and self.max is not None

    def sample(self, rng: Rengine) -> date:
        """Return a day between the bounds."""
        from datetime import date

        return date.fromordinal(rng.randint(*self._bounds()))

    def cardinality(self) -> int | None:
        """Return the number of days; ``None`` without both bounds."""
        if self.min is None or self.max is None:
            return None
        return (self.max - self.min).days + 1

    def values(self) -> Iterator[date]:
        """Iterate over the days."""
        from datetime import date

        first, last = self._bounds()
        return map(date.fromordinal, range(first, last + 1))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string", "format": "date"}


def _rejected(field: Field[Any], value: Any, reason: str) -> FieldError:
    name = field._attr  # noqa: SLF001 - the fields of one package know each other
    return FieldError(f"{name}: {value!r} {reason}", field=name, value=value, reason=reason)
