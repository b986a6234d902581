"""Who leaves, and when, is who leaves by each policy's definition: exactly, whatever is called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen.policies import LFU, LRU, MRU, S3FIFO, SIEVE
from tests.policies import models
from tests.policies.models import Step, compare, trace

#: S3-FIFO counts what is dropped by hand toward its small queue for a while, as no model does.
ORDERS = {
    "lru": (LRU, models.LeastRecent, True),
    "lfu": (LFU, models.LeastFrequent, True),
    "mru": (MRU, models.MostRecent, True),
    "sieve": (SIEVE, models.Sieve, True),
    "s3fifo": (S3FIFO, models.ThreeQueues, False),
}


def drops(order: str) -> bool:
    return ORDERS[order][2]


def steps(*others: str) -> Any:
    done = st.sampled_from(["call", "call", "call", *others])
    return st.lists(st.builds(Step, done, st.integers(0, 5)), max_size=60)


@pytest.mark.parametrize("maxsize", [1, 2, 3, 10, 60])
@pytest.mark.parametrize(
    ("order", "discards"),
    [(order, share) for share in (0.0, 0.05, 0.4) for order in ORDERS if not share or drops(order)],
)
def test_the_order_is_exact_over_thousands_of_calls(
    order: str, maxsize: int, discards: float
) -> None:
    policy, model, _ = ORDERS[order]
    story = trace(seed=maxsize, length=3000, keys=2 * maxsize + 1, discards=discards)
    compare(policy(maxsize), model(maxsize), story)


@pytest.mark.parametrize("order", ORDERS)
@given(story=steps("discard", "clear"), maxsize=st.integers(1, 4))
def test_the_order_is_exact_in_any_short_story(order: str, story: list[Step], maxsize: int) -> None:
    policy, model, _ = ORDERS[order]
    if not drops(order):
        story = [step for step in story if step.what != "discard"]
    compare(policy(maxsize), model(maxsize), story)
