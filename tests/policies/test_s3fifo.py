"""S3-FIFO: who leaves is who leaves in the paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen.policies import S3FIFO
from tests.policies.models import Step, ThreeQueues, compare, trace

STEPS = st.lists(
    st.builds(Step, st.sampled_from(["call", "call", "call", "call", "clear"]), st.integers(0, 5)),
    max_size=60,
)


@pytest.mark.parametrize("maxsize", [1, 2, 3, 10, 60])
def test_the_queues_are_those_of_the_paper(maxsize: int) -> None:
    steps = trace(seed=maxsize, length=3000, keys=2 * maxsize + 1, discards=0.0)
    compare(S3FIFO(maxsize), ThreeQueues(maxsize), steps)


@given(STEPS, st.integers(1, 4))
def test_the_order_is_exact_in_any_short_story(steps: list[Step], maxsize: int) -> None:
    compare(S3FIFO(maxsize), ThreeQueues(maxsize), steps)


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
