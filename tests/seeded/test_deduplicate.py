"""dedup: a body runs once for each distinct key, and a stream brings each key once."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kigen import (
    ArchiveError,
    ConfigurationError,
    Enum,
    FieldError,
    Key,
    Param,
    ReentrantCall,
    UnkeyableCall,
    archives,
    dedup,
    inf_cache,
    seeded_cache,
)
from tests.crowd import crowd, eager_threads
from tests.programs import environment, output


class Trial(Key):
    x = Param(min=0, max=99)
    opt = Enum("adam", "sgd", default="adam")


@pytest.fixture(params=["memory only", "memory://", "runs/", "runs.db"])
def where(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nothing, for memory alone, and an archive of each kind."""
    monkeypatch.chdir(tmp_path)
    if request.param == "memory only":
        yield None
    else:
        with archives.open(request.param) as archive:
            yield archive


# Functions


def test_the_decorator_is_used_bare_or_called(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    for number, made in enumerate([dedup, dedup(), dedup(path), dedup(archive=str(path))]):
        f = made(lambda x, y=number: (x, y))
        assert [f(1), f(1)] == [(1, number), None]


def test_what_is_decorated_shows_its_name() -> None:
    assert repr(dedup(len)) == "<dedup of len>"


def test_the_body_runs_once_for_each_key(where: Any) -> None:
    ran = []

    @dedup(where)
    def ingest(trial: Trial, *rest: int, tag: str = "a") -> str:
        ran.append(trial)
        return f"stored {trial.x}"

    key = Trial(x=3)
    assert ingest(key) == "stored 3"
    assert ingest(Trial(x=3.0)) is ingest(trial=key) is ingest(key, tag="a") is None
    assert ingest(key, tag="b") == ingest(key, 1) == "stored 3"
    assert len(ran) == 3
    assert ingest.info() == (3, 3, 3)


@pytest.mark.parametrize("value", [1, -1, "a", 2.5, float("nan"), None, (1, [2]), [1], {"a": {1}}])
def test_arguments_of_any_kind_make_a_key(where: Any, value: Any) -> None:
    f = dedup(where)(lambda x: "ran")
    assert [f(value), f(value), f("another"), f(value)] == ["ran", None, "ran", None]


def test_arrays_are_keys_by_their_content(where: Any) -> None:
    f = dedup(where)(lambda x: "ran")
    zeros = np.zeros(1000)
    changed = zeros.copy()
    changed[500] = 1
    assert [f(zeros), f(zeros.copy()), f(changed)] == ["ran", None, "ran"]


def test_an_argument_without_a_fingerprint_is_refused(where: Any) -> None:
    f = dedup(where)(lambda x, y: "ran")
    with pytest.raises(UnkeyableCall) as caught:
        f(1, {"hook": object()})
    assert caught.value.path == "y['hook']"
    assert f.info()[:2] == (0, 0)


@pytest.mark.parametrize("duplicate", ["again", 0, [], LookupError, LookupError("seen")])
def test_a_repeat_returns_or_raises_what_was_asked_for(where: Any, duplicate: Any) -> None:
    f = dedup(where, duplicate=duplicate)(lambda x: "ran")
    assert f(1) == "ran"
    for _ in range(3):
        if isinstance(duplicate, (str, int, list)):
            assert f(1) == duplicate
            continue
        with pytest.raises(LookupError) as caught:
            f(1)
        assert caught.value.__context__ is None
        if not isinstance(duplicate, type):
            assert caught.value is duplicate


def test_a_body_that_raised_has_not_run(where: Any) -> None:
    ran = []

    @dedup(where)
    def f(x: int) -> str:
        ran.append(x)
        if len(ran) < 3:
            raise StopIteration if len(ran) == 1 else KeyboardInterrupt
        return "ran"

    for error in (StopIteration, KeyboardInterrupt):
        with pytest.raises(error) as caught:
            f(1)
        assert caught.value.__context__ is None
        assert not f.seen(1)
    assert [f(1), f(1)] == ["ran", None]
    assert f.info() == (1, 1, 1)


def test_what_was_seen_can_be_asked_and_forgotten(where: Any) -> None:
    f = dedup(where)(lambda x, y=2: "ran")
    assert not f.seen(1)
    assert f.forget(1) is False
    f(1)
    assert f.seen(1)
    assert f.seen(x=1, y=2)
    assert not f.seen(2)
    assert f.forget(x=1) is True
    assert not f.seen(1)
    assert [f(1), f(1)] == ["ran", None]
    assert f.info() == (2, 1, 1)


def test_a_key_class_binds_and_validates_the_arguments(where: Any) -> None:
    ran = []

    @dedup(where, key=Trial)
    def f(x: int, opt: str = "adam", verbose: bool = False) -> str:
        ran.append(verbose)
        return "ran"

    assert [f(3, verbose=True), f(x=3.0), f(3, "adam"), f(3, "sgd")] == ["ran", None, None, "ran"]
    with pytest.raises(FieldError):
        f(1000)
    assert f.seen(3, verbose=None)
    assert len(ran) == 2


def test_any_function_may_make_the_key(where: Any) -> None:
    f = dedup(where, key=lambda name: name.lower())(lambda name: name)
    assert [f("Ann"), f("ANN"), f("Bob")] == ["Ann", None, "Bob"]


def test_two_functions_on_one_archive_do_not_meet_nor_do_they_meet_cached_ones(
    tmp_path: Path,
) -> None:
    path = tmp_path / "runs.db"

    def f(x: int) -> str:
        return f"f {x}"

    def g(x: int) -> str:
        return f"g {x}"

    memo = dedup(path)
    once_f, once_g, cached = memo(f), memo(g), inf_cache(archive=path)(f)
    assert [once_f(1), cached(1), once_g(1), once_f(1), cached(1)] == [
        *("f 1", "f 1", "g 1", None, "f 1"),
    ]
    assert [once_f.info().size, once_g.info().size] == [1, 1]
    cached.load()
    assert cached.info().size == 1


def test_a_name_of_its_own_takes_the_place_of_the_function_s(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    assert dedup(path, name="ingest")(lambda x: 1)(7) == 1
    assert dedup(path, name="ingest")(lambda x: 2)(7) is None


def test_in_memory_a_function_may_capture_anything() -> None:
    handle = open(os.devnull)  # noqa: SIM115 - for its having no fingerprint
    f = dedup(lambda x: handle.closed)
    assert [f(1), f(1)] == [False, None]
    handle.close()


def test_with_an_archive_it_may_capture_only_what_has_a_fingerprint(tmp_path: Path) -> None:
    handle = object()
    with pytest.raises(UnkeyableCall, match="name="):
        dedup(tmp_path / "runs.db")(lambda x: handle)(1)
    assert dedup(tmp_path / "runs.db", name="f")(lambda x: handle)(1) is handle


def test_an_argument_that_the_body_changes_is_recorded_as_it_was(where: Any) -> None:
    @dedup(where)
    def f(xs: list[int]) -> int:
        xs.append(7)
        return len(xs)

    assert [f([1]), f([1, 7]), f([1])] == [2, 3, None]
    if where is not None:
        assert sorted(dict(e.key.arguments)["xs"] for e in where.entries()) == [[1], [1, 7]]


def test_a_body_that_calls_itself_with_its_key_is_told_so(where: Any) -> None:
    @dedup(where)
    def f(x: int) -> Any:
        return f(x) if x == 1 else f(x - 1) if x else "ran"

    [error] = crowd(1, lambda _: f(1))
    assert type(error) is ReentrantCall
    assert error.key == 1
    assert not f.seen(1)


def test_bodies_may_call_each_other_with_other_keys(where: Any) -> None:
    @dedup(where)
    def f(x: int) -> list[int]:
        return [x, *(g(x - 1) or [])] if x else [0]

    @dedup(where)
    def g(x: int) -> list[int]:
        return [x, *(f(x - 1) or [])] if x else [0]

    assert f(3) == [3, 2, 1, 0]
    assert f(3) is g(2) is f(1) is g(0) is None


def test_methods_are_deduplicated_in_every_form() -> None:
    class Model(Key):
        x = Param(min=0, max=9)

        @dedup
        def run(self, y: int) -> int:
            return self.x + y

        @staticmethod
        @dedup
        def outer_static(y: int) -> int:
            return y

        @dedup
        @staticmethod
        def inner_static(y: int) -> int:
            return y

        @dedup
        def stream(self) -> Any:
            yield from (self.x, 1, 1)

    one, two = Model(x=1), Model(x=2)
    assert [one.run(1), one.run(1), two.run(1), Model.run(two, 1)] == [2, None, 3, None]
    assert [Model.outer_static(1), one.outer_static(1)] == [1, None]
    assert [Model.inner_static(1), one.inner_static(1)] == [1, None]
    assert [list(two.stream()), list(one.stream())] == [[2, 1], []]


def test_the_instance_or_whatever_is_called_self_may_be_given_by_name() -> None:
    @dedup
    def words(**more: int) -> list[str]:
        return list(more)

    assert words(self=1) == ["self"]
    assert words(self=1) is None
    assert words.seen(self=1)
    assert words.forget(self=1)


def test_a_deduplicated_function_looks_like_the_function() -> None:
    def f(x: int) -> int:
        """Do it once."""
        return x

    f.info = f.seen = f._ledger = "an attribute of the function"  # type: ignore[attr-defined]
    once = dedup(f)
    assert (once.__name__, once.__doc__, once.__wrapped__) == ("f", "Do it once.", f)
    assert (once(1), once.seen(1), once.info()[:2]) == (1, True, (1, 0)), "and those hide nothing"


@dedup
def module_level(x: int) -> int:
    return x


@dedup
def module_stream(x: int) -> Any:
    yield x


def test_a_deduplicated_function_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(module_level)) is module_level
    assert pickle.loads(pickle.dumps(module_stream)) is module_stream


def test_it_goes_with_the_other_decorators(tmp_path: Path) -> None:
    @dedup(tmp_path / "runs.db")
    @inf_cache(archive=tmp_path / "runs.db")
    def f(x: int) -> int:
        return x

    assert [f(1), f(1), f.__wrapped__(1)] == [1, None, 1]

    @inf_cache
    @dedup
    def g(x: int) -> int:
        return x

    assert [g(1), g(1)] == [1, 1]

    @seeded_cache
    def study(trial: Trial) -> int:
        return trial.x

    once = dedup(study)
    assert [once(Trial(x=1)), once(Trial(x=1))] == [1, None]


def test_a_closure_over_a_deduplicated_function_is_told_from_one_over_the_function(
    tmp_path: Path,
) -> None:
    def f(x: int) -> int:
        return x

    def calling(function: Any) -> Any:
        return inf_cache(archive=tmp_path / "runs.db")(lambda x: function(x))

    once = dedup(f)
    once(1)
    assert [calling(f)(1), calling(once)(1)] == [1, None]


def test_an_archive_that_fails_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """To have run and not to say so would let it run again unnoticed."""
    archive = archives.open("memory://")
    f = dedup(archive, name="f")(lambda x: "ran")

    def full(*_: Any, **__: Any) -> None:
        raise ArchiveError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(archive, "store", full)
        with pytest.raises(ArchiveError):
            f(1)
    assert f(1) == "ran"


# Threads, processes, interpreters


def test_threads_run_the_body_once(where: Any) -> None:
    ran = []

    @dedup(where)
    def f(x: int) -> str:
        ran.append(x)
        time.sleep(0.01)
        return "ran"

    with eager_threads():
        results = crowd(24, lambda n: f(n % 3))
    assert sorted(ran) == [0, 1, 2]
    assert (results.count("ran"), results.count(None)) == (3, 21)
    assert f.info() == (3, 21, 3)


def test_threads_with_different_keys_do_not_wait_for_each_other(where: Any) -> None:
    from threading import Barrier

    meet = Barrier(4)
    f = dedup(where, name="f")(lambda x: meet.wait(30) >= 0)
    assert crowd(4, f) == [True] * 4


def test_if_the_first_thread_fails_another_runs_the_body(where: Any) -> None:
    ran = []

    @dedup(where)
    def f(x: int) -> str:
        ran.append(x)
        time.sleep(0.01)
        if len(ran) == 1:
            raise OSError
        return "ran"

    results = crowd(6, lambda _: f(1))
    assert sorted(map(str, results)) == ["", "None", "None", "None", "None", "ran"]


PROGRAM = """
import os, sys, time
from kigen import dedup

@dedup(sys.argv[1])
def ingest(x):
    with open(sys.argv[2], "a") as log:
        log.write(f"{x}\\n")
    if len(sys.argv) > 3:
        print("running", flush=True)
        time.sleep(float(sys.argv[3]))
    return x

if __name__ == "__main__":
    for x in range(20):
        ingest(x)
    print(*ingest.info())
"""


@pytest.mark.parametrize("where_", ["runs.db", "runs/"])
def test_four_processes_run_the_body_once_for_each_key(where_: str, tmp_path: Path) -> None:
    archive, log = f"{tmp_path}/{where_}", tmp_path / "log"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, archive, str(log)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        for _ in range(4)
    ]
    told = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert sorted(map(int, log.read_text().split())) == list(range(20))
    assert sum(int(new) for new, _, _ in told) == 20
    assert sum(int(duplicate) for _, duplicate, _ in told) == 60
    assert output(PROGRAM, archive, log, hash_seed=5) == "0 20 20\n", "a new interpreter knows them"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
