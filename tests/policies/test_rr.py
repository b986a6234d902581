"""RR: each entry is as likely to leave as any other."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from kigen.policies import make_policy
from kigen.policies.weighed import WEIGHED


def one(_: Any) -> int:
    return 1


@pytest.mark.parametrize("make", ["counted", "weighed"])
@pytest.mark.parametrize("dropped", [0, 5])
def test_each_entry_leaves_equally_often_used_or_not_new_or_old(make: str, dropped: int) -> None:
    left: Counter[int] = Counter()
    for seed in range(6000):
        policy: Any = make_policy("rr", 6) if make == "counted" else WEIGHED["rr"](None, 6, one)
        policy.random = random.Random(seed)
        for key in range(6 + dropped):
            policy.add(key, key, now=float(key))
            if key < dropped:
                policy.discard(key)
        for _ in range(9):
            policy.find(dropped, now=20.0)
        left[policy.add("new", 0, now=21.0)[0].key] += 1
    assert sorted(left) == list(range(dropped, dropped + 6))
    assert all(850 < count < 1150 for count in left.values())  # 1,000 expected, 5 deviations wide


def test_the_program_s_own_random_numbers_stay_as_they_are() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    policy = make_policy("rr", 2)
    for key in range(10):
        policy.add(key, key, now=float(key))
    assert random.random() == expected
