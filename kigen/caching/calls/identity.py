"""Which function it is: its name, and what it captured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from kigen import fingerprint
from kigen.caching.calls.body import captures, is_cache, lambda_source
from kigen.caching.calls.call import is_key
from kigen.errors import UnfingerprintableError, UnkeyableCall
from kigen.fingerprint.names import namesake
from kigen.signature import full_name

_LAMBDA = "<lambda>"


def identify(function: Callable[..., Any]) -> str:
    """Return the name under which a function's results are kept: module, qualified name, captures.

    The values in closure cells, a partial's arguments and a method's object are part of it, by
    fingerprint: two closures over different values are two functions, and so are two wrappers
    with different settings around one function. File, line and machine are not. A lambda has no
    name of its own, so its source stands for it.

    Raises `UnkeyableCall` if it, or a value that it captured, has no fingerprint.

    >>> from os.path import join
    >>> identify(join)
    'posixpath.join'
    """
    return _identify(function, ())


def nature(function: Any) -> object:
    """Return what compares equal for functions that are the same but for their names and bodies.

    Nothing is equal to one that captured what has no fingerprint.
    """
    if isinstance(function, FunctionType) and function.__closure__ is None:
        return None
    try:
        return identify(function)
    except UnkeyableCall:
        return object()


def _identify(function: Any, outer: tuple[Any, ...]) -> str:
    function = _undecorated(function)
    if any(function is one for one in outer):
        return "itself"
    if isinstance(function, FunctionType):
        return _identify_function(function, outer)
    if isinstance(function, partial):
        arguments = (function.args, function.keywords)
        return _with_digest(_identify(function.func, outer), "partial", arguments, function)
    if isinstance(function, MethodType):
        return _with_digest(
            _identify(function.__func__, outer), "self", function.__self__, function
        )
    if hasattr(type(function), "_kigen_settings"):  # what seeded_cache or dedup has made of it
        settings = function._kigen_settings()  # noqa: SLF001 - our own classes' half of this
        return _with_digest(_identify(function.__wrapped__, outer), "settings", settings, function)
    return _identify_object(function)


def _identify_function(function: FunctionType, outer: tuple[Any, ...]) -> str:
    name = ".".join(fingerprint.identity(function))
    captured = tuple(_captured(function, (*outer, function)))
    if function.__name__ == _LAMBDA:
        captured = (("source", lambda_source(function)), *captured)
    return f"{name}#{fingerprint.fingerprint(captured)}" if captured else name


def _identify_object(function: Any) -> str:
    """Name a class, a function written in C, or an object that can be called."""
    digest = _digest(function, function, "<instance>")  # refuses what is known by address alone
    if full_name(function) and namesake(function) is function:
        return ".".join(fingerprint.identity(function))
    named = function if full_name(function) else type(function)
    return f"{'.'.join(fingerprint.identity(named))}#{digest.hex()}"


def _undecorated(function: Any) -> Any:
    """Return what caches were put around; any other wrapper is a function of its own."""
    while is_cache(function):
        function = function.__wrapped__
    return function


def _captured(function: FunctionType, outer: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    for name, found in captures(function):
        value = _undecorated(found)
        if isinstance(value, (FunctionType, partial, MethodType)) or hasattr(
            type(value), "_kigen_settings"
        ):
            yield name, ("function", _identify(value, outer))
        elif name == "__class__" or (isinstance(value, type) and is_key(value)):
            yield name, ("named", fingerprint.identity(value))
        else:
            yield name, ("value", _digest(value, function, f"<closure>.{name}"))


def _with_digest(name: str, what: str, value: Any, function: Any) -> str:
    return f"{name}#{_digest(value, function, f'<{what}>').hex()}"


def _digest(value: Any, function: Any, path: str) -> bytes:
    try:
        return fingerprint.digest(value, at=path)
    except UnfingerprintableError as error:
        name = full_name(function) or repr(function)
        raise UnkeyableCall(
            f"{name} cannot be told from other functions in another process: {error}; or name it "
            "yourself: name='...'",
            path=error.path or path,
            function=name,
        ) from None
