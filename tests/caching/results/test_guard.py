"""Results that a caller could poison are handed out as copies; what else is, and what is not."""

from __future__ import annotations

import csv
import io
import itertools
import re
import threading
from collections import OrderedDict, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

import kigen
from kigen import ConfigurationError, StorageWarning, inf_cache, lru_cache
from kigen.caching.results.guard import choose_guard


def circle() -> list[Any]:
    xs: list[Any] = [1]
    xs.append(xs)
    return xs


@pytest.mark.parametrize(
    "make",
    [
        list,
        lambda: [1, 2],
        lambda: [[1], {"a": [2]}, {3}],
        lambda: {"a": 1},
        lambda: {"a": {"b": [1]}},
        lambda: {1, 2},
        lambda: bytearray(b"abc"),
        lambda: ([1],),
        lambda: (1, (2, ({"a": [3]},))),
        lambda: [(1, [2])],
    ],
)
def test_containers_are_copied_all_the_way_down(make: Any) -> None:
    f = inf_cache(lambda: make())
    first, second, third = f(), f(), f()
    assert first == second == third == make()
    assert type(first) is type(second)
    assert first is not second is not third

    def parts(value: Any) -> list[int]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, (list, tuple)):
            own = [] if isinstance(value, tuple) else [id(value)]
            return own + [n for one in value for n in parts(one)]
        return [id(value)] if isinstance(value, (set, bytearray)) else []

    assert not set(parts(first)) & set(parts(second))


@pytest.mark.parametrize(
    "value",
    [1, "a", b"a", None, True, 2.5, (), (1, 2), (1, (2, "a")), frozenset({1}), range(3), len, ...],
)
def test_what_cannot_change_is_the_same_object_each_time(value: Any) -> None:
    f = inf_cache(lambda: value)
    assert f() is f() is value


def test_a_container_that_holds_itself_is_copied_too() -> None:
    f = inf_cache(circle)
    first, second = f(), f()
    assert first[1] is first
    assert second[1] is second
    assert first is not second


def test_a_very_deep_container_is_no_obstacle() -> None:
    def deep() -> list[Any]:
        xs: list[Any] = []
        for _ in range(400):
            xs = [xs]
        return xs

    f = inf_cache(deep)
    assert f() == f()


def twice(make: Callable[[Any], Any]) -> Callable[[], Any]:
    """Return what makes a result that holds one list in two places."""

    def made() -> Any:
        inner = [0]
        return make(inner)

    return made


IN_TWO_PLACES: list[tuple[Callable[[Any], Any], Callable[[Any], Any]]] = [
    (lambda x: [x, x], lambda made: made),
    (lambda x: (x, x), lambda made: made),
    (lambda x: {"a": x, "b": [x]}, lambda made: (made["a"], made["b"][0])),
    (lambda x: [{"a": (1, x)}, x], lambda made: (made[0]["a"][1], made[1])),
    (lambda x: [(x,), [x]], lambda made: (made[0][0], made[1][0])),
]


@pytest.mark.parametrize(("make", "pair"), IN_TWO_PLACES)
def test_what_is_one_object_in_a_result_is_one_in_its_copies(make: Any, pair: Any) -> None:
    f = inf_cache(twice(make))
    f()
    one, same = pair(f())
    assert one is same
    one.append("poison")
    assert pair(f()) == pair(make([0]))


@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_the_work_grows_with_the_objects_and_not_with_the_ways_to_them(kind: Any) -> None:
    """There are 2**100 ways to the innermost list."""

    def tower(height: int) -> Any:
        level: Any = [0]
        for _ in range(height):
            level = {"a": level, "b": level} if kind is dict else kind((level, level))
        return level

    f = inf_cache(tower)
    f(100)
    level = f(100)
    for _ in range(100):
        left, right = level.values() if kind is dict else level
        assert left is right
        level = left
    level.append("poison")
    assert f(1) == tower(1)


def test_a_tuple_in_a_circle_is_one_tuple() -> None:
    @inf_cache
    def f() -> tuple[Any, Any]:
        inner: list[Any] = [{1}, bytearray(b"a"), {}]
        outer = (inner, inner[0])
        inner[2]["outer"] = outer
        return outer

    f()
    inner, first = f()
    assert inner[2]["outer"][0] is inner
    assert inner[0] is first
    assert inner[:2] == [{1}, bytearray(b"a")]
    assert f()[0] is not inner


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: {"a": x}, lambda x: (x,)])
def test_what_is_too_deep_to_be_copied_is_still_returned_and_kept(wrap: Any) -> None:
    @lru_cache
    def nested(depth: int) -> Any:
        value: Any = wrap(0)
        for _ in range(depth):
            value = wrap(value)
        return value

    assert nested(20_000) is nested(20_000)
    assert nested.info().hit == 1


def test_a_tuple_that_is_shared_at_each_level_is_looked_at_once() -> None:
    value: Any = ()
    for _ in range(60):
        value = (value, value)
    assert choose_guard(None)(value) is None


def test_other_objects_are_shared_unless_copies_are_asked_for() -> None:
    for make in (lambda: np.zeros(3), lambda: deque([1]), lambda: defaultdict(list), OrderedDict):
        shared, copied = inf_cache(make), inf_cache(copy=True)(make)
        assert shared() is shared()
        assert copied() is not copied()
    shared = inf_cache(lambda: [np.zeros(3)])
    assert shared()[0] is shared()[0]


