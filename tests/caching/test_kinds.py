"""Every kind of callable, decorated: what is cached, and what is refused with the remedy named."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import functools
import inspect
import math
import operator
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest

from kigen import ConfigurationError, UnkeyableCall, cached_property, inf_cache, lru_cache, safe
from tests.programs import output

DECORATORS = [lru_cache, inf_cache(), safe.lru_cache(maxsize=50)]
decorators = pytest.mark.parametrize("cache", DECORATORS, ids=["bare", "called", "safe"])


def scale(x: int, by: int = 2) -> int:
    return x * by


CALLABLES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], Any]] = {
    "lambda": (lambda x: -x, (3,), -3),
    "partial": (functools.partial(scale, by=5), (3,), 15),
    "partial of a partial": (functools.partial(functools.partial(scale, 3), by=5), (), 15),
    "partial with the first by keyword": (functools.partial(scale, x=3), (), 6),
    "builtin": (len, ([1, 2],), 2),
    "builtin without a signature": (max, (1, 2), 2),
    "function in C": (math.hypot, (3, 4), 5.0),
    "method of a builtin": (dict.get, ({1: 2}, 1), 2),
    "bound method of a builtin": ({1: 2}.get, (1,), 2),
    "type": (int, ("12",), 12),
    "ufunc": (np.add, (1, 2), 3),
    "NumPy function": (np.linalg.norm, (np.array([3.0, 4.0]),), 5.0),
    "itemgetter": (operator.itemgetter(1), ([4, 5],), 5),
    "vectorized": (np.vectorize(scale), (3,), 6),
}


@decorators
@pytest.mark.parametrize("kind", CALLABLES)
def test_a_callable_is_called_once_for_equal_arguments(cache: Any, kind: str) -> None:
    function, args, result = CALLABLES[kind]
    cached = cache(function)
    assert cached(*args) == cached(*args) == result
    assert cached.info()[:2] == (1, 1)
    assert cached.__wrapped__ is function


@decorators
def test_parameters_of_each_sort_are_bound_as_python_binds_them(cache: Any) -> None:
    @cache
    def f(a: int, /, b: int, *c: int, d: int, e: list[int] = [], **g: int) -> Any:  # noqa: B006
        return a, b, c, d, e, g

    assert f(1, 2, d=3) == f(1, b=2, d=3) == f(1, d=3, b=2, e=[]) == (1, 2, (), 3, [], {})
    assert f(1, 2, 3, d=4, y=5, z=6) == f(1, 2, 3, z=6, y=5, d=4)
    assert f.info()[:2] == (3, 2)
    for args, kwargs in (((), {"a": 1, "b": 2, "d": 3}), ((1,), {"d": 3}), ((1, 2), {})):
        with pytest.raises(TypeError):
            f(*args, **kwargs)


class Meta(type):
    @lru_cache
    def of_meta(cls, x: int) -> Any:
        return cls.__name__, x


class Plain(metaclass=Meta):
    def __init__(self, n: int) -> None:
        self.n = n

    @lru_cache
    def plain(self, x: int) -> Any:
        return self.n, x

    @lru_cache
    @classmethod
    def above(cls, x: int) -> Any:
        return cls.__name__, x

    @classmethod
    @lru_cache
    def below(cls, x: int) -> Any:
        return cls.__name__, x

    @lru_cache
    @staticmethod
    def static_above(x: int) -> int:
        return x

    @staticmethod
    @lru_cache
    def static_below(x: int) -> int:
        return x

    @lru_cache
    def __call__(self, x: int) -> Any:
        return self.n, x

    @lru_cache
    def __getitem__(self, x: Any) -> Any:
        return self.n, x

    @lru_cache
    def __len__(self) -> int:
        return self.n

    @functools.singledispatchmethod
    @lru_cache
    def dispatched(self, x: object) -> Any:
        return self.n, "any"

    @dispatched.register
    @lru_cache
    def _(self, x: int) -> Any:
        return self.n, "int"


class Child(Plain):
    @lru_cache
    def plain(self, x: int) -> Any:
        return [super().plain(x)]


@dataclass(frozen=True)
class Data:
    n: int

    @lru_cache
    def times(self, x: int) -> int:
        return self.n * x


@attrs.define
class Attrs:
    n: int

    @lru_cache
    def times(self, x: int) -> int:
        return self.n * x


class Named(NamedTuple):
    n: int

    @lru_cache
    def times(self, x: int) -> int:
        return self.n * x


class Slotted:
    __slots__ = ("n",)

    def __init__(self, n: int) -> None:
        self.n = n

    @lru_cache
    def times(self, x: int) -> int:
        return self.n * x


class Member(enum.Enum):
    TWO = 2
    THREE = 3

    @lru_cache
    def times(self, x: int) -> int:
        return self.value * x


def test_methods_of_every_sort_tell_their_owners_apart() -> None:
    a, b, child = Plain(1), Plain(2), Child(3)
    for _ in range(2):
        assert (a.plain(5), b.plain(5), child.plain(5)) == ((1, 5), (2, 5), [(3, 5)])
        assert (a(5), b(5), a[5], b[1:2]) == ((1, 5), (2, 5), (1, 5), (2, slice(1, 2)))
        assert (len(a), len(b)) == (1, 2)
        assert (Plain.of_meta(1), Child.of_meta(1)) == (("Plain", 1), ("Child", 1))
        assert (Plain.above(1), Child.above(1), a.above(1)) == (
            ("Plain", 1),
            ("Child", 1),
            ("Plain", 1),
        )
        assert (Plain.below(1), child.below(1)) == (("Plain", 1), ("Child", 1))
        assert (Plain.static_above(1), a.static_above(1), child.static_below(2)) == (1, 1, 2)
        assert (a.dispatched(1), b.dispatched("x")) == ((1, "int"), (2, "any"))


@pytest.mark.parametrize("kind", [Data, Attrs, Named, Slotted, Member])
def test_methods_of_every_sort_of_class_are_cached(kind: Any) -> None:
    two, three = kind(2), kind(3)
    kind.times.clear()
    assert [two.times(5), three.times(5), two.times(5), kind.times(three, x=5)] == [10, 15, 10, 15]
    assert kind.times.info()[:2] == (2, 2)


def test_a_function_becomes_a_method_of_a_class_that_is_there_already() -> None:
    class Late:
        pass

    Late.get = lru_cache(lambda self, x: (id(self), x))
    a, b = Late(), Late()
    assert a.get(1) == a.get(1) == (id(a), 1) != b.get(1)


def test_a_class_may_be_cached_and_so_may_an_object_that_can_be_called() -> None:
    @lru_cache
    class Point:
        def __init__(self, x: int) -> None:
            self.x = x

    class Counter:
        def __init__(self) -> None:
            self.n = 0

        def __call__(self, x: int) -> int:
            self.n += 1
            return self.n

    assert Point(1) is Point(x=1) is not Point(2)
    assert type(Point(1)) is Point.__wrapped__
    first, second = lru_cache(Counter()), lru_cache(Counter())
    assert [first(5), first(5), first(6), second(6)] == [1, 1, 2, 1]


class Remote:
    """A procedure that answers to any name, as those of xmlrpc do."""

    def __init__(self, name: str, called: list[Any]) -> None:
        self.name, self.called = name, called

    def __getattr__(self, name: str) -> Remote:
        return Remote(f"{self.name}.{name}", self.called)

    def __call__(self, *args: Any) -> str:
        self.called.append((self.name, *args))
        return self.name


@pytest.mark.parametrize("options", [{}, {"archive": "memory://"}, {"materialize": True}], ids=repr)
def test_what_answers_to_any_name_is_called_by_its_own_alone(options: dict[str, Any]) -> None:
    called: list[Any] = []
    add = lru_cache(name="add", **options)(Remote("add", called))
    assert add(1) == add(1) == "add"
    assert called == [("add", 1)]
    assert add.__name__ == "Remote"
    with pytest.raises(UnkeyableCall, match="Remote object at .* cannot be told from other"):
        lru_cache(archive="memory://")(Remote("add", called))(1)
    assert called == [("add", 1)]


def test_single_dispatch_goes_by_type_below_the_cache_and_in_it() -> None:
    @lru_cache(typed=True)
    @functools.singledispatch
    def name(x: object) -> str:
        return "any"

    name.__wrapped__.register(bool, lambda x: "bool")
    assert (name(1), name(True), name("a"), name(1)) == ("any", "bool", "any", "any")


def test_a_property_is_refused_and_cached_property_named() -> None:
    def x(self: object) -> int:
        return 1

    for decorate in (lru_cache, lru_cache(), safe.lru_cache):
        for what in (property(x), functools.cached_property(x), cached_property(x), Settable(x)):
            with pytest.raises(ConfigurationError, match="put @cached_property, .* in place of"):
                decorate(what)  # type: ignore[call-overload]
        for what in (functools.partialmethod(x), functools.singledispatchmethod(x)):
            with pytest.raises(ConfigurationError, match="decorate the functions that it is made"):
                decorate(what)  # type: ignore[call-overload]


def test_what_compares_keys_is_refused_and_works_by_way_of_a_property() -> None:
    for name in ("__eq__", "__hash__"):

        def method(self: object, other: object = None) -> int:
            return 1

        method.__name__, method.__qualname__ = name, f"Model.{name}"
        with pytest.raises(ConfigurationError, match=rf"Model\.{name} is what finds"):
            lru_cache(method)
        assert lru_cache(ignore="self")(method)(3) == 1

    class Text:
        def __init__(self, text: str) -> None:
            self.text = text

        @cached_property
        def hashed(self) -> int:
            return hash(self.text)

        def __hash__(self) -> int:
            return self.hashed

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Text) and self.text == other.text

        @lru_cache
        def length(self) -> int:
            return len(self.text)

    assert Text("a").length() == Text("a").length() == 1
    assert Text.length.info()[:2] == (1, 1)


def test_a_property_above_a_cache_is_cached() -> None:
    class Model:
        @property
        @lru_cache
        def x(self) -> object:
            return object()

    a, b = Model(), Model()
    assert a.x is a.x is not b.x


@contextlib.contextmanager
def opened() -> Iterator[int]:
    yield 1


@contextlib.asynccontextmanager
async def opened_later() -> Any:
    yield 1


async def soon() -> int:
    return 1


USED_UP: dict[str, Callable[[], Any]] = {
    "context manager": opened,
    "asynchronous context manager": opened_later,
    "generator": lambda: (x for x in [1]),
    "map": lambda: map(abs, [1]),
    "zip": lambda: zip([1], [2], strict=True),
}


@pytest.mark.parametrize("kind", USED_UP)
def test_a_result_that_can_be_used_up_only_once_is_an_error_and_not_a_surprise(kind: str) -> None:
    """The second caller would find it empty."""
    for options in ({}, {"copy": True}, {"ttl": 5}):
        cached = lru_cache(**options)(lambda: USED_UP[kind]())
        for _ in range(2):
            with pytest.raises(ConfigurationError, match="used up only once"):
                cached()
        assert cached.info().size == 0
    as_it_is = lru_cache(copy=False)(USED_UP[kind])
    assert as_it_is() is as_it_is()


@pytest.mark.parametrize("kind", ["generator", "map", "zip"])
def test_an_iterator_that_a_plain_function_returns_is_kept_as_a_tuple_if_asked_for(
    kind: str,
) -> None:
    """As the types have it; a decorator may stand before the generator function."""
    cached = lru_cache(materialize=True)(lambda: USED_UP[kind]())
    assert cached() == cached() == tuple(USED_UP[kind]())
    assert cached.info()[:2] == (1, 1)

    class Model:
        @cached_property(materialize=True)
        def items(self) -> Any:
            return USED_UP[kind]()

    model = Model()
    assert model.items is model.items
    assert model.items == cached()


def test_what_is_no_iterator_is_kept_as_it_is_though_a_tuple_is_asked_for() -> None:
    cached = lru_cache(materialize=True)(lambda x: x)
    assert [cached(x) for x in (1, "ab", [1], None)] == [1, "ab", [1], None]
    with pytest.raises(ConfigurationError, match="used up only once"):
        lru_cache(materialize=True)(opened)()
    with pytest.raises(ConfigurationError, match="used up only once"):
        lru_cache(materialize=True)(lambda: Numbers().__aiter__())()
    assert asyncio.run(lru_cache(materialize=True)(soon)()) == 1


class Numbers:
    async def __aiter__(self) -> Any:
        yield 1


def test_a_coroutine_that_a_plain_function_returns_is_refused() -> None:
    made = []

    @lru_cache
    def fetch() -> Any:
        made.append(soon())
        return made[-1]

    with pytest.raises(ConfigurationError, match="decorate the coroutine function itself"):
        fetch()
    assert asyncio.run(made[0]) == 1


def marked(function: Any) -> Any:
    """Declare that a plain function returns coroutines, as decorators of coroutine functions do."""
    if hasattr(inspect, "markcoroutinefunction"):
        return inspect.markcoroutinefunction(function)
    function._is_coroutine = asyncio.coroutines._is_coroutine
    return function


def test_a_plain_function_that_declares_to_return_coroutines_is_a_coroutine_function() -> None:
    made = []

    async def add(x: int) -> int:
        made.append(x)
        await asyncio.sleep(0)
        return x + 1

    class Object:
        def __init__(self) -> None:
            marked(self)

        def __call__(self, x: int) -> Any:
            return add(x)

        @cached_property
        @marked
        def value(self) -> Any:
            return add(9)

    async def both(call: Callable[..., Any], *args: int) -> list[int]:
        return await asyncio.gather(call(*args), call(*args))

    obj = Object()
    for x, function in enumerate((marked(lambda x: add(x)), obj, functools.partial(obj))):
        cached = lru_cache(function)
        assert inspect.iscoroutinefunction(cached)
        assert asyncio.run(both(cached, x)) == [x + 1] * 2
    assert asyncio.run(both(lambda: obj.value)) == [10, 10]
    assert made == [0, 1, 2, 9]


def test_the_safe_caches_hand_out_what_can_be_used_up_only_once_and_do_not_keep_it() -> None:
    cached = safe.lru_cache(opened)
    with pytest.warns(UserWarning, match="used up only once"), cached() as x:
        assert x == 1
    with cached() as x:
        assert x == 1
    assert cached.info() == (0, 2, 0, 100, 0)


_KINDS = """
import functools, math, operator, sys
from kigen import lru_cache
from tests.caching.test_kinds import *

