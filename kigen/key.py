"""Key: a typed, validated set of parameters that says what was run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Self, TypeVar

from kigen import fingerprint as _fingerprint
from kigen.errors import (
    ConfigurationError,
    FrozenKeyError,
    KeyFieldError,
    UnfingerprintableError,
)
from kigen.fields.field import MISSING, Field
from kigen.fields.problems import Problems, suggestion
from kigen.fields.sameness import bare, token

__all__ = ["Key", "active", "trusted"]

K = TypeVar("K", bound="Key")

_RESERVED = frozenset({"field_specs", "fingerprint", "id", "identity", "to_dict"})


class Key:
    """A set of named values, each admitted by its field; declare the fields in a subclass.

    Keys are equal when their classes have the same name in the same module and their values are
    equal; 3 and 3.0 are equal, and so are two NaNs. A key that has been hashed, fingerprinted or
    recorded has been used as a key and is frozen; before that, assignments are validated.

    Raises:
        FieldError: values that their fields do not admit (a `ValueError`; all of them, with their
            paths, in ``errors``).
        KeyFieldError: unknown or missing fields (a `TypeError`; ``errors`` as above).

    >>> from kigen import Enum, Param
    >>> class Trial(Key):
    ...     depth = Param(min=2, max=12)
    ...     opt = Enum("adam", "sgd", default="adam")
    >>> trial = Trial(depth=3)
    >>> trial.depth, trial.opt, trial == Trial(opt="adam", depth=3.0)
    (3, 'adam', True)
    >>> trial.to_dict()
    {'depth': 3, 'opt': 'adam'}
    >>> trial.depth = 13
    Traceback (most recent call last):
    kigen.errors.FieldError: depth: 13 is above maximum 12
    """

    # The instance __dict__ holds the values, by field, and nothing else.
    __slots__ = ("__dict__", "__weakref__", "_frozen_digest", "_frozen_hash")

    _frozen_digest: bytes
    _frozen_hash: int

    _fields: ClassVar[dict[str, Field[Any]]] = {}
    _conditional: ClassVar[bool] = False
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._fields = _collect(cls)
        cls._conditional = any(field.when for field in cls._fields.values())
        cls.__match_args__ = tuple(cls._fields)
        _check_definition(cls)

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(_admit(type(self), values))

    @classmethod
    def field_specs(cls) -> dict[str, Field[Any]]:
        """Return the fields by name, in declared order; those of base classes come first."""
        return dict(cls._fields)

    @classmethod
    def identity(cls) -> str:
        """Return the name by which the class is known in fingerprints: module and qualified name.

        >>> Key.identity()
        'kigen.key.Key'
        """
        return ".".join(_fingerprint.identity(cls))

    def to_dict(self) -> dict[str, Any]:
        """Return the values by field, in declared order."""
        values = self.__dict__
        return {name: values[name] for name in self._fields}

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some values changed; the copy is not frozen."""
        return type(self)(**{**self._given(), **changes})

    __replace__ = replace

    @property
    def id(self) -> str:
        """The first 12 digits of the fingerprint: short, and the same in every interpreter."""
        return _digest(self).hex()[:12]

    def fingerprint(self) -> str:
        """Return 32 hexadecimal digits, equal for equal keys in every interpreter; freezes the key.

        Raises:
            UnfingerprintableError: a value has no canonical bytes.
        """
        digest = _digest(self)
        object.__setattr__(self, "_frozen_digest", digest)
        return digest.hex()

    def __fingerprint__(self) -> object:
        return type(self).identity(), tuple(
            (name, bare(value)) for name, value in _active_items(self)
        )

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Key):
            return NotImplemented
        return _sameness(self) == _sameness(other)

    def __hash__(self) -> int:
        try:
            return self._frozen_hash
        except AttributeError:
            hashed = hash(_sameness(self))
            object.__setattr__(self, "_frozen_hash", hashed)
            return hashed

    def __setattr__(self, name: str, value: Any) -> None:
        _check_assignable(self, name)
        self.__dict__.update(_admit(type(self), {**self._given(), name: value}))

    def __delattr__(self, name: str) -> None:
        raise FrozenKeyError(
            f"{type(self).__name__}.{name} cannot be deleted; a key has all its fields", field=name
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return trusted, (type(self), self.to_dict())

    def __repr__(self) -> str:
        try:
            shown = {"id": self.id, **self.to_dict()}
        except UnfingerprintableError:
            shown = self.to_dict()
        values = ", ".join(f"{name}={value!r}" for name, value in shown.items())
        return f"{type(self).__name__}({values})"

    def _given(self) -> dict[str, Any]:
        """The values that a construction needs: those of inactive fields follow from the others."""
        return dict(_active_items(self))


def _collect(cls: type[Key]) -> dict[str, Field[Any]]:
    """Return the fields of ``cls``, its bases and mixins; a plain attribute removes a field."""
    fields: dict[str, Field[Any]] = {}
    for base in reversed(cls.__mro__):
        for name, attribute in vars(base).items():
            if isinstance(attribute, Field):
                fields[name] = attribute
            elif name in fields:
                del fields[name]
    return fields


def _check_definition(cls: type[Key]) -> None:
    for name, field in cls._fields.items():
        if name in _RESERVED:
            raise ConfigurationError(
                f"{cls.__name__}.{name}: the name belongs to Key; choose another for the field",
                field=name,
            )
        for other in field.when or ():
            if other not in cls._fields or list(cls._fields).index(other) >= list(
                cls._fields
            ).index(name):
                raise ConfigurationError(
                    f"{cls.__name__}.{name}: when= names {other!r}, which is no field declared "
                    f"before {name!r}",
                    field=name,
                )


def _admit(cls: type[Key], values: dict[str, Any]) -> dict[str, Any]:
    """Return the value of every field of ``cls``, or raise all that is wrong with ``values``."""
    stored: dict[str, Any] = {}
    problems: Problems | None = None
    cause: ValueError | None = None
    given = 0
    for name, field in cls._fields.items():
        value = values.get(name, MISSING)
        if value is MISSING:
            value = field.default
        else:
            given += 1
        if field.when is not None and not active(field, stored):
            if value is MISSING or value is None or name not in values:
                stored[name] = None
                continue
        if value is MISSING:
            problems = problems or Problems(cls.__name__)
            problems.absent(name)
            continue
        try:
            accepted = field.accept(value)
        except ValueError as error:
            problems = problems or Problems(cls.__name__)
            problems.bad(name, error, value)
            cause = error
            continue
        stored[name] = accepted if field.when is None or active(field, stored) else None
    if given != len(values):
        problems = problems or Problems(cls.__name__)
        for name in values.keys() - cls._fields.keys():
            problems.unknown(name, values[name], cls._fields)
    if problems is not None:
        raise problems.error() from cause
    return stored


def active(field: Field[Any], values: dict[str, Any]) -> bool:
    """Whether the condition of ``field`` holds, given the values of the fields before it."""
    return field.when is None or all(
        any(token(values.get(name)) == token(option) for option in options)
        for name, options in field.when.items()
    )


def _active_items(key: Key) -> Iterator[tuple[str, Any]]:
    values = key.__dict__
    if not key._conditional:
        return ((name, values[name]) for name in key._fields)
    return ((name, values[name]) for name, field in key._fields.items() if active(field, values))


def _sameness(key: Key) -> tuple[str, tuple[Any, ...]]:
    return type(key).identity(), tuple([(name, token(value)) for name, value in _active_items(key)])


def _digest(key: Key) -> bytes:
    try:
        return key._frozen_digest
    except AttributeError:
        return _fingerprint.digest(key)


def _check_assignable(key: Key, name: str) -> None:
    if name not in key._fields:
        raise KeyFieldError(
            f"{type(key).__name__} has no field {name!r}{suggestion(name, key._fields)}",
            field=name,
        )
    if hasattr(key, "_frozen_hash") or hasattr(key, "_frozen_digest"):
        raise FrozenKeyError(
            f"{type(key).__name__}.{name}: the key has been used as a key and is frozen; "
            f"make a changed copy with key.replace({name}=...)",
            field=name,
        )


def trusted(cls: type[K], values: dict[str, Any]) -> K:
    """Return a key of values that are known to be valid: drawn, or pickled when they were."""
    key = cls.__new__(cls)
    key.__dict__.update(values)
    return key
