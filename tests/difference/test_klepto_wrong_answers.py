"""Wrong answers that klepto gives with its default settings, and kigen never.

K1 to K11 are the numbers of klepto's demonstrated defects (reference/klepto.md, 3.1).
"""

from __future__ import annotations

import functools
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kigen import (
    ChangedFunctionWarning,
    UnkeyableCall,
    archives,
    inf_cache,
    lfu_cache,
    lru_cache,
)

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)


@pytest.fixture(params=["memory only", "memory://", "runs/", "runs.db"])
def options(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Options for memory alone, and for each kind of archive behind a memory that keeps nothing."""
    monkeypatch.chdir(tmp_path)
    if request.param == "memory only":
        yield {}
    else:
        with archives.open(request.param) as archive:
            yield {"archive": archive, "maxsize": 0}


def returned(value: Any) -> Any:
    return value


def test_k1_numbers_of_equal_hash_are_two_arguments(options: Any) -> None:
    assert hash(-1) == hash(-2)
    f = lru_cache(**options)(returned)
    assert [f(-1), f(-2), f(-1)] == [-1, -2, -1]


def test_k2_large_numbers_and_infinity_do_not_meet_the_small_ones_of_their_hash(
    options: Any,
) -> None:
    f = lru_cache(**options)(returned)
    for one, other in [(0, 2**61 - 1), (float("inf"), 314159), (1, 2**61), ("", 0), (0, 2**122)]:
        assert [f(one), f(other)] == [one, other]


def test_k3_positional_arguments_do_not_meet_keywords_that_look_like_them(options: Any) -> None:
    @lru_cache(**options)
    def f(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("x", 1), {}),
        ((), {"x": 1}),
        ((("x", 1),), {}),
        (((("x", 1),),), {}),
        ((("x", 1), ()), {}),
        (("x",), {"x": 1}),
    ]
    assert [f(*args, **kwargs) for args, kwargs in calls] == calls
    assert [f(*args, **kwargs) for args, kwargs in calls] == calls


def test_k4_two_functions_under_one_decorator_do_not_meet(options: Any) -> None:
    memo = lru_cache(**options)

    @memo
    def f(x: int) -> tuple[str, int]:
        return "f", x

    @memo
    def g(x: int) -> tuple[str, int]:
        return "g", x

    assert [f(1), g(1), f(1)] == [("f", 1), ("g", 1), ("f", 1)]


@pytest.mark.parametrize("where", ["memo/", "memo.db"])
def test_k5_two_functions_on_one_archive_do_not_meet(where: str, tmp_path: Path) -> None:
    path = str(tmp_path / where) + ("/" if where.endswith("/") else "")

    @inf_cache(cache=path)
    def f(x: int) -> tuple[str, int]:
        return "f", x

    f(1)
    f.dump()

    @inf_cache(cache=path)
    def g(x: int) -> tuple[str, int]:
        return "g", x

    g.load()
    assert g(1) == ("g", 1)
    assert g.info()[:3] == (0, 1, 0)


@CACHES
def test_k6_new_objects_at_old_addresses_are_new_arguments(cache: Any) -> None:
    class Thing:
        def __init__(self, number: int) -> None:
            self.number = number

        @cache
        def own(this) -> int:
            return this.number

    @cache
    def number(thing: Thing) -> int:
        return thing.number

    assert [number(Thing(n)) for n in range(1000)] == list(range(1000))
    assert [Thing(n).own() for n in range(1000)] == list(range(1000))
    called = cache(lambda function: function())
    assert [called(lambda n=n: n) for n in range(1000)] == list(range(1000))


def test_k6_an_object_known_by_address_alone_never_enters_an_archive(tmp_path: Path) -> None:
    f = lru_cache(archive=tmp_path / "runs.db")(lambda thing: 1)
    with pytest.raises(UnkeyableCall) as caught:
        f(object())
    assert caught.value.path == "thing"
    assert f.info()[:3] == (0, 0, 0)


def test_k7_large_arrays_and_frames_that_differ_in_one_cell_are_two_arguments(
    options: Any,
) -> None:
    total = lru_cache(**options)(lambda data: float(np.asarray(data).sum()))
    zeros = np.zeros(2000)
    one = zeros.copy()
    one[1000] = 7
    assert [total(zeros), total(one), total(zeros)] == [0, 7, 0]
    frame = pd.DataFrame({"a": range(1000), "b": 0.0})
    changed = frame.copy()
    changed.loc[500, "b"] = 3.0
    assert total(changed) == total(frame) + 3


def test_k8_arrays_that_differ_beyond_the_printed_digits_are_two_arguments(options: Any) -> None:
    first = lru_cache(**options)(lambda array: float(array[0]))
    assert [first(np.array([x])) for x in (1.0000000001, 1.0)] == [1.0000000001, 1.0]
    assert [first(np.array([x])) for x in (1.0, np.nextafter(1.0, 2))] == [1.0, 1 + 2**-52]


def test_k9_a_tuple_and_a_list_are_two_arguments(options: Any) -> None:
    kind = lru_cache(**options)(lambda xs: type(xs).__name__)
    assert [kind((1, 2)), kind([1, 2])] == ["tuple", "list"]
    assert [kind(([1],)), kind(([1], ())), kind([[1]])] == ["tuple", "tuple", "list"]


@pytest.mark.parametrize("where", ["memo/", "memo.db"])
def test_k10_a_result_of_another_body_is_computed_again_with_a_warning(
    where: str, tmp_path: Path
) -> None:
    path = f"{tmp_path}/{where}"

    def original() -> Any:
        def f(x: int) -> int:
            return x + 1

        return f

    def edited() -> Any:
        def f(x: int) -> int:
            return x * 100

        return f

    assert inf_cache(archive=path, name="f")(original())(2) == 3
    with pytest.warns(ChangedFunctionWarning, match="f has changed") as caught:
        assert inf_cache(archive=path, name="f")(edited())(2) == 200
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = inf_cache(archive=path, name="f")(edited())
        assert again(2) == 200
        assert again.info()[:3] == (0, 0, 1)


@CACHES
def test_k11_a_caller_cannot_poison_a_result(cache: Any, options: Any) -> None:
    @cache(**options)
    def g(x: int) -> Any:
        return {"list": [x], "set": {x}, "tuple": ([x],), "bytes": bytearray(b"a")}

    for _ in range(3):
        poisoned = g(1)
        poisoned["list"].append("poison")
        poisoned["set"].clear()
        poisoned["tuple"][0].append("poison")
        poisoned["bytes"].extend(b"poison")
        poisoned["more"] = "poison"
    g.clear()
    assert g(1) == {"list": [1], "set": {1}, "tuple": ([1],), "bytes": bytearray(b"a")}


def test_k11_a_function_that_keeps_hold_of_its_result_cannot_poison_it_either(
    options: Any,
) -> None:
    handed_out: list[list[int]] = []

    @lru_cache(**options, name="f")
    def f(x: int) -> list[int]:
        handed_out.append([x])
        return handed_out[-1]

    f(1)
    handed_out[0].append(666)
    assert f(1) == [1]


def test_k11_an_argument_that_the_function_changes_is_stored_as_it_was(options: Any) -> None:
    @lru_cache(**options)
    def f(xs: list[int]) -> int:
        xs.append(7)
        return len(xs)

    assert [f([1]), f([1, 7]), f([1])] == [2, 3, 2]
    f.load()
    assert [f([1]), f([1, 7])] == [2, 3]


def test_an_argument_that_changes_before_its_result_is_dumped_is_stored_as_it_was(
    tmp_path: Path,
) -> None:
    def total() -> Any:
        return inf_cache(cache=tmp_path / "runs.db", name="total")(lambda xs: float(np.sum(xs)))

    f = total()
    xs, array = [1, 2], np.array([1.0, 2.0])
    f(xs), f(array)
    xs.append(100)
    array[:] = 7
    f.dump()
    g = total()
    assert [g([1, 2]), g([1, 2, 100]), g(np.array([1.0, 2.0])), g(array)] == [3, 103, 3, 14]
    assert g.info().load == 2


def test_closures_over_different_values_do_not_meet(options: Any) -> None:
    """Nine of nine libraries let them (reference/field.md, 2)."""

    def adder(n: int) -> Any:
        @lru_cache(**options)
        def add(x: int) -> int:
            return x + n

        return add

    assert [adder(1)(1), adder(2)(1), adder(1)(1)] == [2, 3, 2]


def test_wrappers_of_different_settings_do_not_meet(options: Any) -> None:
    def times(k: int) -> Any:
        def decorate(function: Any) -> Any:
            @functools.wraps(function)
            def wrapper(x: int) -> int:
                return k * function(x)

            return wrapper

        return decorate

    memo = lru_cache(**options)
    assert [memo(times(k)(returned))(1) for k in (2, 3)] == [2, 3]


def test_names_that_are_mangled_alike_in_file_names_do_not_meet(options: Any) -> None:
    f = lru_cache(**options)(returned)
    names = ["run_1", "run-1", "run/1", "RUN_1", "run 1", "run_1 ", "../run_1", "x" * 5000, "\0"]
    assert [f(name) for name in names] == names
    assert [f(name) for name in names] == names


def test_large_arrays_are_not_sampled(options: Any) -> None:
    """One of a million cells is enough."""
    total = lru_cache(**options)(lambda array: int(array.sum()))
    array = np.zeros(1_000_000, dtype=np.int8)
    assert total(array) == 0
    for cell in (1, 500_000, 999_998):
        array[cell] = 1
    assert total(array) == 3


def test_results_of_methods_do_not_meet_between_objects() -> None:
    class Model:
        def __init__(self, weight: int) -> None:
            self.weight = weight

        @lru_cache
        def scaled(self, x: int) -> int:
            return self.weight * x

    assert [Model(w).scaled(1) for w in range(50)] == list(range(50))


def test_sets_of_one_content_are_one_argument_and_others_are_not(options: Any) -> None:
    f = lru_cache(**options)(lambda names: sorted(names))
    names = [f"name {n}" for n in range(50)]
    assert f(frozenset(names)) == f(frozenset(reversed(names))) == f(set(names)) == sorted(names)
    assert f.info().miss == 1
    assert f(frozenset(names[1:])) == sorted(names[1:])
