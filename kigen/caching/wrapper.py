"""The compiled hit path: a wrapper with the function's own parameters, so that Python binds them.

For ``def f(x, y=2)`` under LRU the source that runs is::

    def make(function, defaults, memory, claim, settle, abandon, Flight):
        calls = 0.0

        def f(x, y=defaults[0]):
            nonlocal calls
            calls += 1.0
            try:
                entry = memory[x, y]
                entry[0] = calls
                return entry[1]
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
    *("function", "defaults", "keyword_defaults", "keymap", "memory", "claim", "settle", "abandon"),
    *("Flight", "calls", "entry", "key", "ticket", "value", "tally", "again", "key_of"),
)

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

    return {name}, {tally}
"""

_KEY_SOURCE = """\
def make({defaults}, {keyword_defaults}, {keymap}):
    def {key_of}({declaration}):
        return {made}

    return {key_of}
"""


def compile_wrapper(
    function: Callable[..., Any], keying: Keying, miss: Miss
) -> tuple[FunctionType, Callable[[bool], float]]:
    """Return the wrapper of ``function``, and what reads (and resets) its count of calls."""
    names = _names(function, keying)
    subscript = names["found"]
    if subscript.startswith("(") and subscript != "()":
        subscript = subscript[1:-1]
    hit = miss.policy.hit.format(**{**names, "key": subscript})
    make = _maker(_SOURCE.format(**names, hit=hit), names["name"])
    # Defaults set later on would cost the wrapper CPython's specialised calls.
    wrapper, tally = make(
        function, keying.parameters.defaults, keying.parameters.keyword_defaults, keying.keymap,
        miss.policy.memory, miss.claim, miss.settle, miss.abandon, Flight,
    )  # fmt: skip
    return wrapper, tally


def compile_key(function: Callable[..., Any], keying: Keying) -> Callable[..., Any]:
    """Return what takes the arguments of ``function`` and returns the key of the call."""
    names = _names(function, keying)
    make = _maker(_KEY_SOURCE.format(**names), names["name"])
    parameters = keying.parameters
    return make(  # type: ignore[no-any-return]
        parameters.defaults, parameters.keyword_defaults, keying.keymap
    )


def _maker(source: str, name: str) -> FunctionType:
    if source not in _makers:
        _makers[source] = compile_function("make", source, {}, label=f"cache of {name}")
    return _makers[source]


def _names(function: Callable[..., Any], keying: Keying) -> dict[str, str]:
    """Return what the templates are filled with."""
    parameters = keying.parameters
    own = _own_names({*parameters.names(), _name(function)})
    found = made = keying.source
    prepare = "# The key is put together where it is used."
    if keying.keymap is not None:
        found, made = own["key"], f"{own['keymap']}({keying.source})"
        prepare = f"{found} = {made}"
    return {
        **own,
        "name": _name(function),
        "declaration": parameters.declaration(own["defaults"], own["keyword_defaults"]),
        "forwarding": parameters.forwarding(),
        "prepare": prepare,
        "found": found,
        "made": made,
    }


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
