"""Children by fork: quick to start, and to kill."""

from __future__ import annotations

import os
import sys
import traceback
import warnings

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")


def fork(work, *arguments):
    """Call ``work`` in a forked child; its process id."""
    with warnings.catch_warnings():
        # Python 3.12 warns of threads; the archives are built to be forked beside them.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work(*arguments)
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may escape into the parent's test runner
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def join(*pids):
    """Wait for children; all of them succeeded."""
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]
    assert statuses == [0] * len(pids)
