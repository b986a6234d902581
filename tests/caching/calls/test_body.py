"""What counts as a change of a function's body, and what does not."""

from __future__ import annotations

import functools
from textwrap import dedent
from typing import Any

import pytest

from kigen import dedup, inf_cache
from kigen.caching.calls.body import body_tag, captures, is_cache, lambda_source

ORIGINAL = """
def f(x, y=2):
    return [x + 1, {"a": (y, 1.5)}]
"""


def tag(source: str) -> str:
    scope: dict[str, Any] = {}
    exec(dedent(source), scope)
    return body_tag(scope["f"])


@pytest.mark.parametrize(
    "edited",
    [
        ORIGINAL.replace("x + 1", "x + 2"),
        ORIGINAL.replace("x + 1", "x - 1"),
        ORIGINAL.replace("1.5", "1.25"),
        ORIGINAL.replace("1.5", "'1.5'"),
        ORIGINAL.replace('"a"', "'b'"),
        ORIGINAL.replace("y, 1.5", "1.5, y"),
        ORIGINAL.replace("(x, y=2)", "(y, x=2)"),
        ORIGINAL.replace("(y, 1.5)", "len(y, 1.5)"),
        ORIGINAL.replace("[x + 1", "[x + 1.0"),
        ORIGINAL.replace("[x + 1", "[x + True"),
    ],
)
def test_another_body_has_another_tag(edited: str) -> None:
    assert tag(edited) != tag(ORIGINAL)


CONSTANTS = (
    *(
        "0",
        "0.0",
        "-0.0",
        "0j",
        "-0j",
        "False",
        "'0'",
        "'0.0'",
        "b'0'",
        "()",
        "None",
        "...",
        "'...'",
    ),
    *("(1, 2)", "(1.0, 2)", "(True, 2)", "(1, (2, 0.0))", "(1, (2, -0.0))", "((1, 2), 0.0)"),
    *("x in {1, 2}", "x in {1.0, 2}", "x in {True, 2}", "x in (1, 2)", "x in {(1,), 2}"),
)


def test_constants_that_differ_in_type_or_sign_alone_are_other_bodies() -> None:
    assert len({tag(f"def f(x): return {constant}") for constant in CONSTANTS}) == len(CONSTANTS)


def test_what_an_exception_handler_covers_is_part_of_the_body() -> None:
    """On one line, the instructions are the same."""
    handler = "\n    except OSError: return 0\n    return 1\n"
    assert tag(f"def f(x):\n    try: g(); h(){handler}") != tag(
        f"def f(x):\n    g()\n    try: h(){handler}"
    )


def test_the_names_of_keyword_arguments_are_part_of_the_body() -> None:
    assert tag("def f(x): return dict(a=x)") != tag("def f(x): return dict(b=x)")


@pytest.mark.parametrize(
    "edited",
    [
        "\n\n\n# a comment\n" + ORIGINAL,
        ORIGINAL.replace("2):", "2):  # why"),
        ORIGINAL.replace("2):", '2):\n    """What it does."""'),
        ORIGINAL.replace("(x, y=2)", "(x: int, y: int = 2) -> list"),
        ORIGINAL.replace("[x + 1, ", "[\n        x + 1,\n        "),
        ORIGINAL.replace("x + 1", "(x + 1)"),
    ],
)
def test_comments_docstrings_annotations_and_layout_are_no_change(edited: str) -> None:
    assert tag(edited) == tag(ORIGINAL)


def test_the_place_and_prose_of_a_class_inside_are_no_change() -> None:
    """Python 3.13 writes the number of a class's first line into the code."""
    inner = "def f(x):\n    class C:\n        'One.'\n        y = x\n    return C.y\n"
    assert tag(inner) == tag("\n\n" + inner.replace("One", "Another"))
    assert tag(inner) != tag(inner.replace("y = x", "y = -x"))


def test_functions_inside_count_and_their_docstrings_do_not() -> None:
    inner = "def f(x):\n    def g():\n        'One.'\n        return x + 1\n    return g()\n"
    assert tag(inner) == tag(inner.replace("One", "Another"))
    assert tag(inner) != tag(inner.replace("+ 1", "+ 2"))


BRANCHING = """
def f(x):
    for i in range(x):
        try:
            def g(a{a}, *rest{a}, k{a}=3){r}:
                return a + x
            if i:
                continue
            x = [g(j) for j in range(i)]
        except ValueError:
            break
    return lambda: (yield x)
"""


def test_annotations_of_functions_inside_are_no_change() -> None:
    bare = BRANCHING.format(a="", r="")
    annotated = BRANCHING.format(a=": dict[str, list[int]]", r=" -> 'int'")
    for first in ("", "from __future__ import annotations"):
        assert tag(bare) == tag(first + annotated)
    for old, new in (("k=", "k=1"), ("a + x", "a - x"), ("continue", "break"), ("if i", "if x")):
        there = annotated.replace("]=3", "]=13") if old == "k=" else annotated.replace(old, new)
        assert tag(there) not in (tag(bare), tag(annotated))


def test_annotations_of_a_class_inside_count_for_they_may_be_its_fields() -> None:
    inner = "def f(x):\n    class C:\n        y{} = 1\n    return C\n"
    assert tag(inner.format("")) != tag(inner.format(": int"))


def test_any_number_of_arguments_is_another_thing_than_any_names() -> None:
    assert tag("def f(*more): return more") != tag("def f(**more): return more")


