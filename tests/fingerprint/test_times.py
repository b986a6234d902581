# ruff: noqa: DTZ001, DTZ901 - naive datetimes are among what is tested

from __future__ import annotations

import copy
import datetime as dt
import io
import struct
from zoneinfo import ZoneInfo

UTC = dt.timezone.utc  # noqa: UP017
EAST = dt.timezone(dt.timedelta(hours=2), "somewhere")
KEYLESS = b"TZif" + bytes(16) + struct.pack(">6l", 0, 0, 0, 0, 1, 4) + bytes(6) + b"UTC\0"
LONDON, PARIS = ZoneInfo("Europe/London"), ZoneInfo("Europe/Paris")


def test_dates_datetimes_and_times_are_three_things(differ):
    moment = dt.datetime(2020, 1, 2, 3, 4, 5, 6)
    differ(moment, moment.date(), moment.time(), moment.isoformat(), dt.datetime(2020, 1, 2))
    differ(dt.datetime(2020, 1, 2), dt.datetime(2020, 1, 2, microsecond=1), dt.datetime(2020, 1, 3))
    differ(dt.date(2020, 1, 2), dt.date(2020, 1, 3), dt.datetime.min, dt.datetime.max)


def test_an_aware_datetime_is_its_instant(same, differ):
    noon = dt.datetime(2020, 1, 1, 12, tzinfo=UTC)
    same(noon, noon.astimezone(EAST), noon.astimezone(PARIS), noon.astimezone(LONDON))
    differ(noon, noon.replace(tzinfo=None), noon.replace(tzinfo=EAST))
    same(dt.datetime.min.replace(tzinfo=EAST), dt.datetime.min.replace(tzinfo=EAST))


def test_a_time_that_happens_twice_is_what_equality_makes_of_it(same, differ):
    first = dt.datetime(2020, 10, 25, 1, 30, tzinfo=LONDON)
    second = first.replace(fold=1)
    assert first == second
    assert first != first.astimezone(UTC)
    same(first, second)
    differ(first, first.astimezone(UTC), second.astimezone(UTC), first.replace(tzinfo=None))
    differ(first, dt.datetime(2020, 10, 25, 1, 31, tzinfo=LONDON))


def test_a_time_that_never_happens_is_its_wall_time_and_zone(same, differ):
    gap = dt.datetime(2020, 3, 29, 1, 30, tzinfo=LONDON)
    assert gap != gap.astimezone(UTC)
    same(gap, gap.replace(fold=1))
    differ(gap, gap.astimezone(UTC), gap.replace(tzinfo=ZoneInfo("Europe/Lisbon")))


def test_times_of_day_compare_in_utc_where_they_know_it(same, differ):
    same(dt.time(12, tzinfo=UTC), dt.time(14, tzinfo=EAST))
    same(dt.time(12), dt.time(12, fold=1), dt.time(12, tzinfo=LONDON))  # no date, no offset
    differ(dt.time(12), dt.time(12, tzinfo=UTC), dt.time(12, microsecond=1))
    differ(dt.time(1, tzinfo=UTC), dt.time(1, tzinfo=EAST))


def test_durations_are_their_length(same, differ):
    same(dt.timedelta(days=1), dt.timedelta(hours=24), dt.timedelta(seconds=86_400))
    differ(dt.timedelta(0), dt.timedelta(microseconds=1), dt.timedelta(days=-1), 0)


def test_zones_are_their_offset_or_their_key(same, differ, refused):
    same(UTC, dt.timezone(dt.timedelta(0), "GMT"))
    same(PARIS, ZoneInfo.no_cache("Europe/Paris"), copy.copy(PARIS))
    differ(UTC, EAST, PARIS, LONDON, ZoneInfo("UTC"))
    refused(ZoneInfo.from_file(io.BytesIO(KEYLESS)))

    class Local(dt.tzinfo):
        def utcoffset(self, moment):
            return dt.timedelta(hours=5)

    refused(Local())
    same(dt.datetime(2020, 1, 1, 5, tzinfo=Local()), dt.datetime(2020, 1, 1, tzinfo=UTC))


def test_subclasses_are_the_moments_they_stand_for(same):
    class Stamp(dt.datetime):
        pass

    same(Stamp(2020, 1, 1), dt.datetime(2020, 1, 1))
