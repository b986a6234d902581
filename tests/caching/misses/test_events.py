"""Telling what a cache does, and which version of a function it is."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

import kigen
from kigen import inf_cache, lfu_cache, lru_cache, safe


def listening(heard: list[tuple[object, ...]]) -> dict[str, object]:
    return {
        name: lambda *facts, name=name: heard.append((name, *facts))
        for name in ("on_hit", "on_miss", "on_load", "on_evict")
    }


@pytest.mark.parametrize("decorator", [lru_cache, lfu_cache, safe.lru_cache])
def test_hits_misses_loads_and_evictions_are_told(decorator, tmp_path: Path) -> None:
    heard: list[tuple[object, ...]] = []
    f = decorator(1, archive=tmp_path / "a.db", name="f", **listening(heard))(lambda x, y=0: [x])
    f(1), f(1), f(x=2), f(1)
    assert heard == [
        ("on_miss", (1, 0)),
        ("on_hit", (1, 0)),
        ("on_evict", (1, 0), [1]),
        ("on_miss", (2, 0)),
        ("on_evict", (2, 0), [2]),
        ("on_load", (1, 0)),
    ]


@pytest.mark.parametrize("decorator", [inf_cache, lru_cache, lfu_cache])
def test_a_hit_on_the_fast_path_is_told_once_and_a_miss_is_no_hit(decorator) -> None:
    hits, misses = [], []
    f = decorator(on_hit=hits.append, on_miss=misses.append)(lambda x: x)
    f(1), f(1), f(2.5), f(2.5), f([3]), f([3])
    assert hits[:2] == [1, 2.5]
    assert len(hits) == len(misses) == 3
    assert f.info()[:2] == (3, 3)


@pytest.mark.parametrize("where", [None, "archive", "cache"])
@pytest.mark.parametrize("argument", [[1], {"a": [2]}, b"x" * 70_000, [[b"y" * 70_000]]])
def test_each_event_of_one_call_is_told_with_the_same_key(where, argument, tmp_path: Path) -> None:
    keys: list[object] = []
    listeners = dict.fromkeys(("on_hit", "on_miss", "on_load"), keys.append)

    def cached():
        kept = {} if where is None else {where: tmp_path / "a.db"}
        return lru_cache(**kept, **listeners, name="f")(lambda x: [1])

    f = cached()
    f(argument), f(argument)
    f.dump()
    cached()(argument)
    assert keys == [f.key(argument)] * 3


def test_a_call_that_leaves_is_told_by_its_digest_if_its_list_is_not_kept() -> None:
    gone: list[tuple[object, ...]] = []
    f = lru_cache(1, on_evict=lambda *facts: gone.append(facts))(sum)
    f([1]), f([2]), f((3,)), f([4])
    (first, _), (second, _), third = gone
    assert repr(first).startswith("(<digest ")
    assert repr(second).startswith("(<digest ")
    assert first != second
    assert third == (((3,), 0), 3)


def test_those_who_wait_are_hits() -> None:
    heard: list[tuple[object, ...]] = []
    go = threading.Event()

    @inf_cache(**listening(heard))
    def f(x: int) -> int:
        assert go.wait(10)
        return x

    threads = [threading.Thread(target=f, args=(1,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join(10)
    assert sorted(name for name, *_ in heard) == ["on_hit"] * 3 + ["on_miss"]


def test_coroutines_tell_too() -> None:
    heard: list[tuple[object, ...]] = []

    @lru_cache(**listening(heard))
    async def f(x: int) -> int:
        return x

    asyncio.run(f(1)), asyncio.run(f(1))
    assert heard == [("on_miss", 1), ("on_hit", 1)]


def test_a_method_tells_of_its_instance() -> None:
    heard = []

    class Model:
        @lru_cache(on_hit=heard.append)
        def get(self, x: int) -> int:
            return x

    model = Model()
    model.get(1), model.get(1)
    assert heard == [(model, 1)]


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(kigen.ConfigurationError, match="on_hit"):
        lru_cache(on_hit=3)(lambda x: x)


def test_another_version_is_another_function(tmp_path: Path) -> None:
    def session(version: object):
        return inf_cache(archive=tmp_path / "a.db", name="f", version=version)(lambda x: version)

    assert [session(v)(1) for v in (None, 1, "2")] == [None, 1, "2"]
    later = session(1)
    assert later(1) == 1
    assert later.info().load == 1


def test_stars_may_find_nothing_to_ignore() -> None:
    f = inf_cache(ignore=("y", "*", "**"))(lambda x, y=1: x)
    assert (f(1, 2), f(1, 3)) == (1, 1)
    assert f.info().miss == 1


def test_a_kept_exception_found_on_a_second_look_does_not_leave_the_key_locked() -> None:
    @inf_cache(cache_exceptions=ValueError)
    def f(x: int) -> int:
        raise ValueError(x)

    for _ in range(3):
        with pytest.raises(ValueError):
            f(1)
    assert not f.__globals__["claim"].__self__.flights


def counted(f, heard: list[tuple[object, ...]]) -> None:
    """Assert that as many hits, misses and loads were told of as were counted."""
    names = [name for name, *_ in heard]
    told = (names.count("on_hit"), names.count("on_miss"), names.count("on_load"))
    assert told == f.info()[:3]


def test_kept_exceptions_are_told_of_as_results_are(tmp_path: Path) -> None:
    def session(heard: list[tuple[object, ...]]):
        @lru_cache(
            *(1,),
            archive=tmp_path / "a.db",
            name="f",
            cache_exceptions=KeyError,
            **listening(heard),
        )
        def f(x: object) -> object:
            raise KeyError(x)

        return f

    first, second = [], []
    for heard in (first, second):
        f = session(heard)
        for x in (1, 1, [2], [2]):
            with pytest.raises(KeyError):
                f(x)
        counted(f, heard)
    assert [name for name, *_ in first] == [
        *("on_miss", "on_hit", "on_evict", "on_miss", "on_hit"),
    ]
    assert [name for name, *_ in second] == ["on_load", "on_hit", "on_evict", "on_load", "on_hit"]
    assert isinstance(first[2][2], KeyError)


def test_a_stale_result_that_is_served_is_a_hit(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("kigen.caching.results.held.monotonic", lambda: now[0])
    monkeypatch.setattr("kigen.caching.results.keeper.monotonic", lambda: now[0])
    heard: list[tuple[object, ...]] = []

    @lru_cache(ttl=1, stale=100, **listening(heard))
    async def f(x: int) -> float:
        await asyncio.sleep(0)
        return now[0]

    async def both() -> list[float]:
        return await asyncio.gather(f(1), f(1))

    assert asyncio.run(both()) == [100.0, 100.0]
    now[0] += 2
    assert asyncio.run(both()) == [102.0, 100.0]
    counted(f, heard)
    assert [name for name, *_ in heard] == ["on_miss", "on_hit", "on_hit", "on_miss"]


def test_kept_exceptions_of_coroutines_are_told_of() -> None:
    heard: list[tuple[object, ...]] = []

    @lru_cache(cache_exceptions=KeyError, **listening(heard))
    async def f(x: int) -> int:
        await asyncio.sleep(0)
        raise KeyError(x)

    async def both() -> None:
        await asyncio.gather(f(1), f(1), return_exceptions=True)

    asyncio.run(both()), asyncio.run(both())
    counted(f, heard)
    assert f.info()[:2] == (3, 1)


@pytest.mark.parametrize("where", [{}, {"archive": "memory://"}])
def test_a_listener_that_raises_on_an_eviction_does_not_silence_the_miss_or_load(where) -> None:
    heard: list[tuple[object, ...]] = []

    def refuse(key: object, result: object) -> None:
        raise RuntimeError("no room")

    where = {name: kigen.archives.open(url) for name, url in where.items()}
    f = lru_cache(1, **where, **{**listening(heard), "on_evict": refuse})(lambda x: x)
    f(1)
    for x in (2, 1, 2):
        with pytest.raises(RuntimeError, match="no room"):
            f(x)
    counted(f, heard)
    assert f(2) == 2


def test_what_purge_pours_into_the_archive_has_left_memory() -> None:
    heard: list[tuple[object, ...]] = []
    cache = kigen.archives.open("memory://")
    f = lru_cache(2, purge=True, cache=cache, **listening(heard))(lambda x: -x)
    f(1), f(2)
    heard.clear()
    f(3)
    assert heard == [("on_evict", 1, -1), ("on_evict", 2, -2), ("on_miss", 3)]
    assert (f.info().size, len(f.archive())) == (0, 3)


@pytest.mark.parametrize("option", ["archive", "cache"])
@pytest.mark.parametrize("bound", [{"maxsize": 0}, {"maxbytes": 1, "weigh": len}])
def test_what_is_refreshed_and_finds_no_room_leaves_once(bound, option: str) -> None:
    heard: list[tuple[object, ...]] = []
    where = {option: kigen.archives.open("memory://")}
    f = lru_cache(**bound, **where, **listening(heard))(lambda x: "result")
    assert f.refresh(1) == "result"
    assert heard == [("on_evict", 1, "result")]
    assert f.peek(1) == "result"


@pytest.mark.parametrize("option", ["archive", "cache"])
def test_a_refreshed_result_is_stored_though_a_listener_raises(option: str, tmp_path: Path) -> None:
    numbers = iter(range(9))

    def refuse(key: object, result: object) -> None:
        raise RuntimeError("no room")

    where = {option: tmp_path / "a.db"}
    f = lru_cache(1, **where, on_evict=refuse, name="f")(lambda x: next(numbers))
    assert f(1) == 0
    with pytest.raises(RuntimeError):
        f(2)
    with pytest.raises(RuntimeError):
        f.refresh(1)
    f.dump()
    assert f.peek(1) == 2
    f.clear()
    assert f(1) == 2
