"""Keys and values at rest.

>>> import kigen
>>> with kigen.archives.open("memory://") as archive:
...     archive["answer"] = 42
...     archive["answer"]
42
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from kigen.archives.archive import Archive
from kigen.archives.cache import cache
from kigen.archives.entry import Entry, UnreadableKey
from kigen.archives.factories import dict_archive, dir_archive, null_archive, sqlite_archive
from kigen.archives.urls import open as open  # noqa: A004 - kigen.archives.open("runs.db")
from kigen.errors import MissingExtra

# Not open: ``from kigen.archives import *``, as klepto's users write it, must not hide Python's.
__all__ = [
    "Archive",
    "Entry",
    "UnreadableKey",
    "cache",
    "dict_archive",
    "dir_archive",
    "null_archive",
    "sqlite_archive",
]

# klepto's archives that kigen has not, and what does their work here.
_INSTEAD = {
    "file_archive": "sqlite_archive('memo.db') keeps everything in one file",
    "sql_archive": "sqlite_archive('memo.db') keeps everything in one table",
    "sqltable_archive": "sqlite_archive('memo.db') keeps everything in one table",
    "hdf_archive": "sqlite_archive('memo.db') keeps everything in one file, arrays too",
    "hdfdir_archive": "dir_archive('memo') keeps a file an entry, arrays too",
}


if not TYPE_CHECKING:  # to which every name would be there

    def __getattr__(name: str) -> NoReturn:
        if name not in _INSTEAD:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        raise MissingExtra(
            f"kigen.archives has no {name}: {_INSTEAD[name]}; new.update(old) brings over what a "
            "klepto archive holds",
            name=name,
        )
