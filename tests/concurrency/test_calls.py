"""Calls from many threads: one computation a key, the bound in force, the counts exact."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kigen import ReentrantCall, archives, inf_cache, lfu_cache, lru_cache
from kigen.caching.misses import flight
from tests.crowd import TIMEOUT, crowd, eager_threads

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)


@pytest.fixture(params=["memory only", "memory://", "runs/", "runs.db"])
def options(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Options for memory alone, and for each kind of archive."""
    monkeypatch.chdir(tmp_path)
    if request.param == "memory only":
        yield {}
    else:
        with archives.open(request.param) as archive:
            yield {"archive": archive}


@CACHES
@pytest.mark.parametrize("argument", [1, "a", 2.5, (1, [2]), [3]], ids=repr)
def test_a_cold_key_is_computed_once_for_all_threads(
    cache: Any, argument: Any, options: Any
) -> None:
    ran = []

    @cache(**options)
    def f(x: Any) -> Any:
        ran.append(x)
        time.sleep(0.02)
        return [x]

    with eager_threads():
        assert crowd(32, lambda _: f(argument)) == [[argument]] * 32
    assert ran == [argument]
    assert f.info()[:3] == (31, 1, 0)


def test_a_result_that_its_first_caller_changes_reaches_the_others_as_it_was() -> None:
    @inf_cache
    def f(x: int) -> list[int]:
        time.sleep(0.02)
        return [x]

    def work(_: int) -> list[int]:
        mine = f(1)
        before = list(mine)
        mine.append(666)
        return before

    with eager_threads():
        for _ in range(10):
            assert crowd(8, work) == [[1]] * 8
            f.clear()


def test_different_keys_are_computed_at_the_same_time() -> None:
    meet = threading.Barrier(8)

    @inf_cache
    def f(x: int) -> int:
        meet.wait(TIMEOUT / 2)  # broken if one of the eight has to wait for another
        return x

    assert crowd(8, f) == list(range(8))


def test_different_functions_do_not_wait_for_each_other() -> None:
    meet = threading.Barrier(2)
    memo = inf_cache()
    f, g = (memo(lambda x, n=n: (meet.wait(TIMEOUT / 2), n)[1]) for n in range(2))
    assert crowd(2, lambda n: (f, g)[n](1)) == [0, 1]


@pytest.mark.parametrize("cache", [lru_cache, lfu_cache], ids=repr)
@pytest.mark.parametrize("maxsize", [1, 5, 50])
def test_the_bound_and_the_counts_hold_at_every_instant(cache: Any, maxsize: int) -> None:
    @cache(maxsize)
    def f(x: Any) -> Any:
        return (x, "result")

    over: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            size = f.info().size
            if size > maxsize:
                over.append(size)

    def work(seed: int) -> int:
        rng = random.Random(seed)
        wrong = 0
        for _ in range(3000):
            x: Any = rng.randrange(2 * maxsize + 2)
            x = float(x) if rng.random() < 0.2 else [x] if rng.random() < 0.1 else x
            wrong += f(x) != (x, "result")
        return wrong

    watcher = threading.Thread(target=watch, daemon=True)
    with eager_threads():
        watcher.start()
        assert crowd(8, work) == [0] * 8
        done.set()
        watcher.join(TIMEOUT)
    assert over == []
    info = f.info()
    assert info.hit + info.miss == 8 * 3000
    assert info.size <= maxsize


@CACHES
def test_no_count_is_ever_negative_whoever_clears_meanwhile(cache: Any) -> None:
    f = cache(maxsize=2)(lambda x: x)

    def work(number: int) -> int:
        negative = 0
        for n in range(4000):
            if number == 0:
                f.clear()
            else:
                f(n % 4)
                negative += min(f.info()[:3]) < 0
        return negative

    with eager_threads():
        assert crowd(4, work) == [0] * 4


@CACHES
def test_the_counts_hold_when_calls_raise(cache: Any) -> None:
    @cache(maxsize=10)
    def f(x: int) -> int:
        if x % 3 == 0:
            raise ValueError(x)
        return x

    def work(seed: int) -> Counter[str]:
        rng = random.Random(seed)
        seen: Counter[str] = Counter()
        for _ in range(2000):
            try:
                f(rng.randrange(20))
                seen["returned"] += 1
            except ValueError:
                seen["raised"] += 1
        return seen

    with eager_threads():
        seen = sum(crowd(8, work), Counter())
    info = f.info()
    assert info.hit + info.miss == seen["returned"]
    assert seen.total() == 16000


