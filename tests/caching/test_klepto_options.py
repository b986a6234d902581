"""klepto's options tol, deep and purge, and the safe variants."""

from __future__ import annotations

import itertools
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import StorageWarning, keymaps, lru_cache, safe
from kigen.caching import no_cache
from kigen.keymaps import stringmap


def test_tol_rounds_the_key_and_not_what_the_function_sees() -> None:
    seen = []
    f = lru_cache(tol=0)(lambda x, y=0.0: seen.append(x) or x)
    assert (f(3.1), f(3.4), f(3.6)) == (3.1, 3.1, 3.6)
    assert seen == [3.1, 3.6]
    assert f.key(3.4, 0.2) == (3.0, 0.0)
    assert f.lookup(2.9) == 3.1


def test_tol_reaches_varargs_and_keywords_and_one_parameter_alone() -> None:
    f = lru_cache(tol=1)(lambda *args, **kwargs: (args, kwargs))
    assert f(1.01, a=2.02) == f(1.04, a=1.98)
    g = lru_cache(tol=1)(lambda x: x)
    assert g(0.11) == g(0.14) == 0.11
    assert g("text") == "text"


def test_a_hit_on_rounded_floats_runs_nothing_but_the_wrapper() -> None:
    f = lru_cache(tol=1)(lambda x, round, float=1.04: x)  # noqa: A006 - names that the source uses
    f(0.11, 2)
    calls = []
    sys.setprofile(lambda frame, event, _: calls.append(frame.f_code) if event == "call" else None)
    f(0.14, 2.04)
    sys.setprofile(None)
    assert calls == [f.__code__]
    assert f.info()[:2] == (1, 1)


@pytest.mark.parametrize("x", [float("nan"), float("inf"), 1.7e308, -0.0, True, 3, "0.1"])
@pytest.mark.parametrize("tol", [0, 2, 400, -1, -308])
def test_whatever_is_rounded_to_whatever_place_is_found_again(x: object, tol: int) -> None:
    for typed in False, True:
        f = lru_cache(tol=tol, typed=typed)(lambda x, y=0.5: x)
        assert f(x) is f(x) is f(x, 0.5) is x
        assert f.info()[:2] == (2, 1)


def test_deep_rounds_in_containers_and_shallow_does_not() -> None:
    shallow = lru_cache(tol=0)(lambda x: x)
    deep = lru_cache(tol=0, deep=True)(lambda x: x)
    for f, misses in ((shallow, 2), (deep, 1)):
        f([1.1, {"a": 2.2}])
        f([1.2, {"a": 2.3}])
        assert f.info().miss == misses


def test_rounded_results_are_archived_under_the_rounded_key(tmp_path: Path) -> None:
    def session():
        return lru_cache(tol=0, archive=tmp_path / "a.db", name="f")(lambda x, y=1: x)

    session()(3.1)
    later = session()
    assert later(2.9) == 3.1
    assert later.info().load == 1


def test_tol_and_a_keymap_round_what_the_keymap_gets() -> None:
    f = lru_cache(tol=0, keymap=lambda x: ("key", x))(lambda x: x)
    assert f(1.2) == f(0.9) == 1.2
    assert f.key(1.4) == ("key", 1.0)


@pytest.mark.parametrize("tol", [None, 1])
@pytest.mark.parametrize("decorators", [kigen, safe])
def test_what_is_ignored_is_null_for_whoever_asks_by_call(decorators, tol: int | None) -> None:
    f = decorators.inf_cache(keymap=stringmap(), ignore="y", tol=tol)(lambda x, y=0: x)
    f(0.5)
    assert f.key(0.5, 2) == "('x', 0.5, 'y', NULL)"
    assert list(f.__cache__()) == [f.key(0.5, 2)]
    assert f.lookup(0.5, 3) == f.peek(0.5, 4) == 0.5
    assert f.contains(0.5, 5)
    assert f.invalidate(0.5, 6)


def test_purge_writes_everything_and_empties_the_memory_when_it_is_full(tmp_path: Path) -> None:
    f = lru_cache(3, cache=tmp_path / "a.db", purge=True)(lambda x: [x])
    for x in range(3):
        f(x)
    assert (len(f.archive()), f.info().size) == (0, 3)
    f(3)
    assert (len(f.archive()), f.info().size) == (4, 0)
    assert f(0) == [0]
    assert f.info()[:3] == (0, 4, 1)


@pytest.mark.parametrize("bound", [{"maxsize": 2}, {"maxbytes": 2, "weigh": lambda result: 1}])
def test_a_result_that_takes_the_place_of_another_purges_nothing(
    bound: dict[str, Any], tmp_path: Path
) -> None:
    numbers = itertools.count()
    f = lru_cache(cache=tmp_path / "a.db", purge=True, name="f", **bound)(lambda x: next(numbers))
    assert [f(1), f(2), f.refresh(1), f(1)] == [0, 1, 2, 2]
    assert (f.info().size, len(f.archive())) == (2, 0)
    f.dump()
    f.clear()
    assert f(1) == 2


