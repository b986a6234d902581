"""What a callable says of its parameters, in klepto's words."""

from __future__ import annotations

import gc
import importlib
import sys
import weakref
from functools import partial
from typing import Any

import pytest

import kigen.signature
from kigen.signature import signature, strip_markup
from kigen.signature.reading import read


def everything(x, y=2, /, z=3, *rest, k, j=5, **more): ...
def three(x, y, z=1): ...


class Sized:
    """Falsy: klepto takes a method of such an instance for a function."""

    def __init__(self, a: int = 1) -> None: ...

    def __len__(self) -> int:
        return 0

    def __call__(self, q: int) -> None: ...

    def method(self, x: int, y: int = 2) -> None: ...

    @classmethod
    def of(cls, x: int) -> None: ...

    @staticmethod
    def plain(x: int) -> None: ...


def test_names_defaults_and_the_variadic() -> None:
    """A keyword-only parameter is in the defaults, if it has one."""
    assert signature(everything) == (("x", "y", "z"), {"y": 2, "z": 3, "j": 5}, "rest", "more")
    assert signature(lambda: ...) == ((), {}, "", "")


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (Sized().method, ("x", "y")),
        (Sized.method, ("self", "x", "y")),
        (Sized.of, ("x",)),
        (Sized().of, ("x",)),
        (Sized.plain, ("x",)),
        (Sized(), ("q",)),
        (partial(Sized().method, 1), ("y",)),
        (partial(partial(three, 1), 2), ("z",)),
        (partial(Sized(), 1), ()),
        (type("Free", (), {"__call__": staticmethod(lambda x: x)})(), ("x",)),
        (type("Owned", (), {"__call__": classmethod(lambda cls, x: x)})(), ("x",)),
    ],
)
def test_what_an_instance_fills_is_no_parameter(function: Any, names: tuple[str, ...]) -> None:
    """In methods, partials of methods and objects that can be called."""
    assert signature(function)[0] == names


def test_a_class_has_the_parameters_of_its_constructor() -> None:
    """klepto counts self among them."""  # noqa: D403
    assert signature(Sized)[:2] == (("a",), {"a": 1})


def test_a_partial_marks_what_it_has_filled() -> None:
    """A default with a mark can no longer be given, a name with one not by position."""
    marked = signature(partial(three, 0, z=7))
    assert marked == (("y", "!z"), {"z": 7, "!x": 0}, "", "")
    assert strip_markup(*marked[:2]) == (("y", "z"), {"z": 7})
    assert signature(partial(three, 0, z=7), markup=False, variadic=False) == (
        *(("y", "z"), {"z": 7}),
    )


@pytest.mark.parametrize("function", [max, partial(three, 0, x=1), int, 3, None])
def test_what_tells_no_parameters_is_a_type_error_or_none(function: Any) -> None:
    """Builtins, partials that can only fail, and what is no function."""
    with pytest.raises(TypeError):
        signature(function)
    assert signature(function, safe=True) == (None, None, None, None)
    assert signature(function, safe=True, variadic=False) == (None, None)


def test_a_builtin_that_tells_its_parameters_is_read_but_not_safely() -> None:
    """As klepto has it: with safe=True builtins pass by."""
    assert signature(len)[0] == ("obj",)
    assert signature(len, safe=True)[0] is None


def test_the_defaults_are_the_callers_to_change() -> None:
    """The next reading has them as they were."""
    signature(three)[1]["z"] = "changed"
    assert signature(three)[1] == {"z": 1}


def test_a_reading_follows_a_function_that_is_changed() -> None:
    """Defaults and code can be assigned."""

    def f(x, y=1): ...

    assert signature(f)[:2] == (("x", "y"), {"y": 1})
    f.__defaults__ = (7, 8)
    assert signature(f)[:2] == (("x", "y"), {"x": 7, "y": 8})
    f.__code__ = (lambda a, b, c: ...).__code__
    assert signature(f)[:2] == (("a", "b", "c"), {"b": 7, "c": 8})


def test_a_function_is_inspected_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inspecting it at each call takes klepto the longest part of a hit."""

    def f(x): ...

    read(f)
    monkeypatch.setattr(kigen.signature.Parameters, "of", lambda _: pytest.fail("read again"))
    assert read(f).names == ("x",)


def test_a_function_that_was_read_is_not_kept_alive() -> None:
    """Nor one whose default leads back to it."""

    def f(x=[]): ...  # noqa: B006 - a default that refers to its function

    f.__defaults__[0].append(f)
    signature(f)
    gone = weakref.ref(f)
    del f
    gc.collect()
    assert gone() is None


def test_the_module_is_kleptos_function_as_well() -> None:
    """kigen.signature(f) works whichever of the two was imported first."""
    module: Any = importlib.import_module("kigen.signature")
    assert module is sys.modules["kigen.signature"]
    assert module(three) == signature(three)
    assert module(three, markup=False, variadic=False) == (("x", "y", "z"), {"z": 1})
