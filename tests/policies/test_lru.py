"""LRU: the exact order, whatever is called and dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen.policies import LRU
from tests.policies.models import LeastRecent, Step, compare, trace

STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(["call", "call", "call", "discard", "clear"]), st.integers(0, 5)
    ),
    max_size=60,
)


@pytest.mark.parametrize("discards", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("maxsize", [1, 2, 3, 10, 60])
def test_the_least_recently_used_leaves(maxsize: int, discards: float) -> None:
    steps = trace(seed=maxsize, length=3000, keys=2 * maxsize + 1, discards=discards)
    compare(LRU(maxsize), LeastRecent(maxsize), steps)


@given(STEPS, st.integers(1, 4))
def test_the_order_is_exact_in_any_short_story(steps: list[Step], maxsize: int) -> None:
    compare(LRU(maxsize), LeastRecent(maxsize), steps)


def test_entries_put_in_at_one_time_leave_in_the_order_in_which_they_came() -> None:
    policy = LRU(3)
    for key in "abc":
        policy.add(key, key, now=1.0)
    assert [policy.add(key, key, now=2.0)[0].key for key in "xyz"] == ["a", "b", "c"]


def test_looking_at_an_entry_without_using_it_does_not_keep_it() -> None:
    policy = LRU(2)
    policy.add("a", 1, now=1.0)
    policy.add("b", 2, now=2.0)
    assert policy.peek("a").kept == 1
    assert policy.add("c", 3, now=3.0)[0].key == "a"