def test_with_an_archive_each_call_is_a_hit_a_miss_or_a_load(tmp_path: Path) -> None:
    @lru_cache(5, archive=tmp_path / "runs.db")
    def f(x: int) -> int:
        return x

    def work(seed: int) -> int:
        rng = random.Random(seed)
        return sum(f(x) != x for x in (rng.randrange(30) for _ in range(200)))

    with eager_threads():
        assert crowd(4, work) == [0] * 4
    info = f.info()
    assert info.hit + info.miss + info.load == 800
    assert info.miss == len(f.archive()) == 30


def test_clearing_and_loading_while_others_call_does_no_harm(tmp_path: Path) -> None:
    @lru_cache(5, cache=tmp_path / "runs.db")
    def f(x: int) -> list[int]:
        return [x]

    def work(seed: int) -> int:
        rng = random.Random(seed)
        wrong = 0
        for _ in range(150):
            x, what = rng.randrange(12), rng.random()
            if what < 0.02:
                f.clear()
            elif what < 0.04:
                f.load()
            elif what < 0.06:
                f.dump()
            elif what < 0.08:
                f.__cache__()[x] = [x]
            elif what < 0.1:
                wrong += f.peek(x) not in ([x], None)
            elif what < 0.12:
                f.invalidate(x)
            else:
                wrong += f(x) != [x]
        return wrong

    with eager_threads():
        assert crowd(6, work) == [0] * 6
    assert f.info().size <= 5


@CACHES
def test_if_the_first_caller_fails_another_computes(cache: Any, options: Any) -> None:
    ran = []

    @cache(**options)
    def f(x: int) -> int:
        ran.append(x)
        time.sleep(0.01)
        if len(ran) <= 3:
            raise OSError(len(ran))
        return x

    results = crowd(16, lambda _: f(1))
    assert sum(type(r) is OSError for r in results) == 3
    assert results.count(1) == 13
    assert len(ran) == 4
    assert f.info()[:2] == (12, 1)


def test_hundreds_may_fail_one_after_the_other() -> None:
    @inf_cache
    def f(x: int) -> int:
        time.sleep(0.0005)
        raise OSError

    assert {type(r) for r in crowd(300, lambda _: f(1))} == {OSError}
    assert f.info()[:3] == (0, 0, 0)


@CACHES
def test_a_function_that_waits_for_its_own_result_is_told_so(cache: Any, options: Any) -> None:
    @cache(**options, name="f")
    def f(x: int) -> int:
        return f(x) if x < 10 else x

    for _ in range(2):
        [error] = crowd(1, f)
        assert type(error) is ReentrantCall
        assert error.key == 0
        assert "__wrapped__" in str(error)
    assert f(10) == 10
    assert f.info()[:3] == (0, 1, 0)


def test_a_function_may_catch_that_and_go_on() -> None:
    @inf_cache
    def f(x: int) -> int:
        try:
            return f(x)
        except ReentrantCall:
            return 7

    assert crowd(1, f) == [7]
    assert f(0) == 7


def test_functions_that_wait_for_each_other_in_one_thread_are_told_so() -> None:
    @inf_cache
    def f(x: int) -> int:
        return g(x)

    @inf_cache
    def g(x: int) -> int:
        return f(x)

    assert [type(e) for e in crowd(1, f)] == [ReentrantCall]


@pytest.mark.parametrize("size", [2, 3, 8])
def test_threads_that_wait_for_each_other_in_a_circle_are_told_so(size: int) -> None:
    together = threading.Barrier(size)
    mine = threading.local()

    @inf_cache
    def f(x: int) -> int:
        if not hasattr(mine, "began"):
            mine.began = True
            together.wait(TIMEOUT / 2)
        return f((x + 1) % size)

    assert {type(r) for r in crowd(size, f)} == {ReentrantCall}
    assert f.info() == (0, 0, 0, None, 0)


def test_a_call_that_asks_for_itself_in_its_own_repr_is_refused_all_the_same() -> None:
    class Curious:
        def __repr__(self) -> str:
            return str(f(self))

    @inf_cache
    def f(thing: object) -> object:
        return f(thing)

    with pytest.raises(ReentrantCall, match="depends on itself"):
        f(Curious())


