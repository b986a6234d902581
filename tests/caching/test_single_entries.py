"""One entry at a time: contains, peek, invalidate, refresh."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from kigen import inf_cache, lru_cache
from kigen.caching.misses import flight


def counting(**options):
    ran = []

    @lru_cache(**options, name="f")
    def f(x, y=2):
        ran.append((x, y))
        return [x, y, len(ran)]

    return f, ran


@pytest.fixture(params=["memory", "archive", "cache"])
def options(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Path]:
    return {} if request.param == "memory" else {request.param: tmp_path / "a.db"}


def test_contains_and_peek_see_a_result_and_never_compute(options) -> None:
    f, ran = counting(**options)
    assert not f.contains(1)
    assert f.peek(1) is None
    f(1)
    assert f.contains(1, y=2)
    assert f.peek(x=1) == [1, 2, 1]
    assert ran == [(1, 2)]
    assert f.info()[:2] == (0, 1)


def test_invalidate_forgets_one_call_everywhere(options) -> None:
    f, ran = counting(**options)
    f(1), f(5)
    assert f.invalidate(1, y=2)
    assert not f.invalidate(1)
    assert not f.contains(1)
    assert f.contains(5)
    f.dump()
    f.clear()
    f(5), f(1)
    assert ran == [(1, 2), (5, 2), (1, 2)] if options else ran[-2:] == [(5, 2), (1, 2)]


def test_refresh_computes_anew_and_keeps_the_new_result(options) -> None:
    f, _ = counting(**options)
    assert f(1) == [1, 2, 1]
    assert f.refresh(1) == [1, 2, 2]
    assert f(1) == [1, 2, 2]
    f.dump()
    f.clear(keepstats=True)
    if options:
        assert f(1) == [1, 2, 2]


def test_a_refresh_that_raises_leaves_the_old_result() -> None:
    fail = []

    @inf_cache
    def f(x):
        if fail:
            raise ValueError
        return x

    f(1)
    fail.append(1)
    with pytest.raises(ValueError):
        f.refresh(1)
    assert f(1) == 1


@pytest.mark.parametrize("how", ["refresh", "invalidate"])
def test_an_older_call_that_ends_later_does_not_undo_it(how: str, options) -> None:
    began, go = threading.Event(), threading.Event()
    state = "old"

    @lru_cache(**options, name="f")
    def f(x):
        seen = state
        if threading.current_thread() is not threading.main_thread() and seen == "old":
            began.set()
            go.wait(10)
        return seen

    results: list[str] = []
    callers = [threading.Thread(target=lambda: results.append(f(1))) for _ in range(3)]
    callers[0].start()
    began.wait(10)
    state = "new"
    getattr(f, how)(1)
    for caller in callers[1:]:
        caller.start()
    go.set()
    for caller in callers:
        caller.join(10)
    assert sorted(results) == ["new", "new", "old"]
    assert f(1) == f.lookup(1) == "new"
    f.dump()
    f.clear()
    assert f(1) == "new"
    assert not flight.obsolete


@pytest.mark.parametrize("options", ["archive", "cache"], indirect=True)
def test_a_call_that_is_just_being_written_does_not_undo_it_either(
    options, monkeypatch: pytest.MonkeyPatch
) -> None:
    f, ran = counting(**options)
    writing = "store" if "archive" in options else "fetch"
    once = iter([lambda: f.invalidate(1)])

    def meanwhile(*args, **kwargs):
        done = honest(*args, **kwargs)
        next(once, bool)()
        return done

    honest = getattr(f.archive(), writing)
    monkeypatch.setattr(f.archive(), writing, meanwhile)
    f(1)
    assert not f.contains(1)
    f.dump()
    assert not f.contains(1)
    f(1)
    assert len(ran) == 2
    assert not flight.obsolete


def test_a_refreshed_result_cannot_be_poisoned() -> None:
    f, _ = counting()
    f(1)
    f.refresh(1).append("poison")
    assert f(1) == [1, 2, 2]


def test_unhashable_arguments_are_found_again() -> None:
    f, _ = counting()
    f([1])
    assert f.contains([1])
    assert f.invalidate([1])
    assert not f.contains([1])


def test_the_instance_or_whatever_is_called_self_may_be_given_by_name() -> None:
    class Model:
        @lru_cache
        def double(self, x: int) -> int:
            return 2 * x

    model = Model()
    assert Model.double.refresh(self=model, x=2) == 4
    assert Model.double.lookup(self=model, x=2) == Model.double.peek(self=model, x=2) == 4
    assert Model.double.contains(self=model, x=2)
    assert Model.double.key(self=model, x=2) == Model.double.key(model, 2)
    assert Model.double.invalidate(self=model, x=2)

    @lru_cache
    def words(**more: int) -> list[str]:
        return list(more)

    assert words(self=1) == words.lookup(self=1) == words.refresh(self=1) == ["self"]
