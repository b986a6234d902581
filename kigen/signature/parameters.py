"""A callable's parameters, read once: how it is called, and what of a call makes its key."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any, NamedTuple


class Parameters(NamedTuple):
    """The parameters of a callable, in the order in which they are declared.

    >>> def f(x, y=2, *rest, loud=False, **more): ...
    >>> p = Parameters.of(f)
    >>> p.declaration()
    'x, y=..., *rest, loud=..., **more'
    >>> p.forwarding()
    'x, y, *rest, loud=loud, **more'
    >>> list(p.names())
    ['x', 'y', 'rest', 'loud', 'more']
    """

    positional_only: tuple[str, ...]
    positional: tuple[str, ...]
    rest: str | None
    keyword_only: tuple[str, ...]
    more: str | None
    defaults: tuple[Any, ...]
    keyword_defaults: dict[str, Any]

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Parameters:
        """Read the parameters of ``function``; anything unreadable takes ``*args, **kwargs``."""
        if type(function) is FunctionType:
            return _of_code(function)
        import inspect

        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(function, numpy.ufunc):
            return UNREADABLE  # declares defaults of which it takes no two at once
        try:
            signature = inspect.signature(_asked(function), follow_wrapped=False)
        except (ValueError, TypeError):
            return UNREADABLE
        return _of_signature(list(signature.parameters.values()))

    def names(self) -> Iterator[str]:
        """Iterate over all names, ``*rest`` and ``**more`` without their stars."""
        yield from self.positional_only
        yield from self.positional
        if self.rest:
            yield self.rest
        yield from self.keyword_only
        if self.more:
            yield self.more

    def declaration(self) -> str:
        """The parameter list as source; each default stands as ``...``."""
        plain = self.positional_only + self.positional
        first_default = len(plain) - len(self.defaults)
        parts = [f"{n}=..." if i >= first_default else n for i, n in enumerate(plain)]
        if self.positional_only:
            parts.insert(len(self.positional_only), "/")
        if self.rest:
            parts.append(f"*{self.rest}")
        elif self.keyword_only:
            parts.append("*")
        parts += [f"{n}=..." if n in self.keyword_defaults else n for n in self.keyword_only]
        if self.more:
            parts.append(f"**{self.more}")
        return ", ".join(parts)

    def forwarding(self) -> str:
        """The argument list, as source, that passes every parameter on."""
        parts = list(self.positional_only + self.positional)
        if self.rest:
            parts.append(f"*{self.rest}")
        parts += [f"{n}={n}" for n in self.keyword_only]
        if self.more:
            parts.append(f"**{self.more}")
        return ", ".join(parts)


UNREADABLE = Parameters((), (), "args", (), "kwargs", (), {})


def _asked(function: Any) -> Any:
    """Return what `inspect` is to ask for parameters: the method by which an object is called.

    The object itself may answer to ``__signature__`` as it answers to any name, and Python 3.12
    and later then call what it answers with.
    """
    call = getattr(type(function), "__call__", None)  # noqa: B004 - the method itself is wanted
    if isinstance(function, type) or not isinstance(call, FunctionType):
        return function
    own = "__signature__" in getattr(function, "__dict__", ())
    return function if own or hasattr(type(function), "__signature__") else function.__call__


def kind(function: Any) -> str:
    """Return "generator", "coroutine" or "async generator" for a function that makes one, or "".

    It looks through partials, methods and objects that can be called.

    >>> def numbers():
    ...     yield 1
    >>> kind(numbers), kind(len)
    ('generator', '')
    """
    from functools import partial

    while isinstance(function, partial):
        function = function.func
    if _is_marked(function):
        return "coroutine"
    if not isinstance(getattr(function, "__code__", None), CodeType):
        function = getattr(type(function), "__call__", None)  # noqa: B004 - its code is wanted
    flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
    if flags & 0x20:  # inspect.CO_GENERATOR
        return "generator"
    if flags & 0x80:  # inspect.CO_COROUTINE
        return "coroutine"
    return "async generator" if flags & 0x200 else ""  # inspect.CO_ASYNC_GENERATOR


def full_name(function: Any) -> str | None:
    """Return the qualified name of a callable, if it has one.

    What answers to any name, as remote procedures and test doubles do, has none.
    """
    name = getattr(function, "__qualname__", None)
    return name if isinstance(name, str) else None


def _is_marked(function: Any) -> bool:
    """Tell whether a callable declares that it returns coroutines, as decorators of them may.

    It does so by `inspect.markcoroutinefunction`, or, before Python 3.12 and in C, as asyncio does.
    """
    # Whoever has marked it has imported the module; to import it here would cost all others.
    inspect = sys.modules.get("inspect")
    if inspect is not None and inspect.iscoroutinefunction(function):
        return True
    mark = getattr(sys.modules.get("asyncio.coroutines"), "_is_coroutine", None)
    return mark is not None and getattr(function, "_is_coroutine", None) is mark


def _of_code(function: FunctionType) -> Parameters:
    code = function.__code__
    names = code.co_varnames
    count, kwonly = code.co_argcount, code.co_kwonlyargcount
    tail = iter(names[count + kwonly :])
    return Parameters(
        positional_only=names[: code.co_posonlyargcount],
        positional=names[code.co_posonlyargcount : count],
        rest=next(tail) if code.co_flags & 0x04 else None,  # inspect.CO_VARARGS
        keyword_only=names[count : count + kwonly],
        more=next(tail) if code.co_flags & 0x08 else None,  # inspect.CO_VARKEYWORDS
        defaults=function.__defaults__ or (),
        keyword_defaults=dict(function.__kwdefaults__ or {}),
    )


def _of_signature(parameters: list[Any]) -> Parameters:
    by_kind: dict[str, list[Any]] = {}
    for parameter in parameters:
        by_kind.setdefault(parameter.kind.name, []).append(parameter)

    def names(kind: str) -> tuple[str, ...]:
        return tuple(p.name for p in by_kind.get(kind, ()))

    def defaults(*kinds: str) -> dict[str, Any]:
        every = [p for kind in kinds for p in by_kind.get(kind, ())]
        return {p.name: p.default for p in every if p.default is not p.empty}

    return Parameters(
        positional_only=names("POSITIONAL_ONLY"),
        positional=names("POSITIONAL_OR_KEYWORD"),
        rest=next(iter(names("VAR_POSITIONAL")), None),
        keyword_only=names("KEYWORD_ONLY"),
        more=next(iter(names("VAR_KEYWORD")), None),
        defaults=tuple(defaults("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD").values()),
        keyword_defaults=defaults("KEYWORD_ONLY"),
    )
