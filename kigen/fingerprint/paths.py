"""File system paths: names of places, not what lies there."""

from __future__ import annotations

import os
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from kigen.fingerprint.dispatch import inherited

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["find"]

NATIVE = PureWindowsPath if os.name == "nt" else PurePosixPath


def posix(value: PurePath, walk: Walk) -> None:
    walk.kind("posix path", str(value))


def windows(value: PurePath, walk: Walk) -> None:
    """Windows does not tell upper from lower case."""
    walk.kind("windows path", str(value).lower())


ENCODERS: dict[type, Encoder] = {PurePosixPath: posix, PureWindowsPath: windows}
ENCODERS[PurePath] = ENCODERS[NATIVE]


def find(kind: type) -> Encoder | None:
    """The encoder of a path type."""
    return inherited(kind, ENCODERS)
