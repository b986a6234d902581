"""The handle on a cached function: counts, memory and archive, in klepto's words."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
import warnings
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kigen import ConfigurationError, StorageWarning, archives, inf_cache, lfu_cache, lru_cache
from kigen.caching import CacheInfo
from kigen.caching.misses import flight

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)


@pytest.fixture(params=["memory://", "runs/", "runs.db"])
def where(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty archive of each kind."""
    monkeypatch.chdir(tmp_path)
    with archives.open(request.param) as archive:
        yield archive


def test_hits_misses_and_loads_are_counted_exactly(where: Any) -> None:
    def square(x: int) -> int:
        return x * x

    f = lru_cache(2, archive=where, name="square")(square)
    assert [f(x) for x in (1, 1, 2, 3)] == [1, 1, 4, 9]
    assert f.info() == CacheInfo(hit=1, miss=3, load=0, maxsize=2, size=2)
    assert f(1) == 1
    assert f.info() == CacheInfo(hit=1, miss=3, load=1, maxsize=2, size=2)
    assert f.cache_info()[:2] == (2, 3)
    g = lru_cache(archive=where, name="square")(square)
    assert [g(1), g(1), g(4)] == [1, 1, 16]
    assert g.info()[:3] == (1, 1, 1)


@CACHES
def test_a_call_that_raised_is_counted_as_nothing_and_is_made_again(cache: Any) -> None:
    ran = []

    @cache
    def f(x: int) -> int:
        ran.append(x)
        if len(ran) < 3:
            raise OSError(x)
        return x

    for _ in range(2):
        with pytest.raises(OSError):
            f(1)
        assert f.info()[:3] == (0, 0, 0)
    assert [f(1), f(1)] == [1, 1]
    assert f.info() == CacheInfo(1, 1, 0, f.info().maxsize, 1)
    assert ran == [1, 1, 1]


@CACHES
def test_clearing_empties_the_memory_and_the_counts_but_not_the_archive(
    cache: Any, where: Any
) -> None:
    @cache(archive=where)
    def f(x: Any) -> Any:
        return x

    values = [1, "a", 2.5, (1, [2]), [3]]
    for value in values:
        f(value)
    f.clear(keepstats=True)
    assert (f.info().size, f.info().miss) == (0, 5)
    assert [f(value) for value in values] == values
    assert f.info()[:3] == (0, 5, 5)
    f.clear()
    assert f.info()[:3] == (0, 0, 0)
    assert f.info().size == 0
    assert len(where) == 5


@pytest.mark.parametrize("fails", [True, False])
def test_the_counts_of_calls_that_wait_are_right_though_they_are_cleared_meanwhile(
    fails: bool,
) -> None:
    began, go = threading.Event(), threading.Event()
    ran = []

    @lru_cache
    def f(x: int) -> int:
        ran.append(x)
        if len(ran) == 1:
            began.set()
            assert go.wait(60)
            if fails:
                raise OSError(x)
        return x

    def call() -> None:
        with suppress(OSError):
            f(1)

    threads = [threading.Thread(target=call, daemon=True) for _ in range(2)]
    threads[0].start()
    assert began.wait(60)
    threads[1].start()
    while not flight.gates:
        time.sleep(0.001)
    assert f.info()[:2] == (0, 0), "who waits is no hit yet"
    f.clear()
    go.set()
    for thread in threads:
        thread.join(60)
    assert f.info()[:2] == ((0, 1) if fails else (1, 1))
    f(1)
    assert f.info()[:2] == ((1, 1) if fails else (2, 1))


def test_results_of_none_are_results(where: Any) -> None:
    ran = []

    @inf_cache(archive=where, name="f")
    def f(x: int) -> None:
        ran.append(x)

    assert [f(1), f(1)] == [None, None]
    f.clear()
    assert [f(1), f.lookup(1), f.peek(1)] == [None, None, None]
    assert ran == [1]


