"""What makes a directory an archive."""

from __future__ import annotations

import os
from itertools import count

from kigen.backends.record import FORMAT
from kigen.errors import ArchiveError, NotAnArchiveError

__all__ = ["prepare"]

MARKER = "kigen-archive"
_MARKER_TEXT = f"kigen archive, format {FORMAT}\n"
_TAG_TEXT = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This file marks a cache that kigen can compute again; see https://bford.info/cachedir/\n"
)

_serial = count()


def prepare(path: str) -> None:
    """Make sure that ``path`` is an archive of ours; many processes may do so at once."""
    marker = os.path.join(path, MARKER)
    try:
        os.makedirs(path, exist_ok=True)
        if not _is_marked(marker):
            # Other newcomers' unfinished markers do not make a directory foreign.
            strangers = [name for name in os.listdir(path) if not name.startswith(MARKER)]
            if strangers and not _is_marked(marker):
                raise NotAnArchiveError(
                    f"{path} has content that is not an archive ({min(strangers)!r}, ...); "
                    "name an empty or a new directory",
                    path=path,
                )
            _create(path)
    except OSError as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(
            f"cannot create an archive at {path}: {error.strerror}; name a directory that can be "
            "written to",
            path=path,
        ) from error


def _is_marked(marker: str) -> bool:
    try:
        with open(marker, encoding="utf-8", errors="replace") as file:
            text = file.read(200)
    except FileNotFoundError:
        return False
    if text == _MARKER_TEXT:
        return True
    path = os.path.dirname(marker)
    if text.startswith("kigen archive, format "):
        raise ArchiveError(
            f"{path} is an archive of a newer kigen ({text.strip()}); upgrade kigen", path=path
        )
    raise NotAnArchiveError(f"{marker} was not written by kigen; name another directory", path=path)


def _create(path: str) -> None:
    """Write the marker, whole and first, then what tells other tools to pass by."""
    for name, text in ((MARKER, _MARKER_TEXT), ("CACHEDIR.TAG", _TAG_TEXT), (".gitignore", "*\n")):
        unfinished = os.path.join(path, f"{MARKER}.{os.getpid()}-{next(_serial)}")
        with open(unfinished, "x", encoding="utf-8") as file:
            file.write(text)
        os.replace(unfinished, os.path.join(path, name))
