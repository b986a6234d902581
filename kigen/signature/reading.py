"""What is open, what has a default and what is fixed, of functions, methods and partials."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from kigen.signature.parameters import UNREADABLE, Parameters

__all__ = ["Reading", "read", "readable", "signature", "strip_markup"]

_NOTHING: frozenset[str] = frozenset()


class Reading(NamedTuple):
    """The parameters of a callable, those that a partial has filled apart from the others.

    ``names`` are the parameters that a position can still fill. ``defaults`` holds those of
    positions, then those of keywords, then what a partial gave by keyword, whose names are
    ``given``; ``fixed`` is what a partial gave by position.
    """

    parameters: Parameters
    names: tuple[str, ...]
    defaults: dict[str, Any]
    fixed: dict[str, Any]
    given: frozenset[str]

    @classmethod
    def of(
        cls, parameters: Parameters, values: tuple[Any, ...], by_name: dict[str, Any]
    ) -> Reading:
        names = parameters.positional_only + parameters.positional
        defaults = dict(zip(names[len(names) - len(values) :], values, strict=True))
        return cls(parameters, names, defaults | by_name, {}, _NOTHING)

    def bound(self) -> Reading:
        """Without the first parameter, which an instance fills; ``*args`` takes it otherwise."""
        return self._replace(names=self.names[1:])

    def filled(self, args: tuple[Any, ...], kwds: dict[str, Any]) -> Reading:
        """With what a partial gives; TypeError if each call of that partial would fail."""
        fixed = dict(zip(self.names, args, strict=False))
        twice = (fixed.keys() & kwds.keys()).difference(self.parameters.positional_only)
        if twice:
            raise TypeError(f"the partial gives multiple values for argument {min(twice)!r}")
        return self._replace(
            names=self.names[len(fixed) :],
            defaults=self.defaults | kwds,
            fixed=fixed,
            given=frozenset(kwds),
        )


def read(function: Callable[..., Any]) -> Reading:
    """Read a callable; a function is read once. TypeError if it does not tell its parameters.

    >>> read(lambda x, y=2: ...).names
    ('x', 'y')
    """
    if type(function) is FunctionType:
        return _read_function(function)
    if isinstance(function, MethodType) and type(function.__func__) is FunctionType:
        return _read_function(function.__func__).bound()
    if isinstance(function, partial):
        return read(function.func).filled(function.args, function.keywords)
    call = _own_call(type(function))
    if isinstance(call, FunctionType):
        return _read_function(call).bound()
    if isinstance(call, staticmethod | classmethod):  # inspect takes an argument too many from them
        reading = read(call.__func__)
        return reading if isinstance(call, staticmethod) else reading.bound()
    parameters = Parameters.of(function)
    if parameters is UNREADABLE:
        raise TypeError(f"{function!r} is not a Python function, and does not tell its parameters")
    return Reading.of(parameters, parameters.defaults, parameters.keyword_defaults)


def signature(
    func: Callable[..., Any], variadic: bool = True, markup: bool = True, safe: bool = False
) -> tuple[Any, ...]:
    """Return the names of the positional parameters, all defaults, and the names of the variadic.

    ``"!x"`` marks what a partial has filled: a default ``"!x"`` can no longer be given, a name
    ``"!y"`` no longer by position. ``markup=False`` leaves out the marks and what they mark,
    ``variadic=False`` the last two names, which are empty where there is none.

    Raises `TypeError` for a builtin that does not tell its parameters, and for a partial that can
    only fail; with ``safe=True`` each part is None instead, as it is for every builtin function.

    >>> def f(x, y, z=1, *args): ...
    >>> signature(f)
    (('x', 'y', 'z'), {'z': 1}, 'args', '')
    >>> signature(partial(f, 0, y=5))
    (('!y', 'z'), {'z': 1, 'y': 5, '!x': 0}, 'args', '')
    >>> signature(max, safe=True)
    (None, None, None, None)
    """
    reading = readable(func) if safe else read(func)
    if reading is None:
        return (None,) * (4 if variadic else 2)
    names, defaults = _marked(reading) if markup else (reading.names, dict(reading.defaults))
    if not variadic:
        return names, defaults
    return names, defaults, reading.parameters.rest or "", reading.parameters.more or ""


def strip_markup(
    names: tuple[str, ...], defaults: dict[str, Any]
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return names without their marks, and the defaults that are not marked.

    >>> strip_markup(("!y", "z"), {"z": 1, "y": 5, "!x": 0})
    (('y', 'z'), {'z': 1, 'y': 5})
    """
    plain = tuple(name.strip("!") for name in names)
    return plain, {name: value for name, value in defaults.items() if not name.startswith("!")}


def readable(function: Callable[..., Any]) -> Reading | None:
    """Read a callable that is no builtin function, or return None."""
    if isinstance(function, BuiltinFunctionType):
        return None
    try:
        return read(function)
    except TypeError:
        return None


def _own_call(kind: type) -> object:
    """Return what a class has for calls of its instances, as it stands in the class."""
    return next((vars(base)["__call__"] for base in kind.__mro__ if "__call__" in vars(base)), None)


def _marked(reading: Reading) -> tuple[tuple[str, ...], dict[str, Any]]:
    names = tuple(f"!{name}" if name in reading.given else name for name in reading.names)
    defaults = {n: value for n, value in reading.defaults.items() if n not in reading.fixed}
    return names, defaults | {f"!{name}": value for name, value in reading.fixed.items()}


# By function, for as long as it lives: without the defaults, which could refer to it.
_known: WeakKeyDictionary[FunctionType, tuple[CodeType, Parameters]] = WeakKeyDictionary()


def _read_function(function: FunctionType) -> Reading:
    code, parameters = _known.get(function, (None, UNREADABLE))
    if code is not function.__code__:  # it can be assigned
        parameters = Parameters.of(function)._replace(defaults=(), keyword_defaults={})
        _known[function] = function.__code__, parameters
    return Reading.of(parameters, function.__defaults__ or (), function.__kwdefaults__ or {})
