"""Admission: from what a key is built with to the value of every field, or all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kigen.errors import ConfigurationError, PoolError
from kigen.fields.field import MISSING, Field
from kigen.fields.problems import BAD, Problems
from kigen.fields.sameness import token

__all__ = ["active", "admit", "check_definition"]

Fields = Mapping[str, Field[Any]]


def admit(owner: str, fields: Fields, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every field, in declared order; that of an inactive one is ``None``.

    Raises:
        FieldError, KeyFieldError: all that is wrong with ``given``.
    """
    admitted: dict[str, Any] = {}
    problems: Problems | None = None
    cause: Exception | None = None
    for name in [name for name in given if name not in fields]:
        problems = problems or Problems(owner)
        problems.unknown(name, given[name], fields)
    for name, field in fields.items():
        value = given.get(name, field.default)
        is_active = active(field, admitted)
        if not is_active and given.get(name) is None:
            admitted[name] = None
        elif value is MISSING:
            problems = problems or Problems(owner)
            problems.missing(name)
        else:
            try:
                accepted = field.accept(value)
            except BAD as error:
                problems, cause = problems or Problems(owner), error
                problems.add(name, error, value)
            else:
                admitted[name] = accepted if is_active else None
    if problems is not None:
        raise problems.error() from cause
    return admitted


def active(field: Field[Any], values: Mapping[str, Any]) -> bool:
    """Whether the condition of ``field`` holds, given the values of the fields before it."""
    return field.when is None or all(
        any(token(values.get(name)) == token(option) for option in options)
        for name, options in field.when.items()
    )


def check_definition(owner: str, fields: Fields) -> None:
    """Refuse a default that its field does not admit, and a condition on a later field.

    Raises:
        FieldError, KeyFieldError: all that is wrong with the defaults.
        ConfigurationError: a condition looks at anything but an earlier field.
    """
    problems: Problems | None = None
    for name, field in fields.items():
        try:
            if field.default is not MISSING:
                field.accept(field.default)
        except PoolError:
            pass  # populated later; each construction validates
        except BAD as error:
            problems = problems or Problems(f"{owner}'s defaults")
            problems.add(name, error, field.default)
    if problems is not None:
        raise problems.error()
    earlier: set[str] = set()
    for name, field in fields.items():
        for other in field.when or ():
            if other not in earlier:
                raise ConfigurationError(
                    f"{owner}.{name}: when= names {other!r}, which is no field declared before "
                    f"{name!r}; move its declaration up",
                    field=name,
                )
        earlier.add(name)
