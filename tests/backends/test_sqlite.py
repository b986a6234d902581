"""What a SQLite archive leaves behind, and how patient it is."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from kigen.backends.sqlite import SqliteBackend
from kigen.errors import ArchiveError
from kigen.testing.backend import NAMES, a_record

LARGE = b"x" * 100_000


@pytest.fixture
def backend(tmp_path):
    made = SqliteBackend(str(tmp_path / "runs.db"))
    yield made
    made.close()


def values(backend):
    return os.listdir(f"{backend.path}.values")


def pragma(backend, name):
    return backend._query(f"PRAGMA {name}")[0][0]


def test_it_is_in_wal_mode_and_says_whose_it_is(backend):
    """For other tools, and for the next kigen."""
    assert pragma(backend, "journal_mode") == "wal"
    assert pragma(backend, "synchronous") == 1
    assert pragma(backend, "application_id") == int.from_bytes(b"kign", "big")
    assert pragma(backend, "user_version") == 1


def test_large_values_are_beside_the_database(backend):
    """And go when their records go, or are replaced."""
    backend.write(a_record(data=b"x" * 65_535))
    assert not os.path.exists(f"{backend.path}.values")
    backend.write(a_record(data=LARGE))
    assert len(values(backend)) == 1
    backend.write(a_record(data=LARGE + b"y"))
    assert len(values(backend)) == 1
    backend.delete(NAMES[2])
    assert values(backend) == []
    backend.write_many([a_record(NAMES[0], data=LARGE), a_record(NAMES[1], data=LARGE)])
    assert backend.size() > 200_000
    backend.clear()
    assert values(backend) == []


def test_what_dead_writers_have_left_is_removed(backend):
    """With the first large value that a process writes; files of rows and of others stay."""
    backend.write(a_record(NAMES[0], data=LARGE))
    backend.write(a_record(NAMES[1], data=LARGE))
    backend.set_aside(NAMES[1])
    orphan = Path(f"{backend.path}.values", f"{NAMES[3]}-1-2-3")
    orphan.write_bytes(b"half a value")
    stranger = orphan.with_name("notes.txt")
    stranger.write_text("mine")
    young = Path(f"{backend.path}.values", f"{NAMES[4]}-1-2-3")
    young.write_bytes(b"being written")
    then = time.time() - 7_200
    for name in values(backend):
        if name != young.name:
            os.utime(Path(f"{backend.path}.values", name), (then, then))
    other = SqliteBackend(backend.path)
    other.write(a_record(NAMES[2], data=LARGE))
    assert not orphan.exists()
    assert stranger.exists()
    assert young.exists()
    assert len(values(backend)) == 5
    assert other.read(NAMES[0]) is not None
    other.close()


def test_a_writer_whose_file_was_swept_away_writes_again(backend, monkeypatch):
    """It had slept for an hour, between its file and its row."""
    original = backend._files.write
    swept = []

    def write(record):
        name = original(record)
        if not swept:
            swept.append(backend._files.remove(name))
        return name

    monkeypatch.setattr(backend._files, "write", write)
    backend.write(a_record(data=LARGE))
    assert swept
    assert backend.read(NAMES[2]).data == LARGE


def test_a_reader_whose_file_was_replaced_reads_the_new_one(backend, monkeypatch):
    """Between its look at the row and its look at the file."""
    backend.write(a_record(data=LARGE))
    original = backend._one
    replaced = []

    def one(sql, name):
        row = original(sql, name)
        if not replaced:
            replaced.append(1)
            backend.write(a_record(data=b"n" + LARGE))
        return row

    for read in (backend.read, backend.read_value):
        monkeypatch.setattr(backend, "_one", one)
        replaced.clear()
        found = read(NAMES[2])
        assert (found.data if read == backend.read else found[1]) == b"n" + LARGE
        monkeypatch.setattr(backend, "_one", original)


def test_a_long_transaction_of_another_process_is_waited_for(backend):
    """Reads go on meanwhile."""
    backend.write(a_record(NAMES[0]))
    other = sqlite3.connect(backend.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.2, other.execute, args=("COMMIT",))
    timer.start()
    assert backend.read(NAMES[0]) is not None
    backend.write(a_record(NAMES[1]))
    timer.join()
    other.close()
    assert backend.count() == 2


def test_an_endless_transaction_of_another_process_is_an_archive_error(tmp_path):
    """After ``timeout`` seconds; it says what is the matter."""
    backend = SqliteBackend(str(tmp_path / "runs.db"), timeout=0.05)
    other = sqlite3.connect(backend.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for data in (b"small", LARGE):
        with pytest.raises(ArchiveError, match=r"locked.*another process"):
            backend.write(a_record(data=data))
    other.execute("COMMIT")
    other.close()
    backend.write(a_record())
    assert backend.count() == 1
    backend.close()


def test_a_failed_transaction_writes_nothing(backend):
    """And the connection goes on."""
    unstorable = a_record(NAMES[1], elapsed=object())
    with pytest.raises(ArchiveError):
        backend.write_many([a_record(NAMES[0]), unstorable])
    assert backend.count() == 0
    backend.write(a_record())
    assert backend.count() == 1


def test_a_thread_that_ends_closes_its_connection(backend, recwarn):
    """Thousands of threads do not pile up."""
    for _ in range(20):
        thread = threading.Thread(target=backend.count)
        thread.start()
        thread.join()
    assert len(list(backend._connections._sessions)) <= 2
    assert not recwarn.list


def test_sync_full_is_synchronous_full(tmp_path):
    """It costs a flush of the disk's cache for each write."""
    backend = SqliteBackend(str(tmp_path / "runs.db"), sync="full")
    assert pragma(backend, "synchronous") == 2
    backend.write(a_record(data=LARGE))
    backend.close()


def test_a_deleted_folder_of_values_is_made_again(backend):
    """Its values are damaged, new ones are not."""
    backend.write(a_record(NAMES[0], data=LARGE))
    for name in values(backend):
        os.unlink(Path(f"{backend.path}.values", name))
    os.rmdir(f"{backend.path}.values")
    backend.write(a_record(NAMES[1], data=LARGE))
    assert backend.read(NAMES[1]).data == LARGE