def helper(n: int) -> Any:
    if n == 1:

        def inner(x: int) -> int:
            return x + 1

    else:

        def inner(x: int) -> int:
            return x + 2

    def outer(x: int) -> int:
        return inner(x)

    return outer


def test_the_bodies_of_captured_functions_count() -> None:
    assert body_tag(helper(1)) == body_tag(helper(1)) != body_tag(helper(2))


CAPTURED = """
def make():
    def g(x{0}):
        return x + 1
    captured = {1}
    def f(x):
        return captured, g
    return f
f = make()
"""


@pytest.mark.parametrize(
    ("default", "other"),
    [(", k=1", ", k=2"), (", *, k=1", ", *, k=1.0"), (", k=(1, 'a')", ", k=(1, 'b')")],
)
def test_the_constant_defaults_of_captured_functions_count(default: str, other: str) -> None:
    one, two = (tag(CAPTURED.format(each, None)) for each in (default, other))
    assert one != two


def test_a_default_that_may_change_while_the_program_runs_does_not_count() -> None:
    filled = CAPTURED.format(", memo={}", "g.__defaults__[0].update(a=1)")
    assert tag(filled.replace("update(a=1)", "update(a=2)")) == tag(filled)


@pytest.mark.parametrize("held", ["[h]", "(('h', h),)", "{'h': h}", "partial(map, h)"])
def test_functions_in_captured_containers_and_partials_count(held: str) -> None:
    source = "from functools import partial\n" + CAPTURED.format("", f"{held}").replace(
        "captured =", "h = lambda x: 2 * x\n    captured ="
    )
    assert tag(source) == tag(source.replace("def g", "# by lines\n    def g"))
    assert tag(source) != tag(source.replace("2 * x", "3 * x"))


def test_what_a_partial_gives_counts() -> None:
    one, other = ((lambda x: x + 1), (lambda x: x + 2))
    assert body_tag(functools.partial(map, one)) != body_tag(functools.partial(map, other))


def test_a_container_that_holds_itself_may_be_captured() -> None:
    assert tag(CAPTURED.format("", "[g]; captured.append(captured)")) != ""


def test_a_decorator_that_is_a_class_counts_and_so_does_what_it_decorates() -> None:
    source = """
    import functools
    class Twice:
        def __init__(self, function):
            functools.update_wrapper(self, function)
        def __call__(self, x):
            return 2 * self.__wrapped__(x)
    @Twice
    def f(x):
        return x + 1
    """
    edited = (source, source.replace("2 *", "3 *"), source.replace("+ 1", "+ 2"))
    assert len({tag(each) for each in edited}) == 3


def test_what_dedup_has_made_of_a_captured_function_is_no_part_of_the_body() -> None:
    def capturing(g: Any) -> Any:
        return lambda: g

    def g(x: int) -> int:
        return x

    assert body_tag(capturing(dedup(g))) == body_tag(capturing(inf_cache(g)))
    assert body_tag(capturing(dedup(g))) != body_tag(capturing(dedup(helper(1))))


def test_the_body_below_a_decorator_counts() -> None:
    def timed(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(x: int) -> Any:
            return function(x)

        return wrapper

    one, other = (tag_of(timed, source) for source in ("x + 1", "x + 2"))
    assert one != other


def tag_of(decorator: Any, expression: str) -> str:
    scope: dict[str, Any] = {"decorator": decorator}
    exec(f"@decorator\ndef f(x):\n    return {expression}\n", scope)
    return body_tag(scope["f"])


def test_a_cache_is_no_part_of_the_body() -> None:
    def f(x: int) -> int:
        return x

    assert body_tag(inf_cache(f)) == body_tag(functools.lru_cache(f)) == body_tag(f)


def test_partials_methods_and_callable_objects_have_the_body_of_what_they_call() -> None:
    class Model:
        def __call__(self, x: int) -> int:
            return x

    model = Model()
    assert (
        body_tag(functools.partial(Model.__call__, model))
        == body_tag(model.__call__)
        == body_tag(model)
        != ""
    )


def test_what_is_written_in_c_has_no_body() -> None:
    assert body_tag(len) == body_tag("abc".count) == body_tag(int) == ""


def test_functions_that_capture_each_other_have_bodies_too() -> None:
    def even(n: int) -> bool:
        return n == 0 or odd(n - 1)

    def odd(n: int) -> bool:
        return n != 0 and even(n - 1)

    assert body_tag(even) != body_tag(odd)


def test_captures_are_the_values_in_cells_that_have_one() -> None:
    def make() -> Any:
        def f() -> Any:
            return early, late

        early = 1
        before = dict(captures(f))
        late = 2
        return before, dict(captures(f))

    assert make() == ({"early": 1}, {"early": 1, "late": 2})


def test_only_caches_are_taken_off() -> None:
    @functools.wraps(inf_cache(lambda x: x))
    def wrapper(x: int) -> int:
        return x

    assert is_cache(inf_cache(lambda x: x))
    assert not is_cache(wrapper)


def test_of_several_lambdas_on_a_line_each_has_its_own_source() -> None:
    one, two, nested = lambda x: x + 1, lambda x: x + 2, lambda x: lambda y: x + y
    assert lambda_source(one) == "lambda x: x + 1"
    assert lambda_source(two) == "lambda x: x + 2"
    assert lambda_source(nested) == "lambda x: lambda y: x + y"
    assert lambda_source(nested(1)) == "lambda y: x + y"


def test_a_lambda_without_source_is_known_by_its_body() -> None:
    made, other = eval("lambda x: x + 1"), eval("lambda x: x + 2")
    assert lambda_source(made) == body_tag(made) != lambda_source(other)
