"""The safe caches of coroutine functions: what cannot be kept is awaited by each caller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kigen import ArchiveError, StorageWarning, archives, safe
from kigen.backends.memory import MemoryBackend
from kigen.keymaps import hashmap, picklemap

pytestmark = pytest.mark.timeout(60)

CALLERS = 5


class Unkeyable:
    """Has neither a hash nor a fingerprint."""

    __hash__ = None  # type: ignore[assignment]


def all_at_once(f: Any, argument: Any) -> list[Any]:
    async def main() -> list[Any]:
        calls = (f(argument) for _ in range(CALLERS))
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(main())


def test_what_can_be_keyed_is_awaited_once() -> None:
    ran = []

    @safe.lru_cache
    async def f(x: Any) -> Any:
        ran.append(x)
        await asyncio.sleep(0.01)
        return [x]

    for argument in 1, [1]:
        assert all_at_once(f, argument) == [[argument]] * CALLERS
    assert ran == [1, [1]]
    assert f.info()[:3] == (2 * CALLERS - 2, 2, 0)


def test_what_cannot_be_keyed_is_awaited_by_each_and_counts_as_a_miss() -> None:
    ran = []

    @safe.lru_cache
    async def f(x: Any) -> str:
        ran.append(x)
        await asyncio.sleep(0.01)
        return "a result"

    with pytest.warns(StorageWarning, match="not kept") as told:
        assert all_at_once(f, Unkeyable()) == ["a result"] * CALLERS
    assert len(told) == 1
    assert len(ran) == CALLERS
    assert f.info()[:4] == (0, CALLERS, 0, 100)
    assert f.info().size == 0


def test_an_archive_that_fails_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = archives.open("memory://")

    @safe.lru_cache(archive=archive, name="f")
    async def f(x: int) -> int:
        await asyncio.sleep(0)
        return x

    def fail(*_: Any, **__: Any) -> None:
        raise ArchiveError("the disk is gone", path="")

    for method in ("fetch", "_read_value", "store"):
        monkeypatch.setattr(archive, method, fail)
    with pytest.warns(StorageWarning, match="the disk is gone"):
        assert all_at_once(f, 1) == [1] * CALLERS
    assert f.info().miss == CALLERS
    monkeypatch.undo()
    assert all_at_once(f, 1) == [1] * CALLERS
    assert (f.info().miss, len(archive)) == (CALLERS + 1, 1)


def test_a_keymap_that_cannot_is_done_without() -> None:
    @safe.lru_cache(keymap=hashmap())
    async def f(x: Any) -> Any:
        return x

    with pytest.warns(StorageWarning, match="unhashable"):
        assert all_at_once(f, [1]) == [[1]] * CALLERS
    assert all_at_once(f, 1) == [1] * CALLERS
    assert f.info()[:2] == (CALLERS - 1, CALLERS + 1)


@pytest.mark.filterwarnings("ignore:a call is computed and not kept")
@pytest.mark.parametrize("argument", [1, [1], Unkeyable()], ids=["plain", "odd", "unkeyable"])
def test_an_exception_is_its_caller_s_and_who_is_cancelled_holds_up_nobody(argument: Any) -> None:
    ran = []

    @safe.lru_cache
    async def f(x: Any) -> str:
        ran.append(x)
        mine = len(ran)
        await asyncio.sleep(0.01)
        if mine == 1:
            raise OSError
        if mine == 2:
            asyncio.current_task().cancel()  # type: ignore[union-attr]
            await asyncio.sleep(60)
        return "a result"

    results = all_at_once(f, argument)
    assert sorted(map(repr, results)) == ["'a result'"] * 3 + ["CancelledError('')", "OSError()"]
    assert all_at_once(f, argument) == ["a result"] * CALLERS


@pytest.mark.filterwarnings("ignore:a call is computed and not kept")
def test_an_async_generator_is_kept_as_a_tuple_where_it_can_be() -> None:
    @safe.lru_cache(materialize=True)
    async def f(x: Any) -> AsyncIterator[int]:
        yield 1
        yield 2

    for argument in 1, Unkeyable():
        assert all_at_once(f, argument) == [(1, 2)] * CALLERS
    assert f.info()[:2] == (CALLERS - 1, CALLERS + 1)


@pytest.mark.parametrize(
    "keymap",
    [hashmap(), picklemap(serializer="json"), lambda *args, **kwargs: hash(args[0])],
    ids=["hashmap", "picklemap", "a function"],
)
def test_a_call_for_which_the_keymap_has_no_key_is_told_of_as_none(keymap: Any) -> None:
    missed: list[Any] = []
    f = safe.lru_cache(keymap=keymap, on_miss=missed.append)(lambda x: 1)
    with pytest.warns(StorageWarning):
        assert f(Unkeyable()) == 1
    assert missed == [None]
    assert f(2) == 1
    assert len(missed) == 2
    assert missed[1] == f.key(2)


class Raising:
    """Raises what it is given when it is hashed, compared, or asked for its fingerprint."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __hash__(self) -> int:
        raise self.error

    def __eq__(self, other: object) -> bool:
        raise self.error

    def __fingerprint__(self) -> object:
        raise self.error


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"typed": True},
        {"tol": 1, "deep": True},
        {"archive": "memory://"},
        {"keymap": hashmap()},
    ],
    ids=lambda options: next(iter(options), "none"),
)
@pytest.mark.parametrize("error", [AttributeError("name"), ValueError("no"), RuntimeError()])
def test_a_key_that_raises_what_it_likes_is_done_without(error: Any, options: Any) -> None:
    f = safe.lru_cache(**options)(lambda x, y=0: "a result")
    arguments = [Raising(error), (1, Raising(error)), {"a": Raising(error)}]
    with pytest.warns(StorageWarning, match="not kept") as told:
        assert {f(1, x) for x in arguments} | {f(x) for x in 2 * arguments} == {"a result"}
    assert len(told) == 1
    assert f.info()[:3] == (0, 9, 0)


