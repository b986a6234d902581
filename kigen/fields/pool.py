"""Pool: one of a set of options that is known only at run time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kigen import fingerprint
from kigen.errors import ConfigurationError, PoolError
from kigen.fields.choice import Choice
from kigen.fields.field import MISSING
from kigen.fields.options import Options

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # What is in a pool is known at run time alone; who knows it before writes Pool[str]().
    T = TypeVar("T", default=Any)
else:
    from kigen.fields.field import T

__all__ = ["Pool"]


class Pool(Choice[T]):
    """One of the options that `populate` supplies, once; after that the pool is fixed.

    >>> takes = Pool()
    >>> takes.populated
    False
    >>> takes.populate(["a.wav", "b.wav"])
    >>> takes.options
    ('a.wav', 'b.wav')
    """

    draws_valid = True

    # A class attribute, so that a subclass without super().__init__() is unpopulated too.
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

    def _available(self) -> Options:
        if self._pool is None:
            raise PoolError(
                f"{self._attr}: pool not yet populated; call populate() before using the field",
                field=self._attr,
            )
        return self._pool

    def _outside(self, options: Options) -> str:
        return f"is not in the pool ({len(options.items)} items)"

    def __repr__(self) -> str:
        if self._pool is None:
            return "Pool(<not populated>)"
        options = self._pool.items
        shown = ", ".join(map(repr, options)) if len(options) <= 6 else f"{len(options)} items"
        return f"Pool({shown})"