def test_what_is_dumped_is_found_by_a_new_function_and_nothing_is_written_before(
    where: Any,
) -> None:
    def cached() -> Any:
        return inf_cache(cache=where, name="f")(lambda x: x)

    f = cached()
    values = [1, 2.5, "a", [1, [2]], {"a": (1,)}, (1, 2)]
    assert [f(value) for value in values] == values
    assert len(where) == 0
    f.dump(f.key([1, [2]]), f.key("a"), "no such key")
    assert len(where) == 2
    f.dump()
    assert len(where) == 6
    g = cached()
    g.load(g.key(1), g.key([1, [2]]), "no such key")
    assert g.info() == CacheInfo(0, 0, 0, None, 2)
    g.load()
    assert g.info().size == 6
    assert [g(value) for value in values] == values
    assert g.info()[:3] == (6, 0, 0)


def test_dumping_twice_writes_once(where: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    f = inf_cache(cache=where)(lambda x: x)
    f(1), f([2])
    f.dump()
    monkeypatch.setattr(where, "store", None)
    f.dump()
    f.clear()
    assert [f(1), f([2])] == [1, [2]]
    f.dump()
    assert f.info().load == 2, "what was loaded is not written again"


def test_dumping_a_key_of_what_has_no_hash_may_be_repeated(where: Any) -> None:
    f = inf_cache(cache=where)(lambda xs: sum(xs))
    f([1, 2])
    for _ in range(2):
        f.dump(f.key([1, 2]))
    assert len(where) == 1


@pytest.mark.parametrize("cache", [lru_cache, lfu_cache], ids=repr)
def test_who_leaves_memory_is_written_and_found_again(cache: Any, where: Any) -> None:
    @cache(2, cache=where)
    def f(x: Any) -> Any:
        return x

    values = [1, [2], "c", (4,), {"e": 5}]
    for value in values:
        f(value)
    assert len(where) == 3
    assert [f(value) for value in values] == values
    assert f.info().miss == 5
    assert f.info().hit + f.info().load == 5


def test_a_bound_of_zero_writes_each_result_and_reads_it_back(where: Any) -> None:
    f = lru_cache(0, cache=where)(lambda x: [x])
    assert [f(1), f(1)] == [[1], [1]]
    assert f.info() == CacheInfo(0, 1, 1, 0, 0)


def test_loading_never_goes_beyond_the_bound_and_loses_nothing(where: Any) -> None:
    def cached(maxsize: int | None) -> Any:
        return lru_cache(maxsize, cache=where, name="f")(lambda x: x)

    f = cached(None)
    for x in range(10):
        f(x)
    f.dump()
    g = cached(3)
    g.load()
    assert g.info().size == 3
    g.load(*range(10))
    assert g.info().size == 3
    assert [g(x) for x in range(10)] == list(range(10))
    assert g.info().miss == 0
    g = cached(0)
    g.load()
    assert g.info().size == 0


def test_results_that_wait_to_be_written_survive_a_load_that_drives_them_out(where: Any) -> None:
    def cached() -> Any:
        return lru_cache(2, cache=where, name="f")(lambda x: x)

    f = cached()
    f(1), f(2), f.dump()
    g = cached()
    g(8), g(9)
    g.load()
    assert len(where) == 4


def test_a_key_is_what_the_cache_s_mapping_is_keyed_by() -> None:
    @inf_cache
    def f(x: Any, y: int = 2, *rest: int, z: int = 3) -> int:
        return 1

    f(1)
    assert f.key(1) == f.key(x=1, y=2, z=3) == (1, 2, (), 3)
    assert f.__cache__()[f.key(1)] == 1
    one = inf_cache(lambda x: -x)
    one([1][0])
    assert one.key(1) == 1
    assert one.__cache__()[1] == -1
    assert inf_cache(lambda: 1).key() == ()


def test_looking_up_reads_memory_and_archive_and_never_computes(where: Any) -> None:
    ran = []

    @lru_cache(cache=where)
    def f(x: Any) -> Any:
        ran.append(x)
        return [x]

    for value in (1, [1]):
        with pytest.raises(KeyError):
            f.lookup(value)
        f(value)
        assert f.lookup(value) == [value]
    f.dump()
    f.clear()
    assert [f.lookup(1), f.lookup(x=1), f.lookup([1])] == [[1], [1], [[1]]]
    f.lookup(1).append("poison")
    assert f.lookup(1) == [1]
    assert ran == [1, [1]]
    assert f.info() == CacheInfo(0, 0, 0, 100, 0)


def test_looking_up_is_no_use_that_keeps_an_entry() -> None:
    f = lru_cache(2)(lambda x: x)
    f(1), f(2), f.lookup(1), f(3)
    with pytest.raises(KeyError):
        f.lookup(1)


def test_an_archive_may_be_given_later_and_gets_what_is_in_memory(where: Any) -> None:
    f = lru_cache(lambda x: x)
    f(1)
    assert f.archive() is None
    assert f.archived() is False
    f.dump(), f.load()
    assert f.archive(where) is where is f.archive()
    assert f.archived() is True
    f(2)
    assert len(where) == 0
    f.dump()
    assert len(where) == 2
    f.clear()
    assert [f(1), f(2)] == [1, 2]
    assert f.info()[:3] == (0, 0, 2)


@pytest.mark.parametrize("argument", [1, [1]], ids=["plain", "odd"])
def test_an_archive_may_be_given_while_a_call_is_under_way(argument: Any, where: Any) -> None:
    @lru_cache(name="f")
    def f(x: Any) -> Any:
        f.archive(where)
        return x

    assert f(argument) == f(argument) == argument
    assert f.info()[:2] == (1, 1)
    f.dump()
    f.clear()
    assert f.contains(argument) is (argument == 1), "a list may have changed before"


def test_a_refresh_while_an_archive_comes_and_a_call_is_under_way_wins(where: Any) -> None:
    state = ["old"]

    @lru_cache(name="f")
    def f(x: int) -> str:
        seen = state[0]
        if seen == "old":
            state[0] = "new"
            f.refresh(x)
            f.archive(where)
        return seen

    assert [f(1), f(1), f.lookup(1)] == ["old", "new", "new"]


def test_a_path_may_be_given_as_archive_and_what_is_none_is_an_error(tmp_path: Path) -> None:
    f = lru_cache(lambda x: x)
    f.archive(str(tmp_path / "runs.db"))
    assert f.archive().url.startswith("sqlite://")
    f.archive(archives.dir_archive(str(tmp_path / "memo")))
    assert f.archive().url.startswith("dir://")
    for nothing in ({}, 3, object()):
        with pytest.raises(ConfigurationError, match="path or a URL"):
            f.archive(nothing)
    assert f.archive().url.startswith("dir://"), "the old one stays in use"
    f.archive(archives.null_archive())
    assert f.archive() is None


def test_what_an_archive_given_later_cannot_get_is_warned_of(where: Any) -> None:
    f = inf_cache(lambda x: x)
    f([1]), f(2), f([3])
    with pytest.warns(StorageWarning, match="2 results") as caught:
        f.archive(where)
    assert caught[0].filename == __file__
    f.dump()
    assert len(where) == 1
    f([1])
    f.dump()
    assert len(where) == 1, "it is in memory, and its list is gone"


def test_an_archive_may_be_parked_and_gets_later_what_was_computed_meanwhile(where: Any) -> None:
    f = inf_cache(cache=where)(lambda x: x)
    f(1), f([1]), f.dump()
    assert f.archived(False) is False
    assert f.archive() is None
    f(2), f.dump()
    assert len(where) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert f.archived(True) is True
    assert f.archived(True) is True
    f.dump()
    assert len(where) == 3
    assert f.archived(False) is f.archived(False) is False


def test_switching_on_an_archive_that_was_never_given_is_an_error() -> None:
    f = inf_cache(lambda x: x)
    with pytest.raises(ConfigurationError, match=r"f\.archive"):
        f.archived(True)
    with pytest.raises(TypeError):
        f.archived(True, False)


def test_one_result_can_be_forgotten_in_memory_and_archive(where: Any) -> None:
    ran = []

    @inf_cache(archive=where, name="f")
    def f(x: Any) -> Any:
        ran.append(x)
        return x

    for value in (1, [1]):
        f(value), f(value)
        assert f.contains(value)
        assert f.invalidate(value) is True
        assert not f.contains(value)
        assert f.invalidate(value) is False
        f(value)
    assert ran == [1, 1, [1], [1]]


def test_one_result_can_be_computed_anew(where: Any) -> None:
    numbers = iter(range(10))

    @inf_cache(archive=where, name="f")
    def f(x: Any) -> int:
        return next(numbers)

    assert [f([1]), f.refresh([1]), f([1])] == [0, 1, 1]
    f.clear()
    assert f([1]) == 1


@pytest.mark.parametrize("option", ["archive", "cache"])
def test_a_refresh_does_not_bring_back_what_is_forgotten_meanwhile(where: Any, option: str) -> None:
    @inf_cache(**{option: where}, name="f")
    def f(x: int) -> str:
        f.invalidate(x)
        return "old"

    assert f.refresh(1) == "old"
    f.dump()
    assert not f.contains(1)


def test_of_two_refreshes_the_one_that_began_last_counts(where: Any) -> None:
    numbers = iter(range(10))

    @inf_cache(archive=where, name="f")
    def f(x: int) -> int:
        number = next(numbers)
        if number == 0:
            f.refresh(x)
        return number

    assert [f.refresh(1), f(1)] == [0, 1]
    f.clear()
    assert f(1) == 1


def test_a_coroutine_that_is_refreshed_does_not_bring_back_what_is_forgotten_meanwhile() -> None:
    @inf_cache
    async def f(x: str) -> str:
        await asyncio.sleep(0.01 * len(x))
        return x

    async def main() -> None:
        running = asyncio.gather(f.refresh("a"), f.refresh("aaaa"))
        await asyncio.sleep(0.02)
        f.invalidate("aaaa")
        await running

    asyncio.run(main())
    assert f.contains("a")
    assert not f.contains("aaaa")


@pytest.mark.parametrize("meanwhile", ["invalidate", "refresh"])
@pytest.mark.parametrize("way", ["dump", "evict"])
def test_what_is_forgotten_or_replaced_while_it_is_written_does_not_come_back(
    where: Any, way: str, meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = itertools.count()
    f = lru_cache(1, cache=where, name="f")(lambda x: next(numbers))
    assert f(1) == 0
    store = where.store

    def storing(*args: Any, **kwargs: Any) -> None:
        monkeypatch.undo()
        store(*args, **kwargs)
        getattr(f, meanwhile)(1)

    monkeypatch.setattr(where, "store", storing)
    f.dump() if way == "dump" else f(2)
    found = f(1)
    assert found > 0
    f.dump()
    f.clear()
    assert f(1) == found


def test_an_argument_that_the_function_changes_is_computed_anew_under_what_it_was(
    where: Any,
) -> None:
    @inf_cache(cache=where, name="f")
    def f(xs: list[int]) -> int:
        xs.append(7)
        return len(xs)

    assert f.refresh([1]) == 2
    f.dump()
    f.clear()
    f.load()
    assert f.info().size == 1
    assert f([1]) == 2
    assert f([1, 7]) == 3


@CACHES
def test_the_cache_is_a_mapping_over_the_archive(cache: Any, where: Any) -> None:
    f = cache(cache=where)(lambda x: [x])
    f(1), f("a"), f([2])
    memory = f.__cache__()
    assert isinstance(memory, MutableMapping)
    assert isinstance(memory, archives.cache)
    assert len(memory) == 3
    assert memory[1] == [1]
    assert 1 in memory
    assert 9 not in memory
    assert memory[[2]] == [[2]], "what has no hash is found, too"
    memory[1].append("poison")
    assert memory[1] == [1] == f(1)
    memory[7] = ["seven"]
    assert f(7) == ["seven"]
    del memory[1]
    with pytest.raises(KeyError):
        memory[1]
    with pytest.raises(KeyError):
        del memory[1]
    assert memory.popkeys([7, 9], None) == [["seven"], None]
    memory.update({4: ["four"]})
    assert f(4) == ["four"]
    assert dict(memory).keys() >= {"a", 4}
    memory.dump()
    assert len(where) == len(memory.archive) == 3
    memory.clear()
    assert len(memory) == f.info().size == 0
    memory.load()
    assert memory["a"] == ["a"]
    assert memory.archived() is True
    assert memory.archive["a"] == ["a"]


def test_the_cache_may_be_written_to_by_hand_and_dumped(where: Any) -> None:
    f = inf_cache(cache=where, name="f")(lambda x: x)
    f.__cache__()[f.key(1)] = "by hand"
    f.__cache__()[f.key([1])] = "by hand too"
    assert [f(1), f([1])] == ["by hand", "by hand too"]
    f.dump()
    assert len(where) == 2
    g = inf_cache(cache=where, name="f")(lambda x: x)
    assert [g(1), g([1])] == ["by hand", "by hand too"]


def test_a_synchronised_archive_is_a_copy_of_memory(where: Any) -> None:
    def cached() -> Any:
        return inf_cache(cache=where, name="f")(lambda x: x)

    f = cached()
    f(1), f([2]), f.dump()
    g = cached()
    g(3), g([4])
    g.__cache__().sync()
    assert len(where) == g.info().size == 4
    del g.__cache__()[1]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        g.__cache__().sync(clear=True)
    assert len(where) == 3
    h = cached()
    assert [h([2]), h(3), h([4])] == [[2], 3, [4]]
    assert h.info().load == 3


def test_dropping_the_archive_leaves_it_as_it_is(where: Any) -> None:
    f = inf_cache(archive=where)(lambda x: x)
    f(1)
    f.__cache__().drop()
    f(2)
    assert f.archived() is False
    assert len(where) == 1
    f.__cache__().archive = where
    assert f.archived() is True


def test_functions_on_one_archive_see_their_own_results_alone(where: Any) -> None:
    f, g = (inf_cache(cache=where, name=name)(lambda x: x) for name in "fg")
    f(1), g(1), g(2)
    f.dump(), g.dump()
    f.clear(), f.load()
    assert f.info().size == 1
    assert len(f.__cache__().archive) == 1
    f.__cache__().sync(clear=True)
    assert len(where) == 3


def test_an_exception_that_is_kept_is_no_result_in_the_cache_s_mapping(where: Any) -> None:
    ran = []

    @inf_cache(cache=where, cache_exceptions=ValueError, name="f")
    def f(x: int) -> int:
        ran.append(x)
        if x:
            raise ValueError(x)
        return x

    f(0)
    with pytest.raises(ValueError):
        f(1)
    assert dict(f.__cache__()) == {0: 0}
    assert len(f.__cache__()) == 1
    assert 1 not in f.__cache__()
    assert f.contains(1), "a call would be answered"
    assert f.peek(1) is None
    with pytest.raises(ValueError):
        f.lookup(1)
    f.dump()
    f.clear()
    with pytest.raises(ValueError):
        f(1)
    assert ran == [0, 1]
    assert list(f.__cache__().archive) == [0]
    assert f.invalidate(1) is True
    assert f.invalidate(1) is False
    with pytest.raises(ValueError):
        f(1)
    assert ran == [0, 1, 1]


def test_what_has_expired_is_not_in_the_cache_s_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("kigen.caching.results.held.monotonic", lambda: now[0])
    monkeypatch.setattr("kigen.caching.results.keeper.monotonic", lambda: now[0])
    f = inf_cache(ttl=5)(lambda x: x)
    f(1)
    now[0] += 3
    f(2)
    assert dict(f.__cache__()) == {1: 1, 2: 2}
    now[0] += 3
    assert dict(f.__cache__()) == {2: 2}
    assert not f.contains(1)