@pytest.mark.parametrize("where_", ["runs.db", "runs/"])
def test_nobody_waits_for_a_process_that_was_killed_in_the_body(
    where_: str, tmp_path: Path
) -> None:
    archive, log = f"{tmp_path}/{where_}", tmp_path / "log"
    holder = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, archive, str(log), "600"],
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"running\n"
    waiter = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, archive, str(log)],
        stdout=subprocess.PIPE,
        env=environment(),
    )
    with pytest.raises(subprocess.TimeoutExpired):
        waiter.wait(0.5)
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    told, _ = waiter.communicate(timeout=60)
    assert told == b"20 0 20\n"
    assert sorted(map(int, log.read_text().split())) == [0, 0, *range(1, 20)]


def test_worker_processes_share_the_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "an_ingest.py").write_text(
        f"from kigen import dedup\n@dedup({str(tmp_path / 'runs.db')!r})\ndef f(x): return x\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import an_ingest

    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        ran = list(pool.map(an_ingest.f, list(range(25)) * 4))
    assert sorted(x for x in ran if x is not None) == list(range(25))


# Streams


def test_repeats_are_removed_from_an_iterable(where: Any) -> None:
    nan = float("nan")
    items = [3, 1, 3.0, "a", True, "a", [1], [1.0], nan, float("nan"), None, None, (1,), 2]
    stream = dedup(where)(items)
    assert next(stream) == 3
    assert [*stream][:-4] == [1, "a", [1]]
    assert stream.info() == (8, 6, 8)
    assert stream.seen(2)
    assert stream.seen([True])
    assert not stream.seen(7)


@pytest.mark.parametrize("make", [list, tuple, iter, lambda xs: (x for x in xs), dict.fromkeys])
def test_whatever_can_be_iterated_is_a_stream(make: Any) -> None:
    assert list(dedup(make([1, 2, 1]))) == [1, 2]
    assert list(dedup()(make([1, 2, 1]))) == [1, 2]


def test_text_is_a_path_to_the_decorator_and_a_stream_to_what_it_returns(tmp_path: Path) -> None:
    assert list(dedup()("abca")) == ["a", "b", "c"]
    assert list(dedup(str(tmp_path / "runs.db"))("abca")) == ["a", "b", "c"]


def test_items_have_the_keys_that_a_function_makes() -> None:
    assert list(dedup(["a", "B", "A", "b"], key=str.lower)) == ["a", "B"]


def test_items_may_be_keys_or_what_makes_them() -> None:
    items = [{"x": 1}, Trial(x=1), {"x": 1.0, "opt": "adam"}, Trial(x=2), {"x": 2, "opt": "sgd"}]
    assert list(dedup(items, key=Trial)) == [{"x": 1}, Trial(x=2), {"x": 2, "opt": "sgd"}]
    with pytest.raises(FieldError):
        list(dedup([{"x": 1000}], key=Trial))


def test_a_generator_function_brings_nothing_twice_whichever_stream_it_comes_from(
    where: Any,
) -> None:
    @dedup(where)
    def numbers(n: int) -> Any:
        """Bring numbers."""
        yield from (1, 2, 1, n)

    assert [list(numbers(3)), list(numbers(4)), list(numbers(4))] == [[1, 2, 3], [4], []]
    assert numbers.seen(4)
    assert numbers.forget(4) is True
    assert list(numbers(9)) == [9]
    assert list(numbers(4)) == [4]
    assert numbers.__doc__ == "Bring numbers."
    assert numbers.info().size == 5


def test_a_stream_goes_on_in_another_interpreter(tmp_path: Path) -> None:
    program = (
        "import sys; from kigen import dedup\n"
        "@dedup(sys.argv[1])\n"
        "def stream(n): yield from range(n)\n"
        "print(list(stream(int(sys.argv[2]))))"
    )
    path = tmp_path / "runs.db"
    assert [output(program, path, n, hash_seed=n) for n in (3, 5, 5)] == [
        "[0, 1, 2]\n",
        "[3, 4]\n",
        "[]\n",
    ]


def test_streams_are_lazy_and_pass_errors_on() -> None:
    pulled = []

    def source() -> Any:
        for x in (1, 1, 2):
            pulled.append(x)
            yield x
        raise OSError

    stream = dedup(source())
    assert pulled == []
    assert next(stream) == 1
    assert pulled == [1]
    assert next(stream) == 2
    with pytest.raises(OSError):
        next(stream)


def test_two_streams_on_one_archive_share_what_they_have_seen(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    assert list(dedup(path)([1, 2])) == [1, 2]
    assert list(dedup(path)([2, 3])) == [3]
    assert list(dedup(path, name="others")([2, 3])) == [2, 3]


def test_an_item_without_a_fingerprint_is_refused() -> None:
    with pytest.raises(UnkeyableCall, match="item"):
        list(dedup([object()]))


def test_what_is_nothing_of_all_this_is_refused() -> None:
    async def later() -> int:
        return 1

    async def stream() -> Any:
        yield 1

    for wrong in (3, object(), later, stream):
        with pytest.raises(ConfigurationError):
            dedup(wrong)
        with pytest.raises(ConfigurationError):
            dedup()(wrong)
