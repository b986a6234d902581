"""SIEVE, beside its order."""

from __future__ import annotations

from kigen.policies import SIEVE


def test_what_a_program_has_done_with_leaves_when_it_turns_to_something_else() -> None:
    """Five keys in turn fit where there is room for ten, whatever was there before."""
    policy = SIEVE(10)
    for _ in range(3):
        for key in range(9):
            if policy.find(key, now=0.0) is None:
                policy.add(key, key, now=0.0)
    policy.add("used once, and last to come", 0, now=1.0)
    missed = 0
    for call in range(1000):
        key = f"new {call % 5}"
        if policy.find(key, now=2.0) is None:
            missed += 1
            policy.add(key, call, now=2.0)
    assert missed == 5
