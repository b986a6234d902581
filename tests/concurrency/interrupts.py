"""Interrupts at chosen points, as signals would be."""

from __future__ import annotations

import sys


class Interrupted(BaseException):
    """As KeyboardInterrupt is: none of ours, and no Exception."""


def interrupted(work, point):
    """Do ``work``, and raise at the ``point``-th place; the exception, None if there is none such.

    CPython looks for signals where a Python function begins or goes on, and after a call of C.
    """
    seen = 0

    def profile(frame, event, _):
        nonlocal seen
        if event in ("call", "c_return") and frame.f_code is not interrupted.__code__:
            seen += 1
            if seen == point:
                raise Interrupted

    sys.setprofile(profile)
    try:
        work()
    except Interrupted as error:
        return error
    finally:
        sys.setprofile(None)
    return None
