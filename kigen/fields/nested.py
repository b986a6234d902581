"""Nested and Each: keys within keys, and several values of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from kigen.errors import ConfigurationError, FieldError
from kigen.fields.field import MISSING, Field, T
from kigen.fields.problems import BAD, Problems

if TYPE_CHECKING:
    from kigen.key import Key
    from kigen.key.space import Space
    from kigen.rengines.protocol import Rengine

__all__ = ["Each", "Nested"]

E = TypeVar("E")
K = TypeVar("K", bound="Key")


class Nested(Field[K], Generic[K]):
    """A key of another class, given as such or as a mapping of its values. It is frozen.

    >>> from kigen import Key, Param
    >>> class Layer(Key):
    ...     units = Param(min=1, max=512)
    >>> class Net(Key):
    ...     head = Nested(Layer)
    >>> Net(head={"units": 16}).head.units
    16
    """

    draws_valid = True

    def __init__(
        self, key_type: type[K], *, default: Any = MISSING, when: Mapping[str, Any] | None = None
    ) -> None:
        if not hasattr(key_type, "field_specs"):
            raise ConfigurationError(
                f"Nested({key_type!r}): give a subclass of Key", option="key_type"
            )
        super().__init__(default=default, when=when)
        self.key_type = key_type

    @property
    def draws(self) -> int:  # type: ignore[override]  # a plain attribute of the base
        """How many numbers the nested key takes."""
        return self._space().draws

    def _space(self) -> Space[K]:
        return self.key_type._space()  # noqa: SLF001 - the keys of a class are the class's business

    def accept(self, value: Any) -> K:
        """Return ``value`` as a key of the class, frozen."""
        if isinstance(value, Mapping):
            value = self.key_type.from_dict(value)
        self.validate(value)
        hash(value)  # frozen: the outer key is equal to others by what it holds
        key: K = value
        return key

    def validate(self, value: Any) -> None:
        """Raise `FieldError` if ``value`` is no key of the class."""
        if type(value) is not self.key_type:
            # A subclass has fields that to_dict() and to_json() could not be read back with.
            reason = f"is no {self.key_type.__name__} and no mapping of its values"
            raise FieldError(
                f"{self._attr}: {value!r} {reason}", field=self._attr, value=value, reason=reason
            )

    def sample(self, rng: Rengine) -> K:
        """Return a nested key drawn with ``rng``."""
        return self._space().draw(rng)

    def cardinality(self) -> int | None:
        """Return how many nested keys there are."""
        return self._space().cardinality()

    def values(self) -> Iterator[K]:
        """Iterate over the nested keys."""
        return self._space().combinations()

    def definition(self) -> dict[str, Any]:
        """Return the fields of the nested class beside what every field has."""
        fields = self.key_type.field_specs()
        own = {name: value for name, value in super().definition().items() if name != "key_type"}
        return {**own, "key_type": (self.key_type.identity(), tuple(fields.items()))}

    def dump(self, value: K) -> Any:
        """Return the JSON form of the nested key."""
        return value._dumped()  # noqa: SLF001

    def load(self, data: Any) -> Any:
        """Return the values that the JSON form of a nested key stands for."""
        return self.key_type._loaded(data) if isinstance(data, dict) else data  # noqa: SLF001

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the nested key."""
        schema = self.key_type.json_schema()
        return {name: part for name, part in schema.items() if name != "$schema"}

    def __repr__(self) -> str:
        return f"Nested({self.key_type.__name__})"


class Each(Field[tuple[T, ...]]):
    """A tuple of ``length`` values, each admitted by ``element``: a field or a key class.

    >>> from kigen import Key, Param
    >>> class Stack(Key):
    ...     widths = Each(Param(min=1, max=9), 3)
    >>> Stack(widths=[1, 2, 3]).widths
    (1, 2, 3)
    """

    @overload
    def __init__(
        self: Each[E],
        element: Field[E],
        length: int,
        *,
        default: Any = ...,
        when: Mapping[str, Any] | None = None,
    ) -> None: ...
    @overload
    def __init__(
        self: Each[K],
        element: type[K],
        length: int,
        *,
        default: Any = ...,
        when: Mapping[str, Any] | None = None,
    ) -> None: ...
    def __init__(
        self,
        element: Any,
        length: int,
        *,
        default: Any = MISSING,
        when: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(default=default, when=when)
        self.element: Field[Any]
        if isinstance(element, Field):
            self.element = element
        elif hasattr(element, "identity"):
            self.element = Nested(element)
        else:
            raise ConfigurationError(
                f"Each({element!r}): give a field or a subclass of Key", option="element"
            )
        if type(length) is not int or length < 1:
            raise ConfigurationError(
                f"Each: length={length!r} must be a whole number, at least 1", option="length"
            )
        self.length = length
        self.draws: int = length * self.element.draws

    @property
    def drawable(self) -> bool:
        """Whether the element is."""
        return self.element.drawable

    def accept(self, value: Any) -> tuple[T, ...]:
        """Return ``value`` as a tuple of admitted elements."""
        if not isinstance(value, tuple | list) or len(value) != self.length:
            reason = f"is no sequence of {self.length} values"
            raise FieldError(
                f"{self._attr}: {value!r} {reason}", field=self._attr, value=value, reason=reason
            )
        accepted: list[T] = []
        problems: Problems | None = None
        for index, item in enumerate(value):
            try:
                accepted.append(self.element.accept(item))
            except BAD as error:
                problems = problems or Problems(self._attr)
                problems.add(f"[{index}]", error, item)
        if problems is not None:
            raise problems.error()
        return tuple(accepted)

    def validate(self, value: Any) -> None:
        """Raise `FieldError` for each element that is not admitted."""
        Each.accept(self, value)

    def sample(self, rng: Rengine) -> tuple[T, ...]:
        """Return a tuple whose elements are drawn one after another."""
        return tuple([self.element.sample(rng) for _ in range(self.length)])

    def cardinality(self) -> int | None:
        """Return the number of tuples."""
        count = self.element.cardinality()
        return None if count is None else count**self.length

    def values(self) -> Iterator[tuple[T, ...]]:
        """Iterate over the tuples, the last element varying fastest."""
        return product(self.element.values(), repeat=self.length)

    def dump(self, value: tuple[T, ...]) -> Any:
        """Return the JSON forms of the elements."""
        return [self.element.dump(item) for item in value]

    def load(self, data: Any) -> Any:
        """Return the elements that their JSON forms stand for."""
        return [self.element.load(item) for item in data] if isinstance(data, list) else data

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the array."""
        return {
            "type": "array",
            "items": self.element.schema(),
            "minItems": self.length,
            "maxItems": self.length,
        }

    def __repr__(self) -> str:
        return f"Each({self.element!r}, {self.length})"
