"""The four verbs on a SQLite database."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from kigen.backends import frame
from kigen.backends.backend import Backend, full_sync
from kigen.backends.checksums import crc32
from kigen.backends.locks import LockTable, shared_locks
from kigen.backends.record import Record
from kigen.backends.sqlite.connections import Connections
from kigen.backends.sqlite.schema import COLUMNS, connect, prepare
from kigen.backends.sqlite.values import ValueFiles
from kigen.errors import ArchiveError, DamagedRecordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kigen.backends.record import Value
    from kigen.backends.sqlite.connections import Execute

__all__ = ["SqliteBackend"]

# A 1 MB value in the database takes 2 to 7 times as long as in a file of its own.
LARGE = 1 << 16

_BATCH = 500  # SQLite before 3.32 takes 999 parameters
_PLACES = ", ".join("?" * len(COLUMNS.split(",")))
_UPDATES = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS.replace(" ", "").split(",")[1:])
# No text of a user's becomes SQL; S608 sees constants.
_INSERT = f"INSERT INTO records ({COLUMNS}) VALUES ({_PLACES})"  # noqa: S608
_WRITE = f"{_INSERT} ON CONFLICT (name) DO UPDATE SET {_UPDATES}"
_WRITE_NEW = f"{_INSERT} ON CONFLICT DO NOTHING RETURNING 1"
_READ = f"SELECT {COLUMNS} FROM records WHERE name = ?"  # noqa: S608
_READ_VALUE = "SELECT value, checksum, file FROM records WHERE name = ?"
_READ_FILE = "SELECT file FROM records WHERE name = ?"
_DELETE = "DELETE FROM records WHERE name = ? RETURNING file"
_LARGE = "SELECT file FROM records WHERE file IS NOT NULL"
_FILES = f"{_LARGE} UNION SELECT file FROM damaged"  # noqa: S608
_TO_DAMAGED = f"SELECT {COLUMNS}, ? FROM records WHERE name = ?"  # noqa: S608
_SET_ASIDE = f"INSERT INTO damaged ({COLUMNS}, set_aside) {_TO_DAMAGED}"

_Row = tuple[Any, ...]


class SqliteBackend(Backend):
    """One row a record in the database at ``path``, which is created if need be.

    Each write is committed when it returns, in WAL mode: it survives the death of the process, and
    with ``sync="full"`` the loss of power. Values of 64 KiB and more are files in
    ``<path>.values/``. ``timeout`` is how many seconds to wait for other processes' writes.

    Raises:
        NotAnArchiveError: if the file is something else, which is left alone.
        ArchiveError: if it cannot be created, is damaged, or is of a newer format.
    """

    def __init__(self, path: str, *, sync: str = "normal", timeout: float = 60.0) -> None:
        self.path: str = os.path.abspath(path)
        self.url: str = "sqlite:////" + self.path.replace(os.sep, "/").lstrip("/")
        self.damaged_place: str = f"the table 'damaged' of {self.path}"
        self._reopen = partial(SqliteBackend, self.path, sync=sync, timeout=timeout)
        full = full_sync(sync)
        prepare(self.path, timeout)
        self._files = ValueFiles(self.path + ".values", full_sync=full)
        self._swept = False
        self._connections = Connections(
            self.path, lambda: connect(self.path, timeout, full_sync=full), timeout
        )
        self._query = self._connections.query
        self._one = self._connections.one
        self._query(_READ_VALUE, ("",))  # a damaged database says so now

    def __reduce__(self) -> tuple[object, ...]:
        return self._reopen, ()

    def read_value(self, name: str) -> Value | None:
        row = self._one(_READ_VALUE, name)
        if row is None:
            return None
        value, checksum, file = row
        if file is not None:
            with suppress(FileNotFoundError):  # replaced since
                return frame.read_value(self._files.path(file), name)
        elif type(value) is bytes and crc32(value, crc32(name.encode())) == checksum:
            return "pickle", value, ()
        return super().read_value(name)  # of another codec, or damaged

    def read(self, name: str) -> Record | None:
        missing = None
        while row := self._one(_READ, name):
            record, file = self._verified(row)
            if file is None:
                return record
            try:
                return frame.read(self._files.path(file), name)
            except FileNotFoundError:  # replaced since, or lost
                if file == missing:
                    raise self._damaged(name, f"its value, the file {file}, is missing") from None
                missing = file
        return None

    def read_many(
        self, names: Iterable[str], *, values: bool = True
    ) -> Iterator[tuple[str, Record | DamagedRecordError]]:
        names = iter(names)
        while batch := list(islice(names, _BATCH)):
            places = ", ".join("?" * len(batch))
            rows = self._query(
                f"SELECT {COLUMNS} FROM records WHERE name IN ({places})",  # noqa: S608
                tuple(batch),
            )
            found = {row[0]: row for row in rows}
            for name in batch:
                if name in found:
                    entry = self._read_found(found[name], values=values)
                    if entry is not None:
                        yield name, entry

    def write(self, record: Record) -> None:
        if _is_large(record):
            self._write_large(record)
        else:
            self._query(_WRITE, _row(record))

    def write_new(self, record: Record) -> bool:
        if not _is_large(record):
            return bool(self._query(_WRITE_NEW, _row(record)))
        if self._query(_READ_FILE, (record.name,)):
            return False
        return self._write_large(record, _WRITE_NEW)

    def write_many(self, records: Iterable[Record]) -> None:
        records = iter(records)
        # A batch is complete before its transaction begins: making the records may take long.
        while batch := {record.name: record for record in islice(records, _BATCH)}:
            self._connections.together(
                [(_WRITE, _row(record)) for record in batch.values() if not _is_large(record)]
            )
            for record in batch.values():
                if _is_large(record):
                    self._write_large(record)

    def delete(self, name: str) -> bool:
        rows = self._query(_DELETE, (name,))
        for (file,) in rows:
            self._files.remove(file)
        return bool(rows)

    def set_aside(self, name: str) -> None:
        self._connections.together([(_SET_ASIDE, (time.time(), name)), (_DELETE, (name,))])

    def names(self, function: str | None = None) -> Iterator[str]:
        if function is None:
            rows = self._query("SELECT name FROM records ORDER BY rowid")
        else:
            rows = self._query(
                "SELECT name FROM records WHERE function = ? ORDER BY rowid", (function,)
            )
        return (name for (name,) in rows if type(name) is str and name.isascii())  # or damaged

    def count(self) -> int:
        number: int = self._query("SELECT count(*) FROM records")[0][0]
        return number

    def size(self) -> int:
        pages = self._query(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        )
        return int(pages[0][0]) + self._files.size()

    def clear(self) -> None:
        files, _ = self._connections.together([(_LARGE, ()), ("DELETE FROM records", ())])
        for (file,) in files:
            self._files.remove(file)

    def close(self) -> None:
        self._connections.close()

    @property
    def _locks(self) -> LockTable:
        table = self.__dict__.get("_shared_locks")
        if table is None:
            table = self.__dict__["_shared_locks"] = shared_locks(self.path + ".lock")
        return table

    def _write_large(self, record: Record, statement: str = _WRITE) -> bool:
        """Write the value's file, then the row that names it; whether the row was written."""
        self._sweep()
        surplus = None
        while surplus is None:
            file = self._write_file(record)
            try:
                surplus = self._connections.transact(partial(self._name, file, record, statement))
            except ArchiveError:
                self._files.remove(file)
                raise
            # Whether an interrupt came before or after the commit cannot be told: the file stays,
            # and if no row names it, a sweep removes it.
        for each in surplus:
            self._files.remove(each)
        return file not in surplus

    def _name(
        self, file: str, record: Record, statement: str, execute: Execute
    ) -> list[str | None] | None:
        """Write the row that names ``file``; the files, of it and the old one, that are surplus.

        None if the file was swept away while we slept.
        """
        if not self._files.exists(file):
            return None
        before = [old for (old,) in execute(_READ_FILE, (record.name,))]
        execute(statement, _row_of_file(record, file))
        return before if execute(_READ_FILE, (record.name,)).fetchone() == (file,) else [file]

    def _write_file(self, record: Record) -> str:
        try:
            return self._files.write(record)
        except OSError as error:
            raise ArchiveError(
                f"cannot write to {self._files.directory}: {error.strerror}; check its permissions "
                "and the free space",
                path=self.path,
            ) from error

    def _sweep(self) -> None:
        """Once in a process: remove the files of writers that died before they wrote their rows."""
        if not self._swept:
            self._swept = True
            self._connections.transact(
                lambda execute: self._files.sweep({file for (file,) in execute(_FILES)})
            )

    def _read_found(self, row: _Row, *, values: bool) -> Record | DamagedRecordError | None:
        try:
            record, file = self._verified(row)
            if file is None:
                return record
            if values:
                return self.read(record.name)
            return record if record.key else frame.read_head(self._files.path(file), record.name)
        except FileNotFoundError:
            return None
        except DamagedRecordError as error:
            return error

    def _verified(self, row: _Row) -> tuple[Record, str | None]:
        """The record in ``row``, and the file that holds the rest of it."""
        value, file, checksum, head_checksum = row[9:]
        record = Record._make((*row[:9], value or b"", ()))
        try:
            expected = _checksums(record)
        except (AttributeError, TypeError, ValueError):  # bytes where text was, or the reverse
            expected = (-1, -1)
        if expected[1] != head_checksum:
            raise self._damaged(record.name, "its columns do not match their checksum")
        if expected[0] != checksum:
            raise self._damaged(record.name, "its value does not match its checksum")
        return record, file

    def _damaged(self, name: str, reason: str) -> DamagedRecordError:
        return DamagedRecordError(
            f"the record {name} of {self.path} is damaged: {reason}", reason=reason, path=self.path
        )


def _is_large(record: Record) -> bool:
    return bool(record.buffers) or len(record.data) >= LARGE or len(record.key) >= LARGE


def _row(record: Record) -> _Row:
    """The columns of a record that fits into its row."""
    return (*record[:10], None, *_checksums(record))


def _row_of_file(record: Record, file: str) -> _Row:
    """The columns of a record that is in a file of its own."""
    if len(record.key) >= LARGE:
        record = record._replace(key=b"")
    return (*record[:9], None, file, *_checksums(record._replace(data=b"")))


def _checksums(record: Record) -> tuple[int, int]:
    """Of the value, and of the columns that describe it.

    The value's is seeded with its name, for a damaged index may lead to another row; and with a
    codec other than pickle, so that a look-up need not read which one it is.
    """
    name, function, code, _, _, fields, result, key, codec, data, _ = record
    seed = crc32(name.encode())
    value = crc32(data, seed if codec == "pickle" else crc32(codec.encode(), seed))
    head = f"{name}\0{function}\0{code}\0{codec}\0{fields}\0{result}"
    return value, crc32(key, crc32(head.encode()))
