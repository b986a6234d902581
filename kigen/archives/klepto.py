"""What klepto's archives are also called upon for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, NoReturn, Self

from kigen.errors import ConfigurationError

__all__ = ["KleptoNames", "United", "popped"]


class United(MutableMapping[Any, Any]):
    """A mapping that ``|`` unites with another in a dict, as klepto's are."""

    def __or__(self, other: object) -> dict[Any, Any]:
        return dict(self) | dict(other) if isinstance(other, Mapping) else NotImplemented

    def __ror__(self, other: object) -> dict[Any, Any]:
        return dict(other) | dict(self) if isinstance(other, Mapping) else NotImplemented

    def __ior__(self, other: Any) -> Self:  # type: ignore[misc]  # as typeshed's dict has it
        self.update(other)
        return self


class KleptoNames(United):
    """An archive where a cache over an archive is expected: there is no memory to move.

    >>> from kigen import archives
    >>> archive = archives.open("memory://")
    >>> archive.update(a=1, b=2, c=3)
    >>> archive.popkeys(["a", "b"]), archive.archived(), archive.__asdict__()
    ([1, 2], False, {'c': 3})
    """

    @property
    @abstractmethod
    def url(self) -> str:
        """What the archive is opened by."""

    @property
    def name(self) -> str:
        """The archive's URL."""
        return self.url

    @property
    def state(self) -> dict[str, Any]:
        """What tells this archive from another."""
        return {"id": self.url}

    @property
    def archive(self) -> Self:
        """The archive itself."""
        return self

    def load(self, *keys: Any) -> None:
        """Do nothing: each look-up reads."""

    def dump(self, *keys: Any) -> None:
        """Do nothing: each store writes."""

    def sync(self, clear: bool = False) -> None:
        """Do nothing: there is nothing else to be in step with."""

    def archived(self, *on: bool) -> bool:
        """False: an archive has no archive."""
        if len(on) > 1:
            raise TypeError(f"archived() takes one argument at most, not {len(on)}")
        if on:
            self._has_none("archived(on)")
        return False

    def drop(self) -> None:
        """Raise: there is no archive to let go of."""
        self._has_none("drop()")

    def open(self, archive: Any) -> None:
        """Raise: there is no archive to replace."""
        self._has_none("open()")

    def popkeys(self, keys: Any, *default: Any) -> Any:
        """Remove these keys, or none if one is not there; their values."""
        return popped(self, keys, *default)

    def copy(self, name: Any) -> Any:
        """The archive at the path or URL ``name``, with all entries of this one stored in it."""
        from kigen.archives.urls import open as open_archive

        copied = open_archive(name)
        copied.update(self.items())
        return copied

    def __asdict__(self) -> dict[Any, Any]:
        """All entries, in a dict."""
        return dict(self.items())

    def _has_none(self, what: str) -> NoReturn:
        raise ConfigurationError(
            f"{what} is for a cache over an archive, and {self!r} is the archive; make one with "
            "kigen.archives.cache(archive=...)"
        )


def popped(mapping: MutableMapping[Any, Any], keys: Any, *default: Any) -> Any:
    """Remove these keys, or none of them if one is missing and there is no default; the values.

    >>> popped({"a": 1, "b": 2}, ["b", "c"], None)
    [2, None]
    """
    if not isinstance(keys, Iterable):
        return mapping.pop(keys, *default)
    wanted = list(keys)
    for key in () if default else wanted:
        if key not in mapping:
            raise KeyError(key)
    return [mapping.pop(key, *default) for key in wanted]
