"""Whether a call fits a callable, told without making the call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kigen.signature.reading import Reading, read

__all__ = ["isvalid", "validate"]


def isvalid(func: object, /, *args: Any, **kwds: Any) -> bool:
    """Whether ``func(*args, **kwds)`` fits the parameters of ``func``, which is never called.

    A builtin that does not tell its parameters, like `max`, refuses nothing.

    >>> isvalid(lambda x, y=2: ..., 1), isvalid(lambda x, y=2: ...)
    (True, False)
    """
    if not callable(func):
        return False
    function, args, kwds = _unpacked(func, args, kwds)
    try:
        reading = read(function)
    except TypeError:
        return True
    return _misfit(reading, args, kwds) is None


def validate(func: Callable[..., Any], /, *args: Any, **kwds: Any) -> None:
    """Raise the `TypeError` that ``func(*args, **kwds)`` would raise for its arguments, or none.

    ``func`` is not called. A builtin that does not tell its parameters is a `TypeError` too.

    >>> validate(lambda x, *, y: ..., 1)
    Traceback (most recent call last):
    TypeError: <lambda>() missing the keyword-only argument 'y'
    """
    func, args, kwds = _unpacked(func, args, kwds)
    misfit = _misfit(read(func), args, kwds)
    if misfit is not None:
        name = getattr(func, "__name__", None) or type(func).__name__
        raise TypeError(f"{name}() {misfit}")


def _unpacked(
    func: Any, args: tuple[Any, ...], kwds: dict[str, Any]
) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    """Return the call that a call of a partial makes."""
    while isinstance(func, partial):
        func, args, kwds = func.func, func.args + args, func.keywords | kwds
    return func, args, kwds


def _misfit(reading: Reading, args: tuple[Any, ...], kwds: dict[str, Any]) -> str | None:
    names, defaults = reading.names, reading.defaults
    parameters = reading.parameters
    if len(args) > len(names) and parameters.rest is None:
        return f"takes {len(names)} positional arguments but {len(args)} were given"
    by_name = {*names, *parameters.keyword_only}.difference(parameters.positional_only)
    placed = names[: len(args)]
    for name in kwds:
        if name in placed and name in by_name:
            return f"got multiple values for argument {name!r}"
        if name not in by_name and parameters.more is None:
            return f"got an unexpected keyword argument {name!r}"
    provided = {*placed, *defaults, *by_name.intersection(kwds)}
    for what, wanted in (("", names), ("keyword-only ", parameters.keyword_only)):
        for name in wanted:
            if name not in provided:
                return f"missing the {what}argument {name!r}"
    return None
