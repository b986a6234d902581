"""Decimals and fractions: numbers like all others, worth exactly what they say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kigen.fingerprint.dispatch import inherited
from kigen.fingerprint.refusal import Refusal
from kigen.fingerprint.scalars import integer, rational, real

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["find"]

LARGEST_EXPONENT = 100_000  # an integer of that many digits takes 40 kB and some milliseconds


def decimal(value: Decimal, walk: Walk) -> None:
    """A decimal is its quotient; a signalling NaN is a NaN."""
    if value.is_nan() or value.is_infinite():
        walk.append(real(float("nan") if value.is_nan() else float(value)))
    elif not value:
        walk.append(integer(0))
    elif abs(value.adjusted()) > LARGEST_EXPONENT:
        raise Refusal(
            value,
            f"a Decimal with the exponent {value.adjusted()} would be written out in full, and "
            f"{LARGEST_EXPONENT} is the most that is",
        )
    else:
        walk.append(rational(*value.as_integer_ratio()))


def fraction(value: Fraction, walk: Walk) -> None:
    walk.append(rational(value.numerator, value.denominator))


ENCODERS: dict[type, Encoder] = {Decimal: decimal, Fraction: fraction}


def find(kind: type) -> Encoder | None:
    """The encoder of a decimal or a fraction type."""
    return inherited(kind, ENCODERS)
