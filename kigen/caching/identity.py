"""Which function it is: its name, what it captured, and the body it had."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from kigen import fingerprint
from kigen.errors import UnfingerprintableError, UnkeyableCall

_LAMBDA = "<lambda>"


def identify(function: Callable[..., Any]) -> str:
    """Return the name under which a function's results are kept: module, qualified name, captures.

    The values in closure cells and a partial's arguments are part of it, by fingerprint: two
    closures over different values are two functions. File, line and machine are not. A lambda has
    no name of its own, so its source stands for it.

    Raises `UnkeyableCall` if it captured a value with no fingerprint.

    >>> from os.path import join
    >>> identify(join)
    'posixpath.join'
    """
    return _identify(function, ())


def _identify(function: Any, outer: tuple[Any, ...]) -> str:
    if isinstance(function, partial):
        arguments = (function.args, function.keywords)
        return _with_digest(_identify(function.func, outer), "partial", arguments, function)
    if isinstance(function, MethodType):
        return _with_digest(
            _identify(function.__func__, outer), "self", function.__self__, function
        )
    function = _unwrap(function)
    if isinstance(function, FunctionType):
        return _identify_function(function, outer)
    if isinstance(function, (type, BuiltinFunctionType)):
        return f"{function.__module__}.{function.__qualname__}"
    if not hasattr(function, "__qualname__"):  # an instance with __call__
        kind = type(function)
        return _with_digest(
            f"{kind.__module__}.{kind.__qualname__}", "instance", function, function
        )
    return f"{function.__module__}.{function.__qualname__}"


def _unwrap(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


def _identify_function(function: FunctionType, outer: tuple[Any, ...]) -> str:
    name = f"{_module(function)}.{function.__qualname__}"
    captured = tuple(_captures(function, (*outer, function)))
    if function.__name__ == _LAMBDA:
        captured = (("source", _lambda_source(function)), *captured)
    return f"{name}#{fingerprint.fingerprint(captured)}" if captured else name


def _module(function: FunctionType) -> str:
    """Return the module's name; a module run with ``python -m`` is the one that others import."""
    module = function.__module__
    if module == "__main__":
        spec = getattr(sys.modules.get("__main__"), "__spec__", None)
        if spec is not None:
            return str(spec.name).removesuffix(".__main__")
    return module


def _captures(function: FunctionType, outer: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            value = _unwrap(cell.cell_contents)
        except ValueError:
            yield name, ("empty",)
            continue
        if any(value is function for function in outer):
            yield name, ("itself",)
        elif isinstance(value, (FunctionType, partial, MethodType)):
            yield name, ("function", _identify(value, outer))
        elif isinstance(value, (type, ModuleType)):
            yield name, ("named", f"{getattr(value, '__module__', '')}.{value.__name__}")
        else:
            yield name, ("value", _digest(value, function, f"<closure>.{name}"))


def _with_digest(name: str, what: str, value: Any, function: Any) -> str:
    return f"{name}#{_digest(value, function, f'<{what}>').hex()}"


def _digest(value: Any, function: Any, path: str) -> bytes:
    try:
        return fingerprint.digest(value, at=path)
    except UnfingerprintableError as error:
        name = getattr(function, "__qualname__", None) or repr(function)
        raise UnkeyableCall(
            f"{name} captured a value that cannot be part of its identity: {error}; or name the "
            "function yourself: name='...'",
            path=getattr(error, "path", path),
            function=name,
        ) from None


def _lambda_source(function: FunctionType) -> str:
    """Return the lambda's own expression, or its body's tag where that is not to be had."""
    import ast
    import inspect

    try:
        lines, _ = inspect.getsourcelines(sys.modules[function.__module__])
        tree = ast.parse("".join(lines))
    except (OSError, TypeError, KeyError, SyntaxError):
        return body_tag(function)
    line = function.__code__.co_firstlineno
    lambdas = [n for n in ast.walk(tree) if isinstance(n, ast.Lambda) and n.lineno == line]
    return ast.unparse(lambdas[0]) if len(lambdas) == 1 else body_tag(function)


def body_tag(function: Any) -> str:
    """Return what tells two bodies of one function apart, or "" if it has no Python body.

    It holds for one version of the interpreter, whose name it carries. Comments, line numbers,
    annotations and docstrings do not change it.
    """
    while isinstance(function, (partial, MethodType)) or hasattr(function, "__wrapped__"):
        function = getattr(function, "__wrapped__", None) or getattr(
            function, "__func__", getattr(function, "func", None)
        )
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    version = f"{sys.implementation.cache_tag}-{sys.flags.optimize}"
    return f"{version}:{fingerprint.fingerprint(_body(code))}"


def _body(code: CodeType) -> tuple[Any, ...]:
    import dis

    steps = []
    for step in dis.get_instructions(code):
        value = step.argval
        if step.opname == "KW_NAMES":  # of keyword arguments; dis leaves them out up to Python 3.12
            value = code.co_consts[step.arg or 0]
        if isinstance(value, CodeType):
            value = _body(value)
        elif callable(value) or value is ...:
            value = repr(value)
        steps.append((step.opname, type(value).__name__, value))
    return (code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], tuple(steps))
