"""Space: the keys of a class that there are, to be drawn, counted and enumerated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from kigen.fields.field import MISSING, Field
from kigen.fields.problems import BAD, Problems
from kigen.fields.recipe import CALLED, Recipe, called, same
from kigen.key.admission import active

if TYPE_CHECKING:
    from kigen.key.key import Key
    from kigen.rengines.protocol import Rengine

__all__ = ["Pinned", "Source", "Space"]

K = TypeVar("K", bound="Key")


class Source(Protocol):
    """Where the values of one field come from: a `Field`, a `Space`, or a `Pinned` value."""

    @property
    def draws(self) -> int: ...
    def sample(self, rng: Rengine) -> Any: ...
    def cardinality(self) -> int | None: ...
    def values(self) -> Iterator[Any]: ...


class Pinned:
    """One value."""

    draws = 0

    def __init__(self, value: Any) -> None:
        self.value = value

    def sample(self, rng: Rengine) -> Any:
        return self.value

    def cardinality(self) -> int:
        return 1

    def values(self) -> Iterator[Any]:
        return iter((self.value,))


class Space(Generic[K]):
    """The keys of ``key_type`` whose fields take their values from ``sources``.

    A field without a source of its own is its own source; if it cannot be drawn, its default is.
    """

    def __init__(self, key_type: type[K], sources: Mapping[str, Source] | None = None) -> None:
        self.key_type = key_type
        self._fields = key_type.field_specs()
        self._sources: dict[str, Source] = {
            name: (sources or {}).get(name) or _own_source(field)
            for name, field in self._fields.items()
        }
        self._steps = [
            (name, field, self._producer(name, field)) for name, field in self._fields.items()
        ]

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.key_type, self._sources)

    @property
    def draws(self) -> int:
        """How many numbers a key takes from an engine, at most."""
        return sum(source.draws for source in self._sources.values())

    def draw(self, rng: Rengine) -> K:
        """Return a key drawn with ``rng``, field by field; inactive fields are not drawn."""
        values: dict[str, Any] = {}
        for name, field, produce in self._steps:
            if field.when is None or active(field, values):
                values[name] = produce(rng)
            else:
                values[name] = None
        return self._key(values)

    sample = draw

    def _key(self, values: dict[str, Any]) -> K:
        return self.key_type._drawn(values)  # noqa: SLF001 - Key's other half

    @property
    def uniform(self) -> bool:
        """Whether every key is made of the same fields, by kigen's own constructor."""
        return not self.key_type._conditional and not self.key_type._handwritten  # noqa: SLF001

    def recipes(self) -> dict[str, Recipe]:
        """Return how the values of each field are drawn."""
        return {name: self._recipe(name, field) for name, field in self._fields.items()}

    def _recipe(self, name: str, field: Field[Any]) -> Recipe:
        source = self._sources[name]
        own = field.recipe() if field.draws_valid else CALLED
        if source is field:
            return own
        if isinstance(source, Pinned):
            return same(self._accepted(name, source.value))
        return called(own.code if own.way in ("whole", "line") else "")

    def producer(self, name: str) -> Callable[[Rengine], Any]:
        """Return the function that draws a field's value, validated."""
        return next(produce for known, _, produce in self._steps if known == name)

    def _producer(self, name: str, field: Field[Any]) -> Callable[[Rengine], Any]:
        source = self._sources[name]
        if source is field and field.draws_valid:
            return field.sample

        def produce(rng: Rengine) -> Any:
            return self._accepted(name, source.sample(rng))

        return produce

    def _accepted(self, name: str, value: Any) -> Any:
        try:
            return self._fields[name].accept(value)
        except BAD as error:
            problems = Problems(self.key_type.__name__)
            problems.add(name, error, value)
            raise problems.error() from error

    def cardinality(self) -> int | None:
        """Return how many distinct keys there are; ``None``: not countable."""
        if not any(field.when for field in self._fields.values()):
            return _combined(prod, [source.cardinality() for source in self._sources.values()])
        return self._count(tuple(self._fields), {})

    def _count(self, names: tuple[str, ...], chosen: dict[str, Any]) -> int | None:
        """Return the number of ways to fill ``names``; enumerates only what conditions look at."""
        if not names:
            return 1
        name, *others = names
        rest = tuple(others)
        if not active(self._fields[name], chosen):
            return self._count(rest, {**chosen, name: None})
        source = self._sources[name]
        count = source.cardinality()
        if count is None:
            return None
        if not any(name in (self._fields[other].when or ()) for other in rest):
            below = self._count(rest, chosen)
            return None if below is None else count * below
        branches = [self._count(rest, {**chosen, name: value}) for value in source.values()]
        return _combined(sum, branches)

    def combinations(self) -> Iterator[K]:
        """Iterate over all keys, the last field varying fastest, if they are countable."""
        return map(self._key, self._filled(tuple(self._fields), {}))

    values = combinations

    def _filled(self, names: tuple[str, ...], chosen: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not names:
            yield chosen
            return
        name, rest = names[0], names[1:]
        is_active = active(self._fields[name], chosen)
        for value in self._sources[name].values() if is_active else (None,):
            accepted = self._accepted(name, value) if is_active else None
            yield from self._filled(rest, {**chosen, name: accepted})


def _combined(how: Callable[[list[int]], int], counts: list[int | None]) -> int | None:
    """Return the sum or product of counts; ``None`` if one is not known."""
    known = [count for count in counts if count is not None]
    return how(known) if len(known) == len(counts) else None


def _own_source(field: Field[Any]) -> Source:
    return field if field.drawable or field.default is MISSING else Pinned(field.default)
