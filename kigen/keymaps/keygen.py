"""A function's keys, asked for without calling it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable
from functools import update_wrapper
from types import MethodType
from typing import Any, Generic, ParamSpec, TypeVar, cast

from kigen.errors import KeymapError
from kigen.keymaps.flattening import keymap as klepto_keymap
from kigen.rounding import deep_round_factory, simple_round_factory
from kigen.signature import isvalid
from kigen.signature.binding import Bound, Ignored, bind

__all__ = ["KeyFunction", "binder", "keygen"]

P = ParamSpec("P")
R = TypeVar("R")
Keymap = Callable[..., Hashable]


def keygen(
    *ignored: str | int, keymap: Any = None, tol: int | None = None, deep: bool = False
) -> Callable[[Callable[P, R]], KeyFunction[P, R]]:
    """Decorate a function so that a call returns its key, and the function is not called.

    ``ignored`` are parameters by name or index, ``"*"`` for the varargs, ``"**"`` for keywords
    without a parameter, ``"self"``; in the key they are `NULL`. Floats are rounded to ``tol``
    decimal places in the key, defaults like what is given, and with ``deep`` also those inside of
    arguments. ``keymap`` is `kigen.keymaps.keymap` unless given or `KeyFunction.register`-ed.

    Raises `kigen.errors.ConfigurationError` at decoration for an ignored name that is no parameter.

    >>> @keygen("verbose", tol=1)
    ... def fit(x, rate=0.123, verbose=False):
    ...     return x * rate
    >>> fit(2, verbose=True)
    ('rate', 0.1, 'verbose', NULL, 'x', 2)
    >>> fit.valid(), fit.call()
    (True, 0.246)
    """

    def decorate(function: Callable[P, R]) -> KeyFunction[P, R]:
        return KeyFunction(function, ignored, keymap, tol, deep)

    return decorate


def binder(
    function: Callable[..., Any],
    ignored: str | int | Iterable[str | int] | None = None,
    tol: int | None = None,
    deep: bool = False,
) -> Callable[[tuple[Any, ...], dict[str, Any]], Bound]:
    """Return what turns (args, kwds) of a call into those that a keymap is called with.

    What is ignored is replaced, what has a name gets it, then floats are rounded: defaults too,
    so that ``f()`` and ``f(default)`` are one call.

    >>> binder(lambda x, y=0.46: ..., "x", tol=1)((3,), {})
    ((), {'y': 0.5, 'x': NULL})
    """
    plan = Ignored.of(ignored)
    plan.check(function)
    round_ = (deep_round_factory if deep else simple_round_factory)(tol)

    def bound(args: tuple[Any, ...], kwds: dict[str, Any]) -> Bound:
        args, kwds = bind(function, plan, args, kwds)
        return round_(*args, **kwds)

    return bound


class KeyFunction(Generic[P, R]):
    """A function that answers a call with its key; made by `keygen`.

    `call`, `valid` and `key` are about the latest call, of whichever thread.
    """

    __name__: str
    __qualname__: str

    def __init__(
        self,
        function: Callable[P, R],
        ignored: tuple[str | int, ...] = (),
        keymap: Any = None,
        tol: int | None = None,
        deep: bool = False,
    ) -> None:
        self._rounding = tol, deep
        self._bound = binder(function, ignored, tol, deep)
        update_wrapper(self, function)
        self.__func__ = function
        self.__ignored__ = ignored
        self._keymap: Keymap = klepto_keymap()
        self._latest: tuple[tuple[Any, ...], dict[str, Any]] = (), {}
        if keymap is not None:
            self.register(keymap)

    def __call__(self, /, *args: P.args, **kwds: P.kwargs) -> Any:
        self._latest = args, kwds
        return self._key(args, kwds)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<keys of {self.__func__!r} by {self._keymap!r}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        if _is_importable(self):
            return self.__qualname__  # by reference, as a function is
        return type(self), (self.__func__, self.__ignored__, self._keymap, *self._rounding)

    def __args__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the latest arguments, as (args, kwds)."""
        return self._latest

    def call(self) -> R:
        """Call the function with the latest arguments."""
        args, kwds = self._latest
        return self.__func__(*args, **kwds)

    def valid(self) -> bool:
        """Whether the latest arguments fit the function, which is not called."""
        args, kwds = self._latest
        return isvalid(self.__func__, *args, **kwds)

    def key(self) -> Any:
        """Return the key of the latest arguments, by the keymap registered now."""
        return self._key(*self._latest)

    def keymap(self) -> Keymap:
        """Return the registered keymap."""
        return self._keymap

    def register(self, keymap: Any) -> None:
        """Make keys by another keymap, or a class of keymaps; KeymapError for what is none."""
        if isinstance(keymap, type) and issubclass(keymap, klepto_keymap):
            keymap = keymap()
        if not callable(keymap):
            raise KeymapError(f"keymap={keymap!r} is no keymap: it cannot be called")
        self._keymap = cast("Keymap", keymap)

    def _key(self, args: tuple[Any, ...], kwds: dict[str, Any]) -> Any:
        args, kwds = self._bound(args, kwds)
        return self._keymap(*args, **kwds)


def _is_importable(function: KeyFunction[..., Any]) -> bool:
    found: Any = sys.modules.get(function.__module__)
    for name in function.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is function
