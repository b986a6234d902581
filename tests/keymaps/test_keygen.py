"""A function's keys, asked for without calling it."""

from __future__ import annotations

import pickle
from typing import Any

import dill
import numpy as np
import pytest

from kigen.errors import ConfigurationError, KeymapError
from kigen.keymaps import hashmap, keymap, stringmap
from kigen.keymaps.keygen import KeyFunction, keygen
from kigen.signature import NULL


@keygen("verbose", tol=2)
def fit(x: float, rate: float = 0.5, verbose: bool = False) -> float:
    """What fit does."""
    return x * rate


def test_a_call_returns_its_key_and_does_not_call() -> None:
    """However it is written."""
    ran: list[int] = []

    @keygen()
    def f(x: int, y: int = 2) -> None:
        ran.append(x)

    assert f(1) == f(x=1) == f(1, 2) == f(y=2, x=1) == ("x", 1, "y", 2)
    assert not ran
    f.call()
    assert ran == [1]


def test_what_is_ignored_is_null_in_the_key() -> None:
    """By name or index."""
    assert fit(2, verbose=True) == fit(2) == ("rate", 0.5, "verbose", NULL, "x", 2)
    assert keygen(0, "*")(lambda x, *rest: ...)(1, 2, 3) == ("x", NULL)


def test_the_latest_call_can_be_made_checked_and_keyed() -> None:
    """With its arguments as they were, not rounded."""
    fit(2.345, rate=2)
    assert fit.call() == 4.69
    assert fit.valid()
    assert fit.key() == ("rate", 2, "verbose", NULL, "x", 2.35)
    assert fit.__args__() == ((2.345,), {"rate": 2})
    fit(1, 2, 3, 4)
    assert not fit.valid()
    with pytest.raises(TypeError):
        fit.call()


def test_before_any_call_there_are_no_arguments() -> None:
    """The latest call is the one without arguments."""
    fresh = keygen()(lambda x: x)
    assert fresh.__args__() == ((), {})
    assert not fresh.valid()


def test_rounding_takes_defaults_like_arguments() -> None:
    """klepto does not: its f() and f(1.26) have two keys where 1.26 is the default."""  # noqa: D403
    f = keygen(tol=1)(lambda x=1.26: x)
    assert f() == f(1.26) == f(1.3) == ("x", 1.3)


def test_deep_rounding_looks_inside() -> None:
    """Into arrays too."""
    f = keygen(tol=1, deep=True, keymap=stringmap())(lambda x: x)
    assert f([1.26]) == f([1.31]) == "('x', [1.3])"
    assert f(np.array([1.26])) == f(np.array([1.31]))
    assert keygen(tol=1)(lambda x: x)((1.26,)) == ("x", (1.26,))


def test_a_keymap_is_given_or_registered() -> None:
    """As an object, or as a class of keymaps."""
    f = keygen(keymap=stringmap)(lambda x: x)
    assert f(1) == "('x', 1)"
    f.register(hashmap(algorithm="md5"))
    assert f.key() == hashmap(algorithm="md5")(x=1)
    assert repr(f.keymap()) == "hashmap(algorithm='md5')"
    f.register(lambda **kwds: tuple(kwds))
    assert f(1) == ("x",)
    assert type(keygen()(len).keymap()) is keymap


@pytest.mark.parametrize("other", [None, 3, "md5"])
def test_what_is_no_keymap_is_refused(other: Any) -> None:
    """By an error that is a TypeError."""
    with pytest.raises(KeymapError, match="no keymap"):
        keygen()(lambda x: x).register(other)


def test_an_ignored_name_that_is_no_parameter_is_refused_at_decoration() -> None:
    """klepto ignores it in silence."""  # noqa: D403
    with pytest.raises(ConfigurationError, match="verbos"):
        keygen("verbos")(lambda x, verbose=False: x)
    with pytest.raises(ConfigurationError, match="tol"):
        keygen(tol="2")(lambda x: x)  # type: ignore[arg-type]


def test_any_name_is_free_for_a_parameter() -> None:
    """klepto raises TypeError for self, func and ignored."""  # noqa: D403
    f = keygen()(lambda self, func, ignored, keymap: 1)
    assert f(self=1, func=2, ignored=3, keymap=4) == (
        *("func", 2, "ignored", 3, "keymap", 4, "self", 1),
    )


class Owner:
    @keygen("self")
    def double(self, x: float) -> float:
        return 2 * x

    @keygen()
    def plain(self, x: float) -> float:
        return x

    @staticmethod
    @keygen()
    def free(x: float) -> float:
        return x

    @property
    def double_of(self) -> float:
        raise AssertionError("ran")


def test_methods_have_keys() -> None:
    """Of any instance, where self is ignored."""
    one, other = Owner(), Owner()
    assert one.double(3) == other.double(3) == ("x", 3)
    assert one.double.call() == 6
    assert one.plain(3) == ("self", one, "x", 3)
    assert Owner.free(3) == one.free(3) == ("x", 3)


def test_a_key_function_looks_like_its_function() -> None:
    """Name, docstring, the function itself and what it ignores."""
    made: Any = fit
    assert (made.__name__, made.__doc__) == ("fit", "What fit does.")
    assert made.__wrapped__ is made.__func__
    assert made.__ignored__ == ("verbose",)
    assert "fit" in repr(made)


def test_a_key_function_pickles_by_reference() -> None:
    """As the function would."""
    assert pickle.loads(pickle.dumps(fit)) is fit
    assert dill.loads(dill.dumps(fit, byref=True)) is fit
    assert isinstance(fit, KeyFunction)


def test_a_key_function_that_has_no_name_travels_by_value() -> None:
    """By dill, as any such function; with its keymap and its options."""
    local = keygen("y", keymap=stringmap(), tol=1)(lambda x, y=2: x)
    copy = dill.loads(dill.dumps(local))
    assert copy(1.26) == local(1.26) == "('x', 1.3, 'y', NULL)"
    assert copy.call() == 1.26


def test_builtins_have_keys_of_their_arguments() -> None:
    """As they are given."""
    assert keygen()(max)(3, 1, 2) == (3, 1, 2)
    assert keygen()(len)("x") == "x"