def test_a_call_that_asks_for_itself_is_told_by_its_function_and_its_arguments() -> None:
    class Model:
        def __repr__(self) -> str:
            return self.name(1)

        @inf_cache
        def name(self, x: object) -> str:
            return self.name(x)

    @inf_cache
    def total(xs: list[int], scale: object = 1) -> int:
        return total(xs, scale)

    model, here = Model(), f"{Model.__qualname__.removesuffix('Model')}"
    for call, told, key in (
        (lambda: model.name(1), f"{here}Model.name: the result for (<a {here}Model>, 1)", None),
        (lambda: model.name([1]), f"{here}Model.name: the result for (<a {here}Model>, [1])", None),
        (lambda: total([1, 2]), f"{here}total: the result for ([1, 2], 1)", ([1, 2], 1)),
    ):
        with pytest.raises(ReentrantCall, match=f"^{re.escape(told)} depends on itself") as caught:
            call()
        assert key is None or caught.value.key == key == total.key([1, 2])


def test_recursion_over_smaller_arguments_is_no_circle_however_many_threads_share_it() -> None:
    @inf_cache
    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    with eager_threads():
        results = crowd(8, lambda n: fibonacci(60 - n))
    assert results[0] == 1548008755920
    assert fibonacci.info().miss == 61


def test_who_waits_is_not_held_up_by_who_computes_something_else() -> None:
    @inf_cache
    def f(x: int) -> int:
        if x == 0:
            time.sleep(0.05)
        return x

    slow = threading.Thread(target=f, args=(0,), daemon=True)
    slow.start()
    assert crowd(4, lambda n: f(n % 2)) == [0, 1, 0, 1]
    slow.join(TIMEOUT)


class Interrupted(BaseException):
    """What Ctrl-C raises, as far as a computation is concerned."""


@CACHES
def test_an_interrupted_computation_is_made_again(cache: Any, options: Any) -> None:
    ran = []

    @cache(**options, name="f")
    def f(x: int) -> int:
        ran.append(x)
        if len(ran) == 1:
            raise Interrupted
        return x

    with pytest.raises(Interrupted):
        f(1)
    assert crowd(2, lambda _: f(1)) == [1, 1]


def test_an_interrupt_while_the_archive_reads_or_writes_leaves_the_key_usable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive = archives.open("memory://")

    @inf_cache(archive=archive, name="f")
    def f(x: int) -> int:
        return x

    def interrupted(*_: Any, **__: Any) -> None:
        raise Interrupted

    for method in ("fetch", "store"):
        with monkeypatch.context() as patched:
            patched.setattr(archive, method, interrupted)
            with pytest.raises(Interrupted):
                f(1)
        assert crowd(2, lambda _: f(1)) == [1, 1]
        f.clear()
        archive.clear()


@CACHES
@pytest.mark.parametrize("how", ["refresh", "invalidate"])
def test_no_old_result_outlives_a_storm_of_calls_and_invalidations(
    cache: Any, options: Any, how: str
) -> None:
    state = [0, 0]

    @cache(**options, name="f")
    def f(x: int) -> int:
        seen = state[x]
        time.sleep(0)  # others may go on meanwhile
        return seen

    def storm(number: int) -> None:
        for turn in range(40):
            if number < 2 and turn % 4 == 0:
                state[number] += 1
                getattr(f, how)(number)
            f(turn % 2)

    with eager_threads():
        assert crowd(6, storm) == [None] * 6
    assert [f(0), f(1)] == state
    f.clear()
    assert [f(0), f(1)] == state
    assert flight.waiting == {} == flight.gates
    assert flight.obsolete == set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_does_not_wait_for_its_parent_s_threads() -> None:
    computing, done = threading.Event(), threading.Event()

    @lru_cache(maxsize=3)
    def f(x: int, *, slow: bool = False) -> int:
        if threading.current_thread() is not threading.main_thread():
            computing.set()
            done.wait(TIMEOUT)
        return x

    thread = threading.Thread(target=f, args=(1,), daemon=True)
    thread.start()
    computing.wait(TIMEOUT)
    child = os.fork()
    if child == 0:
        signal.alarm(TIMEOUT // 2)
        right = [f(x) for x in (1, 2, 3, 4, 1)] == [1, 2, 3, 4, 1]
        os._exit(0 if right else 1)
    done.set()
    thread.join(TIMEOUT)
    assert os.waitpid(child, 0)[1] == 0


def test_evictions_by_many_threads_lose_no_result_on_the_way_to_the_archive(
    tmp_path: Path,
) -> None:
    @lru_cache(3, cache=tmp_path / "runs.db")
    def f(x: int) -> int:
        return x

    with eager_threads():
        crowd(4, lambda n: [f(x) for x in range(50 * n, 50 * n + 50)])
    f.dump()
    assert len(f.archive()) == 200
