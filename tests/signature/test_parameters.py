"""Parameters: what a callable is called with, and the source that says it again."""

from __future__ import annotations

import functools
import inspect
import math
import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen.signature import Parameters
from kigen.signature.parameters import kind

NAMES = ["a", "b", "c", "d", "e", "f"]


@st.composite
def declarations(draw: st.DrawFn) -> str:
    """A parameter list, of any shape that Python has."""
    count = draw(st.integers(0, 4))
    posonly = draw(st.integers(0, count))
    defaults = draw(st.integers(0, count))
    plain = [f"{n}={i}" if i >= count - defaults else n for i, n in enumerate(NAMES[:count])]
    parts = [*plain[:posonly], *(["/"] if posonly else []), *plain[posonly:]]
    kwonly = draw(st.lists(st.sampled_from(["x", "y=1", "z=None"]), unique=True, max_size=3))
    rest = draw(st.booleans())
    if rest or kwonly:
        parts.append("*rest" if rest else "*")
    parts += kwonly
    if draw(st.booleans()):
        parts.append("**more")
    return ", ".join(parts)


def define(declaration: str, body: str = "return locals()") -> Any:
    scope: dict[str, Any] = {}
    exec(f"def function({declaration}):\n    {body}\n", scope)
    return scope["function"]


@given(declarations())
def test_what_is_declared_again_has_the_same_shape(declaration: str) -> None:
    function = define(declaration)
    parameters = Parameters.of(function)
    again = define(parameters.declaration())
    shape = [(p.name, p.kind) for p in inspect.signature(function).parameters.values()]
    assert [(p.name, p.kind) for p in inspect.signature(again).parameters.values()] == shape
    assert list(parameters.names()) == [name for name, _ in shape]
    assert Parameters.of(again)[:5] == parameters[:5]


@given(declarations(), st.data())
def test_forwarding_passes_every_argument_on(declaration: str, data: st.DataObject) -> None:
    function = define(declaration)
    parameters = Parameters.of(function)
    made = define(declaration, f"return target({parameters.forwarding()})")
    made.__globals__["target"] = function
    count = len(parameters.positional_only) + len(parameters.positional)
    args = list(range(10, 10 + data.draw(st.integers(0, count + 2))))
    given_names = [*parameters.positional, *parameters.keyword_only, "extra"]
    names = data.draw(st.lists(st.sampled_from(given_names), unique=True))
    kwargs = dict.fromkeys(names, "by name")
    try:
        expected = function(*args, **kwargs)
    except TypeError:
        return
    assert made(*args, **kwargs) == expected


@given(declarations())
def test_the_code_and_the_signature_tell_the_same(declaration: str) -> None:
    """Functions are read from their code, which is 20 times as fast; others by `inspect`."""
    function = define(declaration)

    class Callable:
        __signature__ = inspect.signature(function)

        def __call__(self) -> None: ...

    assert Parameters.of(Callable()) == Parameters.of(function)


def test_a_bound_method_has_lost_its_first_parameter() -> None:
    class Model:
        def run(self, x: int, *, y: int = 2) -> None: ...

    assert list(Parameters.of(Model().run).names()) == ["x", "y"]
    assert list(Parameters.of(Model.run).names()) == ["self", "x", "y"]


def test_a_partial_has_lost_what_it_fills() -> None:
    def f(x: int, y: int, z: int = 3) -> None: ...

    parameters = Parameters.of(functools.partial(f, 1, z=4))
    assert list(parameters.names()) == ["y", "z"]
    assert parameters.keyword_defaults == {"z": 4}


@pytest.mark.parametrize("function", [max, dict, np.sin, np.add])
def test_what_cannot_be_read_takes_anything(function: Any) -> None:
    assert Parameters.of(function).declaration() == "*args, **kwargs"


@pytest.mark.parametrize("function", [math.sqrt, operator.add, len, pow, sorted, int.from_bytes])
def test_builtins_are_read_as_inspect_reads_them(function: Any) -> None:
    expected = list(inspect.signature(function).parameters)
    assert list(Parameters.of(function).names()) == expected


def test_a_wrapper_is_read_as_itself_and_not_as_what_it_wraps() -> None:
    def f(x: int) -> None: ...

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> None: ...

    assert list(Parameters.of(wrapper).names()) == ["args", "kwargs"]


def numbers() -> Any:
    yield 1


async def later() -> None: ...


async def stream() -> Any:
    yield 1


class Numbers:
    def __call__(self) -> Any:
        yield 1

    async def run(self) -> None: ...


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (numbers, "generator"),
        (later, "coroutine"),
        (stream, "async generator"),
        (functools.partial(functools.partial(numbers)), "generator"),
        (Numbers(), "generator"),
        (Numbers().run, "coroutine"),
        (functools.partial(Numbers().run), "coroutine"),
        (Numbers, ""),
        (len, ""),
        (functools.partial(len), ""),
        (lambda: numbers(), ""),
    ],
)
def test_functions_that_make_what_can_be_used_once_are_known(function: Any, expected: str) -> None:
    assert kind(function) == expected
