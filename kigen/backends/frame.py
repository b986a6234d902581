"""A record as one file; ``docs/reference/archive-format.md`` draws it byte by byte.

A directory archive keeps each record in such a file, a SQLite archive the large ones.
"""

from __future__ import annotations

import os
import struct
import sys
from io import FileIO
from typing import Any, NamedTuple

from kigen.backends.checksums import block_checksum, crc32
from kigen.backends.record import FORMAT, Record, Value
from kigen.errors import DamagedRecordError

__all__ = ["MAGIC", "read", "read_head", "read_value", "write"]

# No tool takes it for text, and a transfer that translates line ends breaks it at once.
MAGIC = b"\x89kigen\r\n"

# magic, format, number of buffers, lengths of the description, the key, the data
_FIXED = struct.Struct("<8sHHIIQ")
# CRC-32 of all before the data, but for this; CRC-32 of the data
_CHECKS = struct.Struct("<II")
# of each buffer: length, block checksum
_BUFFER = struct.Struct("<QI")
_START = _FIXED.size + _CHECKS.size

# One read takes most records whole; the rest of a larger one goes straight into its own memory.
_FIRST_READ = 1 << 12


class _Head(NamedTuple):
    chunk: bytes  # what the first read brought: the head and the beginning of the data
    codec: str
    description: bytes
    key: bytes
    data: tuple[int, int]  # length, CRC-32
    buffers: list[tuple[int, int]]  # length, block checksum
    end: int  # where the head ends


def write(file: FileIO, record: Record) -> None:
    """Write ``record``; the caller makes it visible when it is whole."""
    description = _describe(record)
    table = b"".join(
        _BUFFER.pack(memoryview(buffer).nbytes, block_checksum(buffer)) for buffer in record.buffers
    )
    fixed = _FIXED.pack(
        MAGIC, FORMAT, len(record.buffers), len(description), len(record.key), len(record.data)
    )
    rest = b"".join((table, description, record.key))
    head = fixed + _CHECKS.pack(crc32(rest, crc32(fixed)), crc32(record.data)) + rest
    if len(record.data) < _FIRST_READ:
        _write_all(file, head + record.data)
    else:
        _write_all(file, head)
        _write_all(file, record.data)
    for buffer in record.buffers:
        _write_all(file, buffer)


def read(path: str, name: str) -> Record:
    """The record ``name`` in the file at ``path``.

    Raises:
        FileNotFoundError: if there is none.
        DamagedRecordError: if the file is anything but that record, whole and of a known format.
    """
    with _open(path) as file:
        head = _read_head(file, path, name)
        _, data, buffers = _read_value(file, head, path)
    return Record(**_understand(head.description), key=head.key, data=data, buffers=buffers)


def read_value(path: str, name: str) -> Value:
    """As :func:`read`, the value alone."""
    with _open(path) as file:
        return _read_value(file, _read_head(file, path, name), path)


def read_head(path: str, name: str) -> Record:
    """As :func:`read`, without the value, which is neither read nor verified."""
    with _open(path) as file:
        head = _read_head(file, path, name)
    return Record(**_understand(head.description), key=head.key)


def _describe(record: Record) -> bytes:
    """One ``name: JSON`` a line, name and codec first; what is None has no line."""
    from json import dumps

    lines = [f'name: "{record.name}"', f'codec: "{record.codec}"']
    if record.function:
        lines.append(f"function: {dumps(record.function)}")
    if record.code:
        lines.append(f"code: {dumps(record.code)}")
    lines.append(f"created: {record.created!r}")
    if record.elapsed is not None:
        lines.append(f"elapsed: {record.elapsed!r}")
    if record.fields is not None:
        lines.append(f"fields: {record.fields}")
    if record.result is not None:
        lines.append(f"result: {record.result}")
    return ("\n".join(lines) + "\n").encode()


