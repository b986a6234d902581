"""The weight bound: exact, in force at each instant, and nothing but a count where all weigh 1."""

from __future__ import annotations

import copy
import pickle
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen import ConfigurationError
from kigen.policies import NO, make_policy
from kigen.policies.weighed import WEIGHED, Weighed
from tests.crowd import crowd, eager_threads
from tests.policies.models import Step, trace

NAMES = sorted(WEIGHED)
STEPS = st.lists(
    st.builds(
        Step, st.sampled_from(["call", "call", "call", "discard", "clear"]), st.integers(0, 9)
    ),
    max_size=80,
)


def one(_: Any) -> int:
    return 1


def own(value: Any) -> Any:
    """Values that are their weight."""
    return value


def make(name: str, maxsize: int | None, maxbytes: float, weigh: Any = own) -> Weighed:
    policy = make_policy(name, maxsize, maxbytes, weigh)
    assert isinstance(policy, Weighed)
    return policy


def balanced(policy: Weighed) -> bool:
    """Whether the sum is that of what is in memory, and within the bound."""
    total = sum(policy.weigh(policy.peek(key).kept) for key in policy)
    return policy.weight == total <= policy.maxbytes


def run(policy: Any, steps: list[Step]) -> list[Any]:
    """Return all that can be seen of a policy on its way through a trace."""
    seen: list[Any] = []
    for number, (what, key) in enumerate(steps):
        now = float(number + 1)
        if what == "discard":
            seen.append(policy.discard(key))
        elif what == "clear":
            policy.clear()
        else:
            found = policy.find(key, now)
            if found is None:
                left = policy.add(key, f"value {number}", now)
                seen.append([(entry.kept, entry.key) for entry in left])
            seen.append(None if found is None else found.kept)
        seen.append((list(policy), len(policy)))
    return seen


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("maxsize", [1, 2, 3, 10, 60])
def test_where_all_weigh_one_the_bytes_bound_as_the_number_does(name: str, maxsize: int) -> None:
    # Random replacement draws from a line in which those that were dropped still stand.
    discards = 0.0 if name in ("rr", "s3fifo") else 0.1
    steps = list(trace(seed=maxsize, length=2000, keys=2 * maxsize + 1, discards=discards))
    policies: list[Any] = [
        make_policy(name, maxsize),
        make(name, None, maxsize, one),
        make(name, maxsize, 10 * maxsize, one),
        make(name, 10 * maxsize, maxsize, one),
    ]
    if name == "rr":
        for policy in policies:
            policy.random = random.Random(0)
    counted, *weighed = [run(policy, steps) for policy in policies]
    assert weighed == [counted] * 3


@pytest.mark.parametrize("name", NAMES)
@given(steps=STEPS, maxsize=st.integers(1, 6))
def test_that_holds_in_any_short_story(name: str, steps: list[Step], maxsize: int) -> None:
    if name in ("rr", "s3fifo"):
        steps = [step for step in steps if step.what != "discard"]
    counted: Any = make_policy(name, maxsize)
    weighed: Any = make(name, None, maxsize, one)
    if name == "rr":
        counted.random, weighed.random = random.Random(1), random.Random(1)
    assert run(weighed, steps) == run(counted, steps)


WEIGHTS = st.integers(0, 12)
WEIGHED_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["call", "call", "call", "put", "discard", "clear"]),
        st.integers(0, 9),
        WEIGHTS,
    ),
    max_size=80,
)


