"""Field: what one coordinate of a key may be."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, overload

from kigen.errors import ConfigurationError, KeyFieldError
from kigen.fields.forms import jsonable
from kigen.fields.recipe import CALLED, Quick, Recipe
from kigen.fields.sameness import plain

if TYPE_CHECKING:
    from kigen.rengines.protocol import Rengine

__all__ = ["MISSING", "Field"]

T = TypeVar("T")


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Final[Any] = _Missing()
"""Stands for "no default"; ``None`` is a value."""


class Field(ABC, Generic[T]):
    """What one coordinate of a `Key` may be.

    Subclass it for a field of your own. `validate` alone makes a value holder; with `sample` its
    values are drawn like a built-in's. Declared in a class body, the field is what
    ``Trial.depth`` returns, and ``trial.depth`` is the value.

    Args:
        default: the value of a key that does not name the field; without it the field is required.
        when: the condition under which the field is active, as ``{"opt": "sgd"}`` or
            ``{"opt": ("sgd", "rmsprop")}``. Where it does not hold, the field is ``None`` and does
            not count.

    >>> from kigen import Key
    >>> class Even(Field[int]):
    ...     def validate(self, value):
    ...         if value % 2:
    ...             raise ValueError(f"{self._attr}: {value} is odd")
    >>> class Pair(Key):
    ...     left = Even()
    >>> Pair(left=4).left
    4
    """

    # Class attributes, so that a subclass may ignore __init__.
    _attr: str = ""
    default: Any = MISSING
    when: Mapping[str, tuple[Any, ...]] | None = None
    draws: int = 1
    """How many numbers `sample` takes from an engine; quasi-random engines plan with it."""
    draws_valid: bool = False
    """Whether every value drawn is known to validate."""
    plain_values: bool = False
    """Whether every value is an int, float, str, bytes, bool or None, and no NaN."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # A class says these two for itself alone: a subclass may override what makes them true.
        for name in ("draws_valid", "plain_values"):
            if name not in vars(cls):
                setattr(cls, name, False)
        if "validate" in vars(cls) and "accept" not in vars(cls) and cls.accept is not Field.accept:
            cls.accept = _validated(cls.accept)  # type: ignore[assignment, method-assign]  # its own

    def __init__(self, *, default: Any = MISSING, when: Mapping[str, Any] | None = None) -> None:
        self.default = default
        self.when = None if when is None else _condition(when)

    @abstractmethod
    def validate(self, value: Any) -> None:
        """Raise `ValueError` saying what is wrong with ``value``, or return."""

    def accept(self, value: Any) -> T:
        """Return ``value`` as the key stores it, having validated it."""
        value = plain(value)
        self.validate(value)
        accepted: T = value
        return accepted

    def sample(self, rng: Rengine) -> T:
        """Return a value drawn with ``rng``; every value drawn validates.

        Raises:
            KeyFieldError: the field does not say how to draw (it defines no ``sample``).
        """
        raise KeyFieldError(
            f"{self._attr}: field type {type(self).__name__} cannot be auto-randomized; give it a "
            f"sample(rng) method, or pin it with configure({self._attr!r}, value)",
            field=self._attr,
        )

    def recipe(self) -> Recipe:
        """Return how values are drawn; only a field whose draws are valid may say more."""
        return CALLED

    def quick(self) -> Quick | None:
        """Return a test by which a key may admit a value without asking the field."""
        return None

    @property
    def drawable(self) -> bool:
        """Whether `sample` has what it needs; a field that has not gets its default instead."""
        return type(self).sample is not Field.sample

    def cardinality(self) -> int | None:
        """Return how many distinct values the field has; ``None``: not countable."""
        return None

    def values(self) -> Iterator[T]:
        """Iterate over the distinct values, in order, if they are countable."""
        raise KeyFieldError(
            f"{self._attr}: {type(self).__name__} has no countable values; give it a step, "
            f"or pin it with configure({self._attr!r}, value)",
            field=self._attr,
        )

    def dump(self, value: T) -> Any:
        """Return the JSON form of a value; `load` takes it back."""
        return jsonable(value, self._attr)

    def load(self, data: Any) -> Any:
        """Return what `accept` takes for the JSON form that `dump` gave."""
        return data

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what `dump` gives."""
        return {}

    def definition(self) -> dict[str, Any]:
        """Return what tells this field from others of its class; part of a generator's identity."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def __fingerprint__(self) -> object:
        parts = {name: part for name, part in self.definition().items() if part is not MISSING}
        return f"{type(self).__module__}.{type(self).__qualname__}", parts

    def __set_name__(self, owner: type, name: str) -> None:
        self._attr = name

    if TYPE_CHECKING:
        # At run time a field is no descriptor: values live in the key's __dict__, where reading
        # one costs no Python call, and Key.__setattr__ validates what is assigned.
        @overload
        def __get__(self, obj: None, owner: type) -> Self: ...
        @overload
        def __get__(self, obj: object, owner: type) -> T: ...
        def __get__(self, obj: object | None, owner: type) -> Self | T: ...
        def __set__(self, obj: object, value: T) -> None: ...


def _validated(accept: Callable[[Any, Any], T]) -> Callable[[Any, Any], T]:
    """The ``accept`` of a subclass that overrides ``validate`` alone, as ki-gen's fields do."""

    def accept_and_validate(self: Field[T], value: Any) -> T:
        accepted = accept(self, value)
        self.validate(accepted)
        return accepted

    return accept_and_validate


def _condition(when: Any) -> dict[str, tuple[Any, ...]]:
    if not (isinstance(when, Mapping) and when):
        raise ConfigurationError(
            f"when={when!r} is not a condition; write when={{'field': value}} "
            "or when={'field': (value, value)}",
            option="when",
            value=when,
        )
    return {
        name: tuple(values) if isinstance(values, tuple | list | set | frozenset) else (values,)
        for name, values in when.items()
    }
