"""Blueprints by name: a registry of ways to make keys, with what there is to know about them.

A registered blueprint is a function that returns one (or a key, or whatever is configured so).
It has parameters of its own and may be built on another. The module is one registry; `Registry`
makes more.

>>> from kigen import Blueprint, Key, Param, blueprints
>>> class Tone(Key):
...     pitch = Param(min=20, max=20_000)
>>> @blueprints.register
... def bass(top=200):
...     '''Low tones only.'''
...     return Blueprint(Tone).configure("pitch", Param(min=20, max=top))
>>> blueprints.list()
['bass']
>>> blueprints.info("bass").summary, blueprints.info("bass").parameters
('Low tones only.', {'top': 200})
>>> blueprints.get("bass", top=100), blueprints.bass()
(Blueprint(Tone, pitch=Param(min=20, max=100)), Blueprint(Tone, pitch=Param(min=20, max=200)))
>>> blueprints.unregister("bass")
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar, overload

from kigen.errors import ConfigurationError
from kigen.fields.problems import suggestion

__all__ = ["Info", "Registry", "get", "info", "list", "register", "unregister"]

F = TypeVar("F", bound=Callable[..., Any])


class Info(NamedTuple):
    """What is known about a registered blueprint."""

    name: str
    summary: str
    """The first line of its docstring, unless told otherwise."""
    parameters: Mapping[str, Any]
    """Its parameters and their defaults; `inspect.Parameter.empty` where one is required."""
    metadata: Mapping[str, Any]
    """What else was said at registration."""


class Registry:
    """Functions that return blueprints, by name.

    >>> registry = Registry()
    >>> registry.register(dict, name="plain", summary="An empty one", owner="me")
    <class 'dict'>
    >>> registry.info("plain").metadata
    {'owner': 'me'}
    """

    def __init__(self) -> None:
        self._functions: dict[str, Callable[..., Any]] = {}
        self._described: dict[str, tuple[str | None, dict[str, Any]]] = {}

    @overload
    def register(self, function: F) -> F: ...
    @overload
    def register(
        self,
        function: None = None,
        *,
        name: str | None = None,
        summary: str | None = None,
        **metadata: Any,
    ) -> Callable[[F], F]: ...
    @overload
    def register(
        self,
        function: F,
        *,
        name: str | None = None,
        summary: str | None = None,
        **metadata: Any,
    ) -> F: ...
    def register(
        self,
        function: Any = None,
        *,
        name: str | None = None,
        summary: str | None = None,
        **metadata: Any,
    ) -> Any:
        """Register a function under its name or another; also a decorator, bare or called.

        Raises:
            ConfigurationError: the name is taken or no identifier.
        """
        if function is None:
            return partial(self.register, name=name, summary=summary, **metadata)
        name = function.__name__ if name is None else name
        if name in self._functions:
            raise ConfigurationError(
                f"a blueprint {name!r} is registered already; unregister({name!r}) first, or "
                "choose another name=",
                name=name,
            )
        if not name.isidentifier() or hasattr(Registry, name):
            raise ConfigurationError(
                f"{name!r} is no identifier, or the registry's own; choose another name=", name=name
            )
        self._functions[name] = function
        self._described[name] = summary, metadata
        return function

    def unregister(self, name: str) -> None:
        """Forget a blueprint."""
        self._function(name)
        del self._functions[name], self._described[name]

    def list(self) -> builtins.list[str]:
        """Return the names, sorted."""
        return sorted(self._functions)

    def get(self, name: str, /, *args: Any, **parameters: Any) -> Any:
        """Return what the function called ``name`` makes of the parameters."""
        return self._function(name)(*args, **parameters)

    def info(self, name: str) -> Info:
        """Return what is known about a blueprint."""
        import inspect

        function = self._function(name)
        summary, metadata = self._described[name]
        try:
            parameters = dict(inspect.signature(function).parameters)
        except ValueError:  # a builtin that does not tell
            parameters = {}
        return Info(
            name=name,
            summary=(inspect.getdoc(function) or "").partition("\n")[0]
            if summary is None
            else summary,
            parameters={key: parameter.default for key, parameter in parameters.items()},
            metadata=metadata,
        )

    def _function(self, name: str) -> Callable[..., Any]:
        try:
            return self._functions[name]
        except KeyError:
            raise ConfigurationError(
                f"no blueprint is called {name!r}{suggestion(name, self._functions)}; "
                "list() gives the names",
                name=name,
            ) from None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._functions:
            raise AttributeError(f"no blueprint is called {name!r}{suggestion(name, self.list())}")
        return self._functions[name]

    def __dir__(self) -> builtins.list[str]:
        return sorted({*object.__dir__(self), *self._functions})


_registry = Registry()
register: Final = _registry.register
unregister: Final = _registry.unregister
get: Final = _registry.get
info: Final = _registry.info
list: Final = _registry.list


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(_registry, name)


def __dir__() -> builtins.list[str]:
    return sorted({*globals(), *_registry.list()})
