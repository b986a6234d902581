"""Which results are kept, and for how long: ttl, stale, condition, cache_exceptions, typed."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

import kigen
from kigen import StorageWarning, inf_cache, lfu_cache, lru_cache

DECORATORS = [inf_cache, lru_cache, lfu_cache, kigen.caching.sieve_cache]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still until a test moves it: ``clock[0] += seconds``."""
    now = [1_000_000.0]
    monkeypatch.setattr("kigen.caching.results.held.monotonic", lambda: now[0])
    monkeypatch.setattr("kigen.caching.results.keeper.monotonic", lambda: now[0])
    monkeypatch.setattr("kigen.caching.results.shelf.time", lambda: now[0])
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


@pytest.mark.parametrize("decorator", DECORATORS)
def test_a_result_lives_for_ttl_seconds(decorator, clock) -> None:
    ran = []
    f = decorator(ttl=10)(lambda x: ran.append(x) or x)
    assert f(1) == f(1) == 1
    clock[0] += 9.9
    f(1)
    assert ran == [1]
    clock[0] += 0.2
    f(1)
    assert ran == [1, 1]
    f(1)
    assert ran == [1, 1]
    assert f.info() == (3, 2, 0, f.info().maxsize, 1)


def test_ttl_may_be_a_timedelta_or_a_function_of_the_result(clock) -> None:
    ran = []
    f = inf_cache(ttl=timedelta(minutes=1))(lambda x: ran.append(x))
    g = inf_cache(ttl=lambda result: None if result == "keep" else 5)(lambda x: ran.append(x) or x)
    f(1), g("keep"), g("drop")
    clock[0] += 30
    f(1), g("keep"), g("drop")
    assert ran == [1, "keep", "drop", "drop"]
    clock[0] += 31
    f(1), g("keep")
    assert ran == [1, "keep", "drop", "drop", 1]


def test_a_function_of_the_result_may_give_a_timedelta_or_no_seconds_at_all(clock) -> None:
    ran = []
    lives = {"long": timedelta(minutes=1), "not": 0, "ever": float("inf")}
    f = lru_cache(ttl=lives.get)(lambda x: ran.append(x) or x)
    for _ in range(2):
        f("long"), f("not"), f("ever")
    assert ran == ["long", "not", "ever", "not"]
    assert f.info().size == 2
    clock[0] += 61
    f("long"), f("ever")
    assert ran[4:] == ["long"]


@pytest.mark.parametrize(
    "life", ["5", "soon", -1, 10**400, float("nan"), [1], ValueError("no idea")]
)
@pytest.mark.parametrize("where", ["archive", "cache", None])
def test_a_result_for_which_ttl_gives_no_time_is_returned_and_not_kept(
    life, where, tmp_path: Path
) -> None:
    def ttl(result: object) -> object:
        if isinstance(life, Exception):
            raise life
        return life

    options = {} if where is None else {where: tmp_path / "a.db"}
    f = lru_cache(ttl=ttl, **options)(lambda x: [x])
    with pytest.warns(StorageWarning, match=r"list.*ttl=.*; let it return seconds") as told:
        assert f(1) == f(1) == f.refresh(1) == [1]
    assert len(told) == 1
    assert told[0].filename == __file__
    assert f.info()[:3] == (0, 2, 0)
    assert f.info().size == 0
    f.dump()
    assert not f.contains(1)


def test_a_kept_exception_lives_as_a_fixed_ttl_says_and_is_not_shown_to_a_function(
    clock, tmp_path: Path
) -> None:
    ran, seen = [], []

    def session(ttl):
        @lru_cache(ttl=ttl, cache_exceptions=KeyError, archive=tmp_path / "a.db", name="f")
        def f(x: int) -> int:
            ran.append(x)
            raise KeyError(x)

        return f

    for f in (session(10), session(seen.append)):
        for _ in range(2):
            with pytest.raises(KeyError):
                f(1)
    assert (ran, seen) == ([1], [])
    clock[0] += 11
    with pytest.raises(KeyError):
        f(1)
    assert (ran, seen) == ([1], [])
    with pytest.raises(KeyError):
        session(10)(1)
    assert (ran, seen) == ([1, 1], [])


def test_what_expired_in_an_archive_is_computed_again(clock, tmp_path: Path) -> None:
    ran = []

    def session():
        return inf_cache(archive=tmp_path / "a.db", ttl=10, name="f")(lambda x: ran.append(x) or x)

    session()(1)
    clock[0] += 6
    later = session()
    assert later(1) == 1
    assert ran == [1]
    clock[0] += 6  # loaded when it was 6 s old, it is not 6 s old now but 12
    assert later(1) == 1
    assert ran == [1, 1]
    assert session()(1) == 1
    assert ran == [1, 1]


