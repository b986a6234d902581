"""A block checksum notices what can happen to a block."""

from __future__ import annotations

import random

import numpy as np
import pytest

from kigen.backends import checksums
from kigen.backends.checksums import BLOCK, block_checksum


@pytest.mark.parametrize("size", [0, 1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 200_001])
def test_it_is_the_same_without_numpy(size, monkeypatch):
    """An archive is read by interpreters with and without it."""
    data = random.Random(size).randbytes(size)
    with_numpy = block_checksum(data)
    monkeypatch.setattr(
        checksums, "_sums", lambda view: b"".join(
            checksums._sum(view[at : at + BLOCK]) for at in range(0, len(view), BLOCK)
        )
    )  # fmt: skip
    assert block_checksum(data) == with_numpy


def test_it_is_pinned():
    """Archives of today are read tomorrow."""
    assert block_checksum(b"") == 0
    assert block_checksum(bytes(range(256)) * 1000) == 0x1250F040


def test_changes_are_noticed():
    """A flipped bit, a zeroed page, exchanged blocks, a block of another file, a lost one."""
    data = np.random.default_rng(0).integers(0, 256, 5 * BLOCK + 100, dtype="u1")
    right = block_checksum(data)
    rng = random.Random(0)
    for _ in range(200):
        at, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
        data[at] ^= bit
        assert block_checksum(data) != right
        data[at] ^= bit
    zeroed = data.copy()
    zeroed[4096:8192] = 0
    exchanged = data.copy()
    exchanged[:BLOCK], exchanged[BLOCK : 2 * BLOCK] = data[BLOCK : 2 * BLOCK], data[:BLOCK]
    for changed in (zeroed, exchanged, data[BLOCK:], data[:-1]):
        assert block_checksum(changed) != right


def test_any_contiguous_buffer_will_do():
    """Arrays of any type and shape, bytes, memory views."""
    array = np.arange(20_000.0).reshape(100, 200)
    assert block_checksum(array) == block_checksum(array.tobytes())
    assert block_checksum(memoryview(array)) == block_checksum(bytearray(array.tobytes()))
