"""MRU: the exact order, whatever is called and dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen.policies import MRU
from tests.policies.models import MostRecent, Step, compare, trace

STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(["call", "call", "call", "discard", "clear"]), st.integers(0, 5)
    ),
    max_size=60,
)


@pytest.mark.parametrize("discards", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("maxsize", [1, 2, 3, 10, 60])
def test_the_one_used_last_before_the_call_leaves(maxsize: int, discards: float) -> None:
    steps = trace(seed=maxsize, length=3000, keys=2 * maxsize + 1, discards=discards)
    compare(MRU(maxsize), MostRecent(maxsize), steps)


@given(STEPS, st.integers(1, 4))
def test_the_order_is_exact_in_any_short_story(steps: list[Step], maxsize: int) -> None:
    compare(MRU(maxsize), MostRecent(maxsize), steps)
