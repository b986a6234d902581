"""What of a call makes its key, and what is ignored."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
import pytest

from kigen.errors import ConfigurationError
from kigen.signature import NULL, Ignored, _keygen


def plain(x, y=2): ...
def everything(x, y=2, *rest, k, j=5, **more): ...
def positional(x, /, **more): ...


SPELLINGS: list[tuple[Any, Any]] = [((1, 3), {}), ((1,), {"y": 3}), ((), {"y": 3, "x": 1})]


@pytest.mark.parametrize(("args", "kwds"), [*SPELLINGS, ((), {"x": 1, "y": 3})])
def test_however_a_call_is_written_it_is_bound_alike(args: Any, kwds: Any) -> None:
    """In the same order: klepto's order is the caller's, and its printed keys miss."""
    assert repr(_keygen(plain, (), *args, **kwds)) == "((), {'y': 3, 'x': 1})"


@pytest.mark.parametrize("order", list(itertools.permutations("kabx")))
def test_the_order_of_keywords_does_not_matter(order: tuple[str, ...]) -> None:
    """Required, optional and further ones."""
    bound = _keygen(everything, (), **dict.fromkeys(order, 1))
    assert repr(bound) == "((), {'y': 2, 'j': 5, 'k': 1, 'a': 1, 'b': 1, 'x': 1})"


def test_varargs_stay_and_what_has_a_name_gets_it() -> None:
    """Defaults are filled in."""
    assert _keygen(everything, (), 1, 3, 4, 5, k=6, w=7) == (
        (4, 5),
        {"x": 1, "y": 3, "k": 6, "j": 5, "w": 7},
    )


def test_any_name_is_free_for_a_parameter() -> None:
    """klepto raises TypeError for self, func and ignored given by name."""  # noqa: D403

    def f(self, func, ignored, args=0, kwds=0): ...

    bound = _keygen(f, "args", self=1, func=2, ignored=3, kwds=4)
    assert bound == ((), {"self": 1, "func": 2, "ignored": 3, "args": NULL, "kwds": 4})


def test_two_arguments_of_one_name_are_two() -> None:
    """klepto's key of f(1, x=2) is that of f(1, x=3) for ``def f(x, /, **more)``."""  # noqa: D403
    assert _keygen(positional, (), 1, x=2) == ((), {"x": 1, "**x": 2})
    assert _keygen(positional, (), 1, x=2) != _keygen(positional, (), 1, x=3)


# What is ignored


@pytest.mark.parametrize("ignored", ["x", ["x"], ("x",), {"x"}, 0, [0], -2, np.int64(0)])
def test_a_parameter_is_ignored_by_name_or_index(ignored: Any) -> None:
    """One, or several in any collection."""
    assert _keygen(plain, ignored, 1) == _keygen(plain, ignored, x=7) == ((), {"x": NULL, "y": 2})


@pytest.mark.parametrize("ignored", [None, (), [], ""])
def test_nothing_is_ignored(ignored: Any) -> None:
    """None is klepto's default."""
    assert _keygen(plain, ignored, 1) == ((), {"x": 1, "y": 2})


def test_stars_ignore_what_has_no_name_of_its_own() -> None:
    """A keyword-only parameter has one; klepto drops it with ``**``."""
    assert _keygen(everything, "*", 1, 2, 3, 4, k=5)[0] == ()
    bound = _keygen(everything, "**", 1, k=5, j=6, w=7)
    assert bound == ((), {"x": 1, "y": 2, "k": 5, "j": 6})


def test_an_index_beyond_the_names_is_a_vararg() -> None:
    """Only that one."""
    assert _keygen(everything, 3, 1, 2, 3, 4, 5, k=6)[0] == (3, NULL, 5)


def test_an_ignored_keyword_of_more_is_null_where_it_is_given() -> None:
    """And absent where it is not."""
    assert _keygen(everything, "w", 1, k=1, w=2)[1]["w"] is NULL
    assert "w" not in _keygen(everything, "w", 1, k=1)[1]


class Owner:
    """A class whose property must not run."""

    def method(self, x): ...

    @classmethod
    def of(cls, x): ...

    def other(self, x): ...

    @property
    def watched(self):
        raise AssertionError("a key was made by running a property")


def test_self_drops_out_of_a_method() -> None:
    """Two instances have one key."""
    bound = _keygen(Owner.method, "self", Owner(), 1)
    assert bound == _keygen(Owner.method, "self", Owner(), x=1) == ((), {"x": 1})
    assert _keygen(Owner.of.__func__, "cls", Owner, 1) == ((), {"x": 1})


def test_an_index_counts_without_the_self_that_drops_out() -> None:
    """As klepto counts."""
    assert _keygen(Owner.method, ("self", 0), Owner(), 1) == ((), {"x": NULL})


def test_self_of_another_class_is_null() -> None:
    """A function that is called like a method, but is none of that object."""
    assert _keygen(Owner.method, "self", 3, 1) == ((), {"self": NULL, "x": 1})


def test_looking_for_a_method_runs_nothing() -> None:
    """klepto asks the argument for an attribute of the function's name."""  # noqa: D403

    def watched(self, x): ...

    assert _keygen(watched, "self", Owner(), 1) == ((), {"self": NULL, "x": 1})

    class Noisy:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

        def __eq__(self, other: object) -> bool:
            raise AssertionError("compared")

        __hash__ = None  # type: ignore[assignment]

    assert _keygen(watched, "self", Noisy(), 1) == ((), {"self": NULL, "x": 1})


@pytest.mark.parametrize("function", [len, max, functools.partial(plain, 1, x=2), int])
def test_the_arguments_of_a_builtin_stay_as_they_are(function: Any) -> None:
    """As they do for a partial that can only fail."""
    kwds = {"y": 1}
    bound = _keygen(function, ("y", 0), 1, **kwds)
    assert bound == ((1,), kwds)


# What is refused, once, at decoration


@pytest.mark.parametrize(
    ("function", "ignored"),
    [
        (plain, "z"),
        (plain, 2),
        (plain, -3),
        (lambda *rest: ..., "rest"),
        (max, "x"),
        (len, 0),
    ],
)
def test_what_is_no_parameter_is_refused(function: Any, ignored: Any) -> None:
    """klepto ignores it in silence, and the key holds what should be left out."""  # noqa: D403
    with pytest.raises(ConfigurationError, match="ignore="):
        Ignored.of(ignored).check(function)


@pytest.mark.parametrize(
    ("function", "ignored"),
    [
        (plain, ("x", 1, -1)),
        (plain, ("*", "**", "self")),  # may find nothing, as klepto's users write it
        (Owner().method, "self"),
        (everything, ("k", "anything", 99)),
        (positional, "x"),
        (functools.partial(plain, y=1), "y"),
        (max, ()),
    ],
)
def test_what_may_be_a_parameter_is_accepted(function: Any, ignored: Any) -> None:
    """``**more`` has any name, ``*rest`` any index."""
    Ignored.of(ignored).check(function)


@pytest.mark.parametrize("ignored", [1.5, [b"x"], [None], [["x"]]])
def test_what_is_neither_name_nor_index_is_refused(ignored: Any) -> None:
    """By name."""
    with pytest.raises(ConfigurationError, match="neither"):
        Ignored.of(ignored)
