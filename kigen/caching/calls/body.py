"""What a function does, as far as its code tells: a tag that changes when the body does."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

from kigen import fingerprint

#: What a class body notes about its place and prose, and not about what it does.
_NOTES = frozenset({"__doc__", "__firstlineno__"})


def body_tag(function: Callable[..., Any] | str) -> str:
    """Return what tells two bodies of one function apart, or "" if it has no Python body.

    The functions that it captured count, as those do that a decorator was put around. The tag
    holds for one version of the interpreter, whose name it carries. Comments, line numbers,
    annotations and docstrings do not change it.
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
    return hasattr(function, "cache_info") and hasattr(function, "__wrapped__")


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
    function = _written(function)
    if not isinstance(function, FunctionType) or any(function is one for one in outer):
        return
    yield _body(function.__code__)
    for _, value in captures(function):
        if isinstance(value, (FunctionType, MethodType, partial)) or is_cache(value):
            yield from _bodies(value, (*outer, function))


def _written(function: Any) -> Any:
    """Return the Python function at the bottom of a callable, if there is one."""
    while True:
        if isinstance(function, partial):
            function = function.func
        elif isinstance(function, MethodType):
            function = function.__func__
        elif isinstance(function, FunctionType) and not is_cache(function):
            return function
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        else:
            return getattr(type(function), "__call__", None)  # noqa: B004 - its body is wanted


def _body(code: CodeType) -> tuple[Any, ...]:
    import dis

    steps: list[tuple[Any, ...]] = []
    for step in dis.get_instructions(code):
        value = step.argval
        if step.opname == "KW_NAMES":  # of keyword arguments; dis leaves them out up to Python 3.12
            value = code.co_consts[step.arg or 0]
        if step.opname == "STORE_NAME" and value in _NOTES:
            steps.pop()
            continue
        steps.append((step.opname, _told_apart(value)))
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return (parameters, tuple(steps), code.co_exceptiontable)


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
