"""LRU, beside its order."""

from __future__ import annotations

from kigen.policies import LRU


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