def _understand(description: bytes) -> dict[str, Any]:
    from json import loads

    lines = (line.split(": ", 1) for line in description.decode().split("\n") if line)
    return {
        name: text if name in ("fields", "result") else loads(text)
        for name, text in lines
        if name in Record._fields
    }


def _open(path: str) -> FileIO:
    try:
        return FileIO(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _damaged(path, f"it cannot be read: {error.strerror}") from error


def _read_head(file: FileIO, path: str, name: str) -> _Head:
    chunk = file.read(_FIRST_READ)
    if not chunk.startswith(MAGIC):
        raise _damaged(path, "it is no record of kigen's" if chunk else "it is empty")
    if len(chunk) < _START:
        raise _damaged(path, "it is cut short")
    _, version, count, described, keyed, data_size = _FIXED.unpack_from(chunk)
    if version > FORMAT:
        raise _damaged(path, f"a newer kigen wrote it, in format {version}; upgrade kigen")
    at = _START + count * _BUFFER.size
    end = at + described + keyed
    file_size = len(chunk) if len(chunk) < _FIRST_READ else os.fstat(file.fileno()).st_size
    if end > file_size:
        raise _damaged(path, "it is cut short")
    if end > len(chunk):
        chunk += _memory_read(file, end - len(chunk))
    head_crc, data_crc = _CHECKS.unpack_from(chunk, _FIXED.size)
    if crc32(chunk[_START:end], crc32(chunk[: _FIXED.size])) != head_crc:
        raise _damaged(path, "its head does not match its checksum")
    description = chunk[at : at + described]
    # Of a look-up, this is all the parsing: the first two lines are name: "..." and codec: "..."
    first, second, _ = description.split(b"\n", 2)
    if first[7:-1].decode() != name:
        raise _damaged(path, f"it is the record of {first[7:-1].decode()}")
    buffers = list(_BUFFER.iter_unpack(chunk[_START:at]))
    if end + data_size + sum([size for size, _ in buffers]) != file_size:
        raise _damaged(path, "it is cut short, or something follows its end")
    return _Head(
        chunk,
        second[8:-1].decode(),
        description,
        chunk[at + described : end],
        (data_size, data_crc),
        buffers,
        end,
    )


def _read_value(file: FileIO, head: _Head, path: str) -> Value:
    size, checksum = head.data
    rest = head.chunk[head.end :]
    data = rest[:size] + _memory_read(file, size - len(rest))
    if crc32(data) != checksum:
        raise _damaged(path, "its value does not match its checksum")
    rest = rest[size:]
    buffers = []
    for size, checksum in head.buffers:
        buffer = _memory(size)
        view = memoryview(buffer)
        have = min(size, len(rest))
        view[:have] = rest[:have]
        rest = rest[have:]
        _read_into(file, view[have:])
        if block_checksum(buffer) != checksum:
            raise _damaged(path, "a buffer of its value does not match its checksum")
        buffers.append(buffer)
    return head.codec, data, tuple(buffers)


def _memory(size: int) -> Any:
    """Writable memory for an array; numpy's is not zeroed first, which saves a fifth of a read."""
    numpy = sys.modules.get("numpy")
    return bytearray(size) if numpy is None else numpy.empty(size, "u1")


def _memory_read(file: FileIO, size: int) -> bytes:
    """The next ``size`` bytes, or fewer at the end of the file; none for a negative size."""
    if size <= 0:
        return b""
    memory = file.read(size)
    while len(memory) < size and (more := file.read(size - len(memory))):
        memory += more
    return memory


def _read_into(file: FileIO, view: memoryview) -> None:
    while len(view):
        count = file.readinto(view)
        if not count:
            return  # the file has shrunk under our hands; the checksum says so
        view = view[count:]


def _write_all(file: FileIO, data: Any) -> None:
    view = memoryview(data).cast("B")
    while len(view):  # Linux writes 2 GiB at once at most
        view = view[file.write(view) or 0 :]


def _damaged(path: str, reason: str) -> DamagedRecordError:
    return DamagedRecordError(f"{path} is damaged: {reason}", reason=reason, path=path)
