"""The compiled hit path: a wrapper with the function's own parameters, so that Python binds them.

For ``def f(x, y=2)`` under LRU the wrapper is::

    def f(x, y=...):
        nonlocal calls
        calls += 1.0
        try:
            entry = get((x, y))
            if entry is not None:
                entry.mark = calls
                return entry.value
        except (KeyError, TypeError):
            pass
        except:
            uncount()
            raise
        key = (x, y)
        if x.__class__ in ATOMS and y.__class__ in ATOMS:
            ticket = claim(key, key, calls)
        else:
            ticket = claim_odd(key, calls)
        if ticket.__class__ is not Flight:
            return ticket
        try:
            try:
                value = function(x, y)
            except:
                abandon(ticket, calls)
                raise
            return settle(ticket, value, calls)
        except:
            if flights.get(ticket.key) is ticket:
                ticket.value = MISSING
                del flights[ticket.key]
            withdraw(ticket)
            raise

``f(1)``, ``f(1, 2)`` and ``f(x=1, y=2)`` are one key because Python has bound them before the
first line runs. The number of calls is the clock of recency, and gives the number of hits for
nothing: each call is a hit or a claim. It is a float, which CPython adds to faster than to an int
(10 % of a hit), and is exact up to 2**53; no thread switch falls between its load and its store.
It alone lies in a cell; the other names are the wrapper's globals, since each cell that a function
closes over costs 1 ns a call (6 of them: another 10 % of a hit). Without the GIL, a counter of
`kigen.caching.misses.free_threads` takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from types import CellType, CodeType, FunctionType
from typing import Any
from weakref import ref

from kigen.caching.calls.ignoring import pairs
from kigen.caching.calls.keying import Keying
from kigen.caching.calls.plain import ATOMS
from kigen.caching.misses.flight import Flight
from kigen.caching.misses.free_threads import FREE_THREADED, CallCell, Clock
from kigen.caching.misses.miss import Miss
from kigen.caching.misses.switch import Switch
from kigen.caching.notices import users_frames
from kigen.compile import compile_function
from kigen.policies import INF, MISSING
from kigen.signature import NULL, Parameters

#: The names that the source uses for itself; each gives way to a parameter of the same name.
_OWN = (
    *("function", "keymap", "memory", "get", "claim", "claim_odd", "settle", "abandon", "withdraw"),
    *("flights", "MISSING", "error", "exceptions", "users_frames"),
    *("ATOMS", "Absent", "Flight", "Landing", "NULL", "float", "on_hit", "pairs", "ref", "round"),
    *("cached", "calls", "entry", "key", "latest", "tick", "ticket", "uncount", "value"),
)

_templates: dict[str, CodeType] = {}  # source -> code: decorating in a loop compiles once

_WRAPPER = """\
def make({closed}):
    {defining} {cached}({declaration}):
        {prepare}
        {counted}
{hit}        {key} = {found}
{claiming}        if {ticket}.__class__ is not {Flight}:
            return {ticket}
        try:
            try:
                {value} = {waiting}{function}({forwarding})
            except:
                {abandon}({ticket}, {calls})
                raise
            return {settle}({ticket}, {value}, {calls})
        except:
            # First without a call: at the limit of recursion there is no frame left for one.
            if {flights}.get({ticket}.key) is {ticket}:
                {ticket}.value = {MISSING}
                del {flights}[{ticket}.key]
            {withdraw}({ticket})
            raise

    return {cached}
"""

_CLAIM = """\
        if {plain}:
            {ticket} = {claim}({key}, {key}, {calls})
        else:
            {ticket} = {claim_odd}({key}, {calls})
{landing}"""

# An exception that is kept comes from deep within, which is nobody's business.
_CLAIM_OR_RAISE = """\
        try:
{claiming}        except {exceptions} as {error}:
            raise {error}.with_traceback({users_frames}({error}))
"""

# How a call is counted with the GIL, and without.
_COUNTED = (
    {"closed": "{calls}", "counted": "nonlocal {calls}\n        {calls} += 1.0"},
    {"closed": "", "counted": "{calls} = {tick}()"},
)

# A coroutine function's wrapper is one too, and waits for other calls without blocking.
_SYNC = {"defining": "def", "waiting": "", "landing": ""}
_ASYNC = {
    "defining": "async def",
    "waiting": "await ",
    "landing": """\
        while {ticket}.__class__ is {Landing}:
            {ticket} = await {ticket}
""",
}

# `dict.get` costs a hit 3 % more than a subscript, and spares a miss the KeyError, which costs it
# twice what all of a miss costs functools.lru_cache.
_HIT = """\
        try:
            {entry} = {get}({looked_up})
            if {entry} is not None:
                {mark}
                return {entry}.value
        except {Absent}:
            pass
        except:
            {uncount}()
            raise
"""

# Nothing leaves memory: each key is missed once.
_HIT_ONCE = """\
        try:
            return {memory}[{looked_up}].value
        except {Absent}:
            pass
        except:
            {uncount}()
            raise
"""

# What a listener raises is the caller's, be it a KeyError.
_HIT_TOLD = """\
        {entry} = None
        try:
            {entry} = {get}({looked_up})
            if {entry} is not None:
                {mark}
                {value} = {entry}.value
        except {Absent}:
            {entry} = None
        except:
            {uncount}()
            raise
        if {entry} is not None:
            {on_hit}({found})
            return {value}
"""

_KEY = """\
def make():
    def {cached}({declaration}):
        return {made}

    return {cached}