def test_copies_may_be_declined() -> None:
    f = inf_cache(copy=False)(lambda: [1])
    f().append(2)
    assert f() == [1, 2]


def test_copies_of_everything_are_deep() -> None:
    class Model:
        def __init__(self) -> None:
            self.weights = [np.zeros(2)]

    f = lru_cache(copy=True)(Model)
    f().weights[0][:] = 7
    assert f().weights[0].sum() == 0


def test_copies_of_everything_copy_what_is_a_key_of_a_dict() -> None:
    class Label:
        text = "a"

    f = lru_cache(copy=True)(lambda: {Label(): 1})
    next(iter(f())).text = "poison"
    assert next(iter(f())).text == "a"


def test_copies_of_a_flat_container_are_of_its_kind() -> None:
    for value in ([1, "a"], {1: 2.0}, {1, 2}, bytearray(b"x"), (1, 2)):
        made = choose_guard(True)(value)
        copied = value if made is None else made(value)
        assert (copied, type(copied)) == (value, type(value))
        assert (copied is value) == isinstance(value, tuple)


def test_the_first_caller_gets_the_result_itself_and_memory_a_copy() -> None:
    made: list[list[int]] = []

    @inf_cache
    def f() -> list[int]:
        made.append([1])
        return made[0]

    assert f() is made[0]
    made[0].append(2)
    assert f() == [1]


@pytest.mark.parametrize("copy", [None, True, False])
def test_guards_find_no_copier_for_plain_values(copy: bool | None) -> None:
    find = choose_guard(copy)
    assert find(1) is find("a") is find(None) is None


class Countdown:
    """An iterator of the user's own."""

    def __init__(self) -> None:
        self.left = 2

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        self.left -= 1
        if self.left < 0:
            raise StopIteration
        return self.left


class Ticks:
    """An asynchronous one."""

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        raise StopAsyncIteration


async def ticks() -> AsyncIterator[int]:
    yield 1


SPENT: list[Callable[[], Any]] = [
    lambda: re.finditer("a", "aa"),
    lambda: itertools.chain([1], [2]),
    lambda: itertools.count(),
    lambda: iter([1]),
    lambda: iter({1: 2}.items()),
    lambda: reversed([1]),
    lambda: csv.reader(["a,b"]),
    lambda: (x for x in "ab"),
    lambda: map(str, "ab"),
    lambda: enumerate("ab"),
    Countdown,
    Ticks,
    ticks,
]


@pytest.mark.parametrize("copy", [None, True])
@pytest.mark.parametrize("make", SPENT)
def test_what_a_second_caller_would_find_used_up_is_refused(make: Any, copy: bool | None) -> None:
    with pytest.raises(ConfigurationError, match=r"can be used up only once.*copy=False"):
        inf_cache(copy=copy)(lambda: make())()
    given = inf_cache(copy=False)(lambda: make())
    assert given() is given()


class Closed:
    """An iterator that cannot even begin."""

    def __iter__(self) -> Iterator[int]:
        raise ValueError

    def __next__(self) -> int:
        raise ValueError


@pytest.mark.parametrize("make", [io.StringIO, MagicMock, Closed, lambda: range(3), Path])
def test_what_can_be_gone_through_again_or_not_at_all_is_a_result(make: Any) -> None:
    f = inf_cache(lambda: make())
    assert f() is f()


def test_an_open_file_is_a_result(tmp_path: Path) -> None:
    f = inf_cache(lambda: (tmp_path / "a.txt").open("w+"))
    with f() as opened:
        assert f() is opened
    assert f().closed


@pytest.mark.parametrize("decorator", [lru_cache, kigen.safe.lru_cache])
@pytest.mark.parametrize("options", [{}, {"archive": "memory://"}, {"cache": "memory://"}])
@pytest.mark.parametrize("ttl", [None, 60])
def test_a_result_that_copy_cannot_copy_is_returned_and_not_kept(decorator, options, ttl) -> None:
    options = {name: kigen.archives.open(url) for name, url in options.items()}
    locks = []

    @decorator(copy=True, ttl=ttl, name="f", **options)
    def f(x: int) -> list[Any]:
        locks.append([threading.Lock()])
        return locks[-1]

    with pytest.warns(
        StorageWarning, match=r"f at .* returns a list .*copy=True.*__deepcopy__"
    ) as told:
        assert f(1) is locks[0]
    assert len(told) == 1
    assert told[0].filename == __file__
    assert f(1) is locks[1], "nor told of again"
    assert f.info()[:3] == (0, 2, 0)
    assert f.info().size == 0
    assert not f.contains(1)


def test_a_refreshed_result_that_cannot_be_copied_takes_the_old_one_away() -> None:
    now: list[Any] = [[1]]
    f = lru_cache(copy=True, name="f", archive=kigen.archives.open("memory://"))(lambda: now[0])
    f()
    now[0] = threading.Lock()
    with pytest.warns(StorageWarning, match="copy=True"):
        assert f.refresh() is now[0]
    assert not f.contains()
