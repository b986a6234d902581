"""Blueprint: how each field of a key is produced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, Self, TypeVar

from kigen import fingerprint as _fingerprint
from kigen.errors import ConfigurationError, FieldError, KeyFieldError, PoolError
from kigen.fields.field import Field
from kigen.fields.nested import Nested
from kigen.fields.problems import BAD, Problems, suggestion
from kigen.key import Key
from kigen.key.space import Pinned, Source, Space
from kigen.rengines.protocol import Rengine

__all__ = ["Blueprint"]

K = TypeVar("K", bound=Key)


class Blueprint(Generic[K]):
    """How each field of ``key_type`` is produced: as declared, narrowed, or pinned to a value.

    A blueprint knows no engine and may be used by several generators, also at once; configure it
    before that.

    >>> from kigen import Enum, Param, RandomRengine
    >>> class Trial(Key):
    ...     depth = Param(min=2, max=12)
    ...     opt = Enum("adam", "sgd")
    >>> blueprint = Blueprint(Trial).configure("depth", Param(min=2, max=4)).configure("opt", "sgd")
    >>> blueprint.cardinality()
    3
    >>> key = blueprint.build(RandomRengine(seed=1))
    >>> key.depth, key.opt
    (2, 'sgd')
    """

    def __init__(self, key_type: type[K]) -> None:
        given: object = key_type
        if not (isinstance(given, type) and issubclass(given, Key)):
            raise ConfigurationError(
                f"Blueprint({key_type!r}): give a subclass of Key", option="key_type"
            )
        self._key_type = key_type
        self._overrides: dict[str, Any] = {}
        self._space: Space[K] | None = None

    @property
    def key_type(self) -> type[K]:
        """The class of the keys produced."""
        return self._key_type

    @property
    def overrides(self) -> dict[str, Any]:
        """A copy of what has been configured (fields, nested blueprints, pinned values)."""
        return dict(self._overrides)

    def configure(self, field_name: str, spec: Any) -> Self:
        """Produce a field from another `Field`, or pin it to a value; returns the blueprint.

        ``"layer.units"`` configures a field of a nested key; a `Blueprint` configures all of one.

        Raises:
            ConfigurationError: the key has no such field.
            FieldError: the key's field does not admit the value.
        """
        name, _, inner = field_name.partition(".")
        field = self._field(name)
        if inner:
            spec = self._configured(name, field, inner, spec)
        elif isinstance(spec, Field):
            if not spec._attr:  # noqa: SLF001 - a free field takes the name it is used under
                spec.__set_name__(self._key_type, name)
        elif not isinstance(spec, Blueprint):
            spec = self._pinned(name, field, spec)
        self._overrides[name] = spec
        self._space = None
        return self

    def _configured(self, name: str, field: Field[Any], inner: str, spec: Any) -> Blueprint[Any]:
        try:
            return self._nested(name, field).configure(inner, spec)
        except (FieldError, KeyFieldError) as error:
            problems = Problems(self._key_type.__name__)
            problems.add(name, error, spec)
            raise problems.error() from error

    def _nested(self, name: str, field: Field[Any]) -> Blueprint[Any]:
        """Return a copy of the blueprint of a nested key."""
        if not isinstance(field, Nested):
            raise ConfigurationError(
                f"{self._key_type.__name__}.{name} is no nested key; configure it as a whole",
                field=name,
            )
        blueprint: Blueprint[Any] = Blueprint(field.key_type)
        known = self._overrides.get(name)
        if isinstance(known, Blueprint):
            blueprint._overrides = known.overrides
        return blueprint

    def _pinned(self, name: str, field: Field[Any], value: Any) -> Any:
        try:
            return field.accept(value)
        except PoolError:
            return value  # the pool may be populated later; what is built is validated
        except BAD as error:
            problems = Problems(self._key_type.__name__)
            problems.add(name, error, value)
            raise problems.error() from error

    def _field(self, name: str) -> Field[Any]:
        fields = self._key_type.field_specs()
        if name not in fields:
            raise ConfigurationError(
                f"{self._key_type.__name__} has no field {name!r}{suggestion(name, fields)}",
                field=name,
            )
        return fields[name]

    def effective_spec(self, field_name: str) -> Any:
        """Return what produces a field: its override, or the key's own field."""
        field = self._field(field_name)
        return self._overrides.get(field_name, field)

    def extend(self, key_type: type[K]) -> Blueprint[K]:
        """Return a blueprint of a subclass of the key class, configured like this one."""
        if not issubclass(key_type, self._key_type):
            raise ConfigurationError(
                f"{key_type.__name__} is no subclass of {self._key_type.__name__}; its fields are "
                "not those configured",
                option="key_type",
            )
        extended = Blueprint(key_type)
        for name, spec in self._overrides.items():
            extended.configure(name, spec)
        return extended

    def merge(self, *others: Blueprint[Any]) -> Blueprint[K]:
        """Return a new blueprint with what ``others`` configure on top; nested ones are merged."""
        merged = self.extend(self._key_type)
        for other in others:
            for name, spec in other.overrides.items():
                known = merged.overrides.get(name)
                if isinstance(known, Blueprint) and isinstance(spec, Blueprint):
                    merged.configure(name, known.merge(spec))
                else:
                    merged.configure(name, spec)
        return merged

    def space(self) -> Space[K]:
        """Return the keys that the blueprint describes."""
        if self._space is None:
            sources = {name: _source(spec) for name, spec in self._overrides.items()}
            self._space = Space(self._key_type, sources)
        return self._space

    @property
    def draws(self) -> int:
        """How many numbers a key takes from an engine, at most."""
        return self.space().draws

    def build(self, rng: Rengine) -> K:
        """Return a key drawn with ``rng``; fields are drawn in declared order, inactive ones not.

        Raises:
            KeyFieldError: a field does not say how to draw.
            FieldError: a configured field produced what the key's field does not admit.
        """
        return self.space().draw(rng)

    def cardinality(self) -> int | None:
        """Return how many distinct keys there are; ``None``: not countable."""
        return self.space().cardinality()

    def combinations(self) -> Iterator[K]:
        """Iterate over all keys, the last field varying fastest, if they are countable."""
        return self.space().combinations()

    def fingerprint(self) -> str:
        """Return 32 digits that tell this way of making keys from others.

        Raises:
            UnfingerprintableError: an option or a pinned value has no canonical bytes.
        """
        return _fingerprint.fingerprint(self)

    def __fingerprint__(self) -> object:
        effective = {**self._key_type.field_specs(), **self._overrides}
        return self._key_type.identity(), tuple(effective.items())

    def __repr__(self) -> str:
        parts = [f"{name}={spec!r}" for name, spec in self._overrides.items()]
        return f"Blueprint({', '.join([self._key_type.__name__, *parts])})"


def _source(spec: Any) -> Source:
    if isinstance(spec, Blueprint):
        return spec.space()
    return spec if isinstance(spec, Field) else Pinned(spec)
