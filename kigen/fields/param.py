"""Param: a number between bounds, on a line, a logarithmic line or a grid."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from kigen.errors import ConfigurationError, FieldError, KeyFieldError
from kigen.fields import recipe
from kigen.fields.field import MISSING, Field, T
from kigen.fields.grid import LARGEST, Grid
from kigen.fields.recipe import Quick, Recipe
from kigen.fields.sameness import bare, plain

if TYPE_CHECKING:
    from kigen.rengines.protocol import Rengine

__all__ = ["Param"]

Number = int | float


class Param(Field[T]):
    """A number, optionally between ``min`` and ``max`` (both included) and in steps of ``step``.

    Two int bounds (and an int step, if any) make a field of whole numbers; a float among them makes
    a field of floats. ``step`` counts from ``min`` in exact decimal steps: ``min=0, max=1,
    step=0.1`` has the 11 values 0.0, 0.1, ..., 1.0. ``scale="log"`` draws uniformly in the
    logarithm; it does not change which values are valid.

    Raises:
        ConfigurationError: bounds that are no numbers, ``min`` above ``max``, a step that is not
            positive or has no ``min``, a logarithmic scale that reaches zero or has steps.

    >>> Param(min=1, max=9, step=2).cardinality()
    5
    >>> [value for value in Param(min=0, max=1, step=0.25).values()]
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """

    draws_valid = True
    plain_values = True

    @overload
    def __init__(
        self: Param[int],
        *,
        min: int,
        max: int,
        step: int | None = None,
        scale: Literal["linear", "log"] = "linear",
        default: Any = ...,
        when: Mapping[str, Any] | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: Param[float],
        *,
        min: float | None = None,
        max: float | None = None,
        step: float | None = None,
        scale: Literal["linear", "log"] = "linear",
        default: Any = ...,
        when: Mapping[str, Any] | None = None,
    ) -> None: ...
    def __init__(
        self,
        *,
        min: float | None = None,
        max: float | None = None,
        step: float | None = None,
        scale: str = "linear",
        default: Any = MISSING,
        when: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(default=default, when=when)
        self.min: Number | None = _bound("min", min)
        self.max: Number | None = _bound("max", max)
        self.step: Number | None = _bound("step", step)
        self.scale = scale
        self._check_definition()
        given = [bound for bound in (self.min, self.max, self.step) if bound is not None]
        self.whole: bool = None not in (self.min, self.max) and all(type(b) is int for b in given)
        """Whether the values are whole numbers."""
        self._grid = (
            None if self.step is None else Grid(self.min, self.max, self.step)  # type: ignore[arg-type]  # checked above
        )

    def _check_definition(self) -> None:
        low, high, step = self.min, self.max, self.step
        self._check_size()
        if low is not None and high is not None and low > high:
            self._refuse(f"min={low!r} is above max={high!r}; swap them")
        if self.scale not in ("linear", "log"):
            self._refuse(f"scale={self.scale!r} is not known; use 'linear' or 'log'")
        if step is not None:
            if step <= 0 or step == math.inf:
                self._refuse(f"step={step!r} must be a positive, finite number")
            if low in (None, -math.inf, math.inf) or high in (-math.inf, math.inf):
                self._refuse(f"step={step!r} needs a finite min to count from, and a finite max")
        if self.scale == "log":
            if low is None or high is None or low <= 0 or high == math.inf:
                self._refuse(f"scale='log' needs 0 < min <= max < inf, not {low!r} and {high!r}")
            if step is not None:
                self._refuse("scale='log' and step exclude each other; leave one out")

    def _check_size(self) -> None:
        given = [bound for bound in (self.min, self.max, self.step) if bound is not None]
        if self.scale == "log" or not all(type(bound) is int for bound in given):
            for bound in given:
                if type(bound) is int and abs(bound) > LARGEST:
                    self._refuse(f"{bound} is too large for a float, which the field needs")

    def _refuse(self, reason: str) -> None:
        raise ConfigurationError(f"Param: {reason}", field=self._attr)

    def validate(self, value: Any) -> None:
        """Raise `FieldError` if ``value`` is no number, out of bounds or off the grid."""
        Param.accept(self, value)

    def accept(self, value: Any) -> T:
        """Return ``value`` as an int or a float of this field, on the grid if there is one."""
        if type(value) is not float and type(value) is not int:
            value = self._number(value)
        index = None if self._grid is None else self._grid.index(value)
        if self._grid is not None and index is not None:
            value = self._grid.value(index)  # before the bounds: a rounding may lie beyond them
        if self.min is not None and value < self.min:
            self._reject(value, f"is below minimum {self.min}")
        if self.max is not None and value > self.max:
            self._reject(value, f"is above maximum {self.max}")
        if value != value:
            self._reject(value, "is not a number")
        if self.whole and type(value) is float:
            if value % 1:
                self._reject(value, "is not a whole number, as its int bounds ask for")
            value = int(value)
        if self._grid is not None and index is None:
            self._reject(value, f"is not aligned to step {self.step} (from min {self.min})")
        number: T = value
        return number

    def _number(self, value: Any) -> Number:
        value = plain(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return int(value)
        if isinstance(value, float):
            return float(value)
        self._reject(value, f"is not a number ({type(value).__name__})")
        raise AssertionError

    def _reject(self, value: Any, reason: str) -> None:
        raise FieldError(
            f"{self._attr}: {value!r} {reason}", field=self._attr, value=value, reason=reason
        )

    @property
    def drawable(self) -> bool:
        """Whether there are finite bounds to draw between."""
        return not {self.min, self.max} & {None, -math.inf, math.inf}

    def sample(self, rng: Rengine) -> T:
        """Return a number drawn uniformly, on the field's scale.

        Raises:
            KeyFieldError: the field has no finite bounds to draw between.
        """
        if self._grid is not None and self.max is not None:
            return self._grid.value(rng.randint(0, self._grid.count - 1))  # type: ignore[return-value]  # T is this
        low, high = self.min, self.max
        if low is None or high is None or not self.drawable:
            raise KeyFieldError(
                f"{self._attr}: Param needs both min and max, finite, for auto-randomization; "
                f"use configure({self._attr!r}, ...) to set bounds or pin a value",
                field=self._attr,
            )
        if self.scale == "log":
            return self._sample_log(rng, low, high)
        if self.whole:
            return rng.randint(low, high)  # type: ignore[return-value, arg-type]  # T is this
        return _uniform(rng, float(low), float(high))  # type: ignore[return-value]  # T is this

    def recipe(self) -> Recipe:
        """Return how numbers are drawn, on each of the scales."""
        if not self.drawable or self.min is None or self.max is None:
            return recipe.CALLED
        if self._grid is not None:
            if self._grid.count <= 1024:
                return recipe.picked(tuple(self.values()))
            return recipe.called(self._code())
        if self.scale == "log":
            return recipe.called(self._code())
        if self.whole:
            return recipe.whole(int(self.min), int(self.max))
        low, high = float(self.min), float(self.max)
        return recipe.called("d") if math.isinf(high - low) else recipe.line(low, high)

    def _code(self) -> str:
        return recipe.integer_code(self.min, self.max) if self.whole else "d"  # type: ignore[arg-type]  # whole

    def quick(self) -> Quick | None:
        """Return a test for what lies between two bounds."""
        if self._grid is not None or self.min is None or self.max is None:
            return None
        return Quick(int if self.whole else float, low=self.min, high=self.max)

    def _sample_log(self, rng: Rengine, low: Number, high: Number) -> T:
        levels = getattr(rng, "levels", None)
        if self.whole and levels is not None:
            return rng.choice(_log_levels(int(low), int(high), levels))  # type: ignore[return-value]  # T is this
        # Half a unit on either side gives the first and the last whole number their full share.
        half = 0.5 if self.whole else 0.0
        drawn: Number = math.exp(rng.uniform(math.log(low - half), math.log(high + half)))
        if self.whole:
            drawn = round(drawn)
        return min(max(drawn, low), high)  # type: ignore[return-value]  # T is this

    def cardinality(self) -> int | None:
        """Return the number of values; ``None`` for a continuous or unbounded field."""
        if self.min is None or self.max is None:
            return None
        if self._grid is not None:
            return self._grid.count
        if self.whole:
            return int(self.max) - int(self.min) + 1
        return 1 if self.min == self.max else None

    def values(self) -> Iterator[T]:
        """Iterate over the values, ascending, if they are countable."""
        if self.cardinality() is None:
            return super().values()
        if self._grid is not None:
            return map(self._grid.value, range(self._grid.count))  # type: ignore[arg-type]  # T is this
        if self.whole:
            return iter(range(self.min, self.max + 1))  # type: ignore[arg-type, operator]  # T is this
        return iter((self.min,))  # type: ignore[arg-type]  # T is this

    def load(self, data: Any) -> Any:
        """Return the number; an infinity, which JSON does not have, comes as text."""
        return float(data) if data in ("inf", "-inf") else data

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema: type, bounds, and the values of a short grid."""
        bounds = {"minimum": self.min, "maximum": self.max}
        schema: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        schema |= {n: b for n, b in bounds.items() if b not in (None, -math.inf, math.inf)}
        if self._grid is not None and 0 < self._grid.count <= 100:
            schema["enum"] = list(self.values())
        return schema

    def __repr__(self) -> str:
        shown = {"min": self.min, "max": self.max, "step": self.step}
        parts = [f"{name}={value}" for name, value in shown.items() if value is not None]
        if self.scale != "linear":
            parts.append(f"scale={self.scale!r}")
        return f"Param({', '.join(parts)})"


def _bound(name: str, value: Any) -> Number | None:
    value = bare(value)
    if value is None or type(value) is int or (type(value) is float and value == value):
        return value
    raise ConfigurationError(
        f"Param: {name}={value!r} is not a number; give an int or a float", option=name, value=value
    )


def _uniform(rng: Rengine, low: float, high: float) -> float:
    if math.isinf(high - low):
        share = rng.uniform(0.0, 1.0)
        return low * (1.0 - share) + high * share
    # low + (high - low) * u can round to just above high.
    return min(rng.uniform(low, high), high)


def _log_levels(low: int, high: int, levels: int) -> list[int]:
    """Return whole numbers from ``low`` to ``high``, evenly spaced in the logarithm, each once."""
    if high - low < levels:
        return list(range(low, high + 1))
    if levels == 1:
        return [(math.isqrt(4 * low * high) + 1) // 2]  # rounded, and exact
    ratio = (math.log(high) - math.log(low)) / (levels - 1)
    inner = {round(low * math.exp(ratio * level)) for level in range(1, levels - 1)}
    return sorted({low, high, *inner})
