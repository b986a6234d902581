"""A function's name at rest: results of two functions never meet, those of one are found again."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import pytest

from kigen import (
    ConfigurationError,
    Key,
    Param,
    UnkeyableCall,
    archives,
    cached_property,
    inf_cache,
    seeded_cache,
)
from kigen.caching.calls.identity import identify


def shared() -> Any:
    """One decorator object over one archive, for several functions."""
    return inf_cache(archive=archives.open("memory://"))


def base(x: int) -> int:
    return x


def scaled(factor: int) -> Callable[[Any], Any]:
    """A decorator as users write them."""

    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(x: int) -> int:
            return factor * function(x)

        return wrapper

    return decorate


class Scaled:
    """A decorator that is a class."""

    def __init__(self, function: Any, factor: int) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.factor = factor

    def __call__(self, x: int) -> int:
        return self.factor * self.function(x)


def test_a_function_is_its_module_and_qualified_name() -> None:
    assert identify(base) == f"{__name__}.base"
    assert identify(Scaled.__call__) == f"{__name__}.Scaled.__call__"


def test_a_cached_function_is_the_function_it_caches() -> None:
    assert identify(inf_cache(base)) == identify(functools.lru_cache(base)) == identify(base)


def test_closures_over_different_values_are_two_functions() -> None:
    def power(n: int) -> Any:
        def raised(x: int) -> int:
            return x**n

        return raised

    memo = shared()
    assert [memo(power(2))(3), memo(power(3))(3), memo(power(2))(3)] == [9, 27, 9]


def test_wrappers_with_different_settings_around_one_function_are_two_functions() -> None:
    memo = shared()
    assert [memo(scaled(2)(base))(1), memo(scaled(3)(base))(1), memo(base)(1)] == [2, 3, 1]


def test_a_wrapper_around_a_different_function_of_the_same_name_is_another_function() -> None:
    def make(n: int) -> Any:
        def inner(x: int) -> int:
            return x + n

        return inner

    memo = shared()
    assert [memo(scaled(2)(make(1)))(1), memo(scaled(2)(make(2)))(1)] == [4, 6]


def test_an_object_that_wraps_a_function_is_refused_if_nothing_tells_it_from_another() -> None:
    memo = shared()
    with pytest.raises(UnkeyableCall, match=r"name='\.\.\.'"):
        memo(Scaled(base, 2))(1)
    assert inf_cache(archive="memory://", name="twice")(Scaled(base, 2))(1) == 2


def test_partials_differ_by_what_they_hold() -> None:
    memo = shared()
    add = operator.add
    assert [memo(functools.partial(add, 1))(1), memo(functools.partial(add, 2))(1)] == [2, 3]


def test_bound_methods_of_builtin_objects_differ_by_their_object() -> None:
    memo = shared()
    assert [memo("abc".count)("a"), memo("xyz".count)("a")] == [1, 0]


def test_bound_methods_differ_by_their_object() -> None:
    class Model(Key):
        weight = Param(min=0, max=9)

        def predict(self, x: int) -> int:
            return self.weight * x

    memo = shared()
    assert [memo(Model(weight=2).predict)(1), memo(Model(weight=3).predict)(1)] == [2, 3]


@pytest.mark.parametrize("function", [len, max, operator.add, str.upper, int.from_bytes, dict])
def test_what_is_written_in_c_goes_by_its_name(function: Any) -> None:
    assert function.__qualname__ in identify(function)


def test_numpy_functions_go_by_their_names() -> None:
    np = pytest.importorskip("numpy")
    assert identify(np.sin) != identify(np.cos)
    assert shared()(np.sin)(0.0) == 0.0


def test_a_captured_class_that_no_name_leads_to_is_refused() -> None:
    """Two classes of one name are two classes, and nothing else would tell."""

    def make(k: int) -> Any:
        class Model:
            factor = k

        def scale(x: int) -> int:
            return Model.factor * x

        return scale

    with pytest.raises(UnkeyableCall) as caught:
        shared()(make(2))(1)
    assert caught.value.path == "<closure>.Model"
    assert inf_cache(make(2))(1) == 2, "in memory there is nothing to confuse"


def test_a_class_made_inside_a_function_is_refused_as_a_function() -> None:
    def make(k: int) -> Any:
        class Made:
            def __new__(cls, x: int) -> Any:
                return k * x

        return Made

    with pytest.raises(UnkeyableCall):
        shared()(make(2))(1)


def test_a_captured_key_class_goes_by_its_name_wherever_it_was_made() -> None:
    class Trial(Key):
        x = Param(min=0, max=9)

    def f(x: int) -> int:
        return Trial(x=x).x

    assert shared()(f)(1) == 1


def test_a_function_may_capture_itself_and_another_that_captures_it() -> None:
    memo = shared()

    @memo
    def even(n: int) -> bool:
        return n == 0 or odd(n - 1)

    @memo
    def odd(n: int) -> bool:
        return n != 0 and even(n - 1)

    assert even(10)
    assert odd(7)


def test_what_was_captured_counts_with_the_value_that_it_has_at_the_first_call() -> None:
    """Decoration comes before the rest of the scope, where names get their values."""
    memo = shared()

    def make(n: int) -> Any:
        @memo
        def f(x: int) -> int:
            return x + later

        later = n
        return f

    assert [make(1)(1), make(10)(1)] == [2, 11]


def test_an_unfingerprintable_capture_is_an_error_with_the_remedy_and_only_with_an_archive() -> (
    None
):
    handle = object()

    def f(x: int) -> int:
        return x + bool(handle)

    assert inf_cache(f)(1) == 2
    with pytest.raises(UnkeyableCall, match=r"name='\.\.\.'") as caught:
        inf_cache(archive="memory://")(f)(1)
    assert caught.value.path == "<closure>.handle"
    assert caught.value.function.endswith(".f")
    assert inf_cache(archive="memory://", name="f")(f)(1) == 2


def test_lambdas_on_one_archive_never_meet() -> None:
    memo = shared()
    one, two = memo(lambda x: x + 1), memo(lambda x: x + 2)
    three = memo(lambda x: x + 3)
    assert [f(1) for f in (one, two, three)] == [2, 3, 4]


def test_lambdas_over_different_values_never_meet() -> None:
    memo = shared()
    made = [memo(lambda x, k=k: x + k) for k in (1, 2)]
    assert [f(1) for f in made] == [2, 3]
    times = lambda k: lambda x: x * k
    assert [memo(times(2))(1), memo(times(3))(1)] == [2, 3]


def test_a_lambda_with_the_same_source_elsewhere_in_the_file_is_the_same() -> None:
    """So that a lambda finds its results again after lines above it have been edited."""
    above = lambda x: x - 1
    below = lambda x: x - 1
    assert identify(above) == identify(below)


def test_two_functions_of_the_same_name_on_one_archive_never_meet() -> None:
    """As branches or redefinitions make them; the body tells."""
    memo = shared()

    def make(first: bool) -> Any:
        if first:

            @memo
            def f(x: int) -> str:
                return "first"

        else:

            @memo
            def f(x: int) -> str:
                return "second"

        return f

    assert make(True)(1) == "first"
    with pytest.warns(match="has changed"):
        assert make(False)(1) == "second"


def made(kind: str, by: Any) -> Any:
    """Return a function that depends on ``by``, which its name does not tell."""

    def scale(x: int) -> int:
        return int(x * by)

    return {
        "closure": scale,
        "lambda": lambda x: int(x * by),
        "decorated": scaled(by)(base),
        "partial": functools.partial(operator.mul, by),
    }[kind]


@pytest.mark.parametrize("kind", ["closure", "lambda", "decorated", "partial"])
def test_one_name_is_not_given_to_two_functions_that_captured_different_values(kind: str) -> None:
    memo = inf_cache(archive="memory://", name="shared")
    assert memo(made(kind, 2))(5) == 10
    again = memo(made(kind, 2))
    assert (again(5), again.info().load) == (10, 1), "it is the same function"
    with pytest.raises(ConfigurationError, match="name='shared' is that of .* already"):
        memo(made(kind, 3))


def test_one_name_is_not_given_twice_to_what_nothing_tells_apart() -> None:
    memo = inf_cache(archive="memory://", name="shared")
    assert memo(Scaled(base, 2))(5) == 10
    with pytest.raises(ConfigurationError, match="name='shared'"):
        memo(Scaled(base, 3))


def test_one_name_is_not_given_to_two_properties_or_evaluations() -> None:
    class Trial(Key):
        x = Param(min=0, max=9)

    def make(factor: int) -> Any:
        def f(trial: Trial) -> int:
            return trial.x * factor

        return f

    for memo in (seeded_cache(Trial, name="f"), cached_property(name="f")):
        memo(make(2))
        memo(make(2))
        with pytest.raises(ConfigurationError, match="name='f' is that of"):
            memo(make(3))
