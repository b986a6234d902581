"""Whether a call fits, told without making it."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen.signature import isvalid, validate


def required(*, k): ...
def optional(*, k=1): ...
def positional(x, y=2, /): ...
def positional_and_more(x, /, **more): ...
def everything(x, y=2, *rest, k, j=5, **more): ...
def nothing(): ...
def named_like_ours(self, func, args=1, kwds=2): ...


class Owner:
    def __init__(self, a): ...
    def __call__(self, x, *, k=1): ...
    def method(self, x): ...
    @classmethod
    def of(cls, x): ...


FUNCTIONS: list[Any] = [
    *(required, optional, positional, positional_and_more, everything, nothing, named_like_ours),
    *(Owner, Owner(1), Owner(1).method, Owner.method, Owner.of),
    *(functools.partial(everything, 1), functools.partial(everything, k=1)),
    *(functools.partial(positional, 1, 2, 3), functools.partial(nothing, y=1)),
    functools.partial(functools.partial(everything, 1), x=1),
    functools.partial(positional_and_more, 1, x=2),
    functools.partial(Owner(1).method, x=1),
]


@given(
    st.sampled_from(FUNCTIONS),
    st.lists(st.none(), max_size=4),
    st.dictionaries(st.sampled_from(["x", "y", "k", "a", "self", "func"]), st.none(), max_size=3),
)
def test_a_call_is_valid_exactly_if_it_can_be_made(
    function: Any, args: list[None], kwds: dict[str, None]
) -> None:
    """The functions do nothing, so that a call fails by its arguments alone."""
    try:
        function(*args, **kwds)
    except TypeError:
        assert not isvalid(function, *args, **kwds)
        with pytest.raises(TypeError) as caught:
            validate(function, *args, **kwds)
        assert type(caught.value) is TypeError
    else:
        assert isvalid(function, *args, **kwds)
        validate(function, *args, **kwds)


@pytest.mark.parametrize(
    ("function", "args", "kwds", "klepto", "kigen"),
    [
        (required, (), {}, True, False),
        (required, (), {"k": 1}, False, True),
        (positional, (), {"x": 1}, True, False),
        (Owner, (1,), {}, False, True),
    ],
)
def test_where_klepto_errs(function: Any, args: Any, kwds: Any, klepto: bool, kigen: bool) -> None:
    """Both answers; the call itself agrees with kigen's."""
    assert isvalid(function, *args, **kwds) is kigen is not klepto


def test_nothing_is_called(tmp_path: Path) -> None:
    """klepto tries what it cannot inspect: files were deleted by asking."""  # noqa: D403
    file = tmp_path / "file"
    file.touch()
    calls: list[object] = []
    assert isvalid(os.remove, file)
    assert isvalid(functools.partial(os.remove, file))
    assert isvalid(calls.append, 1)
    assert isvalid(type("Odd", (), {"__call__": calls.append})(), 1) in {True, False}
    assert isvalid(max, 1, 2)
    assert file.exists()
    assert not calls


def test_a_builtin_that_tells_its_parameters_is_held_to_them() -> None:
    """Others refuse nothing, and cannot be validated."""
    assert not isvalid(len)
    assert not isvalid(os.remove, 1, 2, 3)
    assert isvalid(max)
    with pytest.raises(TypeError, match="does not tell"):
        validate(max, 1, 2)


@pytest.mark.parametrize("value", [3, None, "f"])
def test_what_cannot_be_called_is_never_valid(value: object) -> None:
    """Whatever the arguments."""
    assert not isvalid(value)
    assert not isvalid(value, 1)


@pytest.mark.parametrize(
    ("args", "kwds", "message"),
    [
        ((), {"k": 1}, r"everything\(\) missing the argument 'x'"),
        ((1,), {}, r"missing the keyword-only argument 'k'"),
        ((1,), {"x": 1, "k": 1}, r"multiple values for argument 'x'"),
    ],
)
def test_the_message_names_the_function_and_the_argument(
    args: Any, kwds: Any, message: str
) -> None:
    """As that of a call does."""
    with pytest.raises(TypeError, match=message):
        validate(everything, *args, **kwds)


def test_too_many_and_unexpected_arguments_are_named() -> None:
    """By number and by name."""
    with pytest.raises(TypeError, match="takes 2 positional arguments but 3 were given"):
        validate(positional, 1, 2, 3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        validate(required, k=1, z=2)
