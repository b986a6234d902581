"""Ctrl-C at any moment: what was acknowledged is there, and the archive goes on."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import warnings

import pytest

from kigen import archives
from kigen.fingerprint import fingerprint
from tests.concurrency.forks import fork, join, needs_fork

pytestmark = needs_fork

INTERRUPTS = 150


class Interrupted(BaseException):
    """As KeyboardInterrupt is: none of ours, and no Exception."""


def interrupt_after(seconds):
    """Raise Interrupted in this process's main thread, some time later.

    And again if Python swallowed it, as it does in a finalizer; 0 calls it off.
    """

    def handler(signum, frame):
        raise Interrupted

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)


@pytest.mark.parametrize("path", ["runs.db", "runs/"])
def test_what_was_acknowledged_survives_interrupts(tmp_path, path):
    """In rows, in files, in batches; nothing stays in a transaction that nobody commits."""
    url = f"{tmp_path}/{path}"
    join(fork(write_under_interrupts, url, tmp_path / "counts"))
    small, large, batches = json.loads((tmp_path / "counts").read_text())
    with archives.open(url) as archive:
        assert all(archive["small", n] == n for n in range(small))
        assert large == 0 or archive["large"][0] >= large - 1
        assert len(set(archive.get("large", [0]))) == 1
        assert all(archive["batch", n, m] == m for n in range(batches) for m in range(5))
        assert archive.verify() == {}


def write_under_interrupts(url, report):
    # An interrupt between opening a file and holding it leaves the file to the collector.
    warnings.simplefilter("ignore", ResourceWarning)
    archive = archives.open(url)
    counts = [0, 0, 0]
    for number in range(INTERRUPTS):
        try:
            interrupt_after(0.001 + number * 0.00004)
            while True:
                archive["small", counts[0]] = counts[0]
                counts[0] += 1
                archive["large"] = [counts[1]] * 40_000
                counts[1] += 1
                archive.update({("batch", counts[2], n): n for n in range(5)})
                counts[2] += 1
        except Interrupted:
            continue
    interrupt_after(0)
    report.write_text(json.dumps(counts))


def test_an_interrupt_while_waiting_for_a_lock_lets_go(tmp_path):
    """The name can be had by this process's other threads, and by itself, afterwards."""
    url = f"{tmp_path}/runs/"
    name = fingerprint("name")
    reading, writing = os.pipe()
    holder = fork(hold, url, name, writing)
    os.read(reading, 1)
    join(fork(wait_and_be_interrupted, url, name, holder))
    os.waitpid(holder, 0)


def hold(url, name, writing):
    with archives.open(url).lock(name):
        os.write(writing, b"x")
        time.sleep(60)


def wait_and_be_interrupted(url, name, holder):
    archive = archives.open(url)
    with pytest.raises(Interrupted):
        interrupt_after(0.05)
        archive.lock(name).__enter__()
    os.kill(holder, signal.SIGKILL)
    held = []

    def other():
        with archive.lock(name) as mine:
            held.append(mine)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    with archive.lock(name) as mine:
        held.append(mine)
    assert held == [True, True]
