"""Which archive a cached function has in use, and what is still to be written to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from kigen.caching.calls.plain import is_digested
from kigen.caching.handle.memory import Memory
from kigen.caching.misses.miss import Miss
from kigen.caching.notices import warn
from kigen.caching.results.shelf import Shelf, Unwritten
from kigen.errors import ConfigurationError, StorageWarning

if TYPE_CHECKING:
    from kigen.archives import Archive


class Archiving:
    """The part of `Control` that sets, switches and compares archives."""

    def __init__(
        self, miss: Miss, memory: Memory, open_shelf: Callable[[Any], Shelf | None]
    ) -> None:
        self._miss = miss
        self.memory: Memory = memory
        self._open_shelf = open_shelf
        self._parked: Shelf | None = None  # the archive that is switched off ...
        self._written: dict[Any, Any] = {}  # ... and what was in memory then

    def archive(self, archive: Any = None) -> Archive | None:
        """Return the archive in use; given one (or its URL, or a cache over one), use that.

        What is in memory counts as not yet written to it. Raises `ConfigurationError` for what
        is no archive.
        """
        if archive is not None:
            self._miss.shelf, self._parked = self._open_shelf(archive), None
            self.unwrite()
        return None if self._miss.shelf is None else self._miss.shelf.archive

    def archived(self, *on: bool) -> bool:
        """Return whether an archive is in use; ``archived(False)`` parks it, ``True`` resumes."""
        if len(on) > 1:
            raise TypeError(f"archived() takes one argument at most, and got {len(on)}: {on!r}")
        for wanted in on:
            self._switch(bool(wanted))
        return self._miss.shelf is not None

    def drop(self) -> None:
        """Let go of the archive, which keeps what it holds."""
        self._miss.shelf = self._parked = None

    @property
    def shelf(self) -> Shelf | None:
        """The function's part of the archive in use."""
        return self._miss.shelf

    def unwrite(self, written: Collection[Any] = ()) -> None:
        """Let what is in memory count as not yet in the archive, apart from what is ``written``.

        Entries that are known by a digest alone cannot be written: what they were called with is
        gone, which costs a warning.
        """
        shelf = self._miss.shelf
        if shelf is None:
            return
        waiting = [key for key in self.memory if key not in shelf.unwritten and key not in written]
        known = [key for key in waiting if not is_digested(key)]
        shelf.unwritten.update((key, Unwritten(key)) for key in known)
        if len(known) < len(waiting):
            warn(
                f"{len(waiting) - len(known)} results in memory cannot be written to "
                f"{shelf.archive.url}: the lists or arrays they were computed from are not kept; "
                "give the archive when you decorate",
                StorageWarning,
            )

    def prune(self) -> None:
        """Remove from the archive what is not in memory; the rest of memory is to be written."""
        shelf = self._miss.shelf
        if shelf is None:
            return
        calls = {self._miss.memory_key(call): call for call in shelf}
        for key in calls.keys() - set(self.memory):
            del shelf[calls[key]]
        self.unwrite(calls)

    def _switch(self, on: bool) -> None:
        if not on and self._miss.shelf is not None:
            self._miss.shelf, self._parked = None, self._miss.shelf
            self._written = {key: self.memory.lying(key) for key in self.memory}
        elif on and self._miss.shelf is None:
            if self._parked is None:
                raise ConfigurationError(
                    "archived(True): there is no archive to switch on; give one, as in "
                    "f.archive('runs.db')"
                )
            self._miss.shelf, self._parked = self._parked, None
            written = self._written.items()
            self.unwrite({key for key, value in written if self.memory.lying(key) is value})
            self._written = {}
