"""Dates and times: what is compared is written, in attoseconds since 1970 where it is a moment.

The unit is fine enough for NumPy's finest, so a moment has one form whoever measures it.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from kigen.fingerprint.dispatch import inherited
from kigen.fingerprint.refusal import Refusal

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["EPOCH", "MICROSECOND", "day", "find", "length", "moment"]

MICROSECOND = 10**12  # in attoseconds
EPOCH = date(1970, 1, 1).toordinal()


def micros(length: timedelta) -> int:
    return (length.days * 86_400 + length.seconds) * 1_000_000 + length.microseconds


def since_midnight(value: datetime | time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def moment(value: datetime, walk: Walk) -> None:
    """A naive datetime is its wall time; an aware one its instant.

    Where an aware time's offset depends on ``fold`` (it happens twice, or never), Python holds it
    unequal to every time in another zone (PEP 495), so there it is its wall time and its zone.
    """
    days = value.toordinal() - EPOCH
    ticks = (days * 86_400_000_000 + since_midnight(value)) * MICROSECOND
    offset = value.utcoffset()
    if offset is None:
        walk.kind("datetime", ticks)
    elif offset == value.replace(fold=1 - value.fold).utcoffset():
        walk.kind("instant", ticks - micros(offset) * MICROSECOND)
    else:
        walk.kind("wall time", ticks)
        walk.part(".tzinfo", value.tzinfo)


def day(value: date, walk: Walk) -> None:
    """A date: days since 1970-01-01."""
    walk.kind("date", value.toordinal() - EPOCH)


def hour(value: time, walk: Walk) -> None:
    """A time of day: microseconds since midnight, there or in UTC."""
    offset = value.utcoffset()
    if offset is None:
        walk.kind("time", since_midnight(value))
    else:
        walk.kind("time in UTC", since_midnight(value) - micros(offset))


def length(value: timedelta, walk: Walk) -> None:
    """A duration: attoseconds."""
    walk.kind("duration", micros(value) * MICROSECOND)


def offset(value: timezone, walk: Walk) -> None:
    """A fixed offset, whatever its name: microseconds east of UTC."""
    walk.kind("utc offset", micros(value.utcoffset(None)))


def zone(value: ZoneInfo, walk: Walk) -> None:
    """A zone is its name in the time zone database."""
    if value.key is None:
        raise Refusal(value, "a ZoneInfo read from a file has no key to be known by")
    walk.kind("zone", value.key)


ENCODERS: dict[type, Encoder] = {
    date: day,
    datetime: moment,
    time: hour,
    timedelta: length,
    timezone: offset,
}


def find(kind: type) -> Encoder | None:
    """The encoder of a type of datetime or zoneinfo."""
    zoneinfo = sys.modules.get("zoneinfo")
    if zoneinfo is not None and issubclass(kind, zoneinfo.ZoneInfo):
        return zone
    return inherited(kind, ENCODERS)
