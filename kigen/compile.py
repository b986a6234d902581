"""Source text -> function: the one place that runs generated code.

A wrapper or an initializer that is written out for its own signature costs what handwritten code
costs; the generic alternative (``*args, **kwargs`` and a loop) is 3 to 10 times slower per call.
The source is registered with `linecache`, so tracebacks and debuggers show it like any other.
"""

from __future__ import annotations

import itertools
from types import FunctionType

__all__ = ["compile_function"]

_numbers = itertools.count(1)


def compile_function(
    name: str, source: str, namespace: dict[str, object], *, label: str
) -> FunctionType:
    """Compile ``source`` and return the function ``name`` that it defines.

    ``namespace`` holds the globals that the source refers to; it is not modified. ``label`` says
    whose code it is and appears in the file name of tracebacks. The source must come from kigen:
    names taken from a user are identifiers, and values travel in ``namespace``, never as text.

    >>> double = compile_function("double", "def double(x): return x * n", {"n": 2}, label="demo")
    >>> double(21)
    42
    """
    import linecache  # 2 ms, which importing kigen need not pay

    filename = f"<kigen {label} {next(_numbers)}>"
    scope = dict(namespace)
    exec(compile(source, filename, "exec"), scope)  # noqa: S102 - the one exec of the package
    # No modification time: linecache.checkcache() then keeps the entry.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    function = scope[name]
    assert isinstance(function, FunctionType)
    return function