def test_rounding_that_fails_is_no_fault_of_the_call() -> None:
    circle: list[Any] = []
    circle.append(circle)
    f = safe.lru_cache(tol=1, deep=True)(len)
    with pytest.warns(StorageWarning, match="RecursionError"):
        assert f(circle) == 1


class Broken(MemoryBackend):
    """Fails as no backend should."""

    error: Exception | None = None
    refuse: Exception | None = None

    def read(self, name: str) -> Any:
        if self.error:
            raise self.error
        return super().read(name)

    def read_value(self, name: str) -> Any:
        self.read(name)
        return super().read_value(name)

    def write(self, record: Any) -> None:
        if self.error or self.refuse:
            raise self.error or self.refuse
        super().write(record)


@pytest.mark.parametrize("option", ["archive", "cache"])
@pytest.mark.parametrize("error", [TimeoutError("slow"), KeyError("k"), RuntimeError("odd")])
def test_a_backend_that_raises_what_it_likes_is_done_without(error: Any, option: str) -> None:
    backend = Broken()
    f = safe.lru_cache(1, **{option: archives.Archive(backend)}, name="f")(lambda x: -x)
    assert f(1) == -1
    backend.error = error
    with pytest.warns(StorageWarning):
        assert [f(x) for x in (2, 3, 2)] == [-2, -3, -2]
    backend.error = None
    assert f(5) == -5
    assert f.info()[:3] == (0, 5, 0)


@pytest.mark.parametrize("error", [ArchiveError("full", path=""), TimeoutError("slow")], ids=repr)
def test_of_many_results_that_cannot_be_stored_the_first_warns(error: Any) -> None:
    backend = Broken()
    f = safe.lru_cache(archive=archives.Archive(backend), name="f")(lambda x: -x)
    f(0)
    backend.refuse = error
    with pytest.warns(
        StorageWarning, match=rf"f\(x=1\) was computed but not stored: {error}"
    ) as told:
        assert [f(x) for x in range(1, 9)] == [f.refresh(x) for x in range(1, 9)]
    assert len(told) == 1
    assert f.info()[:3] == (0, 9, 0)
