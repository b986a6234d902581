"""What every policy promises: the bound, the memory, threads."""

from __future__ import annotations

import gc
import random
import sys
import tracemalloc
from itertools import count
from typing import Any

import pytest

from kigen import ConfigurationError
from kigen.policies import INF, NO, POLICIES, Policy, make_policy
from tests.crowd import crowd, eager_threads

BOUNDED = sorted(set(POLICIES) - {"inf", "no"})


@pytest.mark.parametrize("name", POLICIES)
def test_no_bound_means_that_nothing_leaves_and_a_bound_of_zero_that_nothing_stays(
    name: str,
) -> None:
    """But for inf and no themselves, which no bound makes the other one."""
    assert type(make_policy(name, None)) is (NO if name == "no" else INF)
    assert type(make_policy(name, 0)) is (INF if name == "inf" else NO)


@pytest.mark.parametrize("size", [-1, 1.5, "100", True, [], float("inf"), float("nan")])
@pytest.mark.parametrize("name", ["lru", "lfu", "inf"])
def test_what_is_no_size_is_refused(name: str, size: Any) -> None:
    with pytest.raises(ConfigurationError, match="no size"):
        make_policy(name, size)


def test_an_unknown_policy_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(ConfigurationError, match="lru"):
        make_policy("fifo", 1)


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize("maxsize", [1, 2, 7])
def test_the_bound_holds_after_each_step(name: str, maxsize: int) -> None:
    policy = make_policy(name, maxsize)
    rng = random.Random(maxsize)
    kept: dict[int, int] = {}
    for step in range(2000):
        key, now = rng.randrange(3 * maxsize), float(step)
        drawn = rng.random()
        if drawn < 0.1:
            assert policy.discard(key) == (kept.pop(key, None) is not None)
        elif drawn < 0.11:
            policy.clear()
            kept.clear()
        elif policy.find(key, now) is None:
            left = policy.add(key, step, now)
            kept[key] = step
            for entry in left:
                assert kept.pop(entry.key) == entry.kept, "who leaves is handed over whole"
        assert {one: policy.peek(one).kept for one in policy} == kept
        assert len(policy) <= maxsize


@pytest.mark.parametrize("name", BOUNDED)
def test_adding_a_key_that_is_there_replaces_its_value_and_drives_nobody_out(name: str) -> None:
    policy = make_policy(name, 2)
    policy.add("a", 1, now=1.0)
    policy.add("b", 2, now=2.0)
    assert policy.add("a", 3, now=3.0) == ()
    assert (policy.peek("a").kept, policy.peek("b").kept, len(policy)) == (3, 2, 2)


@pytest.mark.parametrize("name", POLICIES)
def test_the_memory_is_one_dict_for_life(name: str) -> None:
    """The compiled wrapper holds on to it."""
    policy = make_policy(name, 2)
    memory = policy.memory
    for key in range(5):
        policy.add(key, key, now=float(key))
    policy.clear()
    assert policy.memory is memory == {}


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize("maxsize", [1, 3, 50])
def test_many_threads_never_see_more_than_the_bound(name: str, maxsize: int) -> None:
    policy = make_policy(name, maxsize)

    def work(seed: int) -> list[object]:
        rng = random.Random(seed)
        wrong: list[object] = []
        for step in range(1500):
            key, drawn = rng.randrange(3 * maxsize), rng.random()
            if drawn < 0.1:
                policy.discard(key)
            elif drawn < 0.101:
                policy.clear()
            else:
                entry = policy.find(key, float(step))
                if entry is None:
                    policy.add(key, key, float(step))
                elif entry.kept != key:
                    wrong.append((key, entry))
            if len(policy) > maxsize:
                wrong.append(len(policy))
        return wrong

    with eager_threads():
        assert crowd(6, work) == [[]] * 6
    # No slot was lost on the way: it can still be filled to the brim.
    for key in range(1000, 1000 + maxsize):
        policy.add(key, key, 1e9)
    for key in range(2000, 2000 + maxsize):
        policy.add(key, key, 1e9)
    assert len(policy) == maxsize


@pytest.mark.parametrize("name", BOUNDED)
def test_what_has_left_is_not_held_on_to(name: str) -> None:
    """A policy that remembers keys that left remembers a bounded number."""
    policy = make_policy(name, 10)

    def churn(first: int) -> int:
        for key in range(first, first + 20_000):
            policy.add(key, str(key), float(key))
            policy.find(key - 5, float(key))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = churn(0)
        assert churn(20_000) - before < 20_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", BOUNDED)
def test_all_may_be_dropped_by_hand_while_room_is_made(name: str) -> None:
    """At each point of it, as another thread does, which takes no lock for that."""
    for point in count(1):
        policy = make_policy(name, 3)
        for n in range(4):
            policy.add(n, n, float(n))
        newest = list(policy)[-1]
        if not _dropping(policy, [newest], point):
            break
        assert len(policy) <= 3
        for n in range(20, 29):
            policy.add(n, n, float(n))
            assert len(policy) <= 3
        assert len(policy) == 3


def _dropping(policy: Policy, newest: list[int], point: int) -> bool:
    """Add one; at a point of it drop the newest, at the next all; tell whether it was reached."""
    seen = 0

    def profile(frame: Any, event: str, _: object) -> None:
        nonlocal seen
        if event in ("call", "c_return"):
            seen += 1
            if seen in (point, point + 1):
                for key in newest if seen == point else list(policy.memory):
                    entry = policy.memory.pop(key, None)
                    if entry is not None:
                        entry.arrived = None

    sys.setprofile(profile)
    try:
        policy.add(99, 99, 99.0)
    finally:
        sys.setprofile(None)
    return seen >= point


@pytest.mark.parametrize("name", BOUNDED)
def test_a_key_whose_comparison_adds_others_does_not_exceed_the_bound(name: str) -> None:
    policy = make_policy(name, 2)
    others, busy = iter(range(1000, 3000)), []

    class Key:
        def __hash__(self) -> int:
            return 1

        def __eq__(self, other: object) -> bool:
            if self is not other and not busy:
                busy.append(1)
                policy.add(next(others), None, 0.0)
                busy.clear()
            return self is other

    for n in range(300):
        policy.add(Key(), None, float(n))
        assert len(policy) <= 2