"""


def compile_wrapper(
    function: Callable[..., Any], keying: Keying, miss: Miss
) -> tuple[FunctionType, CallCell | Clock]:
    """Return the wrapper of ``function``, and what holds its number of calls."""
    names = _names(keying)
    scope = _scope(names, function, keying, miss)
    words = _SYNC | _COUNTED[FREE_THREADED]
    if miss.awaits:
        from kigen.caching.misses.awaiting import Landing

        words |= _ASYNC
        scope[names["Landing"]] = Landing
    calls = Clock() if FREE_THREADED else CellType(0.0)
    cells: tuple[CellType, ...] = ()
    if isinstance(calls, CellType):
        cells = (calls,)
    else:
        scope[names["tick"]] = calls
    words = {word: text.format(**names) for word, text in words.items()}
    names["hit"] = _hit(names, keying, miss)
    claiming = _CLAIM.format(**names, **words)
    if miss.rules is not None and miss.rules.exceptions:
        scope[names["exceptions"]] = miss.rules.exceptions
        scope[names["users_frames"]] = users_frames
        claiming = "".join(f"    {line}" for line in claiming.splitlines(keepends=True))
        claiming = _CLAIM_OR_RAISE.format(**names, claiming=claiming)
    source = _WRAPPER.format(**names, **words, claiming=claiming)
    wrapper = _function(source, scope, keying.parameters, cells, miss.naming.function)
    miss.switch = Switch(scope, names, miss)
    return wrapper, calls if isinstance(calls, Clock) else CallCell(wrapper)


def _hit(names: dict[str, str], keying: Keying, miss: Miss) -> str:
    """Return the source that answers a call from memory."""
    looked_up = names["found"]
    if keying.keymap is None:
        looked_up = keying.lookup_source().format(**names)
    mark = miss.policy.mark.format(**names) or "pass"
    if miss.events is not None and miss.events.on_hit is not None:
        hit = _HIT_TOLD
    elif isinstance(miss.policy, INF) and miss.policy.maxsize is None:
        hit = _HIT_ONCE
    else:
        hit = _HIT
    return hit.format(**names, looked_up=looked_up, mark=mark)


def _scope(
    names: dict[str, str], function: Callable[..., Any], keying: Keying, miss: Miss
) -> dict[str, Any]:
    """Return the wrapper's globals: what the names in its source stand for."""
    meanings = {
        "function": function,
        "keymap": keying.keymap,
        "memory": miss.policy.memory,
        "get": miss.policy.memory.get,
        "claim": miss.claim,
        "claim_odd": miss.claim_odd,
        "settle": miss.settle,
        "abandon": miss.abandon,
        "withdraw": miss.withdraw,
        "uncount": miss.uncount,
        "flights": miss.flights,
        "MISSING": MISSING,
        "ATOMS": ATOMS,
        "Absent": miss.absent,
        "Flight": Flight,
        "NULL": NULL,
        "float": float,
        "on_hit": None if miss.events is None else miss.events.on_hit,
        "pairs": pairs,
        "ref": ref,
        "round": round,
    }
    meanings |= {name: getattr(miss.policy, name) for name in miss.policy.shared}
    return {names[name]: meaning for name, meaning in meanings.items()}


def compile_key(function: Callable[..., Any], keying: Keying) -> Callable[..., Any]:
    """Return what takes the arguments of ``function`` and returns the key of the call."""
    names = _names(keying)
    scope = {names["keymap"]: keying.keymap, names["pairs"]: pairs, names["NULL"]: NULL}
    return _function(_KEY.format(**names), scope, keying.parameters, (), function)


def _function(
    source: str,
    scope: dict[str, Any],
    parameters: Parameters,
    cells: tuple[CellType, ...],
    like: Callable[..., Any],
) -> FunctionType:
    """Make a function of the source, with names of its own for globals, called as ``like`` is."""
    code = _templates.get(source)
    if code is None:
        make = compile_function("make", source, {}, label="cache")
        code = _templates[source] = make(*cells).__code__
    # Not in the source: names made up at run time would fill the templates.
    named = _named(like)
    name = named.__name__
    code = code.replace(co_name=name, co_qualname=str(getattr(named, "__qualname__", name)))
    made = FunctionType(code, scope, code.co_name, parameters.defaults or None, cells)
    if parameters.keyword_defaults:
        made.__kwdefaults__ = parameters.keyword_defaults
    return made


def _named(function: Any) -> Any:
    """Return what a callable is called after: a partial its function, an object its class."""
    while isinstance(function, partial):
        function = function.func
    return function if isinstance(getattr(function, "__name__", None), str) else type(function)


def _names(keying: Keying) -> dict[str, str]:
    """Return what the templates are filled with."""
    parameters = keying.parameters
    own = _own_names({*parameters.names()})
    # A Key's own source holds braces, and none of the names.
    plain = keying.keymap is None or hasattr(keying.keymap, "lossy")
    source = keying.source.format(**own) if plain else keying.source
    found = made = source
    parts = ["self" if keying.owned else name for name in keying.names or ()]
    prepare = "# The key is put together where it is used."
    if keying.keymap is not None:
        found, made = own["key"], f"{own['keymap']}({source})"
        if keying.exact is not None:
            made = f"({made}, {keying.exact.source.format(**own)})"
        prepare = f"{found} = {made}"
        parts = [found]
    return {
        **own,
        "declaration": parameters.declaration(),
        "forwarding": parameters.forwarding(),
        "prepare": prepare,
        "plain": " and ".join(f"{part}.__class__ in {own['ATOMS']}" for part in parts) or "True",
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
