"""Keys and values at rest.

>>> import kigen
>>> with kigen.archives.open("memory://") as archive:
...     archive["answer"] = 42
...     archive["answer"]
42
"""

from __future__ import annotations

from kigen.archives.archive import Archive
from kigen.archives.cache import cache
from kigen.archives.entry import Entry, UnreadableKey
from kigen.archives.factories import dict_archive, dir_archive, null_archive, sqlite_archive
from kigen.archives.urls import open  # noqa: A004 - kigen.archives.open("runs.db")

__all__ = [
    "Archive",
    "Entry",
    "UnreadableKey",
    "cache",
    "dict_archive",
    "dir_archive",
    "null_archive",
    "open",
    "sqlite_archive",
]
