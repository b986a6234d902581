"""From a URL or a path to an archive."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kigen.archives.archive import Archive
from kigen.backends.memory import MemoryBackend
from kigen.backends.null import NullBackend
from kigen.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kigen.backends import Backend

__all__ = ["open"]

_SQLITE_SUFFIXES = (".db", ".sqlite", ".sqlite3")


def open(url: str | os.PathLike[str] | Archive, **options: Any) -> Archive:
    """The archive at a path or URL, created if there is none.

    ============================  ==========================================
    ``"runs.db"``                 SQLite; also ``.sqlite`` and ``.sqlite3``
    ``"runs/"``, ``"runs"``       a directory
    ``"sqlite:///runs.db"``       SQLite, a relative path; four slashes for an absolute one
    ``"dir:///runs"``             a directory, likewise
    ``"memory://"``               this process's memory; with a name, shared under that name for as
                                  long as anybody has it open
    ``"null://"``                 keeps nothing
    ============================  ==========================================

    ``~`` is the home directory. An archive is returned as it is. Options go to the backend:
    ``sync="full"`` survives the loss of power, too; ``timeout`` is how many seconds SQLite waits
    for other processes.

    Raises:
        NotAnArchiveError: if something else is there, which is left as it is.
        ArchiveError: if it cannot be opened or created.
        ConfigurationError: if nothing is called by that URL.

    >>> open("memory://")["a"] = 1
    """
    if isinstance(url, Archive):
        return url
    try:
        text = os.fsdecode(url)
    except TypeError as error:
        raise ConfigurationError(
            f"an archive is a path or a URL such as 'runs.db', not {url!r}", url=url
        ) from error
    if not text or "\0" in text:
        raise ConfigurationError(
            f"an archive is a path or a URL such as 'runs.db', not {url!r}", url=url
        )
    if text == ":memory:":
        text = "memory://"
    scheme, separator, rest = text.partition("://")
    if not separator:
        rest = os.path.expanduser(text)
        scheme = _by_looks(rest)
    elif scheme in ("sqlite", "dir"):
        rest = os.path.expanduser(_path(text, rest))
    make = _SCHEMES.get(scheme)
    if make is None:
        known = ", ".join(f"{name}://" for name in sorted(_SCHEMES))
        raise ConfigurationError(
            f"no archive is called {scheme}://; there are {known}, and plain paths", url=url
        )
    try:
        return Archive(make(rest, **options))
    except TypeError as error:
        if "unexpected keyword" not in str(error):
            raise
        raise ConfigurationError(
            f"an archive at {text!r} does not take these options: {', '.join(options)} ({error})",
            url=url,
        ) from error


def _by_looks(path: str) -> str:
    if path.endswith(("/", os.sep)) or os.path.isdir(path):
        return "dir"
    # A file is a database of ours under another name, or the backend says that it is not.
    return "sqlite" if path.lower().endswith(_SQLITE_SUFFIXES) or os.path.isfile(path) else "dir"


def _path(url: str, rest: str) -> str:
    """``/relative`` or ``//absolute``, as SQLAlchemy has it."""
    if not rest.startswith("/") or rest == "/":
        scheme = url.partition(":")[0]
        raise ConfigurationError(
            f"{url!r} names no path; write {scheme}:///relative or {scheme}:////absolute", url=url
        )
    return rest[1:]


def _memory(name: str) -> Backend:
    return MemoryBackend.named(name) if name else MemoryBackend()


def _null(_: str) -> Backend:
    return NullBackend()


def _late(module: str, name: str) -> Callable[..., Backend]:
    """A backend that is imported when the first archive of its kind is opened."""

    def make(path: str, **options: Any) -> Backend:
        backend: Backend = getattr(import_module(module), name)(path, **options)
        return backend

    return make


_SCHEMES: dict[str, Callable[..., Backend]] = {
    "dir": _late("kigen.backends.directory", "DirectoryBackend"),
    "memory": _memory,
    "null": _null,
    "sqlite": _late("kigen.backends.sqlite", "SqliteBackend"),
}
