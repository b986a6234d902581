"""The JSON form of a field's value."""

from __future__ import annotations

import sys
from enum import Enum as StdEnum
from typing import Any

from kigen.errors import FieldError
from kigen.fields.sameness import bare

__all__ = ["jsonable", "readable"]


def jsonable(value: Any, field: str = "") -> Any:
    """Return the JSON form of a plain value, a path, a date, a member of an enum, or a sequence.

    Raises:
        FieldError: the value has none.

    >>> jsonable(("a", 1, 2.5))
    ['a', 1, 2.5]
    """
    value = value.name if isinstance(value, StdEnum) else bare(value)
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if value - value == 0 else str(value)
    if isinstance(value, tuple | list):
        return [jsonable(item, field) for item in value]
    if isinstance(value, dict) and all(type(name) is str for name in value):
        return {name: jsonable(item, field) for name, item in value.items()}
    return _as_text(value, field)


def _as_text(value: Any, field: str) -> str:
    pathlib, datetime = sys.modules.get("pathlib"), sys.modules.get("datetime")
    if pathlib is not None and isinstance(value, pathlib.PurePath):
        return str(value)
    if datetime is not None and isinstance(value, datetime.date | datetime.time):
        return str(value.isoformat())
    raise FieldError(
        f"{field}: {value!r} has no JSON form; give the field dump() and load() methods",
        field=field,
        value=value,
        reason="has no JSON form",
    )


def readable(values: dict[str, Any]) -> str:
    """Return values as JSON for people and SQL tools; what JSON does not have is shown as text."""
    import json

    try:
        return json.dumps(values, default=_shown, allow_nan=False)
    except ValueError:  # infinities, NaN
        return json.dumps({name: _shown(value) for name, value in values.items()})


def _shown(value: Any) -> Any:
    try:
        return jsonable(value)
    except FieldError:
        return str(value)
