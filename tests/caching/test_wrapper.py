"""The compiled wrapper: it is called as the function is, and shows in tracebacks what it is."""

from __future__ import annotations

import doctest
import functools
import inspect
import linecache
import math
import operator
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from kigen import inf_cache, lfu_cache, lru_cache
from kigen.caching.wrapper import _OWN

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)


def runs(cached: Any) -> int:
    """How often the body of a cached function has run."""
    return cached.info().miss


@CACHES
def test_positional_keyword_and_default_arguments_are_one_call(cache: Any) -> None:
    @cache
    def f(x: int, y: int = 2) -> tuple[int, int]:
        return x, y

    assert f(1) == f(1, 2) == f(x=1, y=2) == f(y=2, x=1) == f(1, y=2) == (1, 2)
    assert f.info()[:2] == (4, 1)
    assert f(2, 1) == (2, 1)
    assert runs(f) == 2


@CACHES
def test_keyword_only_and_positional_only_parameters_bind_as_they_are_declared(cache: Any) -> None:
    @cache
    def f(a: int, /, b: int, *, c: int = 3, d: int) -> tuple[int, ...]:
        return a, b, c, d

    assert f(1, 2, d=4) == f(1, b=2, c=3, d=4) == f(1, d=4, b=2) == (1, 2, 3, 4)
    assert runs(f) == 1
    for args, kwargs in [((1, 2, 3, 4), {}), ((), {"a": 1, "b": 2, "d": 4}), ((1, 2), {})]:
        with pytest.raises(TypeError):
            f(*args, **kwargs)


def test_a_wrong_call_is_refused_in_the_words_of_the_function_itself() -> None:
    def f(a: int, *, b: int) -> None: ...

    for args, kwargs in [((), {}), ((1,), {}), ((1, 2), {"b": 1}), ((1,), {"b": 1, "c": 2})]:
        with pytest.raises(TypeError) as plain:
            f(*args, **kwargs)
        with pytest.raises(TypeError) as cached:
            inf_cache(f)(*args, **kwargs)
        assert str(cached.value) == str(plain.value)


