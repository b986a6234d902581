"""Enum: one of a fixed set of options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kigen.errors import KeyFieldError
from kigen.fields.choice import Choice
from kigen.fields.field import MISSING, T
from kigen.fields.options import Options
from kigen.fields.recipe import Quick

__all__ = ["Enum"]


class Enum(Choice[T]):
    """One of the given options; one that is given twice is drawn twice as often.

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
    def plain_values(self) -> bool:  # type: ignore[override]  # a plain attribute of the base
        """Whether all options are plain."""
        return type(self) is Enum and self._options.plain

    def quick(self) -> Quick | None:
        """Return a test for options that are all strings."""
        if not all(type(option) is str for option in self.options):
            return None
        return Quick(str, options=frozenset(self.options))

    def _available(self) -> Options:
        return self._options

    def _outside(self, options: Options) -> str:
        return f"is not one of {options.items}"

    def __repr__(self) -> str:
        return f"Enum({', '.join(map(repr, self.options))})"
