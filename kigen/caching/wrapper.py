"""The compiled hit path: a wrapper with the function's own parameters, so that Python binds them.

For ``def f(x, y=2)`` under LRU the source that runs is::

    def make(function, defaults, memory, claim, settle, abandon, Flight):
        calls = 0.0

        def f(x, y=defaults[0]):
            nonlocal calls
            calls += 1.0
            try:
                entry = memory[x, y]; entry[0] = calls; return entry[1]
            except (KeyError, TypeError):
                pass
            ticket = claim((x, y), calls)
            if ticket.__class__ is not Flight:
                return ticket
            try:
                value = function(x, y)
            except BaseException:
                abandon(ticket)
                raise
            return settle(ticket, value, calls)

``f(1)``, ``f(1, 2)`` and ``f(x=1, y=2)`` are one key because Python has bound them before the
first line runs. The number of calls is the clock of recency, and gives the number of hits for
nothing: each call is a hit or a claim. It is a float, which CPython adds to faster than to an int
(10 % of a hit), and is exact up to 2**53; no thread switch falls between its load and its store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from keyword import iskeyword
from types import FunctionType
from typing import Any

from kigen.caching.flight import Flight
from kigen.caching.keying import Keying
from kigen.caching.miss import Miss
from kigen.compile import compile_function

#: The names that the source uses for itself; each gives way to a parameter of the same name.
_OWN = (
    "function defaults keyword_defaults memory claim settle abandon Flight keymap calls entry key ticket value tally again "
    "key_of"
).split()

_makers: dict[str, FunctionType] = {}  # source -> maker: decorating in a loop compiles once

_SOURCE = """\
def make(
    {function}, {defaults}, {keyword_defaults}, {keymap},
    {memory}, {claim}, {settle}, {abandon}, {Flight},
):
    {calls} = 0.0

    def {name}({declaration}):
        nonlocal {calls}
        {prepare}
        {calls} += 1.0
        try:
            {hit}
        except (KeyError, TypeError):
            pass
        {ticket} = {claim}({found}, {calls})
        if {ticket}.__class__ is not {Flight}:
            return {ticket}
        try:
            {value} = {function}({forwarding})
        except BaseException:
            {abandon}({ticket})
            raise
        return {settle}({ticket}, {value}, {calls})

    def {tally}({again}):
        nonlocal {calls}
        if {again}:
            {calls} = 0.0
        return {calls}

    def {key_of}({declaration}):
        return {made}

    return {name}, {tally}, {key_of}
"""


def compile_wrapper(
    function: Callable[..., Any], keying: Keying, miss: Miss
) -> tuple[FunctionType, Callable[[bool], float], FunctionType]:
    """Return the wrapper of ``function``; what reads (and resets) its count of calls; what
    returns the key of a call.
    """
    source = _source(_name(function), keying, miss.policy.hit)
    make = _makers.get(source)
    if make is None:
        make = compile_function("make", source, {}, label=f"cache of {_name(function)}")
        _makers[source] = make
    # Defaults set later on would cost the wrapper CPython's specialised calls.
    wrapper, tally, key_of = make(
        function, keying.parameters.defaults, keying.parameters.keyword_defaults, keying.keymap,
        miss.policy.memory, miss.claim, miss.settle, miss.abandon, Flight,
    )  # fmt: skip
    return wrapper, tally, key_of


def _source(name: str, keying: Keying, hit: str) -> str:
    own = _own_names({*keying.parameters.names(), name})
    if keying.keymap is None:
        found = made = keying.source
        prepare = "# The key is put together where it is used."
    else:
        found, made = own["key"], f"{own['keymap']}({keying.source})"
        prepare = f"{found} = {made}"
    subscript = found[1:-1] if found.startswith("(") and found != "()" else found
    return _SOURCE.format(
        **own,
        name=name,
        declaration=keying.parameters.declaration(own["defaults"], own["keyword_defaults"]),
        forwarding=keying.parameters.forwarding(),
        prepare=prepare,
        hit=hit.format(**{**own, "key": subscript}),
        found=found,
        made=made,
    )


def _own_names(taken: Collection[str]) -> dict[str, str]:
    own = {}
    for name in _OWN:
        free = name
        while free in taken:
            free += "_"
        own[name] = free
    return own


def _name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() and not iskeyword(name) else "call"
