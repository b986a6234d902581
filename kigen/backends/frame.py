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

# Magic; CRC-32 of all that follows it up to the data; format, number of buffers, lengths of the
# description, the key, the data; CRC-32 of the data.
_FIXED = struct.Struct("<8sIHHIIQI")
_CHECKED = 12  # where that CRC-32 begins
# Of each buffer: length, block checksum.
_BUFFER = struct.Struct("<QI")

# One read takes most records whole; the rest of a larger one goes straight into its own memory.
_FIRST_READ = 1 << 12
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class _Head(NamedTuple):
    chunk: bytes  # what the first read brought: the head and the beginning of the data
    description: bytes
    key: bytes
    size: int  # of the data
    checksum: int  # of the data
    buffers: list[tuple[int, int]]  # length, block checksum
    end: int  # where the head ends


def write(file: FileIO, record: Record) -> None:
    """Write ``record``; the caller makes it visible when it is whole."""
    description = _describe(record)
    table = b"".join(
        _BUFFER.pack(memoryview(buffer).nbytes, block_checksum(buffer)) for buffer in record.buffers
    )
    lengths = len(description), len(record.key), len(record.data)
    fixed = _FIXED.pack(MAGIC, 0, FORMAT, len(record.buffers), *lengths, crc32(record.data))
    checked = b"".join((fixed[_CHECKED:], table, description, record.key))
    head = b"".join((MAGIC, crc32(checked).to_bytes(4, "little"), checked))
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
    file = _open(path)
    try:
        head = _read_head(file, path, name)
        _, data, buffers = _read_value(file, head, path)
    finally:
        os.close(file)
    return Record(**_understand(head.description), key=head.key, data=data, buffers=buffers)


def read_value(path: str, name: str) -> Value:
    """As :func:`read`, the value alone."""
    file = _open(path)
    try:
        return _read_value(file, _read_head(file, path, name), path)
    finally:
        os.close(file)


def read_head(path: str, name: str) -> Record:
    """As :func:`read`, without the value, which is neither read nor verified."""
    file = _open(path)
    try:
        head = _read_head(file, path, name)
    finally:
        os.close(file)
    return Record(**_understand(head.description), key=head.key)


def _describe(record: Record) -> bytes:
    """One ``name: JSON`` a line, name and codec first; what is None has no line."""
    from json import dumps

    lines = [f'name: "{record.name}"', f'codec: "{record.codec}"']
    if record.function:
        lines.append(f"function: {dumps(record.function)}")
    if record.code:
        lines.append(f"code: {dumps(record.code)}")
    lines.append(f"created: {dumps(record.created)}")
    if record.elapsed is not None:
        lines.append(f"elapsed: {dumps(record.elapsed)}")
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


def _open(path: str) -> int:
    try:
        return os.open(path, _FLAGS)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _damaged(path, f"it cannot be read: {error.strerror}") from error


def _read_head(file: int, path: str, name: str) -> _Head:
    try:
        chunk = os.read(file, _FIRST_READ)
    except OSError as error:
        raise _damaged(path, f"it cannot be read: {error.strerror}") from error
    if len(chunk) < _FIXED.size or not chunk.startswith(MAGIC):
        raise _damaged(path, "it is cut short, or no record of kigen's")
    _, head_crc, version, count, described, keyed, size, data_crc = _FIXED.unpack_from(chunk)
    if version > FORMAT:
        raise _damaged(path, f"a newer kigen wrote it, in format {version}; upgrade kigen")
    at = _FIXED.size + count * _BUFFER.size
    end = at + described + keyed
    file_size = len(chunk) if len(chunk) < _FIRST_READ else os.fstat(file).st_size
    if end > file_size:
        raise _damaged(path, "it is cut short")
    if end > len(chunk):
        chunk += _read_bytes(file, end - len(chunk))
    if crc32(chunk[_CHECKED:end]) != head_crc:
        raise _damaged(path, "its head does not match its checksum")
    buffers = list(_BUFFER.iter_unpack(chunk[_FIXED.size : at])) if count else []
    if end + size + sum([length for length, _ in buffers]) != file_size:
        raise _damaged(path, "it is cut short, or something follows its end")
    description = chunk[at : at + described]
    # 32 digits, for which six bytes of ``name: "`` make room
    if description[7:39] != name.encode():
        raise _damaged(path, f"it is the record of {description[7:39].decode()}")
    return _Head(chunk, description, chunk[at + described : end], size, data_crc, buffers, end)


def _read_value(file: int, head: _Head, path: str) -> Value:
    chunk, description, _, size, checksum, table, end = head
    data = chunk[end : end + size]
    if len(data) < size:
        data += _read_bytes(file, size - len(data))
    if crc32(data) != checksum:
        raise _damaged(path, "its value does not match its checksum")
    # name: "32 digits"\n and codec: "..."\n come first.
    codec = description[49 : description.index(b"\n", 49) - 1].decode()
    if not table:
        return codec, data, ()
    rest = chunk[end + size :]
    buffers = []
    for length, checksum in table:
        buffer = _memory(length)
        view = memoryview(buffer)
        have = min(length, len(rest))
        view[:have] = rest[:have]
        rest = rest[have:]
        _read_into(file, view[have:])
        if block_checksum(buffer) != checksum:
            raise _damaged(path, "a buffer of its value does not match its checksum")
        buffers.append(buffer)
    return codec, data, tuple(buffers)


def _memory(size: int) -> Any:
    """Writable memory for an array; numpy's is not zeroed first, which saves a fifth of a read."""
    numpy = sys.modules.get("numpy")
    return bytearray(size) if numpy is None else numpy.empty(size, "u1")


def _read_bytes(file: int, size: int) -> bytes:
    """The next ``size`` bytes, or fewer at the end of the file."""
    memory = os.read(file, size)
    while len(memory) < size and (more := os.read(file, size - len(memory))):
        memory += more
    return memory


def _read_into(file: int, view: memoryview) -> None:
    with FileIO(file, closefd=False) as reader:  # os.readv is not everywhere
        while len(view):
            count = reader.readinto(view)
            if not count:
                return  # the file has shrunk under our hands; the checksum says so
            view = view[count:]


def _write_all(file: FileIO, data: Any) -> None:
    view = memoryview(data).cast("B")
    while len(view):  # Linux writes 2 GiB at once at most
        view = view[file.write(view) or 0 :]


def _damaged(path: str, reason: str) -> DamagedRecordError:
    return DamagedRecordError(f"{path} is damaged: {reason}", reason=reason, path=path)
