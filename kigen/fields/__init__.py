"""Fields: what each coordinate of a key may be."""

from __future__ import annotations

from kigen.fields.enum import Enum
from kigen.fields.field import MISSING, Field
from kigen.fields.param import Param
from kigen.fields.pool import Pool

__all__ = ["MISSING", "Enum", "Field", "Param", "Pool"]
