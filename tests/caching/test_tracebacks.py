"""An exception's traceback: the caller's frame, one of ours at most, the function's."""

from __future__ import annotations

import asyncio
import functools
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import Key, Param, archives, cached_property, dedup, lru_cache, safe, seeded_cache
from kigen.keymaps import stringmap

OURS = str(Path(kigen.__file__).parent)


class Oops(Exception):
    """What the user's function raises."""


def body(x: Any, y: int = 2) -> Any:
    raise Oops


async def coroutine(x: Any) -> Any:
    raise Oops


def generator(x: Any) -> Iterator[int]:
    yield 1
    raise Oops


async def async_generator(x: Any) -> AsyncIterator[int]:
    yield 1
    raise Oops


class CallableObject:
    def __call__(self, x: Any) -> Any:
        raise Oops


class Trial(Key):
    x = Param(min=0, max=9)


class Thing:
    @lru_cache
    def method(self, x: Any) -> Any:
        raise Oops

    @lru_cache
    @classmethod
    def class_method(cls, x: Any) -> Any:
        raise Oops

    @staticmethod
    @lru_cache
    def static_method(x: Any) -> Any:
        raise Oops

    @cached_property
    def value(self) -> Any:
        raise Oops

    @cached_property(ttl=10)
    def short_lived(self) -> Any:
        raise Oops

    @property
    @lru_cache
    def computed(self) -> Any:
        raise Oops

    @cached_property
    async def awaited(self) -> Any:
        raise Oops

    @lru_cache
    async def coroutine(self, x: Any) -> Any:
        raise Oops


def archive() -> archives.Archive:
    return archives.open("memory://")


OPTIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "none": dict,
    "ttl": lambda: {"ttl": 10},
    "ttl of the result": lambda: {"ttl": len, "stale": 10},
    "archive": lambda: {"archive": archive(), "name": "f"},
    "write-back": lambda: {"cache": archive(), "name": "f", "purge": True},
    "copy": lambda: {"copy": True},
    "typed": lambda: {"typed": True},
    "tol": lambda: {"tol": 1, "deep": True},
    "ignore": lambda: {"ignore": "y"},
    "keymap": lambda: {"keymap": stringmap()},
    "condition": lambda: {"condition": bool},
    "events": lambda: dict.fromkeys(("on_hit", "on_miss", "on_load", "on_evict"), print),
    "exceptions": lambda: {"cache_exceptions": Oops},
    "weight": lambda: {"maxbytes": 1000},
}

KINDS: dict[str, Callable[[Any], Any]] = {
    "method": lambda x: Thing().method(x),
    "class method": lambda x: Thing.class_method(x),
    "static method": lambda x: Thing.static_method(x),
    "cached property": lambda x: Thing().value,
    "cached property with an option": lambda x: Thing().short_lived,
    "property": lambda x: Thing().computed,
    "cached property of a coroutine": lambda x: asyncio.run(awaited(Thing())),
    "coroutine": lambda x: asyncio.run(lru_cache(coroutine)(x)),
    "coroutine method": lambda x: asyncio.run(Thing().coroutine(x)),
    "generator": lambda x: lru_cache(materialize=True)(generator)(x),
    "generator, if it were one": lambda x: lru_cache(materialize=True)(body)(x),
    "async generator": lambda x: asyncio.run(lru_cache(materialize=True)(async_generator)(x)),
    "partial": lambda x: lru_cache(functools.partial(body, x))(3),
    "callable object": lambda x: lru_cache(CallableObject())(x),
    "safe": lambda x: safe.lru_cache(body)(x),
    "safe coroutine": lambda x: asyncio.run(safe.lru_cache(coroutine)(x)),
    "dedup": lambda x: dedup(body)(x),
    "dedup, archived": lambda x: dedup(archive=archive(), name="f")(body)(x),
    "refreshed": lambda x: lru_cache(body).refresh(x),
    "refreshed property": lambda x: Thing.value.refresh(Thing()),
    "refreshed property of a coroutine": lambda x: asyncio.run(Thing.awaited.refresh(Thing())),
    "mapped": lambda x: lru_cache(body).map([x]),
    "mapped, from what raises": lambda x: lru_cache(str).map(body(y) for y in [x]),
    "uncached": lambda x: uncached(x),
}


async def awaited(thing: Thing) -> Any:
    return await thing.awaited


def uncached(x: Any) -> Any:
    with kigen.disabled():
        return lru_cache(body)(x)


def frames(call: Callable[[], object], error: type[Exception] = Oops) -> list[bool]:
    """Of the frames that an exception went through: whether each is ours."""
    with pytest.raises(error) as raised:
        call()
    assert raised.value.__context__ is None or raised.value.__suppress_context__
    seen = traceback.extract_tb(raised.value.__traceback__)
    return [frame.filename.startswith((OURS, "<kigen")) for frame in seen]


@pytest.mark.parametrize("argument", [1, [1]], ids=["plain", "odd"])
@pytest.mark.parametrize("option", OPTIONS)
def test_whatever_the_options_one_frame_is_ours(option: str, argument: Any) -> None:
    f = lru_cache(**OPTIONS[option]())(body)
    seen = frames(lambda: f(argument))
    assert sum(seen) == 1
    assert seen[-2:] == [True, False]