@pytest.mark.parametrize("name", NAMES)
@given(steps=WEIGHED_STEPS, maxsize=st.none() | st.integers(1, 6), maxbytes=st.integers(1, 30))
def test_the_sum_is_exact_within_the_bound_and_what_leaves_is_handed_over_once(
    name: str, steps: list[tuple[str, int, int]], maxsize: int | None, maxbytes: int
) -> None:
    policy = make(name, maxsize, maxbytes)
    kept: dict[int, int] = {}
    for number, (what, key, weight) in enumerate(steps):
        now = float(number)
        if what == "discard":
            assert policy.discard(key) == (kept.pop(key, None) is not None)
        elif what == "clear":
            policy.clear()
            kept.clear()
        elif what == "put" or policy.find(key, now) is None:
            before = dict(kept)
            left = policy.admit(key, weight, weight, now)
            if weight > maxbytes:
                kept.pop(key, None)
                assert [(entry.key, entry.kept) for entry in left] == [(key, weight)]
            else:
                kept[key] = weight
                for entry in left:
                    assert entry.key != key
                    assert kept.pop(entry.key) == entry.kept == before[entry.key]
        assert {one: policy.peek(one).kept for one in policy} == kept
        assert balanced(policy)
        assert maxsize is None or len(policy) <= maxsize


