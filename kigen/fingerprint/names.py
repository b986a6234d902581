"""What is known by its name: modules, classes, functions, and what is built from them."""

from __future__ import annotations

import builtins
import functools
import sys
import types
from typing import TYPE_CHECKING, Any

from kigen.fingerprint.refusal import Refusal
from kigen.fingerprint.scalars import text

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["ENCODERS", "by_name", "has_name", "identity", "mark", "type_mark"]


MOVING = ("numpy", "pandas", "polars")  # whose modules have other names in other versions
SCRIPT = ("__main__", "__mp_main__")  # what a script's module is called, here and in its workers


def identity(of: Any) -> tuple[str, str]:
    """The module and the qualified name that a class or a function goes by in every process.

    A script's own module is ``__main__``, also in a worker process that knows it as
    ``__mp_main__``; run with ``python -m``, it is the module that others import. What another
    version may keep in another place goes by its public one: a private module of the standard
    library by the module it belongs to (``pathlib`` for the ``pathlib._local`` of Python 3.13),
    what NumPy, pandas and polars offer by ``numpy`` and so on.

    >>> from pathlib import PurePosixPath
    >>> identity(PurePosixPath)
    ('pathlib', 'PurePosixPath')
    """
    module = getattr(of, "__module__", None) or owner(of)
    name = getattr(of, "__qualname__", None) or of.__name__
    if module in SCRIPT:
        return script(of, module, name), name
    public = module.partition(".")[0]
    if public in sys.stdlib_module_names:
        public = module.partition("._")[0]
    elif public not in MOVING:
        return module, name
    return public if found(public, name) is of else module, name


def script(of: Any, module: str, name: str) -> str:
    """The module by which others import what a script defines; ``__main__`` if they cannot."""
    space = getattr(of, "__globals__", {})
    if "__spec__" not in space:  # a class, or what a decorator has made of a function
        space = vars(sys.modules.get(module, builtins))
        # A profiler that runs a script has a module of its own in the script's place.
        space = space if name.partition(".")[0] in space else {}
    spec = space.get("__spec__")
    return "__main__" if spec is None else str(spec.name)


def owner(of: Any) -> str:
    """The module of something written in C that does not name one itself."""
    holder = getattr(of, "__objclass__", None)
    return getattr(holder, "__module__", None) or builtins.__name__


def mark(of: Any) -> bytes:
    """Module and qualified name, as bytes."""
    module, name = identity(of)
    return text(module) + text(name)


def type_mark(kind: type) -> bytes:
    """A type's module and name as bytes; of a library whose modules move, only the library."""
    library = kind.__module__.partition(".")[0]
    return text(library) + text(kind.__qualname__) if library in MOVING else mark(kind)


def found(module: str, name: str) -> Any:
    """What an import of that name gives, or None; nothing is imported that is not already."""
    here: Any = sys.modules.get(module)
    for step in name.split("."):
        here = getattr(here, step, None)
    return here


def namesake(of: Any) -> Any:
    """What the name of a class or a function leads to, or None."""
    module, name = identity(of)
    own = getattr(of, "__module__", None)
    return found(own if own in SCRIPT else module, name)


def importable(value: Any) -> bool:
    """Whether its name leads to this very object, perhaps inside the decorators put round it."""
    there, seen = namesake(value), 0
    while there is not None and there is not value and seen < 100:
        there = getattr(there, "__wrapped__", None) or getattr(there, "__func__", None)
        seen += 1
    # The interpreter's own types go by a name of builtins that only the module types leads to.
    return there is value or any(value is known for known in vars(types).values())


def has_name(value: object) -> bool:
    """Whether an object carries a name of its own, as functions of any make do."""
    return callable(value) and isinstance(getattr(value, "__name__", None), str)


def by_name(value: Any, walk: Walk) -> None:
    """A class or function is the name that it can be imported by."""
    if importable(value):
        walk.append(b"g" + mark(value))
    elif hasattr(value, "cache_info") and hasattr(value, "__wrapped__"):
        walk.write(value.__wrapped__)  # a cache put round a function does not make it another one
    else:
        raise Refusal(
            value,
            f"{'.'.join(identity(value))} cannot be imported by that name, as a lambda or what is "
            "defined inside a function cannot, so another process could not tell it from others",
        )


def module(value: types.ModuleType, walk: Walk) -> None:
    if sys.modules.get(value.__name__) is not value:
        raise Refusal(value, f"module {value.__name__} is not the one an import gives")
    walk.kind("module", value.__name__)


def builtin(value: Any, walk: Walk) -> None:
    """A function written in C: of a module, or a method of some value."""
    if isinstance(value.__self__, types.ModuleType) or value.__self__ is None:
        by_name(value, walk)
        return
    walk.kind("builtin method", value.__name__)
    walk.part(".__self__", value.__self__)


def method(value: types.MethodType, walk: Walk) -> None:
    """A bound method: the function that its object's class defines, and the object."""
    walk.kind("method")
    function, holder = value.__func__, type(value.__self__)
    name = getattr(function, "__name__", "")
    if any(vars(base).get(name) is function for base in holder.__mro__):
        walk.append(b"g" + mark(function))  # its class says which one, also a local class
    else:
        walk.part(".__func__", function)
    walk.part(".__self__", value.__self__)


def partial(value: functools.partial[Any], walk: Walk) -> None:
    walk.kind("partial")
    walk.part(".func", value.func)
    walk.part(".args", value.args)
    walk.part(".keywords", value.keywords)


def alias(value: types.GenericAlias, walk: Walk) -> None:
    walk.kind("generic alias", value.__origin__, value.__args__)


def union(value: types.UnionType, walk: Walk) -> None:
    walk.kind("union", frozenset(value.__args__))


ENCODERS: dict[type, Encoder] = {
    functools.partial: partial,
    type: by_name,
    types.BuiltinFunctionType: builtin,
    types.FunctionType: by_name,
    types.GenericAlias: alias,
    types.MethodDescriptorType: by_name,
    types.MethodType: method,
    types.ModuleType: module,
    types.UnionType: union,
    types.WrapperDescriptorType: by_name,
}
