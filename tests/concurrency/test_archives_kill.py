"""``kill -9`` at random moments: what was acknowledged is there, whole; nothing else is wrong."""

from __future__ import annotations

import os
import random
import select
import signal
import struct
import time

import numpy as np
import pytest

from kigen import archives
from tests.concurrency.forks import fork, needs_fork

pytestmark = needs_fork

ROUNDS = 200
SIZES = (10, 900, 20_000, 70_000, 300_000)


def value_of(key):
    """What is stored under a key: small and large, in rows and in files, with arrays."""
    number, n = key
    size = SIZES[(number + n) % len(SIZES)]
    if n % 3 == 0:
        return np.full(size // 8, n, dtype="f8")
    return {"key": key, "data": bytes([n % 256]) * size}


def same(found, expected):
    if isinstance(expected, np.ndarray):
        return np.array_equal(found, expected)
    return found == expected


def write_until_killed(url, number, pipe):
    """Store entry after entry, and acknowledge each; overwrite one again and again."""
    archive = archives.open(url)
    for n in range(1_000_000):
        archive[number, n] = value_of((number, n))
        archive["rewritten"] = [(number, n)] * SIZES[n % len(SIZES)]
        os.write(pipe, struct.pack("<I", n))


def one_round(url, number, rng):
    """Start a writer, kill it after a while; how many entries it acknowledged.

    Every other writer gets as far as its first entry, however busy the machine is.
    """
    reading, writing = os.pipe()
    pid = fork(write_until_killed, url, number, writing)
    os.close(writing)
    if number % 2:
        select.select([reading], [], [])
    time.sleep(rng.uniform(0, 0.025))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with os.fdopen(reading, "rb") as acknowledged:
        return len(acknowledged.read()) // 4


@pytest.mark.parametrize("path", ["runs.db", "runs/"])
def test_what_was_acknowledged_survives_kill_9(tmp_path, path):
    """200 writers killed at random moments: no entry lost, none torn, no error, no warning."""
    rng = random.Random(path)
    archive = archives.open(str(tmp_path / path) + "/" * path.endswith("/"))
    counts = []
    for number in range(ROUNDS):
        count = one_round(archive.url, number, rng)
        counts.append(count)
        for n in range(count):
            assert same(archive[number, n], value_of((number, n)))
        rewritten = archive.get("rewritten")
        if count:
            assert rewritten[0][0] == number
            assert rewritten[0][1] >= count - 1
        assert rewritten is None or len(set(rewritten)) == 1
    assert sum(counts) >= ROUNDS // 2
    assert archive.verify() == {}
    found = list(archive.items())
    assert len(found) == len(archive) >= sum(counts)
    assert all(same(value, value_of(key)) for key, value in found if key != "rewritten")
    archive.close()
