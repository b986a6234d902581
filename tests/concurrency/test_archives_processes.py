"""Many processes on one archive: nothing lost, nothing torn, no error."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from kigen import archives
from kigen.backends import locks
from kigen.fingerprint import fingerprint
from tests.concurrency.forks import fork, join, needs_fork

pytestmark = needs_fork

WRITERS = 4
ENTRIES = 2_000


@pytest.fixture(params=["runs.db", "runs/"])
def url(request, tmp_path):
    """A path at which there is no archive yet."""
    return f"{tmp_path}/{request.param}"


def expected(writer, n):
    return {"writer": writer, "n": n, "data": f"{writer}-{n}" * (n % 50)}


def write(url, writer):
    archive = archives.open(url)
    for n in range(ENTRIES):
        archive[writer, n] = expected(writer, n)


def test_four_writers_and_a_reader(url):
    """2,000 distinct entries each, read while they are written."""
    archive = archives.open(url)
    pids = [fork(write, url, writer) for writer in range(WRITERS)]
    running = set(pids)
    seen = rounds = 0
    while running:
        for pid in list(running):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                assert status == 0
                running.discard(pid)
        for writer in range(WRITERS):
            for n in range(0, ENTRIES, 97):
                found = archive.get((writer, n))
                assert found is None or found == expected(writer, n)
                seen += found is not None
        if rounds % 10 == 0:
            assert all(entry.value == expected(*entry.key) for entry in archive.entries())
        rounds += 1
    assert seen
    assert len(archive) == WRITERS * ENTRIES
    assert all(
        archive[writer, n] == expected(writer, n)
        for writer in range(WRITERS)
        for n in range(ENTRIES)
    )
    archive.close()


def test_many_processes_open_a_new_archive_at_once(url):
    """Whoever comes first creates it; nobody meets a half-made one, or a locked one."""
    for number in range(10):
        path = url.replace("runs", f"runs{number}")
        gate, go = os.pipe()
        pids = [fork(open_at_once, path, n, gate, go) for n in range(16)]
        os.close(gate)
        os.close(go)
        join(*pids)
        with archives.open(path) as archive:
            assert sorted(archive) == list(range(16))


def open_at_once(path, n, gate, go):
    os.close(go)
    os.read(gate, 1)
    with archives.open(path) as archive:
        archive[n] = n
        assert archive[n] == n


def test_a_process_forks_beside_writing_threads(url):
    """Neither parent nor child loses an entry, meets a lock for ever, or shares a connection."""
    archive = archives.open(url)
    stop = threading.Event()
    written = [0] * 3

    def keep_writing(thread):
        while not stop.is_set():
            archive["thread", thread, written[thread]] = b"x" * (100 + 70_000 * (thread == 0))
            written[thread] += 1

    threads = [threading.Thread(target=keep_writing, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    try:
        for child in range(15):
            join(fork(write_some, archive, child))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert all(archive["child", child, n] == n for child in range(15) for n in range(10))
    assert len(archive) == 150 + sum(written)
    assert archive.verify() == {}
    archive.close()


def write_some(archive, child):
    for n in range(10):
        archive["child", child, n] = n
        assert archive["child", child, n] == n
    archive.close()


def test_of_many_processes_one_creates_an_entry(url):
    """Each of 50 names has one winner among 6 processes, whose value stays."""
    archives.open(url).close()
    pids = [fork(create_all, url, process) for process in range(6)]
    join(*pids)
    with archives.open(url) as archive:
        won = [archive["won", process] for process in range(6)]
        assert sorted(n for mine in won for n in mine) == list(range(50))
        assert all(archive[n] == process for process in range(6) for n in won[process])


def create_all(url, process):
    with archives.open(url) as archive:
        archive["won", process] = [
            n for n in range(50) if archive.store_new(fingerprint(n), n, process)
        ]


@pytest.fixture(params=["open file", "process"])
def lock_kind(request, monkeypatch):
    """Locks of open files where there are any, and of processes where there are none."""
    if request.param == "process":
        monkeypatch.setattr(locks, "_OFD", False)
    elif not locks._OFD:
        pytest.skip("no locks of open files here")


NAME = fingerprint("name")


@pytest.mark.usefixtures("lock_kind")
def test_a_lock_excludes_other_processes(url, tmp_path):
    """A counter that four processes increment under it loses no increment."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    join(*[fork(increment, url, counter) for _ in range(4)])
    assert counter.read_text() == "200"


def increment(url, counter):
    archive = archives.open(url)
    for _ in range(50):
        with archive.lock(NAME):
            counter.write_text(str(int(counter.read_text()) + 1))


@pytest.mark.usefixtures("lock_kind")
def test_a_lock_dies_with_its_holder(url):
    """There is no flag that would outlive it."""
    archive = archives.open(url)
    reading, writing = os.pipe()
    pid = fork(hold_for_ever, url, writing)
    os.read(reading, 1)
    with archive.lock(NAME, wait=False) as held:
        assert not held
    with archive.lock(fingerprint("another"), wait=False) as held:
        assert held
    os.kill(pid, signal.SIGKILL)
    with archive.lock(NAME) as held:
        assert held
    os.waitpid(pid, 0)
    archive.close()


def hold_for_ever(url, writing):
    with archives.open(url).lock(NAME):
        os.write(writing, b"x")
        signal.pause()


@pytest.mark.usefixtures("lock_kind")
def test_a_forked_child_does_not_hold_what_its_parent_holds(url):
    """And its end does not let go of it."""
    archive = archives.open(url)
    with archive.lock(NAME):
        join(fork(cannot_hold, archive))
        join(fork(cannot_hold, archive))
    join(fork(can_hold, archive))
    archive.close()


def cannot_hold(archive):
    with archive.lock(NAME, wait=False) as held:
        assert not held


def can_hold(archive):
    with archive.lock(NAME, wait=False) as held:
        assert held


@pytest.mark.usefixtures("lock_kind")
def test_two_archives_of_one_process_exclude_each_other(url):
    """Opened twice, it is one archive with one set of locks."""
    with archives.open(url) as one, archives.open(url) as two:
        with one.lock(NAME):
            can = threading.Thread(target=cannot_hold, args=(two,))
            can.start()
            can.join()
            join(fork(cannot_hold, two))
        with two.lock(NAME, wait=False) as held:
            assert held
