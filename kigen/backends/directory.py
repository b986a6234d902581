"""A directory with one file a record.

::

    runs/
        kigen-archive       says that this is one, and in which format
        CACHEDIR.TAG        tells backup tools to pass by
        .gitignore          and git
        4f/0c2e...          a record: its name is 4f0c2e...
        damaged/            records that were set aside before their values were computed again
        tmp/                files that are being written
        lock                never has content; the bytes that it does not have are locked
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import suppress
from functools import partial
from io import FileIO
from itertools import count
from typing import TYPE_CHECKING

from kigen.backends import frame
from kigen.backends.backend import Backend, full_sync
from kigen.backends.locks import LockTable, shared_locks
from kigen.backends.marker import prepare
from kigen.backends.record import checked_name
from kigen.errors import ArchiveError, DamagedRecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kigen.backends.record import Record, Value

__all__ = ["DirectoryBackend"]

_HEX = frozenset("0123456789abcdef")

# A temporary file that nobody has written to for so long belongs to nobody. A writer that sleeps
# longer finds it gone and writes again.
_ABANDONED_AFTER = 3600.0

_serial = count()


class DirectoryBackend(Backend):
    """One file a record, in ``path``, which is created if need be.

    A file appears whole under its name (``os.replace``), so a reader needs no lock, and a writer
    that is killed leaves at most a file in ``tmp/``. That holds without ``fsync``; ``sync="full"``
    adds it, against loss of power.

    Raises:
        NotAnArchiveError: if the directory has other content, which is left alone.
        ArchiveError: if it cannot be created, or is of a newer format.
    """

    def __init__(self, path: str, *, sync: str = "normal") -> None:
        self.path: str = os.path.abspath(path)
        self.url: str = "dir:////" + self.path.replace(os.sep, "/").lstrip("/")
        self.damaged_place: str = os.path.join(self.path, "damaged")
        self._sync = sync
        self._full_sync = full_sync(sync)
        self._tmp = os.path.join(self.path, "tmp")
        prepare(self.path)
        _sweep(self._tmp)

    def __reduce__(self) -> tuple[object, ...]:
        return partial(DirectoryBackend, self.path, sync=self._sync), ()

    def read(self, name: str) -> Record | None:
        try:
            return frame.read(self._file(name), name)
        except FileNotFoundError:
            return None

    def read_value(self, name: str) -> Value | None:
        try:
            return frame.read_value(self._file(name), name)
        except FileNotFoundError:
            return None

    def read_many(
        self, names: Iterable[str], *, values: bool = True
    ) -> Iterator[tuple[str, Record | DamagedRecordError]]:
        if values:
            yield from super().read_many(names)
            return
        for name in names:
            try:
                yield name, frame.read_head(self._file(name), name)
            except FileNotFoundError:
                continue
            except DamagedRecordError as error:
                yield name, error

    def write(self, record: Record) -> None:
        path = self._file(record.name)
        try:
            while True:
                written = self._write_aside(record)
                try:
                    _publish(os.replace, written, path)
                except FileNotFoundError:  # swept away while we slept
                    continue
                break
            self._sync_directory(os.path.dirname(path))
        except OSError as error:
            raise self._failed("write", error) from error

    def write_new(self, record: Record) -> bool:
        path = self._file(record.name)
        if os.path.lexists(path):
            return False
        try:
            written = self._write_aside(record)
            try:
                _publish(os.link, written, path)
            except FileExistsError:
                return False
            finally:
                os.unlink(written)
            self._sync_directory(os.path.dirname(path))
        except OSError as error:
            if not _lacks_links(error):
                raise self._failed("write", error) from error
            return super().write_new(record)
        return True

    def delete(self, name: str) -> bool:
        try:
            os.unlink(self._file(name))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._failed("delete from", error) from error
        return True

    def set_aside(self, name: str) -> None:
        try:
            os.makedirs(self.damaged_place, exist_ok=True)
            os.replace(
                self._file(name), os.path.join(self.damaged_place, f"{name}-{time.time_ns()}")
            )
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._failed("write", error) from error

    def names(self, function: str | None = None) -> Iterator[str]:
        return iter(
            [shard + rest for shard in self._shards() for rest in _records(self._in(shard))]
        )

    def size(self) -> int:
        total = 0
        for name in self.names():
            try:
                total += os.stat(self._file(name)).st_size
            except FileNotFoundError:
                continue
        return total

    def clear(self) -> None:
        super().clear()
        for shard in self._shards():
            with suppress(OSError):  # what is not ours in it stays, and so does it
                os.rmdir(self._in(shard))

    @property
    def _locks(self) -> LockTable:
        table = self.__dict__.get("_shared_locks")
        if table is None:
            table = self.__dict__["_shared_locks"] = shared_locks(os.path.join(self.path, "lock"))
        return table

    def _shards(self) -> list[str]:
        names = sorted(_listed(self.path))
        return [name for name in names if len(name) == 2 and _HEX.issuperset(name)]

    def _in(self, shard: str) -> str:
        return f"{self.path}{os.sep}{shard}"

    def _file(self, name: str) -> str:
        checked_name(name)
        return f"{self.path}{os.sep}{name[:2]}{os.sep}{name[2:]}"

    def _write_aside(self, record: Record) -> str:
        path = f"{self._tmp}{os.sep}{record.name}-{os.getpid()}-{next(_serial)}"
        try:
            file = FileIO(path, "x")
        except FileNotFoundError:
            os.makedirs(self._tmp, exist_ok=True)
            file = FileIO(path, "x")
        try:
            with file:
                frame.write(file, record)
                if self._full_sync:
                    os.fsync(file.fileno())
        except BaseException:
            with suppress(OSError):
                os.unlink(path)
            raise
        return path

    def _sync_directory(self, path: str) -> None:
        if self._full_sync and os.name == "posix":
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _failed(self, verb: str, error: OSError) -> ArchiveError:
        return ArchiveError(
            f"cannot {verb} the archive {self.path}: {error.strerror or error}; "
            "check its permissions and the free space, or open another",
            path=self.path,
        )


def _publish(action: Callable[[str, str], None], written: str, path: str) -> None:
    try:
        action(written, path)
    except FileNotFoundError:  # the first record of its shard
        os.makedirs(os.path.dirname(path), exist_ok=True)
        action(written, path)


def _lacks_links(error: OSError) -> bool:
    return error.errno in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _records(shard: str) -> list[str]:
    return [name for name in sorted(_listed(shard)) if len(name) == 30 and _HEX.issuperset(name)]


def _sweep(tmp: str) -> None:
    """Remove what writers that died have left."""
    abandoned = time.time() - _ABANDONED_AFTER
    for name in _listed(tmp):
        path = os.path.join(tmp, name)
        with suppress(OSError):
            if os.stat(path).st_mtime < abandoned:
                os.unlink(path)