@pytest.mark.parametrize("cache", [kigen.lru_cache, kigen.mru_cache, kigen.lfu_cache])
def test_purge_leaves_a_full_memory_alone_when_a_result_takes_the_place_of_its_own(
    cache, tmp_path: Path
) -> None:
    ran = []
    f = cache(2, cache=tmp_path / "a.db", purge=True)(lambda x: ran.append(x) or len(ran))
    assert [f(1), f(2)] == [1, 2]
    f.dump()
    f.load()
    assert f.info().size == 2
    assert f.refresh(1) == f(1) == 3
    f.__cache__()[f.key(2)] = 7
    assert (f(2), f.info().size) == (7, 2)
    f.dump()
    assert sorted(f.__cache__().archive.values()) == [3, 7]


def test_purge_writes_the_new_result_and_not_the_old_one_if_that_weighed_less(
    tmp_path: Path,
) -> None:
    f = lru_cache(cache=tmp_path / "a.db", purge=True, maxbytes=10, weigh=len)(lambda x: "short")
    assert f(1) == "short"
    f.__cache__()[f.key(1)] = "a longer"
    f(2)
    assert sorted(f.__cache__().archive.values()) == ["a longer", "short"]


def test_purge_without_an_archive_is_no_purge() -> None:
    f = lru_cache(3, purge=True)(lambda x: x)
    for x in range(5):
        f(x)
    assert f.info().size == 3


def test_no_cache_keeps_nothing_in_memory_and_reads_the_archive_each_time(tmp_path: Path) -> None:
    f = no_cache(cache=tmp_path / "a.db")(lambda x: x)
    f(1), f(1), f(2)
    assert f.info() == (0, 2, 1, 0, 0)
    assert len(f.archive()) == 2


@pytest.mark.parametrize("name", safe.__all__)
def test_a_safe_cache_computes_a_call_that_cannot_be_keyed_and_warns_once(
    name: str, tmp_path: Path
) -> None:
    f = getattr(safe, name)(archive=tmp_path / "a.db")(lambda x: 7)
    with pytest.warns(StorageWarning, match="no fingerprint") as caught:
        assert (f(object()), f(object())) == (7, 7)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert f.info()[:2] == (0, 2)
    assert f(1) == 7
    assert len(f.archive()) == 1


def test_a_safe_cache_survives_a_keymap_that_fails() -> None:
    f = safe.lru_cache(keymap=lambda x: {}[x])(lambda x: x)
    with pytest.warns(StorageWarning):
        assert (f(1), f(1)) == (1, 1)
    assert f.info()[:2] == (0, 2)


class Unhashable:
    """And nothing that a fingerprint could be made of."""

    def __hash__(self) -> int:
        raise RuntimeError("no hash")


class Fixed(list):
    def __copy__(self) -> None:
        raise RuntimeError("no copy")


ITSELF: list = [1.25]
ITSELF.append(ITSELF)


@pytest.mark.parametrize("keymap", [None, keymaps.keymap(), stringmap(), keymaps.hashmap()])
@pytest.mark.parametrize(
    "argument", [Unhashable(), Fixed([1.25]), ITSELF], ids=["hash", "copy", "itself"]
)
def test_a_safe_cache_survives_an_argument_that_can_be_neither_hashed_nor_rounded(
    argument, keymap
) -> None:
    f = safe.lru_cache(keymap=keymap, tol=1, deep=True)(lambda x: id(x))
    f(1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert f(argument) == f(argument) == id(argument)
    assert [warning.category for warning in caught] == [StorageWarning]
    assert f.info()[:2] == (0, 3)


def test_a_safe_cache_survives_an_archive_that_fails(tmp_path: Path, monkeypatch) -> None:
    f = safe.lru_cache(archive=tmp_path / "a.db")(lambda x: x)

    def fail(*_: object, **__: object) -> None:
        raise kigen.ArchiveError("the disk is gone")

    monkeypatch.setattr(kigen.archives.Archive, "fetch", fail)
    monkeypatch.setattr(kigen.archives.Archive, "store", fail)
    with pytest.warns(StorageWarning, match="disk is gone"):
        assert (f(1), f(1)) == (1, 1)


def test_a_safe_cache_still_raises_what_the_function_raises() -> None:
    @safe.inf_cache
    def f(x: int) -> float:
        return 1 / x

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ZeroDivisionError):
            f(0)
        assert f(2) == f(2) == 0.5
    assert f.info()[:2] == (1, 1)


def test_a_key_class_still_validates_in_a_safe_cache() -> None:
    class Trial(kigen.Key):
        lr = kigen.Param(min=0, max=1)

    f = safe.lru_cache(keymap=Trial)(lambda lr: lr)
    with pytest.raises(kigen.FieldError):
        f(3)
