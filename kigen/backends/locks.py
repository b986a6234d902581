"""One holder per name, across threads and processes, with nothing to clean up after a crash.

A name is one byte of a lock file that never has content: the operating system locks ranges beyond
the end, too, and lets go when the holder dies. A flag in the archive would outlive it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakSet, WeakValueDictionary

from kigen.errors import ArchiveError, ReentrantCall

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Lock", "LockTable", "shared_locks"]

# A platform without locks of open files is asked again after this many seconds, at most.
_SLOWEST_POLL = 0.05


class Lock:
    """A context manager that holds a name while it is in its block; yields whether it does.

    With ``wait=False`` that is False if another holds the name.
    """

    __slots__ = ("_name", "_slot", "_table", "_wait")

    def __init__(self, table: LockTable, name: str, *, wait: bool) -> None:
        self._table = table
        self._name = name
        self._wait = wait
        self._slot: _Slot | None = None

    def __enter__(self) -> bool:
        slot = self._slot = self._table.acquire(self._name, wait=self._wait)
        return slot is not None

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        slot, self._slot = self._slot, None
        if slot is not None and slot.let_go is not None:
            # Interrupts come after calls of C, and where a Python function begins: none is called.
            try:
                slot.let_go()
            finally:
                slot.lock.release()

    def __del__(self) -> None:
        # An interrupt came before the first line of __exit__, and nobody looks at it any more; or
        # before that of __init__.
        if getattr(self, "_slot", None) is not None:
            self.__exit__(None, None, None)


class _Slot:
    """A name that threads of this process hold or wait for; it lasts as long as they do."""

    __slots__ = ("__weakref__", "let_go", "lock")

    def __init__(self) -> None:
        self.lock: threading.RLock = threading.RLock()
        #: Lets go of the lock file; None in a forked child, which holds nothing of its parent's.
        self.let_go: Callable[[], object] | None = None


class LockTable:
    """The names that this process holds; with ``path``, against other processes too.

    Where the lock file may not be written, locks hold within the process: nobody who reads the
    archive only has anything to protect.
    """

    _file: int | None = None

    def __init__(self, path: str | None = None) -> None:
        self._path = path
        self._slots: WeakValueDictionary[str, _Slot] = WeakValueDictionary()
        self._guard = threading.Lock()
        _tables.add(self)

    def acquire(self, name: str, *, wait: bool) -> _Slot | None:
        """Hold ``name``; None if another does and we do not wait.

        Raises:
            ReentrantCall: if this thread holds it already and would wait for ever.
        """
        with self._guard:
            slot = self._slots.get(name)
            if slot is None:
                slot = self._slots[name] = _Slot()
        if _is_mine(slot.lock):
            if wait:
                raise ReentrantCall(f"this thread holds the lock of {name} already", name=name)
            return None
        try:
            if slot.lock.acquire(blocking=wait):
                if self._lock_file(name, slot, wait=wait):
                    return slot
                slot.lock.release()
        except BaseException:  # Ctrl-C, while another process holds it, or just when we got it
            if _is_mine(slot.lock):
                if slot.let_go is not None:
                    slot.let_go()
                slot.lock.release()
            raise
        return None

    def _lock_file(self, name: str, slot: _Slot, *, wait: bool) -> bool:
        slot.let_go = _nothing
        if self._path is None:
            return True
        with self._guard:
            if self._file is None:
                self._file = _open(self._path)
        if self._file is None:
            return True
        slot.let_go = _letting_go(self._file, name)
        return _lock(self._file, name, wait=wait)

    def forget(self) -> None:
        """Start with nothing held; a forked child's copy of the file shares its parent's locks."""
        if self._file is not None:
            os.close(self._file)
        self._file = None
        self._guard = threading.Lock()
        for slot in self._slots.values():
            slot.let_go = None
        self._slots = WeakValueDictionary()

    def __del__(self) -> None:
        if self._file is not None:
            os.close(self._file)


_tables: WeakSet[LockTable] = WeakSet()
_shared: WeakValueDictionary[str, LockTable] = WeakValueDictionary()
_shared_guard = threading.Lock()


def shared_locks(path: str) -> LockTable:
    """The table of the lock file at ``path``: all archives of a process that lie there share it."""
    path = os.path.realpath(path)
    with _shared_guard:
        table = _shared.get(path)
        if table is None:
            table = _shared[path] = LockTable(path)
        return table


def _after_fork() -> None:
    global _shared_guard
    _shared_guard = threading.Lock()
    for table in _tables:
        table.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _is_mine(lock: threading.RLock) -> bool:
    mine: bool = lock._is_owned()  # type: ignore[attr-defined] # noqa: SLF001 - as Condition asks
    return mine


def _nothing() -> None:
    """Do nothing."""


def _open(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:
        return None
    except OSError as error:
        if error.errno == 30:  # EROFS
            return None
        raise ArchiveError(
            f"the lock file {path} cannot be opened: {error.strerror}; is the archive still there?",
            path=path,
        ) from error


if sys.platform == "win32":
    import msvcrt

    def _seek(file: int, name: str) -> None:
        os.lseek(file, int(name[:7], 16), os.SEEK_SET)  # 31 bits are all that Windows takes

    def _lock(file: int, name: str, *, wait: bool) -> bool:
        def attempt() -> None:
            _seek(file, name)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

        return _poll(attempt, wait=wait)

    def _unlock(file: int, name: str) -> None:
        _seek(file, name)
        with suppress(OSError):  # it was not locked
            msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

    def _letting_go(file: int, name: str) -> Callable[[], object]:
        return partial(_unlock, file, name)

else:
    import fcntl
    import struct

    # struct flock: type, whence, start, length, pid (0 for locks of open files)
    _FLOCK = struct.Struct("hhqqi")
    _OFD = hasattr(fcntl, "F_OFD_SETLKW") and sys.maxsize > 1 << 32

    def _offset(name: str) -> int:
        return int(name[:15], 16)

    def _lock(file: int, name: str, *, wait: bool) -> bool:
        at = _offset(name)
        if not _OFD:
            # Locks of a process: a blocking one may fail for a deadlock that does not exist.
            return _poll(lambda: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at), wait=wait)
        command = fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK
        try:
            fcntl.fcntl(file, command, _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, at, 1, 0))
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _letting_go(file: int, name: str) -> Callable[[], object]:
        at = _offset(name)
        if not _OFD:
            return partial(fcntl.lockf, file, fcntl.LOCK_UN, 1, at)
        return partial(
            fcntl.fcntl, file, fcntl.F_OFD_SETLK, _FLOCK.pack(fcntl.F_UNLCK, os.SEEK_SET, at, 1, 0)
        )


def _poll(attempt: Callable[[], object], *, wait: bool) -> bool:
    pause = 0.001
    while True:
        try:
            attempt()
        except OSError:
            if not wait:
                return False
        else:
            return True
        time.sleep(pause)
        pause = min(2 * pause, _SLOWEST_POLL)
