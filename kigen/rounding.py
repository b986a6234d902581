"""Rounding of arguments, on their way to a function or to a key.

Three depths: `simple_round` rounds numbers, `shallow_round` also what arguments hold, and
`deep_round` whatever they hold at any depth. Rounded are floats and complex numbers, Python's and
numpy's; whole numbers never. Containers are lists, tuples (named ones too), sets, dicts (their
values), deques, and numpy arrays of numbers, objects or fields; they are rebuilt with their own
type. Everything else, iterators and text among it, is passed on as it is.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable
from functools import update_wrapper
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, ParamSpec, TypeAlias, TypeVar

from kigen.errors import ConfigurationError

__all__ = ["deep_round", "shallow_round", "simple_round"]

P = ParamSpec("P")
R = TypeVar("R")
Arguments = tuple[tuple[Any, ...], dict[str, Any]]

_SIMPLE: Final = 0
_SHALLOW: Final = 1
_DEEP: Final = -1  # counted down, it never comes to 0


class Rounding:
    """Round the arguments of a function to ``tol`` decimal places; None leaves them alone.

    A negative ``tol`` rounds to tens, hundreds, and so on. Raises
    `kigen.errors.ConfigurationError` for a ``tol`` that is no whole number.
    """

    depth: ClassVar[int]

    def __init__(self, tol: int | None = 0) -> None:
        self.tol: int | None = check_tol(tol)

    def __call__(self, f: Callable[P, R], /) -> Callable[P, R]:
        rounded = _factory(self.tol, self.depth)

        def func(*args: Any, **kwds: Any) -> R:
            args, kwds = rounded(*args, **kwds)
            return f(*args, **kwds)

        update_wrapper(func, f)
        return func

    def __repr__(self) -> str:
        return f"{type(self).__name__}(tol={self.tol})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.tol,)


class simple_round(Rounding):  # noqa: N801 - klepto's name
    """Round the arguments that are numbers to ``tol`` decimal places; None leaves them alone.

    >>> @simple_round(tol=1)
    ... def pair(x, y):
    ...     return x, y
    >>> pair(2.54, [5.47])
    (2.5, [5.47])
    """

    depth = _SIMPLE


class shallow_round(Rounding):  # noqa: N801 - klepto's name
    """Round arguments that are numbers, and the numbers that arguments hold.

    >>> @shallow_round(tol=1)
    ... def pair(x, y):
    ...     return x, y
    >>> pair(2.54, [5.47, [8.99]])
    (2.5, [5.5, [8.99]])
    """

    depth = _SHALLOW


class deep_round(Rounding):  # noqa: N801 - klepto's name
    """Round all numbers in the arguments, however deep they lie.

    >>> @deep_round(tol=1)
    ... def pair(x, y):
    ...     return x, y
    >>> pair(2.54, {7: [5.47, (8.99, "y")]})
    (2.5, {7: [5.5, (9.0, 'y')]})
    """

    depth = _DEEP


def simple_round_factory(tol: int | None) -> Callable[..., Arguments]:
    """Return a function that gives its arguments back as (args, kwds), the numbers rounded.

    >>> simple_round_factory(0)(1.6, [1.6], x=2.4)
    ((2.0, [1.6]), {'x': 2.0})
    """
    return _factory(check_tol(tol), _SIMPLE)


def shallow_round_factory(tol: int | None) -> Callable[..., Arguments]:
    """Return a function that gives its arguments back, and what they hold, rounded.

    >>> shallow_round_factory(0)([1.6, [1.6]])
    (([2.0, [1.6]],), {})
    """
    return _factory(check_tol(tol), _SHALLOW)


def deep_round_factory(tol: int | None) -> Callable[..., Arguments]:
    """Return a function that gives its arguments back, rounded all the way down.

    >>> deep_round_factory(0)([1.6, [1.6]])
    (([2.0, [2.0]],), {})
    """
    return _factory(check_tol(tol), _DEEP)


def check_tol(tol: Any) -> int | None:
    """Return ``tol`` as an int or None; raise `ConfigurationError` for anything else."""
    from operator import index

    if tol is None:
        return None
    try:
        if not isinstance(tol, bool):
            return index(tol)
    except TypeError:
        pass
    raise ConfigurationError(
        f"tol={tol!r} is no number of decimal places: give a whole number, or None for no rounding",
        tol=tol,
    )


def _factory(tol: int | None, depth: int) -> Callable[..., Arguments]:
    def unrounded(*args: Any, **kwds: Any) -> Arguments:
        return args, kwds

    def rounded(*args: Any, **kwds: Any) -> Arguments:
        assert tol is not None
        return (
            tuple([_rounded(value, tol, depth) for value in args]),
            {name: _rounded(value, tol, depth) for name, value in kwds.items()},
        )

    return unrounded if tol is None else rounded


_UNTOUCHED: Final = frozenset({int, str, bool, bytes, type(None)})


def _rounded(value: Any, tol: int, depth: int) -> Any:
    kind = type(value)
    if kind in _UNTOUCHED:
        return value
    if kind is float:
        return _round_float(value, tol)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic | numpy.ndarray):
        if isinstance(value, numpy.generic):
            return _round_array(numpy.asarray(value), tol, depth)[()]
        return value if depth == _SIMPLE else _round_array(value, tol, depth)
    if isinstance(value, float | complex):
        return _round_number(value, tol)
    return value if depth == _SIMPLE else _round_container(value, tol, depth - 1)


def _round_number(value: Any, tol: int) -> complex:
    if isinstance(value, complex):
        return complex(_round_float(value.real, tol), _round_float(value.imag, tol))
    return _round_float(value, tol)


def _round_float(value: float, tol: int) -> float:
    try:
        return round(value, tol)
    except OverflowError:  # 1.7e308 to hundreds of digits before the point
        return value


def _round_container(value: Any, tol: int, depth: int) -> Any:
    kind = type(value)
    if kind in _REBUILT:
        return kind(_round_items(value, tol, depth))
    if kind is dict or kind is MappingProxyType:
        return kind({key: _rounded(item, tol, depth) for key, item in value.items()})
    if isinstance(value, tuple) and (make := getattr(kind, "_make", None)) is not None:
        return make(_round_items(value, tol, depth))
    if isinstance(value, list | deque):
        return _refill(value, enumerate(value), tol, depth)
    if isinstance(value, dict):
        return _refill(value, value.items(), tol, depth)
    return value


def _round_items(items: Iterable[Any], tol: int, depth: int) -> list[Any]:
    return [
        _round_float(item, tol) if item.__class__ is float else _rounded(item, tol, depth)
        for item in items
    ]


_REBUILT: Final = frozenset({list, tuple, set, frozenset})


def _refill(value: Any, items: Iterable[tuple[Any, Any]], tol: int, depth: int) -> Any:
    """Return a copy of an object of some class of its own, with the items that rounding changes.

    Such an object may have a meaning beyond its items: where there is nothing to round it is
    passed on, and not copied.
    """
    from copy import copy

    changed = []
    for place, item in items:
        new = _rounded(item, tol, depth)
        if new is not item:
            changed.append((place, new))
    if not changed:
        return value
    duplicate = copy(value)
    for place, item in changed:
        duplicate[place] = item
    return duplicate


if TYPE_CHECKING:
    from numpy import ndarray

    Array: TypeAlias = ndarray[Any, Any]


def _round_array(array: Array, tol: int, depth: int) -> Array:
    kind = array.dtype.kind
    if kind in "fc":
        return _round_numbers(array, tol)
    if kind == "O":
        return _round_objects(array, tol, depth - 1)
    if array.dtype.names:
        rounded = array.copy()
        for name in array.dtype.names:
            rounded[name] = _round_array(array[name], tol, depth)
        return rounded
    return array


def _round_numbers(array: Array, tol: int) -> Array:
    """Round as numpy does: by multiplying, which may overflow. Such numbers stay as they are."""
    import numpy as np

    rounded = array.copy()
    with np.errstate(all="ignore"):
        array.round(max(-5000, min(tol, 5000)), out=rounded)  # numpy takes a C int
    lost = np.isfinite(array) & ~np.isfinite(rounded)
    np.copyto(rounded, array, where=lost)
    return rounded


def _round_objects(array: Array, tol: int, depth: int) -> Array:
    rounded = array.copy()
    flat, target = array.reshape(-1), rounded.reshape(-1)
    for place in range(flat.size):
        target[place] = _rounded(flat[place], tol, depth)
    return rounded
