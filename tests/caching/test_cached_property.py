"""Properties: computed once an instance, found by Python itself, and in archives by value."""

from __future__ import annotations

import abc
import asyncio
import copy
import functools
import gc
import pickle
import threading
import traceback
from typing import Any

import pytest

from kigen import ConfigurationError, ReentrantCall, cached_property
from tests.crowd import crowd


class Model:
    def __init__(self, weight: int = 1) -> None:
        self.weight = weight
        self.runs = 0

    @cached_property
    def total(self) -> list[int]:
        """All that there is."""
        self.runs += 1
        return [self.weight]


def test_a_value_is_computed_once_and_is_the_very_object() -> None:
    a, b = Model(1), Model(2)
    assert (a.total, b.total) == ([1], [2])
    assert a.total is a.total
    a.total.append(5)
    assert (a.total, a.runs, b.runs) == ([1, 5], 1, 1)


def test_python_finds_the_value_in_the_instance_without_a_call() -> None:
    model = Model()
    value = model.total
    assert vars(model)["total"] is value
    assert not hasattr(Model.total, "__set__"), "a data descriptor would be asked each time"


def test_it_does_what_that_of_functools_does() -> None:
    """Random walks over reading, assigning, deleting and changing give the same."""
    import random

    class Theirs(Model):
        total = functools.cached_property(Model.total.__wrapped__)

    Theirs.total.__set_name__(Theirs, "total")
    walk = random.Random(7)
    ours, theirs = Model(), Theirs()
    for _ in range(2000):
        step = walk.randrange(5)
        answers = []
        for model in (ours, theirs):
            try:
                if step == 0:
                    model.total = 7
                elif step == 1:
                    del model.total
                elif step == 2:
                    model.weight += 1
                answers.append((model.total if step > 2 else None, vars(model)))
            except AttributeError:
                answers.append("AttributeError")
        assert answers[0] == answers[1]


def test_a_class_shows_the_property_and_its_prose() -> None:
    assert Model.total.__doc__ == "All that there is."
    assert repr(Model.total) == "<cached property Model.total>"
    assert Model.total.__wrapped__(Model(3)) == [3]
    assert cached_property[int] is not None


def test_the_handle_looks_forgets_and_computes_anew() -> None:
    model, handle = Model(4), Model.total
    assert (handle.contains(model), handle.peek(model)) == (False, None)
    with pytest.raises(KeyError):
        handle.lookup(model)
    assert model.runs == 0
    first = model.total
    assert handle.peek(model) is handle.lookup(model) is first
    second = handle.refresh(model)
    assert second == first
    assert second is model.total is not first
    assert (handle.invalidate(model), handle.invalidate(model)) == (True, False)
    assert "total" not in vars(model)
    model.total = [9]
    assert handle.contains(model)
    assert handle.peek(model) == [9]


def test_counts_and_clear_reach_all_instances() -> None:
    class Own(Model):
        @cached_property
        def twice(self) -> int:
            return 2 * self.weight

    models = [Own(n) for n in range(5)]
    assert sum(model.twice for model in models) == 20
    del models[0].twice
    del models[-1]
    gc.collect()
    assert Own.twice.info() == (0, 5, 0, None, 3)
    Own.twice.clear()
    assert Own.twice.info() == (0, 0, 0, None, 0)
    assert not any("twice" in vars(model) for model in models)


def test_many_threads_compute_once_an_instance() -> None:
    class Slow:
        def __init__(self) -> None:
            self.runs = 0

        @cached_property
        def x(self) -> object:
            self.runs += 1
            threading.Event().wait(0.05)
            return object()

    slow, other = Slow(), Slow()
    found = crowd(16, lambda n: (slow if n % 2 else other).x)
    assert (slow.runs, other.runs) == (1, 1)
    assert set(found) == {slow.x, other.x}


def test_an_abstract_one_must_be_overridden() -> None:
    class Shape(abc.ABC):
        @cached_property
        @abc.abstractmethod
        def area(self) -> int: ...

    class Square(Shape):
        @cached_property
        def area(self) -> int:
            return 4

    with pytest.raises(TypeError, match="area"):
        Shape()  # type: ignore[abstract]
    assert Square().area == 4


def test_copies_and_pickles_of_an_instance_bring_the_value_as_with_functools() -> None:
    model = Model(2)
    value = model.total
    assert copy.copy(model).total is value
    assert pickle.loads(pickle.dumps(model)).total == [2]


def test_a_traceback_holds_no_frame_of_ours() -> None:
    class Broken:
        @cached_property
        def x(self) -> int:
            return 1 // 0

    broken = Broken()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError) as caught:
            broken.x  # noqa: B018
        names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
        assert names == ["test_a_traceback_holds_no_frame_of_ours", "x"]
    assert Broken.x.info()[:2] == (0, 0)


def test_a_value_that_needs_itself_is_an_error_and_no_deadlock() -> None:
    class Circular:
        @cached_property
        def x(self) -> int:
            return self.x + 1

    with pytest.raises(ReentrantCall):
        Circular().x  # noqa: B018


def test_a_coroutine_function_is_awaited_once() -> None:
    class Page:
        def __init__(self) -> None:
            self.runs = 0

        @cached_property
        async def text(self) -> object:
            self.runs += 1
            await asyncio.sleep(0.01)
            return object()

    async def main() -> None:
        page, other = Page(), Page()
        texts = await asyncio.gather(*(page.text for _ in range(20)))
        assert set(texts) == {await page.text}
        assert await other.text not in texts
        assert page.runs == 1
        del page.text
        assert await page.text not in texts

    asyncio.run(main())


def test_a_generator_is_refused_or_kept_as_a_tuple() -> None:
    def numbers(self: object) -> Any:
        yield from (1, 2)

    async def later(self: object) -> Any:
        yield 3

    for function in (numbers, later):
        with pytest.raises(ConfigurationError, match="materialize=True"):
            cached_property(function)

    class Kept:
        x = cached_property(materialize=True)(numbers)
        y = cached_property(materialize=True)(later)

    kept = Kept()
    assert kept.x is kept.x == (1, 2)
    assert asyncio.run(kept.y) == asyncio.run(kept.y) == (3,)  # type: ignore[arg-type]


def test_what_makes_no_sense_is_refused_at_decoration() -> None:
    for what in (3, property(lambda self: 1), "name"):
        with pytest.raises(ConfigurationError):
            cached_property(what)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="no option 'maxsize'; it has"):
        cached_property(maxsize=3)  # type: ignore[call-overload]
    with pytest.raises(ConfigurationError, match="stale"):
        cached_property(stale=3)
    with pytest.raises(ConfigurationError, match="copy='deep'"):
        cached_property(copy="deep")(lambda self: 1)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="without a call"):
        Model.total(Model())  # type: ignore[operator, arg-type]
    with pytest.raises(TypeError, match="without a call"):
        Model.total()  # type: ignore[call-overload]
    with pytest.raises((ConfigurationError, RuntimeError)) as caught:  # 3.11 puts its own around

        class Empty:
            x = cached_property(ttl=3)

    assert "without a function" in str(caught.value.__cause__ or caught.value)
