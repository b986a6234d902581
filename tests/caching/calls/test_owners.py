"""Methods: instances are told apart, and not kept alive by the results of their methods."""

from __future__ import annotations

import asyncio
import gc
import weakref
from dataclasses import dataclass

import pytest

from kigen import cached_property, inf_cache, lfu_cache, lru_cache
from kigen.caching import mru_cache, rr_cache, s3fifo_cache, sieve_cache

DECORATORS = [inf_cache, lru_cache, lfu_cache, mru_cache, rr_cache, sieve_cache, s3fifo_cache]


@pytest.mark.parametrize("decorator", DECORATORS)
def test_an_instance_dies_and_takes_its_results_along(decorator) -> None:
    class Model:
        @decorator
        def score(self, x: object) -> object:
            return x

    kept, gone = Model(), Model()
    for x in (1, 2.5, "a", (1, 2), [1], None):
        kept.score(x), gone.score(x)
        assert gone.score(x) == x
    assert Model.score.info().size == 12
    death = weakref.ref(gone)
    del gone
    gc.collect()
    assert death() is None
    assert Model.score.info().size == 6
    assert [kept.score(x) for x in (1, [1])] == [1, [1]]
    assert Model.score.info().miss == 12


def test_a_method_without_arguments_is_cached_for_each_instance() -> None:
    class Model:
        def __init__(self, n: int) -> None:
            self.n = n

        @lru_cache
        def total(self) -> list[int]:
            return [self.n]

    a, b = Model(1), Model(2)
    assert (a.total(), b.total(), a.total()) == ([1], [2], [1])
    assert Model.total.info()[:2] == (1, 2)
    del a
    gc.collect()
    assert Model.total.info().size == 1


def test_a_new_instance_never_gets_the_results_of_a_dead_one() -> None:
    class Model:
        def __init__(self, n: int) -> None:
            self.n = n

        @inf_cache
        def get(self, x: int) -> int:
            return self.n + x

    assert [Model(n).get(1) for n in range(1000)] == [n + 1 for n in range(1000)]
    gc.collect()
    assert Model.get.info().size == 0


def test_instances_that_are_equal_by_value_share() -> None:
    @dataclass(frozen=True)
    class Point:
        x: int

        @inf_cache
        def norm(self, p: int = 2) -> int:
            return abs(self.x) ** p

    a, b = Point(3), Point(3)
    assert a.norm() == b.norm(p=2) == 9
    assert Point.norm.info()[:2] == (1, 1)


def test_an_instance_without_hash_goes_by_its_content() -> None:
    @dataclass
    class Point:
        x: int

        @inf_cache
        def double(self, _: int = 0) -> int:
            return 2 * self.x

    a = Point(1)
    assert (a.double(), Point(1).double()) == (2, 2)
    a.x = 5
    assert a.double() == 10
    assert Point.double.info()[:2] == (1, 2)


def test_an_instance_that_cannot_be_referred_to_weakly_is_cached_all_the_same() -> None:
    class Slotted:
        __slots__ = ("n",)

        def __init__(self, n: int) -> None:
            self.n = n

        @lru_cache
        def get(self, x: int) -> int:
            return self.n * x

    a, b = Slotted(2), Slotted(3)
    assert (a.get(1), b.get(1), a.get(1)) == (2, 3, 2)
    assert Slotted.get.info()[:2] == (1, 2)


def test_lists_beside_an_instance_are_keyed_by_content() -> None:
    class Model:
        @lru_cache
        def total(self, xs: list[int]) -> int:
            return sum(xs)

    a, b = Model(), Model()
    assert (a.total([1, 2]), a.total([1, 2]), b.total([1, 2]), a.total([3])) == (3, 3, 3, 3)
    assert Model.total.info()[:2] == (1, 3)


def test_typed_tells_types_apart_beside_an_instance() -> None:
    class Model:
        @lru_cache(typed=True)
        def kind(self, x: object) -> type:
            return type(x)

    model = Model()
    assert (model.kind(1), model.kind(1.0), model.kind([1]), model.kind([True])) == (
        int,
        float,
        list,
        list,
    )
    assert Model.kind.info().miss == 4
    assert model.kind(1.0) is float
    assert Model.kind.info().hit == 1


def test_a_coroutine_method_lets_go_too() -> None:
    class Model:
        @lru_cache
        async def get(self, x: int) -> int:
            return x

    model = Model()
    assert asyncio.run(model.get(1)) == 1
    del model
    gc.collect()
    assert Model.get.info().size == 0


def test_the_handle_works_with_the_instance_itself() -> None:
    class Model:
        @lru_cache
        def get(self, x: int) -> int:
            return -x

    model = Model()
    model.get(1)
    assert Model.get.contains(model, 1)
    assert Model.get.lookup(model, x=1) == -1
    assert dict(Model.get.__cache__()) == {(model, 1): -1}
    assert Model.get.invalidate(model, 1)
    assert not Model.get.contains(model, 1)


def test_a_plain_function_with_a_parameter_named_self_keeps_its_argument() -> None:
    @lru_cache
    def f(self: object, x: int) -> int:
        return x

    class Thing:
        pass

    f(Thing(), 1)
    gc.collect()
    assert f.info().size == 1


def test_calls_leave_no_circles_for_the_garbage_collector() -> None:
    class Model:
        @lru_cache(ttl=1000)
        def alone(self) -> int:
            return 1

        @lru_cache
        def tags(self, x: int) -> list[int]:
            return [x]

        @cached_property
        def x(self) -> int:
            return 1

        @cached_property(ttl=1000)
        def y(self) -> int:
            return 1

    models = [Model() for _ in range(3)]
    gc.collect()
    gc.disable()
    try:
        for model in models:
            for _ in range(3):
                model.alone(), model.tags(1), model.x, model.y
        assert gc.collect() == 0
        del model
        models.clear()
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert [Model.alone.info().size, Model.tags.info().size, Model.y.info().size] == [0, 0, 0]
