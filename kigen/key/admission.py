"""Admission: which fields a key has, and their values from what it is built with, or an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kigen.errors import ConfigurationError, PoolError
from kigen.fields.field import MISSING, Field
from kigen.fields.problems import BAD, Problems
from kigen.fields.sameness import token

__all__ = ["active", "admit", "check_definition", "collect"]

Fields = Mapping[str, Field[Any]]

_RESERVED = frozenset({"field_specs", "fingerprint", "id", "identity", "to_dict"})
_PREFIX = "_kigen_"
"""What begins the names in the methods that are written out for a class."""


def collect(cls: type, root: type) -> dict[str, Field[Any]]:
    """Return the fields of ``cls``, its bases and mixins; a plain attribute removes a field.

    ``root`` is the class whose own attributes remove nothing.
    """
    fields: dict[str, Field[Any]] = {}
    for base in reversed(cls.__mro__):
        for name, attribute in vars(base).items():
            if isinstance(attribute, Field):
                fields[name] = attribute
            elif base is not root and name in fields:
                del fields[name]
    reserved = _RESERVED.union(name for name in dir(root) if name.startswith("_"))
    for name in fields:
        if name not in reserved and not name.startswith(_PREFIX):
            continue
        raise ConfigurationError(
            f"{cls.__name__}.{name}: the name belongs to Key; choose another for the field",
            field=name,
        )
    return fields


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
