"""Which SQLite databases are ours, and how one is made."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from kigen.backends.record import FORMAT
from kigen.backends.sqlite.connections import patiently, translated
from kigen.errors import ArchiveError, NotAnArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COLUMNS", "connect", "prepare"]

APPLICATION_ID = int.from_bytes(b"kign", "big")
_SQLITE = b"SQLite format 3\x00"

# A commit writes whole pages, and a checkpoint waits for the disk to have them.
_PAGE = 2048
_WAL_PAGES = (16 << 20) // _PAGE

COLUMNS = (
    "name, function, code, created, elapsed, fields, result, key, codec, value, file,"
    " checksum, head_checksum"
)

_TYPED = """
    name TEXT{primary} NOT NULL,
    function TEXT NOT NULL,
    code TEXT NOT NULL,
    created REAL NOT NULL,
    elapsed REAL,
    fields TEXT,
    result TEXT,
    key BLOB,
    codec TEXT NOT NULL,
    value BLOB,
    file TEXT,
    checksum INTEGER NOT NULL,
    head_checksum INTEGER NOT NULL
"""

# A table beside its index: rows are appended, and only the index, whose entries are small, is
# written at random. WITHOUT ROWID saves that second page (17.5 against 19.0 us a commit of 200
# bytes), but rows of 500 bytes in random order split pages (46 against 21 us at 100,000 entries).
_SCHEMA = (
    f"CREATE TABLE records ({_TYPED.format(primary=' PRIMARY KEY')})",
    f"CREATE TABLE damaged ({_TYPED.format(primary='')}, set_aside REAL NOT NULL)",
    "CREATE VIEW results AS SELECT function, fields, result, elapsed,"
    " datetime(created, 'unixepoch') AS created, name FROM records ORDER BY rowid",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)


def prepare(path: str, patience: float) -> None:
    """Make sure that ``path`` is a database of ours; many processes may do so at once.

    The database is made in rollback mode and switched to WAL afterwards. So a database in WAL mode
    without our id in its first page is not ours, and need not be opened to find out.

    Raises:
        NotAnArchiveError: if it is anything else, which is left as it is.
        ArchiveError: if it cannot be created, or is of a newer format.
    """
    head = _first_page(path)
    if head is not None and not _may_be_ours(head):
        raise _foreign(path)
    if head is None:
        _make_parent(path)
    if head is None or not _is_ours(head):
        connection = _open(path, "rwc")
        try:
            patiently(path, patience, lambda: _create(path, connection))
        finally:
            connection.close()
    elif (version := int.from_bytes(head[60:64], "big")) > FORMAT:
        raise ArchiveError(
            f"{path} is an archive of a newer kigen (format {version}); upgrade kigen", path=path
        )


def connect(path: str, patience: float, *, full_sync: bool) -> sqlite3.Connection:
    """A connection to a prepared database; one that only reads where nothing may be written."""
    connection = _open(path, "rw", patience)
    try:
        patiently(path, patience, lambda: _set_up(connection, full_sync))
    except ArchiveError as error:
        connection.close()
        if getattr(error, "code", 0) & 0xFF not in (8, 14) or os.path.exists(path + "-wal"):
            raise
        # WAL wants to write beside the database even to read it, unless nobody ever writes.
        connection = _open(path, "ro&immutable=1")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    return connection


def _set_up(connection: sqlite3.Connection, full_sync: bool) -> None:
    execute: Callable[..., sqlite3.Cursor] = connection.execute
    if execute("PRAGMA journal_mode").fetchone() != ("wal",):
        execute("PRAGMA journal_mode = WAL")
    execute(f"PRAGMA synchronous = {'FULL' if full_sync else 'NORMAL'}")
    execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
    execute("PRAGMA cache_size = -8000")
    execute("SELECT count(*) FROM sqlite_master").fetchall()


def _first_page(path: str) -> bytes | None:
    """Its first bytes; None if there is no file, or an empty one."""
    try:
        with open(path, "rb") as file:
            return file.read(100) or None
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        raise NotAnArchiveError(
            f"{path} is a directory; end the path with a slash for a directory archive", path=path
        ) from None
    except OSError as error:
        raise ArchiveError(
            f"the archive {path} cannot be opened: {error.strerror}; check the path and its "
            "permissions",
            path=path,
        ) from error


def _may_be_ours(head: bytes) -> bool:
    unborn = not any(head)  # another process is writing its first pages
    is_wal = head[18:20] == b"\x02\x02"
    return _is_ours(head) or unborn or (head.startswith(_SQLITE) and not is_wal)


def _is_ours(head: bytes) -> bool:
    return head.startswith(_SQLITE) and head[68:72] == APPLICATION_ID.to_bytes(4, "big")


def _make_parent(path: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except OSError as error:
        raise ArchiveError(
            f"cannot create the directory of the archive {path}: {error.strerror}; name a path "
            "that can be written to",
            path=path,
        ) from error


def _open(path: str, mode: str, patience: float = 5.0) -> sqlite3.Connection:
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23").replace(os.sep, "/")
    try:
        return sqlite3.connect(
            f"file:///{quoted.lstrip('/')}?mode={mode}",
            uri=True,
            timeout=patience,
            isolation_level=None,
            check_same_thread=False,  # a session's lock sees to that
        )
    except sqlite3.Error as error:
        raise translated(path, error) from error


def _create(path: str, connection: sqlite3.Connection) -> None:
    if _look(path, connection):
        return
    connection.execute(f"PRAGMA page_size = {_PAGE}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _look(path, connection):
            for statement in _SCHEMA:
                connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _look(path: str, connection: sqlite3.Connection) -> bool:
    """Whether the database is ours already, and not empty."""
    # One statement: between two, another process may finish creating it.
    id_, tables = connection.execute(
        "SELECT (SELECT application_id FROM pragma_application_id), count(*) FROM sqlite_master"
    ).fetchone()
    if id_ == APPLICATION_ID and tables:
        return True
    if id_ or tables:
        raise _foreign(path)
    return False


def _foreign(path: str) -> NotAnArchiveError:
    return NotAnArchiveError(
        f"{path} is not an archive of kigen's; it is left as it is. Name another file", path=path
    )
