"""What a function does, as far as its code tells: a tag that changes when the body does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any, Final

from kigen import fingerprint

#: The flags of a code object that say whether it takes any number of arguments, or any names.
_VARIADIC: Final = 0x04 | 0x08

#: Constants as defaults may be them; others are told by their type.
_PLAIN: Final = frozenset({int, float, complex, str, bytes, bool, type(None), type(...)})


def body_tag(function: Callable[..., Any] | str) -> str:
    """Return what tells two bodies of one function apart, or "" if it has no Python body.

    The functions that it captured count, with the constants among their defaults, as those do that
    a decorator was put around. The tag holds for one version of the interpreter, whose name it
    carries. Comments, line numbers, annotations and docstrings do not change it.
    """
    bodies = tuple(_bodies(function, ()))
    if not bodies:
        return ""
    version = f"{sys.implementation.cache_tag}-{sys.flags.optimize}"
    return f"{version}:{fingerprint.fingerprint(bodies)}"


def captures(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Iterate over the names that a function captured, with their values; empty cells are left out.

    >>> def scaled(factor):
    ...     return lambda x: factor * x
    >>> list(captures(scaled(3)))
    [('factor', 3)]
    """
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue


def is_cache(function: Any) -> bool:
    """Tell whether a function is but a cache, ours or the standard library's, around another."""
    if type(function) is FunctionType:
        return function.__code__.co_filename.startswith("<kigen cache")
    return hasattr(function, "cache_info") and _wraps(function)


def _wraps(function: Any) -> bool:
    """Tell whether a callable says what it was put around; what answers to any name does not."""
    return "__wrapped__" in getattr(function, "__dict__", ())


def lambda_source(function: FunctionType) -> str:
    """Return a lambda's own expression, or its body's tag where that is not to be had."""
    import ast
    import inspect

    code = function.__code__
    try:
        lines, _ = inspect.findsource(code)
        tree = ast.parse("".join(lines))
    except (OSError, SyntaxError):
        return body_tag(function)
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno
    ]
    if len(found) > 1:  # on one line: that one whose body spans all steps, the innermost such
        places = _places(code)
        found = [node for node in found if places and all(_spans(node.body, *p) for p in places)]
        found = found[-1:]  # ast.walk goes from the outside in
    return ast.unparse(found[0]) if found else body_tag(function)


def _places(code: CodeType) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where in the source the steps come from: (line, column) of beginning and end."""
    return [
        ((line, column), (last_line, last_column))
        for line, last_line, column, last_column in code.co_positions()
        if line and last_line and column is not None and last_column
    ]


def _spans(node: Any, begin: tuple[int, int], end: tuple[int, int]) -> bool:
    return bool(
        (node.lineno, node.col_offset) <= begin and end <= (node.end_lineno, node.end_col_offset)
    )


def _bodies(function: Any, outer: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    inner = bool(outer)
    for layer in _layers(function):
        if not isinstance(layer, FunctionType):  # what a partial gives
            yield from _bodies_among(layer, outer)
        elif not any(layer is one for one in outer):
            yield _body(layer.__code__)
            values = [value for _, value in captures(layer)]
            if inner:  # the outermost one's defaults are arguments, which the key holds
                yield tuple(_as_default(value) for value in _defaults(layer))
                values += _defaults(layer)
            yield from _bodies_among(values, (*outer, layer))
            inner = True


def _bodies_among(values: Iterable[Any], outer: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Iterate over the bodies of the functions among values, and in containers among them."""
    waiting, known = list(values), set()
    for value in waiting:  # which grows meanwhile
        if isinstance(value, (FunctionType, MethodType, partial)) or _is_around(value):
            yield from _bodies(value, outer)
        elif type(value) in (list, tuple, dict) and id(value) not in known:
            known.add(id(value))
            waiting.extend(value.values() if type(value) is dict else value)


def _layers(function: Any) -> Iterator[Any]:
    """Iterate over the Python functions that a callable is made of, the outermost first.

    Where a partial gives arguments to one, they come as a list.
    """
    while function is not None:
        below = None
        if isinstance(function, partial):
            yield [*function.args, *function.keywords.values()]
            below = function.func
        elif isinstance(function, MethodType):
            below = function.__func__
        elif isinstance(function, FunctionType) and not is_cache(function):
            yield function
        elif _is_around(function):
            below = function.__wrapped__
        else:  # an object that can be called, which may be a decorator's
            call = getattr(type(function), "__call__", None)  # noqa: B004 - its body is wanted
            if isinstance(call, FunctionType):
                yield from _layers(call)
            below = function.__wrapped__ if _wraps(function) else None
        function = below


def _is_around(value: Any) -> bool:
    """Tell whether it is something of ours, or a cache, around another function."""
    return is_cache(value) or hasattr(type(value), "_kigen_settings")


def _defaults(function: FunctionType) -> list[Any]:
    by_name = function.__kwdefaults__ or {}
    return [*(function.__defaults__ or ()), *(by_name[name] for name in sorted(by_name))]


def _as_default(value: Any) -> Any:
    """Return what stands for a default: not what may change while the program runs."""
    kind = type(value)
    if kind in (tuple, frozenset):
        return kind.__name__, kind(map(_as_default, value))
    return _told_apart(value) if kind in _PLAIN else kind.__qualname__


def _body(code: CodeType) -> tuple[Any, ...]:
    from kigen.caching.calls.steps import steps

    found, table = steps(code)
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    told = tuple((name, _told_apart(value)) for name, value in found)
    return parameters, code.co_flags & _VARIADIC, told, tuple(table)


def _told_apart(value: Any) -> Any:
    """Return what stands for a constant: 1, 1.0 and True do different things, 0.0 and -0.0 too."""
    told = value
    if isinstance(value, CodeType):
        told = _body(value)
    elif isinstance(value, (tuple, frozenset)):
        told = type(value)(map(_told_apart, value))
    elif isinstance(value, (float, complex)) or callable(value) or value is ...:
        told = repr(value)
    return type(value).__name__, told
