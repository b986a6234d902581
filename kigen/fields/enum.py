"""Enum: one of a fixed set of options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kigen.errors import FieldError, KeyFieldError
from kigen.fields.field import MISSING, Field, T
from kigen.fields.options import Options

if TYPE_CHECKING:
    from kigen.rengines.protocol import Rengine

__all__ = ["Enum"]


class Enum(Field[T]):
    """One of the given options, each drawn equally often; sized, indexable and iterable.

    >>> wave = Enum("sine", "saw")
    >>> len(wave), wave[0], list(wave), wave.options
    (2, 'sine', ['sine', 'saw'], ('sine', 'saw'))
    """

    draws_valid = True

    def __init__(
        self, *options: T, default: Any = MISSING, when: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(default=default, when=when)
        if not options:
            raise KeyFieldError("Enum requires at least one option")
        self._options = Options(options)

    @property
    def options(self) -> tuple[T, ...]:
        """The options, in the order given."""
        return self._options.items

    def definition(self) -> dict[str, Any]:
        """Return the options beside what every field has."""
        return {**super().definition(), "options": self.options}

    def validate(self, value: Any) -> None:
        """Raise `FieldError` if ``value`` is not one of the options."""
        self.accept(value)

    def accept(self, value: Any) -> T:
        """Return the option that is equal to ``value``."""
        position = self._options.find(value)
        if position is None:
            reason = f"is not one of {self.options}"
            raise FieldError(
                f"{self._attr}: {value!r} {reason}", field=self._attr, value=value, reason=reason
            )
        return self._options.items[position]  # type: ignore[no-any-return]

    def sample(self, rng: Rengine) -> T:
        """Return one of the options."""
        return rng.choice(self._options.items)  # type: ignore[no-any-return]

    def cardinality(self) -> int:
        """Return the number of distinct options."""
        return len(self._options.distinct)

    def values(self) -> Iterator[T]:
        """Iterate over the distinct options."""
        return iter(self._options.distinct)

    def __len__(self) -> int:
        return len(self._options.items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._options.items)

    def __getitem__(self, index: int) -> T:
        return self._options.items[index]  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"Enum({', '.join(map(repr, self.options))})"