@pytest.mark.parametrize("name", NAMES)
def test_as_many_leave_as_it_takes_and_no_more(name: str) -> None:
    policy = make(name, None, 10)
    for key in range(5):
        assert policy.admit(key, 2, 2, float(key)) == []
    assert len(policy.admit("three", 3, 3, 10.0)) == 2
    assert policy.weight == 9
    assert len(policy.admit("all", 10, 10, 11.0)) == 4
    assert list(policy) == ["all"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_too_heavy_drives_nobody_out_and_leaves_no_older_value_behind(name: str) -> None:
    policy = make(name, 3, 10)
    policy.add("a", 5, 1.0)
    policy.add("b", 5, 2.0)
    assert policy.add("c", 11, 3.0)[0].kept == 11
    assert sorted(policy) == ["a", "b"]
    policy.add("a", float("inf"), 4.0)
    assert list(policy) == ["b"]
    assert policy.weight == 5


@pytest.mark.parametrize("name", NAMES)
def test_a_value_that_takes_the_place_of_another_weighs_what_it_weighs(name: str) -> None:
    policy = make(name, None, 10)
    policy.add("a", 4, 1.0)
    policy.add("b", 4, 2.0)
    policy.find("b", 3.0)
    assert policy.admit("a", 6, 6, 4.0) == []
    assert (policy.peek("a").kept, policy.weight) == (6, 10)
    assert policy.admit("a", 1, 1, 5.0) == []
    assert (policy.peek("a").kept, policy.weight) == (1, 5)
    assert [entry.key for entry in policy.admit("a", 10, 10, 6.0)] == ["b"]
    assert (policy.peek("a").kept, policy.weight, len(policy)) == (10, 10, 1)


def test_s3_fifo_measures_its_small_queue_in_bytes() -> None:
    """One newcomer of a tenth of the room fills it, however many little ones there are."""
    policy: Any = make("s3fifo", None, 100)
    for key in range(40):
        policy.add(key, 1, float(key))
        for _ in range(2):
            policy.find(key, float(key))
    policy.admit("sweep", 61, 61, 50.0)
    assert len(policy.main) == 39, "what was used stays, in the main queue"
    assert [entry.key for entry in policy.admit("other", 61, 61, 51.0)] == ["sweep"]
    assert policy.small.weight == 61


@pytest.mark.parametrize("name", NAMES)
def test_what_was_dropped_by_hand_is_soon_let_go(name: str) -> None:
    """A line may hold it for a while, up to a tenth of the bytes."""

    class Big:
        alive = 0

        def __init__(self) -> None:
            Big.alive += 1

        def __del__(self) -> None:
            Big.alive -= 1

    policy = make(name, None, 100, lambda value: 20 if isinstance(value, Big) else 1)
    for key in range(60):
        policy.add(key, key, float(key))
    for step in range(200):
        policy.admit("big", Big(), 20, 100.0 + step)
        assert policy.discard("big")
        assert Big.alive <= (name in ("lru", "mru")), "the one used last may be referred to"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("maxsize", [None, 4])
def test_many_threads_never_see_more_than_the_bound_and_the_sum_does_not_drift(
    name: str, maxsize: int | None
) -> None:
    policy = make(name, maxsize, 50)

    def work(seed: int) -> list[object]:
        rng = random.Random(seed)
        wrong: list[object] = []
        for step in range(1200):
            key, drawn, weight = rng.randrange(20), rng.random(), rng.choice([0, 1, 5, 20, 50, 51])
            if drawn < 0.1:
                policy.discard(key)
            elif drawn < 0.101:
                policy.clear()
            elif policy.find(key, float(step)) is None or drawn < 0.3:
                policy.admit(key, weight, weight, float(step))
            if not 0 <= policy.weight <= 50:
                wrong.append(policy.weight)
            if maxsize is not None and len(policy) > maxsize:
                wrong.append(len(policy))
        return wrong

    with eager_threads():
        assert crowd(6, work) == [[]] * 6
    assert balanced(policy)
    policy.clear()
    assert policy.weight == 0
    for key in range(50):
        policy.add(key, 1, 1e6 + key)
    assert len(policy) == (maxsize or 50), "no slot and no byte was lost on the way"


@pytest.mark.parametrize("name", NAMES)
def test_copies_and_pickles_count_for_themselves(name: str) -> None:
    policy = make(name, None, 10)
    policy.add("a", 4, 1.0)
    for other in (pickle.loads(pickle.dumps(policy)), copy.deepcopy(policy)):
        other.add("b", 6, 2.0)
        assert (other.weight, policy.weight) == (10, 4)
        assert [entry.key for entry in other.admit("c", 1, 1, 3.0)] != []
    policy.after_fork()
    assert policy.weight == 4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("comparison", [1, 2])
def test_a_key_whose_comparison_raises_costs_no_room(name: str, comparison: int) -> None:
    class Odd:
        left = 0

        def __hash__(self) -> int:
            return 1

        def __eq__(self, other: object) -> bool:
            Odd.left -= 1
            if not Odd.left:
                raise RuntimeError
            return self is other

    policy = make(name, 5, 10)
    policy.add(Odd(), 2, 1.0)
    Odd.left = comparison
    with pytest.raises(RuntimeError):
        policy.add(Odd(), 2, 2.0)
    assert balanced(policy)
    for key in range(2, 7):
        policy.add(key, 2, float(key))
    assert (len(policy), policy.weight) == (5, 10)


def test_as_many_are_loaded_as_fit_together_and_the_too_heavy_are_passed_over() -> None:
    items = [("a", 4), ("huge", 11), ("b", 5), ("c", 3), ("d", 1)]
    assert list(make("lru", None, 10).fitting(items)) == [("a", 4), ("b", 5)]
    assert list(make("lru", 1, 10).fitting(items)) == [("a", 4)]
    assert list(make_policy("lru", 3).fitting(items)) == items[:3]
    assert list(make_policy("lru", None).fitting(items)) == items


@pytest.mark.parametrize(
    "maxbytes",
    [-1, 0, 0.5, True, float("nan"), float("inf"), "100MB", b"1", [], 1j, object(), -(10**400)],
    ids=repr,
)
def test_what_is_no_number_of_bytes_is_refused(maxbytes: Any) -> None:
    with pytest.raises(ConfigurationError, match="maxbytes=.* is no number of bytes: give") as told:
        make_policy("lru", 100, maxbytes)
    assert told.value.maxbytes is maxbytes  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["inf", "no"])
def test_policies_that_say_not_who_leaves_take_no_bytes(name: str) -> None:
    with pytest.raises(ConfigurationError, match="use lru_cache"):
        make_policy(name, None, 1000)


def test_weigh_is_a_function_and_goes_with_a_bound() -> None:
    with pytest.raises(ConfigurationError, match="without maxbytes"):
        make_policy("lru", 100, None, len)
    with pytest.raises(ConfigurationError, match="cannot be called"):
        make_policy("lru", 100, 1000, 8)  # type: ignore[arg-type]


def test_round_floats_and_large_numbers_are_bytes_and_nothing_kept_is_nothing_weighed() -> None:
    assert make_policy("lru", None, 1e8).maxbytes == 100_000_000
    assert make_policy("lru", None, 10**30).maxbytes == 10**30
    assert type(make_policy("lru", 0, 1000)) is NO
    assert (make_policy("lru", 5).maxbytes, make_policy("lru", 5).weight) == (None, None)
