"""A function's part of an archive: what is written when, and what becomes of what cannot be."""

from __future__ import annotations

import functools
import gc
import re
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kigen import (
    ChangedFunctionWarning,
    DamagedRecordWarning,
    Key,
    Param,
    StorageWarning,
    UnkeyableCall,
    archives,
    inf_cache,
    lfu_cache,
    lru_cache,
)


@pytest.fixture(params=["memory://", "runs/", "runs.db"])
def where(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty archive of each kind."""
    monkeypatch.chdir(tmp_path)
    with archives.open(request.param) as archive:
        yield archive


@pytest.fixture(params=["runs/", "runs.db"])
def durable(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty archive of each kind that outlives the process."""
    monkeypatch.chdir(tmp_path)
    with archives.open(request.param) as archive:
        yield archive


class Trial(Key):
    x = Param(min=0, max=9)


class Refuses:
    """A value that nothing can store."""

    def __reduce__(self) -> Any:
        raise TypeError("a handle stays where it is")


@pytest.mark.parametrize(
    "drop",
    [
        lambda cache: [cache.pop(key) for key in list(cache)],
        lambda cache: cache.clear(),
        lambda cache: [cache.popitem() for _ in range(len(cache))],
    ],
    ids=["pop", "clear", "popitem"],
)
def test_what_is_taken_out_of_memory_by_hand_is_not_written_and_nothing_of_it_is_left(
    drop: Any, where: Any
) -> None:
    f = lru_cache(cache=where)(lambda x: x)
    for value in (1, "a", (2.5, [3]), [4]):
        f(value)
    cache = f.__cache__()
    drop(cache)
    f.dump()
    assert (len(cache), len(where)) == (0, 0)
    assert cache.archive.unwritten == {}


@pytest.mark.parametrize("purge", [False, True])
def test_what_leaves_memory_is_in_the_archive_though_the_first_try_is_interrupted(
    purge: bool, where: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    f = lru_cache(2, cache=where, purge=purge)(lambda x: x)
    f(1), f([2])

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(where, "store", interrupted)
        with pytest.raises(KeyboardInterrupt):
            f(3)
    f.dump()
    assert f.lookup(1) == 1
    assert f.lookup([2]) == [2]
    assert f.__cache__().archive.unwritten.keys() <= {3}, "whose caller has got no result"


def test_a_purge_leaves_in_memory_what_came_while_it_wrote(
    where: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    f = lru_cache(2, cache=where, purge=True)(lambda x: x)
    f(1), f(2)
    store = where.store

    def meanwhile(*args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(where, "store", store)
        store(*args, **kwargs)
        del f.__cache__()[2]
        f(4)

    monkeypatch.setattr(where, "store", meanwhile)
    f(3)
    assert set(f.__cache__()) == {4}
    f.dump()
    assert set(f.__cache__().archive) == {1, 3, 4}


def test_write_through_is_durable_when_the_call_returns(durable: Any) -> None:
    @lru_cache(archive=durable)
    def f(x: int) -> int:
        return x

    f(1)
    with archives.open(durable.url) as other:
        assert len(other) == 1


@pytest.mark.parametrize("cache", [lru_cache, lfu_cache], ids=repr)
def test_write_back_writes_what_leaves_memory_and_what_is_dumped(cache: Any, where: Any) -> None:
    @cache(2, cache=where)
    def f(x: Any) -> Any:
        return x

    f(1), f([2])
    assert len(where) == 0
    f(3)
    assert len(where) == 1
    f.dump()
    assert len(where) == 3


def test_an_entry_says_whose_result_it_is_and_how_it_came_about(where: Any) -> None:
    @inf_cache(archive=where, name="study.f")
    def f(x: Any, *rest: int, y: float = 2.5) -> Any:
        return x

    f("a", 7)
    [entry] = where.entries("study.f")
    assert entry.function == "study.f"
    assert entry.key == ("study.f", (("x", "a"), ("rest", (7,)), ("y", 2.5)))
    assert entry.value == "a"
    assert 0 <= entry.elapsed < 60
    assert entry.fields["x"] == "a"
    assert entry.fields["y"] == 2.5
    assert list(where.entries("another")) == []


def test_key_fields_and_small_results_are_columns_that_sql_reads(tmp_path: Path) -> None:
    @inf_cache(archive=tmp_path / "runs.db", keymap=Trial)
    def f(x: int) -> dict[str, float]:
        return {"loss": 0.5}

    f(3)
    found = sqlite3.connect(tmp_path / "runs.db")
    tables = [
        name for (name,) in found.execute("select name from sqlite_master where type='table'")
    ]
    shown = " ".join(
        str(row) for table in tables for row in found.execute(f"select * from {table}")
    )
    found.close()
    assert re.search(r'"x": ?3', shown)
    assert re.search(r'"loss": ?0.5', shown)


def test_a_value_that_cannot_be_stored_is_returned_with_a_warning_and_others_are_stored(
    durable: Any,
) -> None:
    @lru_cache(archive=durable, name="f")
    def f(x: Any) -> Any:
        return Refuses() if x == 2 else x

    assert f(1) == 1
    with pytest.warns(StorageWarning, match=r"f\(x=2\) was computed but not stored") as caught:
        assert type(f(2)) is Refuses
    assert [w.filename for w in caught] == [__file__]
    assert f(3) == 3
    assert len(durable) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert type(f(2)) is Refuses, "it is in memory"


def test_dumping_stores_what_can_be_stored_and_warns_of_the_rest(durable: Any) -> None:
    @lru_cache(cache=durable, name="f")
    def f(x: Any) -> Any:
        return Refuses() if x % 2 else x

    for x in range(6):
        f(x)
    with pytest.warns(StorageWarning) as caught:
        f.dump()
    assert [str(w.message)[:6] for w in caught] == ["f(x=1)", "f(x=3)", "f(x=5)"]
    assert {w.filename for w in caught} == {__file__}
    assert len(durable) == 3


def test_an_archive_that_fails_costs_a_warning_and_not_the_result(
    where: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    @lru_cache(archive=where, name="f")
    def f(x: int) -> int:
        return x

    def full(*_: Any, **__: Any) -> None:
        from kigen import ArchiveError

        raise ArchiveError("the disk is full")

    monkeypatch.setattr(where, "store", full)
    with pytest.warns(StorageWarning, match="the disk is full"):
        assert f(1) == 1
    assert f(1) == 1


def test_a_warning_that_is_raised_as_an_error_leaves_the_call_to_be_made_again(
    where: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ``python -W error`` has it."""

    @lru_cache(archive=where, name="f")
    def f(x: int) -> int:
        return x

    def full(*_: Any, **__: Any) -> None:
        from kigen import ArchiveError

        raise ArchiveError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(where, "store", full)
        for _ in range(2):
            with pytest.raises(StorageWarning):
                f(1)
    assert f(1) == 1


def test_an_argument_without_a_fingerprint_is_refused_by_name_with_the_remedy(where: Any) -> None:
    @lru_cache(archive=where, name="f")
    def f(x: int, *rest: Any, model: Any = None, **more: Any) -> int:
        return x

    class Model:
        def __init__(self) -> None:
            self.hook = object()

    for args, kwargs, path in [
        ((object(),), {}, "x"),
        ((1, 2, object()), {}, "rest[1]"),
        ((1,), {"model": {"layers": [1, Model()]}}, "model['layers'][1]"),
        ((1,), {"extra": Model()}, "more"),
    ]:
        with pytest.raises(UnkeyableCall, match="ignore=") as caught:
            f(*args, **kwargs)
        assert caught.value.path.startswith(path)
        assert caught.value.function.endswith("f")
        assert "object" in str(caught.value) or "Model" in str(caught.value)
    assert f.info()[:3] == (0, 0, 0)
    assert f(1) == 1


def test_without_an_archive_an_argument_without_a_fingerprint_goes_by_identity() -> None:
    f = lru_cache(lambda x: id(x))
    one, other = object(), object()
    assert [f(one), f(other), f(one)] == [id(one), id(other), id(one)]
    assert f.info()[:2] == (1, 2)


def test_what_was_called_by_identity_cannot_be_dumped_later_and_that_is_warned_of(
    where: Any,
) -> None:
    f = lru_cache(2)(lambda x: 1)
    f(object()), f(2)
    f.archive(where)
    with pytest.warns(StorageWarning, match="no fingerprint"):
        f.dump()
    assert len(where) == 1
    with pytest.warns(StorageWarning, match="no fingerprint"):
        f(3)


def make(expression: str, **scope: Any) -> Any:
    """Make the function ``f`` of a module, with some body."""
    exec(f"def f(x):\n    return {expression}\n", scope)
    return scope["f"]


def test_a_changed_body_is_computed_again_and_said_once(durable: Any) -> None:
    f = inf_cache(archive=durable, name="f")(make("x + 1"))
    assert [f(x) for x in range(3)] == [1, 2, 3]
    g = inf_cache(archive=durable, name="f")(make("x * 100"))
    with pytest.warns(ChangedFunctionWarning, match="on_change='recompute'") as caught:
        assert [g(x) for x in range(3)] == [0, 100, 200]
    assert len(caught) == 1
    assert g.info()[:3] == (0, 3, 0)
    assert len(durable) == 3, "the new results have taken the place of the old"


def test_old_results_may_be_used_with_a_warning(durable: Any) -> None:
    f = inf_cache(archive=durable, name="f")(make("x + 1"))
    f(1), f(2)
    g = inf_cache(archive=durable, name="f", on_change="warn")(make("x * 100"))
    with pytest.warns(ChangedFunctionWarning, match="are used") as caught:
        assert [g(1), g(2), g(3)] == [2, 3, 300]
    assert len(caught) == 1


def test_old_results_may_be_used_in_silence(durable: Any) -> None:
    f = inf_cache(archive=durable, name="f")(make("x + 1"))
    f(1)
    g = inf_cache(archive=durable, name="f", on_change="ignore")(make("x * 100"))
    assert g(1) == 2


def test_loading_leaves_out_what_another_body_computed(durable: Any) -> None:
    f = inf_cache(archive=durable, name="f")(make("x + 1"))
    f(1), f(2)
    g = inf_cache(archive=durable, name="f")(make("x * 100"))
    with pytest.warns(ChangedFunctionWarning):
        g.load()
    assert g.info().size == 0
    assert list(g.__cache__().archive) == []


def test_layout_docstring_and_comments_are_no_change(durable: Any) -> None:
    f = inf_cache(archive=durable, name="f")(make("x + 1"))
    f(1)
    scope: dict[str, Any] = {}
    exec('\n\n\ndef f(x: int) -> int:\n    """Add one."""\n    # why\n    return (x + 1)', scope)
    g = inf_cache(archive=durable, name="f")(scope["f"])
    assert g(1) == 2
    assert g.info().load == 1


def test_a_change_below_a_decorator_is_a_change(durable: Any) -> None:
    def timed(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(x: int) -> Any:
            return function(x)

        return wrapper

    f = inf_cache(archive=durable, name="f")(timed(make("x + 1")))
    g = inf_cache(archive=durable, name="f")(timed(make("x + 2")))
    assert f(1) == 2
    with pytest.warns(ChangedFunctionWarning):
        assert g(1) == 3


def test_another_set_of_parameters_is_another_function(durable: Any) -> None:
    f = inf_cache(archive=durable, name="f")(lambda x: x)
    g = inf_cache(archive=durable, name="f", on_change="ignore")(lambda x, y=1: x + y)
    assert [f(1), g(1)] == [1, 2]
    g.clear()
    g.load()
    assert g.info().size == 1


def test_a_damaged_record_is_computed_again_with_a_warning(durable: Any, tmp_path: Path) -> None:
    f = inf_cache(archive=durable, name="f")(lambda x: "value " * 100)
    f(1), f(2)
    durable.close()
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    for file in files:
        file.write_bytes(file.read_bytes().replace(b"value value", b"VALUE VALUE"))
    g = inf_cache(archive=durable, name="f")(lambda x: "value " * 100)
    with pytest.warns(DamagedRecordWarning):
        assert [g(1), g(2)] == ["value " * 100] * 2
    assert g.info().miss == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        h = inf_cache(archive=durable, name="f")(lambda x: "value " * 100)
        assert [h(1), h(2)] == ["value " * 100] * 2
        assert h.info().load == 2


def test_results_of_many_kinds_come_back_equal(durable: Any) -> None:
    values = [
        *(None, True, 1, -(2**70), 2.5, float("inf"), 1j, "a", b"a", (), (1, [2]), [], {"a": {1}}),
        *(Trial(x=3), range(3), Ellipsis, frozenset({1}), bytearray(b"x"), int, len),
    ]
    f = inf_cache(archive=durable, name="f")(lambda n: values[n])
    for n in range(len(values)):
        f(n)
    g = inf_cache(archive=durable, name="f")(f.__wrapped__)
    assert [g(n) for n in range(len(values))] == values
    assert [type(g(n)) for n in range(len(values))] == [type(value) for value in values]
    assert g.info().miss == 0


@pytest.mark.parametrize("cells", [0, 10, 100_000])
def test_arrays_come_back_equal_and_their_own(durable: Any, cells: int) -> None:
    f = inf_cache(archive=durable, name="f")(lambda n: np.arange(n, dtype=np.float32))
    f(cells)
    f.clear()
    back = f(cells)
    assert f.info().load == 1
    assert back.dtype == np.float32
    assert np.array_equal(back, np.arange(cells))
    if cells:
        back[0] = 7
    f.clear()
    assert np.array_equal(f(cells), np.arange(cells)), "a caller's change stays the caller's"


def test_functions_lambdas_and_closures_can_be_results(durable: Any) -> None:
    f = inf_cache(archive=durable, name="f")(lambda n: lambda x: x + n)
    f(10)
    f.clear()
    assert f(10)(1) == 11
    assert f.info().load == 1


def test_keys_as_arguments_are_found_again(durable: Any) -> None:
    f = inf_cache(archive=durable, name="f")(lambda trial, scale=1: trial.x * scale)
    assert [f(Trial(x=3)), f(Trial(x=4), scale=2)] == [3, 8]
    g = inf_cache(archive=durable, name="f")(f.__wrapped__)
    g.load()
    assert [g(Trial(x=3.0)), g(Trial(x=4), 2)] == [3, 8]
    assert g.info()[:3] == (2, 0, 0)


def test_a_key_class_as_keymap_is_the_key_at_rest_too(durable: Any) -> None:
    def cached() -> Any:
        @inf_cache(archive=durable, keymap=Trial, name="f")
        def f(x: int, verbose: bool = False) -> int:
            return -x

        return f

    f = cached()
    f(3, verbose=True)
    [entry] = durable.entries("f")
    assert entry.key.arguments == Trial(x=3)
    g = cached()
    g.load()
    assert g(3) == -3
    assert g.info()[:3] == (1, 0, 0)
    assert list(g.__cache__()) == [Trial(x=3)]


def test_a_callable_as_keymap_is_the_key_at_rest_too(durable: Any) -> None:
    def cached() -> Any:
        return inf_cache(archive=durable, keymap=lambda xs: sorted(xs), name="f")(
            lambda xs: sum(xs)
        )

    assert cached()([1, 2]) == 3
    g = cached()
    assert g([2, 1]) == 3
    assert g.info().load == 1


def test_ignored_arguments_are_not_at_rest_either(durable: Any) -> None:
    def cached() -> Any:
        @inf_cache(archive=durable, ignore="log", name="f")
        def f(x: int, log: Any = None) -> int:
            return x

        return f

    assert cached()(1, log=object()) == 1
    g = cached()
    assert g(1, object()) == 1
    assert g.info().load == 1


class Counted(Key):
    """Notes each copy that is made of it."""

    x = Param(min=0, max=9)
    copies = 0

    def __deepcopy__(self, memo: Any) -> Any:
        type(self).copies += 1
        return self


def test_an_instance_lives_until_the_results_of_its_methods_are_written(durable: Any) -> None:
    class Model(Counted):
        @lru_cache(cache=durable, name="scaled")
        def scaled(self, by: Any) -> Any:
            return self.x

    Model(x=2).scaled(3)
    Model(x=3).scaled([3])
    gc.collect()
    Model.scaled.dump()
    assert len(durable) == 2
    gc.collect()
    assert Model.scaled.info().size <= 1, "and no longer, where it is held weakly"
    assert Model.copies <= 1, "it is not copied just because it is stored"


def test_a_set_given_to_a_method_is_stored_as_it_was(where: Any) -> None:
    class Model(Counted):
        @lru_cache(cache=where, name="count")
        def count(self, names: set[str]) -> int:
            return len(names)

    model, names = Model(x=1), {"a"}
    assert model.count(names) == 1
    names.add("b")
    Model.count.dump()
    Model.count.clear()
    Model.count.load()
    assert [model.count({"a"}), model.count({"a", "b"})] == [1, 2]


def test_an_argument_that_cannot_be_shown_does_not_turn_a_warning_into_an_error(
    tmp_path: Path,
) -> None:
    class Shy:
        def __fingerprint__(self) -> int:
            return 1

        def __repr__(self) -> str:
            raise RuntimeError("do not look at me")

    @lru_cache(archive=tmp_path / "a.db", name="f")
    def f(shy: Shy) -> Any:
        return 1, (x for x in ())

    with pytest.warns(StorageWarning, match=r"f\(shy=<.*Shy>\) was computed but not stored"):
        assert f(Shy())
