"""The store's SQLite file: its tables, telling it from others, and bringing it up to date."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from kigen.errors import ArchiveError, NotAnArchiveError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

__all__ = ["connect"]

APPLICATION = 0x6B67656E
"""SQLite's application_id of a store: "kgen"."""
VERSION = 2

TABLES = (
    """CREATE TABLE generators (
        gen_key     TEXT PRIMARY KEY,
        cursor      INTEGER NOT NULL DEFAULT 0,
        state_extra TEXT NOT NULL DEFAULT '{}',
        created_at  TEXT NOT NULL,
        updated_at  TEXT NOT NULL,
        draws       INTEGER,
        signature   TEXT NOT NULL DEFAULT ''
    )""",
    """CREATE TABLE checkpoints (
        gen_key TEXT PRIMARY KEY,
        draws   INTEGER NOT NULL,
        state   BLOB NOT NULL
    )""",
    # The fingerprint leads, so that get_run() needs no index of its own.
    """CREATE TABLE runs (
        seq         INTEGER PRIMARY KEY,
        key_id      TEXT NOT NULL,
        gen_key     TEXT NOT NULL,
        params      TEXT NOT NULL,
        created_at  TEXT NOT NULL,
        fingerprint BLOB,
        UNIQUE (fingerprint, gen_key)
    )""",
)

KI_GEN = {
    "generators": {"gen_key", "cursor", "state_extra", "created_at", "updated_at"},
    "runs": {"key_id", "gen_key", "params", "created_at"},
}

_PATIENCE = 30.0
"""Seconds to wait for another process that holds the file."""


def connect(path: Path, *, check_same_thread: bool = True) -> sqlite3.Connection:
    """Open the store at ``path``, made or brought up to date if need be."""
    import sqlite3

    _refuse_other_files(path)
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return _connect(path, check_same_thread)
        except sqlite3.OperationalError as error:
            # SQLite does not wait while two processes both switch a new file to WAL.
            if "locked" in str(error) and time.monotonic() < deadline:
                time.sleep(0.01)
                continue
            raise _cannot(path, error) from error
        except sqlite3.Error as error:
            raise _cannot(path, error) from error


def _refuse_other_files(path: Path) -> None:
    if str(path) == ":memory:":
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _cannot(path, error) from error
    if start and start != b"SQLite format 3\0":
        raise NotAnArchiveError(
            f"{path} is no SQLite file; it is left as it is, choose another path", path=path
        )


def _cannot(path: Path, error: Exception) -> ArchiveError:
    return ArchiveError(
        f"{path}: the store cannot be opened ({error}); check that the folder exists and is "
        "writable, and that the file is not held by another program",
        path=path,
    )


def _connect(path: Path, check_same_thread: bool) -> sqlite3.Connection:
    import sqlite3

    connection = sqlite3.connect(
        path, timeout=_PATIENCE, isolation_level=None, check_same_thread=check_same_thread
    )
    try:
        if not _current(connection, path):
            _prepare(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        # A checkpoint waits for the disk; by SQLite's default one would come every 80 batches.
        connection.execute("PRAGMA wal_autocheckpoint = 8000")
    except BaseException:
        connection.close()
        raise
    return connection


def _current(connection: sqlite3.Connection, path: Path) -> bool:
    application, version = _marks(connection)
    if application == APPLICATION and version > VERSION:
        raise NotAnArchiveError(
            f"{path} was written by a newer kigen (format {version}, this one knows {VERSION}); "
            "update kigen",
            path=path,
        )
    return application == APPLICATION and version == VERSION


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    return (
        int(connection.execute("PRAGMA application_id").fetchone()[0]),
        int(connection.execute("PRAGMA user_version").fetchone()[0]),
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    tables = _tables(connection)
    if (tables and tables != KI_GEN) or _marks(connection)[0] not in (0, APPLICATION):
        raise NotAnArchiveError(
            f"{path} is a database of another program; it is left as it is, choose another path",
            path=path,
        )
    if tables:
        _back_up(connection, path)
    connection.execute("BEGIN IMMEDIATE")
    if not _current(connection, path):  # another process may have come first
        _migrate(connection) if tables else _create(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _tables(connection: sqlite3.Connection) -> dict[str, set[str]]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    return {
        name: {row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')}
        for (name,) in names.fetchall()
    }


def _create(connection: sqlite3.Connection) -> None:
    for statement in TABLES:
        connection.execute(statement)


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    import sqlite3

    backup = path.with_name(path.name + ".ki-gen-1.backup")
    if backup.exists():
        return  # of an earlier attempt, or of another process that came first
    unfinished = backup.with_name(f"{backup.name}.{os.getpid()}")
    copy = sqlite3.connect(unfinished)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    unfinished.replace(backup)


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables of ki-gen 1.0 up to date; runs keep their order."""
    for name in KI_GEN:
        connection.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
    connection.execute("DROP INDEX IF EXISTS idx_runs_gen_key")
    _create(connection)
    for name, columns in KI_GEN.items():
        listed = ", ".join(sorted(columns))
        connection.execute(
            f"INSERT INTO {name} ({listed}) SELECT {listed} FROM old_{name} ORDER BY rowid"  # noqa: S608
        )
    for name in KI_GEN:
        connection.execute(f"DROP TABLE old_{name}")
