"""SIEVE: who leaves is who leaves in the paper, whatever is called and dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen.policies import SIEVE
from tests.policies.models import Sieve, Step, compare, trace

STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(["call", "call", "call", "discard", "clear"]), st.integers(0, 5)
    ),
    max_size=60,
)


@pytest.mark.parametrize("discards", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("maxsize", [1, 2, 3, 10, 60])
def test_the_hand_goes_as_in_the_paper(maxsize: int, discards: float) -> None:
    steps = trace(seed=maxsize, length=3000, keys=2 * maxsize + 1, discards=discards)
    compare(SIEVE(maxsize), Sieve(maxsize), steps)


@given(STEPS, st.integers(1, 4))
def test_the_order_is_exact_in_any_short_story(steps: list[Step], maxsize: int) -> None:
    compare(SIEVE(maxsize), Sieve(maxsize), steps)


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
