"""Fields: what each coordinate of a key may be."""

from __future__ import annotations

from kigen.fields.enum import Enum
from kigen.fields.field import MISSING, Field
from kigen.fields.nested import Each, Nested
from kigen.fields.param import Param
from kigen.fields.pool import Pool
from kigen.fields.scalars import Date, Flag, Text

__all__ = ["MISSING", "Date", "Each", "Enum", "Field", "Flag", "Nested", "Param", "Pool", "Text"]
