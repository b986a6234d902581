"""One function's cache as klepto's ``cache`` object: what ``f.__cache__()`` returns."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from kigen.archives import cache
from kigen.archives.cache import nowhere
from kigen.caching.calls.call import Call

if TYPE_CHECKING:
    from kigen.caching.handle.control import Control


class FunctionCache(cache):
    """The results of one function in memory, over those in its archive; ``f.key`` gives keys."""

    def __init__(self, control: Control) -> None:
        super().__init__(memory=control.by_key(control.memory))
        self._control = control
        self.keyed: bool = control.keyed

    @property
    def backing(self) -> Any:
        archive = self._control.archive()
        return nowhere() if archive is None else archive

    @property
    def archive(self) -> Any:
        """The function's part of the archive, a mapping too; an empty one without an archive."""
        shelf = self._control.shelf
        return nowhere() if shelf is None else self._control.by_key(shelf)

    @archive.setter
    def archive(self, archive: Any) -> None:
        if archive is None:
            self.drop()
        else:
            self._control.archive(archive)

    def archived(self, *on: bool) -> bool | None:
        return self._control.archived(*on)

    def drop(self) -> None:
        self._control.drop()

    def claimed(self, entries: MutableMapping[Any, Any]) -> dict[Any, Any]:
        """Take out what may be a result of the function; return what of it has a key alone.

        What an archive lists as its calls is loaded anew, so that another body's stay behind.
        """
        calls = {key: entries.pop(key) for key in list(entries) if isinstance(key, Call)}
        own = self._control.own_calls(list(calls))
        if own:
            self.load()
        taken = super().claimed(entries)
        entries.update({call: calls[call] for call in calls.keys() - set(own)})
        return taken

    def __setitem__(self, key: Any, value: Any) -> None:
        self._control.note(key, value)

    def clear(self) -> None:
        self._control.clear(keepstats=True)

    def load(self, *keys: Any) -> None:
        self._control.load(*keys)

    def dump(self, *keys: Any) -> None:
        self._control.dump(*keys)

    def sync(self, clear: bool = False) -> None:
        if clear:
            self._control.prune()
        self.dump()
        if not clear:
            self.load()

    def copy(self) -> cache:
        return cache(dict(self), archive=self.archive)
