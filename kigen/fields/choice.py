"""Choice: what Enum and Pool have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kigen.errors import FieldError
from kigen.fields.field import Field, T
from kigen.fields.forms import jsonable
from kigen.fields.options import Options
from kigen.fields.recipe import CALLED, Recipe, picked

if TYPE_CHECKING:
    from kigen.rengines.protocol import Rengine

__all__ = ["Choice"]


class Choice(Field[T]):
    """One of some options, each drawn equally often; sized, indexable and iterable."""

    @abstractmethod
    def _available(self) -> Options:
        """Return the options to choose from."""

    @abstractmethod
    def _outside(self, options: Options) -> str:
        """Say of a value that it is none of ``options``."""

    @property
    def options(self) -> tuple[T, ...]:
        """The options, in their order."""
        return self._available().items

    def definition(self) -> dict[str, Any]:
        """Return the options beside what every field has."""
        return {**super().definition(), "options": self.options}

    def validate(self, value: Any) -> None:
        """Raise `FieldError` if ``value`` is none of the options."""
        Choice.accept(self, value)

    def accept(self, value: Any) -> T:
        """Return the option that is equal to ``value``."""
        options = self._available()
        position = options.find(value)
        if position is None:
            reason = self._outside(options)
            raise FieldError(
                f"{self._attr}: {value!r} {reason}", field=self._attr, value=value, reason=reason
            )
        option: T = options.items[position]
        return option

    def sample(self, rng: Rengine) -> T:
        """Return one of the options."""
        option: T = rng.choice(self._available().items)
        return option

    def recipe(self) -> Recipe:
        """Return how an option is drawn."""
        options = self._available()
        once = len(options.distinct) == len(options.items)
        return picked(options.items) if once else CALLED

    def cardinality(self) -> int:
        """Return the number of distinct options."""
        return len(self._available().distinct)

    def values(self) -> Iterator[T]:
        """Iterate over the distinct options."""
        return iter(self._available().distinct)

    def load(self, data: Any) -> Any:
        """Return the option whose JSON form is ``data``, or ``data`` if there is none."""
        for option in self._available().distinct:
            if jsonable(option, self._attr) == data:
                return option
        return data

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema: the options."""
        return {"enum": [self.dump(option) for option in self.values()]}

    def __len__(self) -> int:
        return len(self.options)

    def __iter__(self) -> Iterator[T]:
        return iter(self.options)

    def __getitem__(self, index: int) -> T:
        return self.options[index]
