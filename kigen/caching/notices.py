"""Warnings and tracebacks that point at the user's line, however deep in kigen they arise."""

from __future__ import annotations

import contextlib
import sys
import warnings
from os.path import dirname, join
from types import TracebackType

#: Where our frames are, and those of `contextlib` between them.
_OURS = (join(dirname(dirname(__file__)), ""), "<kigen ", contextlib.__file__)


def warn(message: str, category: type[Warning]) -> None:
    """Warn as if the first caller outside kigen did."""
    level, frame = 1, sys._getframe(0)  # noqa: SLF001
    while frame.f_back is not None and _ours(frame.f_code.co_filename):
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level)


def users_frames(error: BaseException) -> TracebackType | None:
    """Return a traceback without our frames at its beginning."""
    trace = error.__traceback__
    while trace is not None and _ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def show_users_frames(error: BaseException) -> None:
    """Take our frames off the beginning of a traceback; the caller's alone if all are ours."""
    trace = error.__traceback__
    error.__traceback__ = users_frames(error) or (trace and trace.tb_next)


def _ours(filename: str) -> bool:
    return filename.startswith(_OURS)
