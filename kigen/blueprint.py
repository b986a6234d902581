"""Blueprint: how each field of a key is produced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any, Generic, Self, TypeVar

from kigen import fingerprint as _fingerprint
from kigen.errors import ConfigurationError, PoolError
from kigen.fields.field import Field
from kigen.fields.problems import Problems, suggestion
from kigen.key import Key, active, trusted
from kigen.rengines.protocol import Rengine

__all__ = ["Blueprint"]

K = TypeVar("K", bound=Key)

Step = tuple[str, Field[Any], Callable[[Rengine], Any]]


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
        if not (isinstance(key_type, type) and issubclass(key_type, Key)):
            raise ConfigurationError(
                f"Blueprint({key_type!r}): give a subclass of Key", option="key_type"
            )
        self._key_type = key_type
        self._overrides: dict[str, Any] = {}
        self._steps: list[Step] | None = None

    @property
    def key_type(self) -> type[K]:
        """The class of the keys produced."""
        return self._key_type

    @property
    def overrides(self) -> dict[str, Any]:
        """A copy of what has been configured: a field, or the value it is pinned to."""
        return dict(self._overrides)

    def configure(self, field_name: str, spec: Any) -> Self:
        """Produce a field from another `Field`, or pin it to a value; returns the blueprint.

        Raises:
            ConfigurationError: the key has no such field.
            FieldError: the key's field does not admit the value.
        """
        field = self._field(field_name)
        if isinstance(spec, Field):
            if not spec._attr:  # noqa: SLF001 - a free field takes the name it is used under
                spec.__set_name__(self._key_type, field_name)
        else:
            spec = self._pinned(field_name, field, spec)
        self._overrides[field_name] = spec
        self._steps = None
        return self

    def _pinned(self, name: str, field: Field[Any], value: Any) -> Any:
        try:
            return field.accept(value)
        except PoolError:
            return value  # the pool may be populated later; build() validates
        except ValueError as error:
            raise self._refusal(name, error, value) from error

    def _refusal(self, name: str, error: ValueError, value: Any) -> Exception:
        problems = Problems(self._key_type.__name__)
        problems.bad(name, error, value)
        return problems.error()

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

    def _effective(self) -> dict[str, Any]:
        return {**self._key_type.field_specs(), **self._overrides}

    @property
    def draws(self) -> int:
        """How many numbers a key takes from an engine, at most."""
        return sum(spec.draws for spec in self._effective().values() if isinstance(spec, Field))

    def build(self, rng: Rengine) -> K:
        """Return a key drawn with ``rng``; fields are drawn in declared order, inactive ones not.

        Raises:
            KeyFieldError: a field does not say how to draw.
            FieldError: a configured field produced what the key's field does not admit.
        """
        values: dict[str, Any] = {}
        for name, field, produce in self._steps or self._plan():
            if field.when is None or active(field, values):
                values[name] = produce(rng)
            else:
                values[name] = None
        if self._key_type.__init__ is not Key.__init__:
            return self._key_type(**values)  # a constructor of the user's own has its say
        return trusted(self._key_type, values)

    def _plan(self) -> list[Step]:
        steps = [
            (name, field, self._producer(name, field))
            for name, field in self._key_type.field_specs().items()
        ]
        self._steps = steps
        return steps

    def _producer(self, name: str, field: Field[Any]) -> Callable[[Rengine], Any]:
        spec = self._overrides.get(name, field)
        if spec is field and field.draws_valid:
            return field.sample

        def produce(rng: Rengine) -> Any:
            value = spec.sample(rng) if isinstance(spec, Field) else spec
            try:
                return field.accept(value)
            except ValueError as error:
                raise self._refusal(name, error, value) from error

        return produce

    def cardinality(self) -> int | None:
        """Return how many distinct keys there are; ``None``: not countable."""
        fields = self._key_type.field_specs()
        if not any(field.when for field in fields.values()):
            counts = [self._count(name) for name in fields]
            return None if None in counts else prod(counts)  # type: ignore[arg-type]
        return self._cardinality_from(list(fields), {})

    def _count(self, name: str) -> int | None:
        spec = self.effective_spec(name)
        return spec.cardinality() if isinstance(spec, Field) else 1

    def _cardinality_from(self, names: list[str], chosen: dict[str, Any]) -> int | None:
        """Return the number of ways to fill ``names``; enumerates only what conditions look at."""
        if not names:
            return 1
        name, *rest = names
        fields = self._key_type.field_specs()
        if not active(fields[name], chosen):
            return self._cardinality_from(rest, {**chosen, name: None})
        looked_at = any(name in (fields[other].when or ()) for other in rest)
        count = self._count(name)
        if count is None:
            return None
        if not looked_at:
            below = self._cardinality_from(rest, chosen)
            return None if below is None else count * below
        branches = [
            self._cardinality_from(rest, {**chosen, name: value}) for value in self._values(name)
        ]
        return None if None in branches else sum(branches)  # type: ignore[arg-type]

    def _values(self, name: str) -> Iterator[Any]:
        spec = self.effective_spec(name)
        return spec.values() if isinstance(spec, Field) else iter((spec,))

    def keys(self) -> Iterator[K]:
        """Iterate over all keys, the last field varying fastest, if they are countable."""
        for values in self._combinations(list(self._key_type.field_specs()), {}):
            yield trusted(self._key_type, values)

    def _combinations(self, names: list[str], chosen: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not names:
            yield chosen
            return
        name, *rest = names
        field = self._key_type.field_specs()[name]
        for value in self._values(name) if active(field, chosen) else (None,):
            yield from self._combinations(rest, {**chosen, name: value})

    def fingerprint(self) -> str:
        """Return 32 digits that tell this way of making keys from others.

        Raises:
            UnfingerprintableError: an option or a pinned value has no canonical bytes.
        """
        return _fingerprint.fingerprint(self)

    def __fingerprint__(self) -> object:
        return self._key_type.identity(), tuple(self._effective().items())

    def __repr__(self) -> str:
        parts = [f"{name}={spec!r}" for name, spec in self._overrides.items()]
        return f"Blueprint({', '.join([self._key_type.__name__, *parts])})"
