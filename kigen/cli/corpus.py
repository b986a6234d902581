"""The bytes that the demo works on: files that were named, or the standard library's source."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Corpus", "InputError", "read", "standard_library"]

_ENOUGH = 5_000_000  # bytes of the standard library: every trial takes from 30 ms to 3 s
_LIMIT = 64 << 20  # bytes of named files: beyond this, the slowest trial takes minutes


class InputError(Exception):
    """A file that cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Corpus:
    """What is compressed, and what to call it."""

    content: bytes
    description: str


def read(paths: Iterable[Path]) -> Corpus:
    """The named files and the files in named directories, one after the other."""
    files = [file for path in paths for file in _files(path)]
    sizes = [_size(file) for file in files]
    if sum(sizes) > _LIMIT:
        raise InputError(
            f"{sum(sizes) / 1e6:,.0f} MB is more than the demo takes ({_LIMIT / 1e6:.0f} MB): "
            "name fewer or smaller files"
        )
    content = b"".join(map(_content, files))
    if not content:
        raise InputError(f"{', '.join(map(str, paths))}: empty, there is nothing to compress")
    name = str(files[0]) if len(files) == 1 else f"{len(files)} files"
    return Corpus(content, f"{name} ({_amount(len(content))})")


def standard_library() -> Corpus:
    """The first 5 MB of Python's own source, in alphabetical order."""
    content, count = bytearray(), 0
    for file in _walk(Path(sysconfig.get_path("stdlib"))):
        if file.suffix == ".py":
            content += _content(file)
            count += 1
        if len(content) >= _ENOUGH:
            break
    if not content:
        raise InputError("this Python comes without its library's source: name files to compress")
    size = _amount(len(content))
    return Corpus(bytes(content), f"{count} files of Python's standard library ({size})")


def _amount(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size:,} byte{'s' * (size != 1)}"


def _walk(folder: Path) -> Iterator[Path]:
    """Regular files below a folder in alphabetical order, without what others installed there."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted({*folders} - {"site-packages", "dist-packages", "__pycache__"})
        yield from (file for name in sorted(names) if (file := Path(parent, name)).is_file())


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        if not (files := list(_walk(path))):
            raise InputError(f"{path}: no files in this directory")
        return files
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: not a regular file")
    return [path]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError) as error:
        raise _cannot_read(path, error) from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _cannot_read(path, error) from None


def _cannot_read(path: Path, error: OSError | ValueError) -> InputError:
    return InputError(f"{path}: {getattr(error, 'strerror', None) or error}")
