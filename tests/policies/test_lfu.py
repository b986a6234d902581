"""LFU: the exact order, whatever is called and dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen.policies import LFU
from tests.policies.models import LeastFrequent, Step, compare, trace

STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(["call", "call", "call", "discard", "clear"]), st.integers(0, 5)
    ),
    max_size=60,
)


@pytest.mark.parametrize("discards", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("maxsize", [1, 2, 3, 10, 60])
def test_the_least_frequently_used_leaves_and_among_equals_the_first(
    maxsize: int, discards: float
) -> None:
    steps = trace(seed=maxsize, length=3000, keys=2 * maxsize + 1, discards=discards)
    compare(LFU(maxsize), LeastFrequent(maxsize), steps)


@given(STEPS, st.integers(1, 4))
def test_the_order_is_exact_in_any_short_story(steps: list[Step], maxsize: int) -> None:
    compare(LFU(maxsize), LeastFrequent(maxsize), steps)


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