@pytest.mark.parametrize("argument", [1, [1]], ids=["plain", "odd"])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_kind_of_function_one_frame_at_most_is_ours(kind: str, argument: Any) -> None:
    seen = frames(lambda: KINDS[kind](argument))
    assert sum(seen) <= 1
    assert not seen[-1]


class Keeping:
    @lru_cache(cache_exceptions=Oops)
    def method(self, x: Any) -> Any:
        raise Oops

    @cached_property(cache_exceptions=Oops)
    def value(self) -> Any:
        raise Oops

    @cached_property(cache_exceptions=Oops)
    async def awaited(self) -> Any:
        raise Oops


KEEPING: dict[str, Callable[[], Callable[[Any], Any]]] = {
    "function": lambda: lru_cache(cache_exceptions=Oops)(body),
    "ttl and copies": lambda: lru_cache(cache_exceptions=Oops, ttl=60, copy=True)(body),
    "events": lambda: lru_cache(cache_exceptions=Oops, on_hit=print)(body),
    "safe": lambda: safe.lru_cache(cache_exceptions=Oops)(body),
    "keymap": lambda: lru_cache(cache_exceptions=Oops, keymap=stringmap())(body),
    "weight": lambda: lru_cache(cache_exceptions=Oops, maxbytes=10_000)(body),
    "looked up": lambda: looked_up(lru_cache(cache_exceptions=Oops)(body)),
    "coroutine": lambda: in_a_loop(lru_cache(cache_exceptions=Oops)(coroutine)),
    "method": lambda: Keeping().method,
    "property": lambda: of_one(lambda keeping: keeping.value),
    "property of a coroutine": lambda: in_a_loop(of_one(keeping_awaited)),
}


def looked_up(f: Any) -> Callable[[Any], Any]:
    return lambda x: f.lookup(x) if f.contains(x) else f(x)


def of_one(look: Callable[[Keeping], Any]) -> Callable[[Any], Any]:
    keeping = Keeping()
    return lambda x: look(keeping)


def in_a_loop(f: Any) -> Callable[[Any], Any]:
    return lambda x: asyncio.run(f(x))


async def keeping_awaited(keeping: Keeping) -> Any:
    return await keeping.awaited


@pytest.mark.parametrize("argument", [1, [1]], ids=["plain", "odd"])
@pytest.mark.parametrize("kind", KEEPING)
def test_an_exception_that_is_kept_shows_one_frame_of_ours(kind: str, argument: Any) -> None:
    f = KEEPING[kind]()
    assert not frames(lambda: f(argument))[-1], "the function's own frame is the last"
    for _ in range(2):
        seen = frames(lambda: f(argument))
        assert seen[-1], "it comes from memory"
        assert sum(seen) == 1


def test_an_exception_that_comes_from_an_archive_shows_one_frame_of_ours() -> None:
    decorator = lru_cache(cache_exceptions=Oops, archive=archive(), name="f")
    first, second = decorator(body), decorator(body)
    frames(lambda: first(1))
    for _ in range(2):
        seen = frames(lambda: second(1))
        assert seen[-1], "it comes from the archive, or from memory"
        assert sum(seen) == 1
    assert second.info()[:3] == (1, 0, 1)


def test_what_a_key_raises_shows_the_frames_of_the_key() -> None:
    class Key:
        def __hash__(self) -> int:
            raise Oops

    f = lru_cache(cache_exceptions=Oops)(body)
    for _ in range(2):
        seen = frames(lambda: f(Key()))
        assert seen[-1] is False
        assert sum(seen) == 1


@pytest.mark.parametrize("options", [{}, {"archive": "memory://"}, {"seed": 1}], ids=repr)
def test_evaluations_show_no_frame_of_ours(options: dict[str, Any]) -> None:
    @seeded_cache(**options)
    def evaluate(trial: Trial, rng: Any = None) -> Any:
        raise Oops

    assert not any(frames(lambda: evaluate(x=3)))
    assert not any(frames(lambda: evaluate(Trial(x=3))))


def test_one_that_waited_sees_its_own_computation_alone() -> None:
    """The one it waited for has raised; it computes itself, not within what waited."""
    began, go_on = threading.Event(), threading.Event()

    @lru_cache
    def f(x: int) -> int:
        began.set()
        go_on.wait(60)
        raise Oops

    first = threading.Thread(target=frames, args=[lambda: f(1)])
    first.start()
    began.wait(60)
    threading.Timer(0.05, go_on.set).start()
    assert sum(frames(lambda: f(1))) == 1
    first.join(60)


@pytest.mark.parametrize(
    ("call", "error", "most"),
    [
        (lambda: lru_cache(keymap=stringmap(), ignore="z")(body), kigen.ConfigurationError, 5),
        (lambda: lru_cache(-1), kigen.ConfigurationError, 5),
        (lambda: lru_cache(generator), kigen.ConfigurationError, 5),
        (lambda: lru_cache(archive=archive())(len)(threading.Lock()), kigen.UnkeyableCall, 6),
        (lambda: lru_cache(body)(), TypeError, 0),
        (lambda: lru_cache(body)([]), Oops, 1),
        (lambda: dedup(body)(threading.Lock()), kigen.UnkeyableCall, 4),
    ],
)
def test_refusals_of_ours_come_from_few_frames(
    call: Callable[[], object], error: type[Exception], most: int
) -> None:
    assert sum(frames(call, error)) <= most
