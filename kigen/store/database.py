"""Database: one SQLite connection, its lock and its transactions."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from kigen.errors import ArchiveError
from kigen.store import schema

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

__all__ = ["Database"]


class Database:
    """One SQLite connection; a ``with`` block is a transaction, and inside another part of it."""

    def __init__(self, path: Path, check_same_thread: bool) -> None:
        self._path = path
        self._check_same_thread = check_same_thread
        self._lock = threading.RLock()
        self._closed = False
        self._open()

    def _open(self) -> None:
        self._pid = os.getpid()
        self._depth = 0
        self._sqlite = schema.connect(self._path, check_same_thread=self._check_same_thread)

    def _current(self) -> sqlite3.Connection:
        """Return the connection, opened anew in a forked process: it must not be shared."""
        if self._closed:
            raise ArchiveError(f"{self._path}: the store is closed; open it again", path=self._path)
        if self._pid != os.getpid():
            self._open()
        return self._sqlite

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows that a query gives."""
        with self._lock:
            try:
                return self._current().execute(sql, parameters).fetchall()
            except Exception as error:
                self._explain(error)
                raise

    def __enter__(self) -> sqlite3.Connection:
        self._lock.acquire()
        try:
            connection = self._current()
            if not self._depth:
                connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
        except BaseException as error:
            self._lock.release()
            self._explain(error)
            raise
        return connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self._depth -= 1
            if not self._depth:
                self._end(error)
        finally:
            self._lock.release()
        if error is not None:
            self._explain(error)

    def _end(self, error: BaseException | None) -> None:
        try:
            self._sqlite.execute("COMMIT" if error is None else "ROLLBACK")
        except BaseException as failure:
            if self._sqlite.in_transaction:
                self._sqlite.execute("ROLLBACK")
            self._explain(failure)
            raise

    def _explain(self, error: BaseException) -> None:
        """Raise `ArchiveError` in place of an error of SQLite's; leave any other alone."""
        import sqlite3

        # A ProgrammingError is a mistake in the use, such as a call from another thread.
        if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.ProgrammingError):
            raise ArchiveError(
                f"{self._path}: {error}; check that the file is readable, writable and not held "
                "by another program",
                path=self._path,
            ) from error

    def close(self) -> None:
        """Close the connection; closing twice is no error."""
        if not self._closed and self._pid == os.getpid():
            self._sqlite.close()
        self._closed = True