@pytest.mark.parametrize("asked", ["contains", "peek", "invalidate", "dump", "refresh"])
def test_a_result_may_expire_while_it_is_asked_for(asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reading of this clock is a second later than the one before."""
    now = [0.0]

    def ticking() -> float:
        now[0] += 1
        return now[0]

    monkeypatch.setattr("kigen.caching.results.held.monotonic", ticking)
    monkeypatch.setattr("kigen.caching.results.keeper.monotonic", ticking)
    for seconds in range(5):
        f = inf_cache(ttl=3, cache=kigen.archives.open("memory://"))(lambda x: x)
        f(1)
        now[0] += seconds - 1
        getattr(f, asked)(1)
        assert f(1) == 1


@pytest.mark.parametrize("purge", [False, True])
def test_what_has_expired_does_not_come_back_from_the_archive(purge, clock, tmp_path: Path) -> None:
    ran = []
    f = lru_cache(1, cache=tmp_path / "a.db", ttl=10, purge=purge)(lambda x: ran.append(x) or x)
    f(1)
    clock[0] += 11
    f(2)
    assert f(1) == 1
    assert ran == [1, 2, 1]
    assert [key for key, _ in f.archive().items() if ("x", 1) in key.arguments] == []


def to_its_archive(f) -> None:
    f.dump()
    f.clear()


def to_another_archive(f) -> None:
    f.archive(kigen.archives.open("memory://"))
    to_its_archive(f)


def out_of_memory_for_another(f) -> None:
    f(2)


def to_its_archive_and_back(f) -> None:
    to_its_archive(f)
    f.load()


def to_its_archive_and_back_by_key(f) -> None:
    to_its_archive(f)
    f.load(1)


def to_its_archive_and_back_as_klepto_does(f) -> None:
    to_its_archive(f)
    f.__cache__().load()


@pytest.mark.parametrize(
    "move",
    [
        *(to_its_archive, to_another_archive, out_of_memory_for_another, to_its_archive_and_back),
        *(to_its_archive_and_back_by_key, to_its_archive_and_back_as_klepto_does),
    ],
)
@pytest.mark.parametrize("ttl", [10, lambda result: 10])
def test_ttl_counts_from_when_a_result_was_computed_wherever_it_goes(move, ttl, clock) -> None:
    ran = []
    f = lru_cache(1, cache=kigen.archives.open("memory://"), ttl=ttl)(lambda x: ran.append(x) or x)
    f(1)
    clock[0] += 6
    move(f)
    clock[0] += 3
    f(1)
    assert ran.count(1) == 1
    clock[0] += 2
    f(1)
    assert ran.count(1) == 2


def test_a_record_that_is_written_back_says_when_its_result_was_computed(clock) -> None:
    f = lru_cache(cache=kigen.archives.open("memory://"))(lambda x: x)
    f(1)
    then = clock[0]
    clock[0] += 6
    f.dump()
    assert [entry.created for entry in f.archive().entries()] == [then]


def test_lookup_finds_nothing_that_has_expired(clock) -> None:
    f = inf_cache(ttl=1)(lambda x: x)
    f(1)
    assert f.lookup(1) == 1
    clock[0] += 2
    with pytest.raises(KeyError):
        f.lookup(1)


def test_a_stale_result_is_served_while_one_caller_computes_it_anew(clock) -> None:
    entered, go = threading.Event(), threading.Event()
    versions = iter(range(10))
    slow = False

    @inf_cache(ttl=10, stale=60)
    def f(x: int) -> int:
        version = next(versions)
        if slow:
            entered.set()
            assert go.wait(10)
        return version

    assert f(1) == 0
    clock[0] += 11
    slow = True
    leader = []
    thread = threading.Thread(target=lambda: leader.append(f(1)))
    thread.start()
    assert entered.wait(10)
    assert f(1) == 0  # at once, though it has expired
    go.set()
    thread.join(10)
    assert leader == [1]
    assert f(1) == 1


def test_after_the_stale_time_callers_wait(clock) -> None:
    versions = iter(range(10))
    f = inf_cache(ttl=10, stale=5)(lambda x: next(versions))
    assert f(1) == 0
    clock[0] += 16
    assert f(1) == 1


def test_only_results_for_which_the_condition_holds_are_kept(tmp_path: Path) -> None:
    ran = []
    f = lru_cache(archive=tmp_path / "a.db", condition=lambda result: result is not None)(
        lambda x: ran.append(x) or (x if x else None)
    )
    f(0), f(0), f(1), f(1)
    assert ran == [0, 0, 1]
    assert len(f.archive()) == 1


@pytest.mark.parametrize("decorator", [lru_cache, kigen.safe.lru_cache])
def test_a_result_for_which_the_condition_raises_is_returned_and_not_kept(decorator) -> None:
    np = pytest.importorskip("numpy")
    f = decorator(condition=lambda result: result > 0)(np.arange)  # an array is neither yes nor no
    with pytest.warns(StorageWarning, match=r"ndarray.*condition=.*; let it return True") as told:
        assert list(f(3)) == list(f(3)) == list(f.refresh(3)) == [0, 1, 2]
    assert len(told) == 1
    assert told[0].filename == __file__
    assert f.info() == (0, 2, 0, 100, 0)


@pytest.mark.parametrize("where", ["archive", "cache", None])
def test_a_refreshed_result_that_is_not_to_be_kept_takes_the_old_one_away(
    where, tmp_path: Path
) -> None:
    now = [1]
    options = {} if where is None else {where: tmp_path / "a.db"}
    f = lru_cache(condition=lambda result: result is not None, **options)(lambda x: now[0])
    f(1), f(2)
    f.dump()
    now[0] = None
    assert f.refresh(1) is None
    assert not f.contains(1)
    assert f.contains(2)
    now[0] = 3
    assert f(1) == 3
    assert f.refresh(1) == 3
    assert f.peek(1) == 3


def test_exceptions_of_the_named_classes_are_kept_and_raised_again() -> None:
    ran = []

    @lru_cache(cache_exceptions=(ZeroDivisionError, KeyError))
    def f(x: int) -> float:
        ran.append(x)
        if x == 2:
            raise ValueError("not kept")
        return 1 / x

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            f(0)
        with pytest.raises(ValueError, match="not kept"):
            f(2)
    assert ran == [0, 2, 2, 2]
    assert f.info()[:2] == (2, 1)


def test_a_kept_exception_is_found_in_the_archive(tmp_path: Path) -> None:
    ran = []

    def session():
        @inf_cache(archive=tmp_path / "a.db", cache_exceptions=ValueError, name="f")
        def f(x: int) -> int:
            ran.append(x)
            raise ValueError("no luck")

        return f

    for _ in range(2):
        f = session()
        for _ in range(2):
            with pytest.raises(ValueError, match="no luck"):
                f(1)
    assert ran == [1]


def test_those_who_wait_get_the_kept_exception_too() -> None:
    go = threading.Event()
    ran, raised = [], []

    @inf_cache(cache_exceptions=ValueError)
    def f(x: int) -> int:
        ran.append(x)
        assert go.wait(10)
        raise ValueError("shared")

    def call() -> None:
        try:
            f(1)
        except ValueError:
            raised.append(1)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    go.set()
    for thread in threads:
        thread.join(10)
    assert len(raised) == 8
    assert ran == [1]


def test_a_kept_exception_does_not_grow_a_traceback_with_each_raise() -> None:
    @inf_cache(cache_exceptions=ValueError)
    def f(x: int) -> int:
        raise ValueError

    depths = []
    for _ in range(5):
        with pytest.raises(ValueError) as caught:
            f(1)
        depths.append(len(caught.traceback))
    assert len(set(depths[1:])) == 1


def test_typed_keeps_equal_values_of_different_types_apart(tmp_path: Path) -> None:
    for options in ({}, {"archive": tmp_path / "a.db"}):
        f = inf_cache(typed=True, **options)(lambda x, y=0: (type(x), type(y)))
        assert f(1) == (int, int)
        assert f(1.0) == (float, int)
        assert f(True) == (bool, int)
        assert f(1, 0.0) == (int, float)
        assert f(1, y=0) == (int, int)
        assert f.info().miss == 4


def test_typed_looks_into_containers() -> None:
    f = inf_cache(typed=True)(lambda x: [type(v) for v in x])
    assert f((1,)) == [int]
    assert f((1.0,)) == [float]
    assert f([1]) == [int]
    assert f([True]) == [bool]
    assert f([True]) == [bool]
    assert f.info()[:2] == (1, 4)


def test_typed_results_are_found_by_a_later_session(tmp_path: Path) -> None:
    def session():
        return inf_cache(typed=True, archive=tmp_path / "a.db", name="f")(lambda x: type(x))

    first = session()
    first(1), first(1.0)
    later = session()
    assert (later(1), later(1.0)) == (int, float)
    assert later.info().load == 2
    other = session()
    other.load()
    assert (other(1), other(1.0)) == (int, float)
    assert other.info()[:3] == (2, 0, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"ttl": 0},
        {"ttl": -1},
        {"ttl": 10**400},
        {"ttl": float("nan")},
        {"ttl": "soon"},
        {"ttl": "5"},
        {"stale": 5},
        {"stale": -1, "ttl": 1},
        {"condition": 3},
        {"cache_exceptions": 3},
        {"cache_exceptions": (ValueError, "x")},
        {"cache_exceptions": KeyboardInterrupt},
        {"typed": True, "keymap": repr},
    ],
)
def test_options_that_make_no_sense_are_refused_at_decoration(options) -> None:
    with pytest.raises(kigen.ConfigurationError, match=next(iter(options))):
        inf_cache(**options)(lambda x: x)
