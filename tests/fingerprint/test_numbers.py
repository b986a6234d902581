# ruff: noqa: RUF032 - exact decimals of floats are among what is tested

from __future__ import annotations

import math
import struct
from decimal import Decimal
from enum import IntEnum, IntFlag
from fractions import Fraction

import pytest

from kigen.fingerprint import canonical


def test_a_number_is_what_it_is_worth_whatever_its_type(same):
    same(1, True, 1.0, 1 + 0j, Decimal(1), Decimal("1.00"), Fraction(1), Fraction(2, 2))
    same(0, False, 0.0, -0.0, 0j, -0j, Decimal(0), Decimal("-0.0"), Decimal("0E+999999"))
    same(0.5, Decimal("0.5"), Fraction(1, 2), complex(0.5, 0), complex(0.5, -0.0))
    same(10**22, 1e22, Decimal("1E+22"), Fraction(10**22))
    same(2**100, 2.0**100, Fraction(2**100))


def test_numbers_that_differ_in_the_last_place_differ(differ):
    differ(0.1, Fraction(1, 10), math.nextafter(0.1, 1), Decimal("0.10000000000000001"))
    differ(2**53, 2**53 + 1, 2**53 + 2)
    differ(10**23, 1e23)  # the double is 99999999999999991611392
    differ(1, -1, 256, -256, 2**31, -(2**31), 2**64, -(2**64), 10**400, -(10**400))
    differ(*range(-70_000, 70_000, 7))


def test_decimals_and_fractions_that_a_double_equals_are_that_double(same):
    same(0.1, Decimal(0.1), Fraction(0.1))
    same(5e-324, Fraction(1, 2**1074), Decimal(5e-324))
    same(1.7976931348623157e308, Fraction(1.7976931348623157e308))


def test_a_quotient_beyond_every_double_has_its_own_bytes(same, differ):
    same(Fraction(1, 2**2000), Fraction(2, 2**2001))
    differ(Fraction(1, 2**2000), Fraction(1, 2**2001), 0)
    differ(Fraction(2**2000 + 1, 2), Fraction(2**2000 - 1, 2), math.inf)
    differ(Fraction(1, 3), Fraction(-1, 3), Fraction(1, 3**200), Decimal("0.3333"), 1 / 3)


def test_every_nan_is_one_value(same, differ):
    payload = struct.unpack(">d", bytes.fromhex("fff0000000000001"))[0]
    same(math.nan, -math.nan, payload, Decimal("NaN"), Decimal("-NaN123"), Decimal("sNaN"))
    same(complex(math.nan, 0), math.nan)
    same(complex(0, math.nan), complex(0, -math.nan))
    differ(math.nan, complex(0, math.nan), complex(1, math.nan), None, "nan")


def test_infinities_are_numbers_too(same, differ):
    same(math.inf, Decimal("Infinity"), complex(math.inf, 0))
    differ(math.inf, -math.inf, complex(0, math.inf), 2**1024, "inf")


def test_both_parts_of_a_complex_number_count(same, differ):
    same(1 + 2j, complex(1.0, 2.0))
    differ(1 + 2j, 2 + 1j, 1 - 2j, 1, 2j, (1, 2))


@pytest.mark.parametrize("bits", [0, 7, 8, 15, 16, 2031, 2032, 2033, 20_000])
def test_integers_of_any_size_are_told_apart_at_every_edge(differ, bits):
    differ(2**bits, 2**bits - 1, 2**bits + 1, -(2**bits), -(2**bits) - 1)


def test_an_integer_longer_than_python_will_print_has_a_fingerprint(same):
    same(10**5000, 10**5000 + 0)


def test_a_decimal_is_not_written_out_to_a_size_nobody_asked_for(refused, same):
    assert "1000000" in str(refused(Decimal("1E+1000000")))
    refused([Decimal("1E-1000000")], "[0]")
    same(Decimal("1E+5000"), 10**5000)


def test_numbers_that_are_also_members_are_numbers(same):
    class Level(IntEnum):
        LOW = 1

    class Mode(IntFlag):
        READ = 1
        WRITE = 2

    same(Level.LOW, Mode.READ, 1)
    same(Mode.READ | Mode.WRITE, 3)


def test_subclasses_that_keep_equality_are_the_number_they_extend(same):
    class Count(int):
        def __index__(self):
            return 99

        def __lt__(self, other):
            return True

        __gt__ = __lt__

        def bit_length(self):
            return 1

    class Share(float):
        def is_integer(self):
            return True

    class Money(Decimal):
        pass

    same(Count(5), 5)
    same(Count(10**9), 10**9)
    same(Share(0.25), 0.25)
    same(Money("2.5"), 2.5)


def test_a_subclass_with_an_equality_of_its_own_is_refused(refused):
    class Modular(int):
        def __eq__(self, other):
            return int(self) % 7 == int(other) % 7

        __hash__ = int.__hash__

    refused({"a": (Modular(8),)}, "['a'][0]")


def test_the_bytes_start_with_the_version_of_the_format():
    assert canonical(1) == b"\x01i\x01\x01"
