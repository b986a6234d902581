"""S3-FIFO, beside its order."""

from __future__ import annotations

from kigen.policies import S3FIFO


def test_a_key_dropped_by_hand_is_not_remembered_as_one_that_left() -> None:
    """It did not leave because nobody used it, and who dropped it wants it forgotten."""
    policy = S3FIFO(4)
    for key in range(4):
        policy.add(key, key, now=float(key))
    policy.discard(0)
    for key in range(10, 15):
        policy.add(key, key, now=float(key))
    assert 0 not in policy.gone
    assert {1, 2, 3} & set(policy.gone)
