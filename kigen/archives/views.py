"""Views of an archive: read in batches, not by one look-up a key."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kigen.archives.archive import Archive

__all__ = ["Items", "Keys", "Values"]


class Keys(KeysView[Any]):
    """The keys of all entries that can be decoded."""

    __slots__ = ()
    _mapping: Archive

    def __iter__(self) -> Iterator[Any]:
        return (entry.key for entry in self._mapping.entries())


class Items(ItemsView[Any, Any]):
    """The pairs, read in batches, not by one look-up a key."""

    __slots__ = ()
    _mapping: Archive

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return ((entry.key, entry.value) for entry in self._mapping.entries())


class Values(ValuesView[Any]):
    """The values, read in batches."""

    __slots__ = ()
    _mapping: Archive

    def __iter__(self) -> Iterator[Any]:
        return (entry.value for entry in self._mapping.entries())
