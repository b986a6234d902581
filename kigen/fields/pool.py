"""Pool: one of a set of options that is known only at run time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kigen import fingerprint
from kigen.errors import ConfigurationError, FieldError, PoolError
from kigen.fields.field import MISSING, Field, T
from kigen.fields.options import Options

if TYPE_CHECKING:
    from kigen.rengines.protocol import Rengine

__all__ = ["Pool"]


class Pool(Field[T]):
    """One of the options that `populate` supplies, once; after that the pool is fixed.

    >>> takes = Pool()
    >>> takes.populated
    False
    >>> takes.populate(["a.wav", "b.wav"])
    >>> takes.options
    ('a.wav', 'b.wav')
    """

    draws_valid = True

    # A class attribute, so that PoolError is raised by a subclass without super().__init__() too.
    _pool: Options | None = None

    def __init__(self, *, default: Any = MISSING, when: Mapping[str, Any] | None = None) -> None:
        super().__init__(default=default, when=when)

    def populate(self, items: Iterable[T]) -> None:
        """Supply the options. A set is put into an order that is the same in every interpreter.

        Raises:
            PoolError: the pool is populated already.
            ConfigurationError: there are no items.
        """
        if self._pool is not None:
            raise PoolError(
                f"{self._attr}: pool already populated; declare another Pool for other options",
                field=self._attr,
            )
        if isinstance(items, set | frozenset):
            items = sorted(items, key=fingerprint.digest)
        options = Options(items)
        if not options.items:
            raise ConfigurationError(
                f"{self._attr}: cannot populate with an empty collection; give at least one item",
                field=self._attr,
            )
        self._pool = options

    @property
    def populated(self) -> bool:
        """Whether `populate` has been called."""
        return self._pool is not None

    @property
    def options(self) -> tuple[T, ...]:
        """The options; `PoolError` before `populate`."""
        return self._populated().items

    def _populated(self) -> Options:
        if self._pool is None:
            raise PoolError(
                f"{self._attr}: pool not yet populated; call populate() before using the field",
                field=self._attr,
            )
        return self._pool

    def definition(self) -> dict[str, Any]:
        """Return the options beside what every field has."""
        return {**super().definition(), "options": self.options}

    def validate(self, value: Any) -> None:
        """Raise `FieldError` if ``value`` is not in the pool, `PoolError` before `populate`."""
        self.accept(value)

    def accept(self, value: Any) -> T:
        """Return the option that is equal to ``value``."""
        pool = self._populated()
        position = pool.find(value)
        if position is None:
            reason = f"is not in the pool ({len(pool.items)} items)"
            raise FieldError(
                f"{self._attr}: {value!r} {reason}", field=self._attr, value=value, reason=reason
            )
        return pool.items[position]  # type: ignore[no-any-return]

    def sample(self, rng: Rengine) -> T:
        """Return one of the options."""
        return rng.choice(self._populated().items)  # type: ignore[no-any-return]

    def cardinality(self) -> int:
        """Return the number of distinct options."""
        return len(self._populated().distinct)

    def values(self) -> Iterator[T]:
        """Iterate over the distinct options."""
        return iter(self._populated().distinct)

    def __len__(self) -> int:
        return len(self.options)

    def __iter__(self) -> Iterator[T]:
        return iter(self.options)

    def __getitem__(self, index: int) -> T:
        return self.options[index]

    def __repr__(self) -> str:
        if self._pool is None:
            return "Pool(<not populated>)"
        options = self._pool.items
        shown = ", ".join(map(repr, options)) if len(options) <= 6 else f"{len(options)} items"
        return f"Pool({shown})"
