"""One holder per name, and nothing left behind."""

from __future__ import annotations

import gc
import os
import threading

import pytest

from kigen.backends import locks
from kigen.backends.locks import Lock, LockTable, shared_locks
from kigen.errors import ArchiveError, ReentrantCall

NAME, OTHER = "0" * 32, "f" * 32


@pytest.fixture(params=["within the process", "across processes", "without locks of open files"])
def table(request, tmp_path, monkeypatch):
    """A table of each kind."""
    if request.param == "without locks of open files":
        monkeypatch.setattr(locks, "_OFD", False)
    return LockTable(None if request.param == "within the process" else str(tmp_path / "lock"))


def test_a_thread_that_would_wait_for_itself_is_told_so(table):
    """It would wait for ever."""
    with Lock(table, NAME, wait=True):
        with pytest.raises(ReentrantCall, match="this thread"), Lock(table, NAME, wait=True):
            pass
        with Lock(table, NAME, wait=False) as held:
            assert not held
        with Lock(table, OTHER, wait=True) as held:
            assert held
    with Lock(table, NAME, wait=True) as held:
        assert held


def test_nothing_is_left_of_a_name_that_nobody_holds(table):
    """A million names would be a leak."""
    for number in range(100):
        with Lock(table, f"{number:032x}", wait=True):
            pass
        with Lock(table, NAME, wait=False):
            pass
    assert table._slots == {}


def test_many_threads_take_turns(table):
    """Each increment is one holder's."""
    counter = [0]

    def work():
        for _ in range(50):
            with Lock(table, NAME, wait=True):
                seen = counter[0]
                os.stat(".")  # lets other threads run
                counter[0] = seen + 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter == [300]


def test_a_lock_file_has_no_content_and_closes_with_its_last_user(tmp_path):
    """The archives of one path share one table."""
    path = str(tmp_path / "lock")
    table = shared_locks(path)
    assert shared_locks(path) is table
    with Lock(table, NAME, wait=True):
        assert os.path.getsize(path) == 0
    file = table._file
    gc.collect()  # nobody else's files may close in between
    os.fstat(file)
    del table
    with pytest.raises(OSError):
        os.fstat(file)
    assert shared_locks(path)._slots == {}


def test_a_lock_file_in_a_vanished_place_is_an_archive_error(tmp_path):
    """The archive has been removed."""
    table = LockTable(str(tmp_path / "gone" / "lock"))
    with pytest.raises(ArchiveError, match="still there"), Lock(table, NAME, wait=True):
        pass
    assert table._slots == {}
