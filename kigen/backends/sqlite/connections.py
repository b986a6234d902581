"""One SQLite connection a thread, patient with other processes, closed while the process forks."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet, finalize

from kigen.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Execute = Callable[..., sqlite3.Cursor]

__all__ = ["Connections", "patiently", "translated"]

# SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: another connection is in the way, for now. SQLite's
# own busy handler is not asked where waiting could be a deadlock, as at the switch to WAL.
_PASSING = (5, 6, 15)
_SLOWEST_RETRY = 0.05

_Result = TypeVar("_Result")


class Connections:
    """Runs SQL on a connection of the calling thread, which ``connect`` opens on first use.

    SQLite forbids to carry a connection across ``fork``, and a child that opens another one
    inherits its parent's idea of who holds which lock. So all connections are closed before a fork,
    when no other thread is within one, and opened again on demand on both sides.
    """

    def __init__(
        self, path: str, connect: Callable[[], sqlite3.Connection], patience: float
    ) -> None:
        self._path = path
        self._connect = connect
        self._patience = patience
        self._local = threading.local()
        self._guard = threading.RLock()
        self._sessions: WeakSet[_Session] = WeakSet()
        with _registry:
            _alive.add(self)

    def query(self, sql: str, arguments: tuple[Any, ...] = ()) -> list[Any]:
        """The rows of one statement, committed on return.

        Raises:
            ArchiveError: in place of any error of SQLite's.
        """
        try:
            session = self._local.session
            with session.lock:
                rows: list[Any] = session.execute(sql, arguments).fetchall()
                return rows
        except (AttributeError, TypeError, sqlite3.Error):  # no connection yet, or a busy one
            return self._patiently(sql, arguments)

    def one(self, sql: str, name: str) -> Any:
        """The only row, or None: as :meth:`query`, on the path of every look-up."""
        try:
            session = self._local.session
            with session.lock:
                return session.execute(sql, (name,)).fetchone()
        except (AttributeError, TypeError, sqlite3.Error):
            rows = self._patiently(sql, (name,))
            return rows[0] if rows else None

    def transact(self, work: Callable[[Execute], _Result]) -> _Result:
        """Do ``work`` in a write transaction: committed on return, rolled back if it raises.

        An interrupt, too, leaves no transaction open, of which what is stored next would become
        part, and no lock held. It may come wherever a Python function begins or a call has ended:
        between a context manager and its block, for one, were this one.
        """
        session = self._session()
        with session.lock:
            try:
                self.query("BEGIN IMMEDIATE")
                execute = session.execute
                assert execute is not None
                result = work(execute)
                execute("COMMIT")
                return result
            except sqlite3.Error as error:
                raise translated(self._path, error) from error
            finally:
                connection = session.connection
                if connection is not None and connection.in_transaction:
                    connection.rollback()

    def together(self, statements: Iterable[tuple[str, tuple[Any, ...]]]) -> list[list[Any]]:
        """The rows of each statement, all in one transaction."""
        return self.transact(
            lambda execute: [execute(sql, arguments).fetchall() for sql, arguments in statements]
        )

    def close(self) -> None:
        """Close all connections, each after the statement that its thread is in."""
        with self._guard:
            for session in list(self._sessions):
                with session.lock:
                    session.close()

    def _patiently(self, sql: str, arguments: tuple[Any, ...]) -> list[Any]:
        session = self._session()

        def attempt() -> list[Any]:
            execute = session.execute or session.open(self._connect)
            try:
                return execute(sql, arguments).fetchall()
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
                session.read_any_text()  # the checksum will say that it is damaged
                return execute(sql, arguments).fetchall()

        with session.lock:
            rows: list[Any] = patiently(self._path, self._patience, attempt)
            return rows

    def _session(self) -> _Session:
        try:
            session: _Session = self._local.session
        except AttributeError:
            session = self._local.session = _Session()
            with self._guard:
                self._sessions.add(session)
        return session

    def pause(self) -> list[_Session]:
        """Close all connections and keep threads from opening new ones, until :meth:`resume`."""
        self._guard.acquire()
        sessions = list(self._sessions)
        for session in sessions:
            session.lock.acquire()
            session.close()
        return sessions

    def resume(self, sessions: list[_Session]) -> None:
        """Undo :meth:`pause`."""
        for session in sessions:
            session.lock.release()
        self._guard.release()


class _Session:
    """The connection of one thread; whoever uses or closes it holds the lock."""

    __slots__ = ("__weakref__", "_close", "connection", "execute", "lock")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.execute: Execute | None = None
        self.connection: sqlite3.Connection | None = None

    def open(self, connect: Callable[[], sqlite3.Connection]) -> Execute:
        connection = connect()
        # Closed with the session. A method __del__ would come too late for one in a cycle: its
        # connection is garbage, too, and Python 3.13 warns if that comes to its end first.
        self._close = finalize(self, connection.close)
        self._close.atexit = False  # what others do then may need it
        self.connection = connection
        # One cursor for all: a new one for each statement costs 0.2 us.
        execute: Execute = connection.cursor().execute
        self.execute = execute
        return execute

    def read_any_text(self) -> None:
        """Return text that is not UTF-8, too, in place of an error."""
        if self.connection is not None:
            self.connection.text_factory = _any_text

    def close(self) -> None:
        connection, self.connection, self.execute = self.connection, None, None
        if connection is not None:
            self._close()


_alive: WeakSet[Connections] = WeakSet()
_registry = threading.Lock()  # of additions; held while the process forks
_paused: list[tuple[Connections, list[_Session]]] = []


def _before_fork() -> None:
    _registry.acquire()
    _paused.extend((connections, connections.pause()) for connections in list(_alive))


def _after_fork() -> None:
    while _paused:
        connections, sessions = _paused.pop()
        connections.resume(sessions)
    _registry.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
    )


def _any_text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def patiently(path: str, patience: float, action: Callable[[], Any]) -> Any:
    """Do ``action`` until no other process is in its way, for ``patience`` seconds at most."""
    deadline = time.monotonic() + patience
    pause = 0.001
    while True:
        try:
            return action()
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter, from a damaged schema
            if not _is_passing(error) or time.monotonic() > deadline:
                raise translated(path, error) from error
        time.sleep(pause)
        pause = min(2 * pause, _SLOWEST_RETRY)


def translated(path: str, error: sqlite3.Error | UnicodeDecodeError) -> ArchiveError:
    """What to tell the user instead of ``error``."""
    code = 11 if isinstance(error, UnicodeDecodeError) else _code(error)
    advice = _ADVICE.get(code & 0xFF, "check the path, its permissions and the free space")
    return ArchiveError(f"the archive {path} failed: {error}; {advice}", path=path, code=code)


def _code(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", None) or 0


def _is_passing(error: Exception) -> bool:
    return _code(error) & 0xFF in _PASSING


_ADVICE = {
    5: "another process has held its lock for very long: is it stopped?",
    6: "another process has held its lock for very long: is it stopped?",
    8: "it is read-only: what it holds can be read, but nothing be stored",
    11: "the database is damaged: move it away, or restore a copy",
    13: "the disk is full",
    14: "check that its directory exists and may be written to",
    26: "the database is damaged: move it away, or restore a copy",
}