kept = lru_cache(archive=sys.argv[1])
data = Data(2)
functions = {
    "lambda": (lambda x: -x, (3,)),
    "partial": (functools.partial(functools.partial(scale, by=5)), (3,)),
    "partial by keyword": (functools.partial(scale, x=3), ()),
    "builtin": (len, ([1, 2],)),
    "C": (math.hypot, (3, 4)),
    "dict.get": (dict.get, ({1: 2}, 1)),
    "bound": ({1: 2}.get, (1,)),
    "type": (int, ("12",)),
    "class": (Data, (3,)),
    "ufunc": (np.sin, (0.0,)),
    "bound method": (data.times.__wrapped__.__get__(data), (3,)),
    "function of a class": (Data.times.__wrapped__, (data, 3)),
}
for name, (function, args) in functions.items():
    cached = kept(function)
    print(name, cached(*args), cached.info().load)
"""


def test_every_kind_is_found_in_an_archive_by_the_next_interpreter(tmp_path: Path) -> None:
    first, second = (output(_KINDS, tmp_path / "a.db").splitlines() for _ in range(2))
    assert len(first) == len(second) == 12
    for before, after in zip(first, second, strict=True):
        assert before.endswith(" 0")
        assert after == before[:-1] + "1"


def test_what_nobody_can_tell_apart_in_another_process_wants_a_name(tmp_path: Path) -> None:
    class Counter:
        def __call__(self, x: int) -> int:
            return x

    for function in (Counter(), operator.itemgetter(0), functools.singledispatch(scale)):
        with pytest.raises(UnkeyableCall, match="name="):
            lru_cache(archive=tmp_path / "a.db")(function)((1,))
        named = lru_cache(archive=tmp_path / "a.db", name=repr(type(function)))(function)
        assert named((1,)) is not None


def test_what_a_kept_generator_raises_shows_one_frame_of_ours() -> None:
    @lru_cache(materialize=True)
    def numbers() -> Iterator[int]:
        yield 1
        raise ValueError

    @lru_cache(materialize=True)
    async def later() -> Any:
        yield 1
        raise ValueError

    for cached in (numbers, later):
        with pytest.raises(ValueError) as caught:
            made: Any = cached()
            asyncio.run(made)
        frames = traceback.extract_tb(caught.value.__traceback__)
        assert [frame.name for frame in frames[-2:]] == [cached.__name__] * 2
        beside_it = [frame for frame in frames if "kigen/caching/" in frame.filename]
        assert not beside_it


class Settable:
    """A property as other libraries have it."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __set_name__(self, owner: type, name: str) -> None: ...

    def __get__(self, instance: Any, owner: type | None = None) -> Any: ...


class Named(Settable):
    """A function that learns its name, as decorators that are classes do."""

    def __call__(self, x: int) -> Any:
        return self.function(x)


@decorators
def test_what_learns_its_name_and_can_be_called_is_a_function(cache: Any) -> None:
    assert cache(Named(scale))(2) == 4