@CACHES
def test_variadic_arguments_are_told_from_each_other_and_keywords_have_no_order(cache: Any) -> None:
    @cache
    def f(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    assert f("x", 1) == (("x", 1), {})
    assert f(x=1) == ((), {"x": 1})
    assert f(("x", 1)) == ((("x", 1),), {})
    assert f(x=1, y=2) == f(y=2, x=1) == ((), {"x": 1, "y": 2})
    assert f() == ((), {})
    assert f(args=1, kwargs=2) == ((), {"args": 1, "kwargs": 2})
    assert runs(f) == 6


@CACHES
def test_keywords_alone_make_a_key(cache: Any) -> None:
    @cache
    def f(**options: Any) -> Any:
        return sorted(options)

    assert [f(), f(a=1), f(b=1), f(a=1, b=2), f(b=2, a=1)] == [[], ["a"], ["b"], *[["a", "b"]] * 2]
    assert runs(f) == 4


@CACHES
def test_a_function_of_nothing_runs_once(cache: Any) -> None:
    ran = []

    @cache
    def f() -> None:
        ran.append(1)

    assert [f(), f()] == [None, None]
    assert ran == [1]


def test_mutable_defaults_are_the_function_s_own_and_keyed_by_content() -> None:
    def f(x: int, seen: list[int] = []) -> tuple[int, ...]:  # noqa: B006 - as users write
        return (x, *seen)

    cached = inf_cache(f)
    assert cached(1) == cached(1, []) == (1,)
    assert f.__defaults__ is not None
    f.__defaults__[0].append(7)
    assert cached(1) == (1, 7)


def test_defaults_that_are_not_plain_are_the_same_objects() -> None:
    marker = object()

    @inf_cache
    def f(x: Any = marker, *, y: Any = marker) -> bool:
        return x is y is marker

    assert f()
    assert f(marker, y=marker)
    assert runs(f) == 1


NAMES = [*_OWN, "KeyError", "TypeError", "BaseException", "tuple", "sorted", "dict", "n", "v"]


@pytest.mark.parametrize("name", [*NAMES, "self", "cls", "make", "f", "__class__x", "_", "é"])
@CACHES
def test_parameters_may_be_called_like_anything_the_wrapper_uses(cache: Any, name: str) -> None:
    scope: dict[str, Any] = {}
    exec(f"def f({name}, {name}_=2, *rest, x=3, **more): return {name}, {name}_, rest, more", scope)
    f = cache(scope["f"])
    assert f(1, a=1) == f(**{name: 1}, a=1) == (1, 2, (), {"a": 1})
    assert f(1, 2, 3, x=3) == (1, 2, (3,), {})
    assert f([1], {}) == ([1], {}, (), {})
    assert f(1, a=1) == (1, 2, (), {"a": 1})
    assert f.info()[:2] == (2, 3)


@pytest.mark.parametrize("name", [*NAMES, "self", "f"])
def test_variadic_parameters_may_be_called_like_anything_the_wrapper_uses(name: str) -> None:
    scope: dict[str, Any] = {}
    exec(f"def f(*{name}, **{name}_): return {name}, {name}_", scope)
    f = inf_cache(scope["f"])
    assert f(1, a=2) == f(1, a=2) == ((1,), {"a": 2})
    exec(f"def f(**{name}): return {name}", scope)
    f = inf_cache(scope["f"])
    assert f(a=2) == f(a=2) == {"a": 2}
    assert runs(f) == 1


@pytest.mark.parametrize("name", [*NAMES, "<lambda>", "not a name", "class", "ünïcode"])
def test_functions_may_be_called_anything(name: str) -> None:
    def f(x: int, **more: int) -> int:
        return x + sum(more.values())

    f.__name__ = name
    cached = lru_cache(f)
    assert cached(1, y=2) == cached(1, y=2) == 3
    assert cached.__name__ == name


def test_private_parameters_of_a_class_s_methods_are_mangled_as_python_does() -> None:
    class Model:
        @inf_cache
        def run(self, __x: int = 1, *, __y: int = 2) -> int:  # noqa: PYI063 - mangled, no more
            return __x + __y

    model = Model()
    assert model.run() == model.run(1) == model.run(_Model__x=1, _Model__y=2) == 3
    assert runs(Model.run) == 1


def test_a_function_may_have_hundreds_of_parameters() -> None:
    names = [f"p{n}" for n in range(400)]
    scope: dict[str, Any] = {}
    exec(f"def f({', '.join(names)}, *, last=0): return {' + '.join(names)} + last", scope)
    f = lru_cache(scope["f"])
    assert f(*range(400)) == f(**dict(zip(names, range(400), strict=True))) == sum(range(400))
    assert runs(f) == 1


@pytest.mark.parametrize(
    ("function", "args", "expected"),
    [
        (math.sqrt, (4,), 2.0),
        (max, (1, 2), 2),
        (pow, (2, 3), 8),
        (len, ("abc",), 3),
        (operator.add, (1, 2), 3),
        (operator.itemgetter(1), ((1, 2),), 2),
        (int, ("7",), 7),
        (str.upper, ("a",), "A"),
        ("-".join, (("a", "b"),), "a-b"),
        (functools.partial(pow, 2), (3,), 8),
        (functools.partial(int, base=2), ("11",), 3),
        (lambda x: x + 1, (1,), 2),
        (functools.lru_cache(lambda x: x), (1,), 1),
    ],
)
def test_whatever_can_be_called_can_be_cached(function: Any, args: Any, expected: Any) -> None:
    cached = inf_cache(function)
    assert cached(*args) == cached(*args) == expected
    assert cached.info()[:2] == (1, 1)


def test_a_partial_binds_what_it_leaves_open() -> None:
    def f(x: int, y: int, z: int = 3, *, w: int = 4) -> tuple[int, ...]:
        return x, y, z, w

    cached = inf_cache(functools.partial(f, 1, z=5))
    assert cached(2) == cached(y=2) == cached(2, w=4) == cached(2, z=5) == (1, 2, 5, 4)
    assert runs(cached) == 1
    with pytest.raises(TypeError):
        cached(2, 3)


def test_an_object_that_can_be_called_is_called() -> None:
    class Model:
        def __init__(self, weight: int) -> None:
            self.weight = weight

        def __call__(self, x: int, y: int = 1) -> int:
            return self.weight * x + y

    model = inf_cache(Model(3))
    assert model(1) == model(x=1, y=1) == 4
    assert runs(model) == 1


def test_a_cached_function_looks_like_the_function() -> None:
    def f(x: int, /, y: str = "a", *rest: int, z: float = 1.5, **more: Any) -> bool:
        """Say what it does."""
        return True

    cached = lru_cache(f)
    assert inspect.signature(cached) == inspect.signature(f)
    assert cached.__wrapped__ is f
    for attribute in ("__name__", "__qualname__", "__doc__", "__module__", "__annotations__"):
        assert getattr(cached, attribute) == getattr(f, attribute)
    assert inspect.isfunction(cached)
    assert inspect.unwrap(cached) is f
    assert inspect.getsource(cached) == inspect.getsource(f)


def test_what_has_no_name_is_called_like_its_function_or_its_class() -> None:
    def numbers(x: int) -> Iterator[int]:
        yield x

    class Model:
        def __call__(self, x: int) -> int:
            return x

        def run(self, x: int, y: int) -> int:
            return x + y

    for function, name in (
        (Model(), "Model"),
        (functools.partial(Model()), "Model"),
        (functools.partial(functools.partial(Model().run, 1)), "run"),
        (operator.itemgetter(0), "itemgetter"),
        (functools.partial(numbers), "numbers"),
    ):
        cached = inf_cache(materialize=True)(function)
        assert cached.__name__ == name
        assert f" {cached.__qualname__} at " in repr(cached)
        if name != "itemgetter":
            with pytest.raises(TypeError, match=rf"{name}\(\) missing 1 required"):
                cached()  # type: ignore[call-arg]


def test_doctests_of_a_cached_function_are_found() -> None:
    @inf_cache
    def f() -> int:
        """
        >>> 1 + 1
        2
        """
        return 1

    f.__module__ = __name__
    [found] = doctest.DocTestFinder().find(f, "f", module=sys.modules.get(__name__))
    assert len(found.examples) == 1


def test_attributes_that_the_user_gave_the_function_are_there() -> None:
    def f() -> None: ...

    f.unit = "s"
    assert inf_cache(f).unit == "s"


@CACHES
def test_an_exception_has_one_frame_of_ours_and_no_context(cache: Any) -> None:
    @cache
    def f(x: int) -> int:
        raise ValueError(x)

    with pytest.raises(ValueError) as caught:
        f(1)
    names = [frame.filename for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert len(names) == 3
    assert [name.startswith("<kigen cache") for name in names] == [False, True, False]
    assert caught.value.__context__ is caught.value.__cause__ is None


def test_the_wrapper_s_source_shows_in_tracebacks() -> None:
    @inf_cache
    def divided(x: int) -> float:
        return 1 / x

    try:
        divided(0)
    except ZeroDivisionError:
        shown = traceback.format_exc()
    assert "value = function(x)" in shown
    assert "return 1 / x" in shown


def test_the_wrapper_s_source_outlives_a_check_of_the_source_cache() -> None:
    @inf_cache
    def f(some_parameter: int) -> int:
        return some_parameter

    filename = f.__code__.co_filename
    linecache.checkcache()
    assert "some_parameter" in "".join(linecache.getlines(filename))


def test_decorating_in_a_loop_compiles_once() -> None:
    def decorate() -> Any:
        @lru_cache(maxsize=10)
        def f(a_name_of_its_own: int) -> int:
            return a_name_of_its_own

        return f

    decorate()
    before = len(linecache.cache)
    made = [decorate() for _ in range(100)]
    assert len(linecache.cache) == before
    assert len({f.__code__ for f in made}) == 1
    assert [f(1) for f in made] == [1] * 100
    assert all(f.info()[:2] == (0, 1) for f in made), "they share code, and nothing else"


@pytest.mark.parametrize("offset", range(8))
def test_at_whatever_frame_a_recursion_ends_each_key_can_be_asked_for_again(offset: int) -> None:
    """At the very limit there is no frame left in which to take anything back."""

    @inf_cache
    def f(n: int) -> int:
        return f(n - 1) + 1 if n else 0

    def deeper(n: int) -> int:
        return deeper(n - 1) if n else f(10**6)

    with pytest.raises(RecursionError):
        deeper(offset)
    for n in range(10**6 - 600, 10**6 + 1):
        f.__cache__()[n - 1] = n - 1  # so that each call is one step deep
        assert f(n) == n


@CACHES
def test_too_deep_a_recursion_leaves_the_cache_usable(cache: Any) -> None:
    @cache
    def depth(n: int) -> int:
        return 0 if n == 0 else 1 + depth(n - 1)

    with pytest.raises(RecursionError):
        depth(10**6)
    for n in range(0, 2000, 100):
        assert depth(n) == n


@CACHES
def test_methods_are_keyed_by_their_object(cache: Any) -> None:
    class Model:
        def __init__(self, weight: int) -> None:
            self.weight = weight

        @cache
        def scaled(self, x: int) -> int:
            return self.weight * x

    two, three = Model(2), Model(3)
    assert [two.scaled(1), three.scaled(1), two.scaled(x=1)] == [2, 3, 2]
    assert runs(two.scaled) == runs(Model.scaled) == 2
    assert Model.scaled(two, 1) == 2


@CACHES
def test_class_and_static_methods_may_be_decorated_in_either_order(cache: Any) -> None:
    class Model:
        base = 1

        @classmethod
        @cache
        def outer_class(cls, x: int) -> int:
            return cls.base + x

        @cache
        @classmethod
        def inner_class(cls, x: int) -> int:
            return cls.base + x

        @staticmethod
        @cache
        def outer_static(x: int) -> int:
            return x

        @cache
        @staticmethod
        def inner_static(x: int) -> int:
            return x

    class Sub(Model):
        base = 10

    for name, expected in [("outer_class", 11), ("inner_class", 11)]:
        assert getattr(Model, name)(1) == getattr(Model(), name)(x=1) == 2
        assert getattr(Sub, name)(1) == expected
        assert getattr(Model, name).info()[:2] == (1, 2)
    for name in ("outer_static", "inner_static"):
        assert getattr(Model, name)(1) == getattr(Sub(), name)(x=1) == 1
        assert getattr(Model, name).info()[:2] == (1, 1)


def test_a_called_decorator_takes_class_and_static_methods_too() -> None:
    class Model:
        @lru_cache(maxsize=5)
        @classmethod
        def name(cls) -> str:
            return cls.__name__

        @lru_cache(maxsize=5)
        @staticmethod
        def one() -> int:
            return 1

    assert (Model.name(), Model().name(), Model.one()) == ("Model", "Model", 1)


def test_an_overridden_method_may_call_the_cached_one_it_overrides() -> None:
    class Base:
        @inf_cache
        def run(self, x: int) -> int:
            return x

    class Sub(Base):
        @inf_cache
        def run(self, x: int) -> int:
            return super().run(x) + 100

    assert Sub().run(1) == 101
    assert Base().run(1) == 1


def test_a_cache_over_a_cache_works_and_has_its_own_counts() -> None:
    @lru_cache(maxsize=1)
    @inf_cache
    def f(x: int) -> int:
        return x

    assert [f(1), f(2), f(1)] == [1, 2, 1]
    assert f.info()[:2] == (0, 3)
    assert f.__wrapped__.info()[:2] == (1, 2)


class Contrary:
    """Has a hash, which all of them share, and raises when it is compared with another."""

    error: type[Exception] = ValueError

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        raise self.error("not comparable")


class Hashless:
    def __hash__(self) -> int:
        raise RuntimeError("no hash today")


@pytest.mark.parametrize("error", [ValueError, KeyError, TypeError])
@pytest.mark.parametrize("decorator", [inf_cache, lru_cache, lfu_cache])
@pytest.mark.parametrize("listens", [False, True])
def test_a_call_whose_key_raises_is_no_hit(error, decorator, listens, monkeypatch) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(Contrary, "error", error)
    f = decorator(on_hit=heard.append if listens else None)(lambda x: 1)
    first = Contrary()
    f(first)
    for _ in range(3):
        with pytest.raises(error, match="not comparable"):
            f(Contrary())
        with pytest.raises(RuntimeError, match="no hash today"):
            f(Hashless())
    assert f.info()[:3] == (0, 1, 0)
    assert f(first) == 1
    assert f.info()[:3] == (1, 1, 0)
    assert heard == [first] * listens
