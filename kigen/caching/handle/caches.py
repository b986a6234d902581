"""What ``cache=`` may be: an archive, its place, or what klepto takes for the memory itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kigen.errors import KeymapError

if TYPE_CHECKING:
    from kigen.archives import Archive
    from kigen.caching.handle.control import Control


def open_archive(where: Any) -> Archive | None:
    """Return the archive that is meant: it, that of a cache, at a path or URL; None for null."""
    from kigen.archives import Archive, cache
    from kigen.archives import open as open_url
    from kigen.backends.null import NullBackend

    if isinstance(where, cache):
        where = where.backing
    archive = where if isinstance(where, Archive) else open_url(where)
    return None if isinstance(archive.backend, NullBackend) else archive


def is_memory(cache: Any) -> bool:
    """Tell whether klepto would take it for the memory itself, though it is an archive."""
    return getattr(cache, "uncached", False) is True


def give(control: Control, cache: Any) -> None:
    """Let a function have the results that are in what it was given as ``cache=``.

    A cache object shows the function's results from now on. A dict is copied, and so is the cache
    of another function: to share it is how klepto mixes the results of two functions up.
    """
    if cache is None:
        return
    if is_memory(cache) and control.shelf is not None:
        control.shelf.is_memory = True
    entries = cache
    if type(cache) is not dict:
        from kigen.archives import cache as over
        from kigen.caching.handle.functioncache import FunctionCache

        if type(cache) is over:
            cache.serve(control.cache())
        entries = cache if isinstance(cache, FunctionCache) else {}
    elif not control.keyed:  # klepto's own keys, by default, are no keys of ours
        return
    for key, value in entries.items():
        try:
            control.note(key, value)
        except KeymapError:
            continue
