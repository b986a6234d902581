"""Archives under klepto's names, with klepto's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from kigen.archives.archive import Archive
from kigen.archives.cache import cache as over
from kigen.backends.memory import MemoryBackend
from kigen.backends.null import NullBackend
from kigen.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kigen.backends import Backend

    #: What an archive holds at first.
    Entries = Mapping[Any, Any] | None

__all__ = ["dict_archive", "dir_archive", "null_archive", "sqlite_archive"]

# What klepto's archives may be told, with the values that kigen's heed by doing as they do.
_HEEDED = {
    "compression": 0,
    "fast": False,
    "memmode": None,
    "memsize": 100,
    "permissions": None,
    "protocol": None,
    "serialized": True,
}

#: The factory of each backend, by the name of its class.
BY_BACKEND = {
    "DirectoryBackend": "dir_archive",
    "MemoryBackend": "dict_archive",
    "NullBackend": "null_archive",
    "SqliteBackend": "sqlite_archive",
}


@overload
def dict_archive(
    name: str | None = None, dict: Entries = None, cached: Literal[True] = True, **options: Any
) -> over: ...
@overload
def dict_archive(
    name: str | None = None, dict: Entries = None, *, cached: Literal[False], **options: Any
) -> Archive: ...
@overload
def dict_archive(
    name: str | None = None, dict: Entries = None, cached: bool = True, **options: Any
) -> Any: ...
def dict_archive(
    name: str | None = None,
    dict: Entries = None,
    cached: bool = True,
    **options: Any,
) -> Any:
    """An archive in memory, which keeps the objects as they are.

    Args:
        name: Archives of one name in one process are the same archive; without, a new one.
        dict: What it holds at first.
        cached: A :class:`~kigen.archives.cache` over the archive, or the archive itself.

    >>> archive = dict_archive("results", {"a": 1}, cached=False)
    >>> archive["a"]
    1
    """
    _refuse("dict_archive", options)
    backend = MemoryBackend() if name is None else MemoryBackend.named(name)
    return _made(backend, dict, cached=cached)


@overload
def dir_archive(
    name: str | None = None,
    dict: Entries = None,
    cached: Literal[True] = True,
    *,
    sync: str = "normal",
    **options: Any,
) -> over: ...
@overload
def dir_archive(
    name: str | None = None,
    dict: Entries = None,
    *,
    cached: Literal[False],
    sync: str = "normal",
    **options: Any,
) -> Archive: ...
@overload
def dir_archive(
    name: str | None = None,
    dict: Entries = None,
    cached: bool = True,
    *,
    sync: str = "normal",
    **options: Any,
) -> Any: ...
def dir_archive(
    name: str | None = None,
    dict: Entries = None,
    cached: bool = True,
    *,
    sync: str = "normal",
    **options: Any,
) -> Any:
    """A directory with one file an entry; ``name`` is its path, ``memo`` by default.

    The other arguments are those of :func:`dict_archive`; with ``sync="full"`` entries survive the
    loss of power, too.
    """
    from kigen.backends.directory import DirectoryBackend

    _refuse("dir_archive", options)
    return _made(DirectoryBackend("memo" if name is None else name, sync=sync), dict, cached=cached)


@overload
def sqlite_archive(
    name: str | None = None,
    dict: Entries = None,
    cached: Literal[True] = True,
    *,
    sync: str = "normal",
    timeout: float = 60.0,
    **options: Any,
) -> over: ...
@overload
def sqlite_archive(
    name: str | None = None,
    dict: Entries = None,
    *,
    cached: Literal[False],
    sync: str = "normal",
    timeout: float = 60.0,
    **options: Any,
) -> Archive: ...
@overload
def sqlite_archive(
    name: str | None = None,
    dict: Entries = None,
    cached: bool = True,
    *,
    sync: str = "normal",
    timeout: float = 60.0,
    **options: Any,
) -> Any: ...
def sqlite_archive(
    name: str | None = None,
    dict: Entries = None,
    cached: bool = True,
    *,
    sync: str = "normal",
    timeout: float = 60.0,
    **options: Any,
) -> Any:
    """A SQLite database with one row an entry; ``name`` is its path, ``memo.db`` by default.

    The other arguments are those of :func:`dir_archive`; ``timeout`` is how many seconds to wait
    for another process's write.
    """
    from kigen.backends.sqlite import SqliteBackend

    _refuse("sqlite_archive", options)
    path = "memo.db" if name is None else name
    return _made(SqliteBackend(path, sync=sync, timeout=timeout), dict, cached=cached)


@overload
def null_archive(
    name: str | None = None, dict: Entries = None, cached: Literal[True] = True, **options: Any
) -> over: ...
@overload
def null_archive(
    name: str | None = None, dict: Entries = None, *, cached: Literal[False], **options: Any
) -> Archive: ...
@overload
def null_archive(
    name: str | None = None, dict: Entries = None, cached: bool = True, **options: Any
) -> Any: ...
def null_archive(
    name: str | None = None,  # noqa: ARG001 - klepto's signature
    dict: Entries = None,
    cached: bool = True,
    **options: Any,
) -> Any:
    """An archive that keeps nothing. The arguments are those of :func:`dict_archive`."""
    _refuse("null_archive", options)
    return _made(NullBackend(), dict, cached=cached)


def _made(backend: Backend, entries: Entries, *, cached: bool) -> Any:
    archive = Archive(backend)
    archive.uncached = not cached
    made = over(archive=archive) if cached else archive
    if entries is not None:
        made.update(entries)
    return made


def _refuse(factory: str, options: dict[str, Any]) -> None:
    """Refuse what would change what is stored; klepto's defaults may be given."""
    for name, value in options.items():
        if name not in _HEEDED:
            raise ConfigurationError(f"{factory}() has no option {name!r}", option=name)
        if value != _HEEDED[name]:
            raise ConfigurationError(
                f"{factory}() does not take {name}={value!r}: kigen stores what pickle or dill "
                f"makes of a value, uncompressed; leave {name}= out",
                option=name,
            )
