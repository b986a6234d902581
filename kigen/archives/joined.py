"""One memory made of several: klepto's, which functions share."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kigen.archives.cache import cache

__all__ = ["Joined"]


class Joined(MutableMapping[Any, Any]):
    """What is in ``own``, and the results of functions.

    >>> joined = Joined({"a": 1}, [])
    >>> joined["b"] = 2
    >>> dict(joined)
    {'a': 1, 'b': 2}
    """

    def __init__(self, own: MutableMapping[Any, Any], served: Sequence[cache]) -> None:
        self.own: MutableMapping[Any, Any] = own
        self.served: Sequence[cache] = served

    def __getitem__(self, key: Any) -> Any:
        for part in self._parts():
            if key in part:
                return part[key]
        raise KeyError(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        keyed = [results for results in self.served if results.keyed]
        for part in keyed:
            part[key] = value
        if not keyed:
            self.own[key] = value

    def __delitem__(self, key: Any) -> None:
        parts = [part for part in self._parts() if key in part]
        if not parts:
            raise KeyError(key)
        for part in parts:
            del part[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(dict.fromkeys(key for part in self._parts() for key in part))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        for part in self._parts():
            part.clear()

    def _parts(self) -> list[MutableMapping[Any, Any]]:
        return [*self.served, self.own]
