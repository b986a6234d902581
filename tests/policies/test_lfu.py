"""LFU, beside its order."""

from __future__ import annotations

from kigen.policies import LFU


def test_one_entry_leaves_at_a_time() -> None:
    policy = LFU(30)
    for key in range(100):
        policy.add(key, key, now=float(key))
        assert len(policy) == min(key + 1, 30)


def test_dropping_and_adding_the_same_key_for_ever_takes_no_more_room() -> None:
    policy = LFU(2)
    for step in range(2000):
        policy.add("a", step, now=float(step))
        policy.find("a", now=float(step))
        policy.discard("a")
    assert len(policy.fresh) + len(policy.heap) < 100
