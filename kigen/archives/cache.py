"""Memory over an archive: klepto's ``cache``."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterable, Iterator, MutableMapping
from hashlib import blake2b
from os import PathLike
from typing import Any

from kigen.archives.archive import Archive
from kigen.archives.joined import Joined
from kigen.archives.klepto import United, popped
from kigen.archives.urls import open as open_archive
from kigen.backends.checksums import block_checksum
from kigen.backends.null import NullBackend
from kigen.errors import ConfigurationError, StorageWarning

__all__ = ["cache"]

_ABSENT: Any = object()


class cache(United):  # noqa: N801 - klepto's name
    """A mapping in memory, in front of an archive that :meth:`load` and :meth:`dump` talk to.

    Args:
        mapping: What is in memory at first.
        archive: Any mutable mapping; none by default.
        memory: The mapping to keep entries in, in place of a dict.

    >>> results = cache(archive=Archive(NullBackend()))
    >>> results["a"] = 1
    >>> results.dump()
    >>> results.archived()
    False
    """

    #: Whether a keymap makes the keys, so that entries made by hand may be results.
    keyed: bool = False

    def __init__(
        self,
        mapping: Any = None,
        *,
        archive: Any = None,
        memory: MutableMapping[Any, Any] | None = None,
        **more: Any,
    ) -> None:
        self._memory: MutableMapping[Any, Any] = {} if memory is None else memory
        self._own: MutableMapping[Any, Any] = self._memory  # but for the results of functions
        self._served: list[cache] = []
        self._given: dict[Any, Any] = {}  # what was put in by hand, if a keymap makes the keys
        self._marks: dict[Any, bytes | None] = {}  # of the values that the archive holds as well
        self._archive = nowhere() if archive is None else _as_archive(archive)
        self._parked: Any = None
        if mapping is not None or more:
            self.update({} if mapping is None else mapping, **more)

    @property
    def archive(self) -> Any:
        """The archive; setting another one forgets what has been dumped to this one."""
        return self._archive

    @archive.setter
    def archive(self, archive: Any) -> None:
        self._archive = nowhere() if archive is None else _as_archive(archive)
        self._parked = None
        self._marks.clear()
        for results in self._served:
            results.archive = self._archive

    def open(self, archive: Any) -> None:
        """Talk to another archive from now on."""
        self.archive = archive

    def drop(self) -> None:
        """Let go of the archive, which keeps what it holds.

        Raises:
            ConfigurationError: if there is none.
        """
        self.archived(True)
        self.archive = None

    def archived(self, *on: bool) -> bool | None:
        """Whether there is an archive; with an argument, turn it on or off.

        Raises:
            ConfigurationError: if there is none to turn on.
        """
        if not on:
            return not _is_nowhere(self._archive)
        if len(on) > 1:
            raise TypeError(f"archived() takes one argument at most, not {len(on)}")
        for results in self._served:
            results.archived(*on)
        if on[0] and self._parked is not None:
            self._archive, self._parked = self._parked, None
        elif not on[0] and not _is_nowhere(self._archive):
            self._archive, self._parked = nowhere(), self._archive
        elif on[0] and _is_nowhere(self._archive):
            raise ConfigurationError(
                "no archive has been set to turn on; set one with open(archive)", archive=None
            )
        return None

    def load(self, *keys: Any) -> None:
        """Bring these keys into memory, or all; what the archive has not is left out.

        An entry that cannot be a key in memory warns (:class:`~kigen.errors.StorageWarning`).
        """
        for results in self._served:
            results.load(*keys)
        if any(results.keyed for results in self._served):
            return  # whatever there is under a key is a result
        for key, value in self._found(keys) if keys else self._entries():
            try:
                self._own[key] = value
            except TypeError as error:
                warnings.warn(
                    f"{key!r} stays in the archive: {error}", StorageWarning, stacklevel=2
                )
            else:
                self._mark(key, value)

    def dump(self, *keys: Any) -> None:
        """Store these keys, or all, but for those whose values are as they were loaded or dumped.

        An entry that cannot be stored warns (:class:`~kigen.errors.StorageWarning`); the others are
        stored.
        """
        if _is_nowhere(self._archive):
            return
        for results in self._served:
            results.dump(*keys)
        wanted = {key: self._own[key] for key in keys or tuple(self._own) if key in self._own}
        for key in self._unchanged(wanted):
            del wanted[key]
        for key, error in _store(self._archive, wanted):
            del wanted[key]
            warnings.warn(f"{key!r} was not stored: {error}", StorageWarning, stacklevel=2)
        for key, value in wanted.items():
            self._mark(key, value)

    def sync(self, clear: bool = False) -> None:
        """Dump, then load; with ``clear``, make the archive a copy of memory."""
        if clear:
            self._archive.clear()
            self._marks.clear()
            for results in self._served:
                results.sync(clear=True)
        self.dump()
        if not clear:
            self.load()

    def popkeys(self, keys: Any, *default: Any) -> Any:
        """Remove these keys from memory, or none if one is not there; their values."""
        return popped(self, keys, *default)

    def copy(self) -> cache:
        """Another cache with the same entries in memory, over the same archive."""
        return cache(dict(self._memory), archive=self._archive)

    @classmethod
    def fromkeys(cls, keys: Iterable[Any], value: Any = None) -> cache:
        """A cache with these keys in memory, all with one value."""
        return cache(dict.fromkeys(keys, value))

    def serve(self, results: cache) -> None:
        """Be what the function was given for a cache, whose results are in memory here, too."""
        if not self._served:
            self._memory = Joined(self._own, self._served)
        self._served.append(results)
        given = results.claimed(self._own)
        if results.keyed:
            self._given.update(given)
            results.update(self._given)

    def claimed(self, entries: MutableMapping[Any, Any]) -> dict[Any, Any]:
        """Take out what may be a result of the function whose cache this is, and return it."""
        taken = dict(entries) if self.keyed else {}
        for key in taken:
            del entries[key]
        return taken

    @property
    def backing(self) -> Any:
        """The archive as a whole, for a function to keep its results in."""
        return self.archive

    @property
    def __type__(self) -> Any:
        """What makes archives of this kind: `dir_archive` and its kin."""
        from kigen.archives import factories

        kind = type(getattr(self.backing, "backend", None)).__name__
        return getattr(factories, factories.BY_BACKEND.get(kind, "dict_archive"))

    def __getitem__(self, key: Any) -> Any:
        return self._memory[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        if any(results.keyed for results in self._served):
            self._given[key] = value
        self._memory[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._memory[key]
        self._given.pop(key, None)
        self._marks.pop(key, None)

    def clear(self) -> None:
        """Remove all entries from memory, those of functions too; the archive stays as it is."""
        self._memory.clear()
        self._given.clear()
        self._marks.clear()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._memory)

    def __len__(self) -> int:
        return len(self._memory)

    def __contains__(self, key: object) -> bool:
        return key in self._memory

    def __repr__(self) -> str:
        return f"cache({dict(self._memory)!r}, archive={self.archive!r})"

    def _found(self, keys: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        for key in keys:
            value = self._archive.get(key, _ABSENT)
            if value is not _ABSENT:
                yield key, value

    def _entries(self) -> Iterable[tuple[Any, Any]]:
        if self._served and isinstance(self._archive, Archive):  # without functions' results
            return [(entry.key, entry.value) for entry in self._archive.entries("")]
        items: Iterable[tuple[Any, Any]] = self._archive.items()
        return items

    def _mark(self, key: Any, value: Any) -> None:
        if isinstance(self._archive, Archive) and not self._archive.backend.keeps_objects:
            self._marks[key] = _mark(value)

    def _unchanged(self, wanted: dict[Any, Any]) -> list[Any]:
        """The keys that the archive still holds, with the values that memory holds."""
        marks = self._marks
        return [
            key
            for key, value in wanted.items()
            if marks.get(key) is not None and marks[key] == _mark(value) and key in self._archive
        ]


def _mark(value: object) -> bytes | None:
    """Changes when the value does, be it in place; None if it cannot be told."""
    buffers: list[Any] = []
    try:
        data = pickle.dumps(value, 5, buffer_callback=lambda buffer: buffers.append(buffer.raw()))
    except Exception:  # noqa: BLE001 - what pickle refuses is stored each time
        return None
    sums = b"".join(block_checksum(buffer).to_bytes(4, "big") for buffer in buffers)
    return blake2b(data + sums, digest_size=16).digest()


def _store(archive: Any, pairs: dict[Any, Any]) -> list[tuple[Any, Exception]]:
    """Store what can be stored; the keys of the rest, each with the reason."""
    if isinstance(archive, Archive):
        return list(archive.update_each(pairs.items()))
    refused: list[tuple[Any, Exception]] = []
    for key, value in pairs.items():
        try:
            archive[key] = value
        except Exception as error:  # noqa: BLE001 - reported by the caller, entry by entry
            refused.append((key, error))
    return refused


def nowhere() -> Archive:
    return Archive(NullBackend())


def _is_nowhere(archive: Any) -> bool:
    return isinstance(archive, Archive) and isinstance(archive.backend, NullBackend)


def _as_archive(archive: Any) -> Any:
    if isinstance(archive, cache):
        return archive.archive
    if isinstance(archive, MutableMapping):
        return archive
    if isinstance(archive, str | PathLike):
        return open_archive(archive)
    raise ConfigurationError(
        f"an archive is a mutable mapping, a path or a URL, not {archive!r}", archive=archive
    )
