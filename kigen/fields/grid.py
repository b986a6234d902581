"""Evenly spaced numbers, addressed by integer index in exact decimal arithmetic."""

from __future__ import annotations

import math

__all__ = ["LARGEST", "Grid"]

LARGEST = 1.7976931348623157e308
"""The largest float."""


class Grid:
    """``start``, ``start + step``, ... up to and including ``stop``, as people write them.

    Bounds and step are taken as the decimal numbers that their ``repr`` shows, so the fourth value
    of 0 by 0.1 is 0.3, not 0.30000000000000004, and 1 by 0.1 from 0 has 11 values. Without ``stop``
    the grid goes on for ever and has no ``count``.

    >>> grid = Grid(0, 1, 0.1)
    >>> grid.count, grid.value(3), grid.index(0.1 + 0.2), grid.index(0.35)
    (11, 0.3, 3, None)
    """

    __slots__ = ("count", "_start", "_step", "_denominator", "_floats", "_tolerance")

    def __init__(self, start: float, stop: float | None, step: float) -> None:
        numbers = (start, step, start if stop is None else stop)
        ratios = [_decimal(number) for number in numbers]
        self._denominator = max(scale for _, scale in ratios)
        self._start, self._step, last = (
            digits * (self._denominator // scale) for digits, scale in ratios
        )
        self._floats = not all(type(number) is int for number in numbers)
        self._tolerance = 1e-9 * step if self._floats else 0
        self.count: int = (last - self._start) // self._step + 1 if stop is not None else 0

    def value(self, index: int) -> float:
        """Return the number at ``index``; the float nearest to the decimal one."""
        numerator = self._start + index * self._step
        return numerator / self._denominator if self._floats else numerator

    def index(self, value: float) -> int | None:
        """Return the index of ``value``, or ``None`` if it lies off the grid.

        A float within a few roundings of a grid point is that point.
        """
        if (self._floats or type(value) is float) and not abs(value) <= LARGEST:
            return None  # NaN, an infinity, or an int that no float comes near
        over, under = value.as_integer_ratio()
        offset = over * self._denominator - self._start * under
        nearest = (2 * offset + self._step * under) // (2 * self._step * under)
        try:
            point = self.value(nearest)
        except OverflowError:
            return None  # the next point is beyond all floats
        roundings = 4 * math.ulp(point) if self._floats else 0
        return nearest if abs(value - point) <= max(self._tolerance, roundings) else None


def _decimal(number: float) -> tuple[int, int]:
    """Return (digits, power of ten) with number == digits / power, from the number's repr."""
    if isinstance(number, int):
        return number, 1
    mantissa, _, exponent = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    shift = int(exponent or 0) - len(fraction)
    digits = int(whole + fraction)
    return (digits * 10**shift, 1) if shift >= 0 else (digits, 10**-shift)
