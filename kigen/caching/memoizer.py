"""A policy with its options, ready to decorate."""

from __future__ import annotations

from collections.abc import Callable
from functools import WRAPPER_ASSIGNMENTS, update_wrapper
from types import FunctionType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, Unpack, cast

from kigen.caching.calls.identity import nature
from kigen.caching.calls.keying import Keying
from kigen.caching.calls.naming import Naming, version_text
from kigen.caching.handle.caches import give, is_memory, open_archive
from kigen.caching.handle.control import Control
from kigen.caching.kinds import is_method, materialized, refuse_comparison, refuse_kinds
from kigen.caching.misses.events import Events, TellingMiss
from kigen.caching.misses.miss import Miss
from kigen.caching.options import DEFAULTS, AllOptions, OnChange, check_kinds, refuse_unknown
from kigen.caching.results.rules import Rules
from kigen.caching.results.shelf import Shelf
from kigen.caching.wrapper import compile_key, compile_wrapper
from kigen.errors import ConfigurationError
from kigen.policies import Policy, make_policy
from kigen.signature import Parameters, full_name, kind

if TYPE_CHECKING:
    from kigen.archives import Archive
    from kigen.caching.cached import CachedFunction
    from kigen.caching.calls.ignoring import Ignore
    from kigen.rounding import Rounding

P = ParamSpec("P")
R = TypeVar("R")

#: What a decorated function gains; each is a method of its `Control`.
METHODS = (
    *("archive", "archived", "cache_clear", "cache_info", "cache_parameters", "clear", "contains"),
    *("dump", "info", "invalidate", "key", "load", "lookup", "map", "peek", "refresh"),
)


class Memoizer:
    """A policy with its options, ready to decorate; made by `lru_cache` and its kin.

    It may decorate any number of functions: they share the options, and an archive, but never
    a result.
    """

    def __init__(
        self,
        policy: str,
        maxsize: int | None,
        *,
        safe: bool = False,
        **options: Unpack[AllOptions],
    ) -> None:
        refuse_unknown(type(self).__name__, options, DEFAULTS)
        self._given: AllOptions = options
        chosen: AllOptions = {**DEFAULTS, **options}
        self.maxbytes: float | None = chosen["maxbytes"]
        self.weigh: Callable[[Any], float] | None = chosen["weigh"]
        make_policy(policy, maxsize, self.maxbytes, self.weigh)  # refuses bad bounds at once
        check_kinds(chosen)
        cache, archive = chosen["cache"], chosen["archive"]
        if cache is not None and archive is not None:
            raise ConfigurationError(
                "cache= (written when you dump) and archive= (written at each miss) exclude each "
                "other: give one of the two"
            )
        self.policy = policy
        self.maxsize = maxsize
        self.keymap: Callable[..., Any] | None = chosen["keymap"]
        self.ignore: Ignore = chosen["ignore"]
        tol, deep = chosen["tol"], chosen["deep"]
        self.rounding: Rounding | None = None if tol is None else _rounding(tol, deep=deep)
        self.purge: bool = chosen["purge"]
        self.name: str | None = chosen["name"]
        self._named: tuple[str, object] | None = None
        self.on_change: OnChange = chosen["on_change"]
        self.copy: bool | None = chosen["copy"]
        self.materialize: bool = chosen["materialize"]
        self.safe = safe
        self.typed: bool = chosen["typed"]
        rules = Rules.of(
            chosen["ttl"], chosen["stale"], chosen["condition"], chosen["cache_exceptions"]
        )
        self.rules: Rules | None = None if rules == Rules() else rules
        self.events: Events | None = Events.of(
            on_hit=chosen["on_hit"],
            on_miss=chosen["on_miss"],
            on_load=chosen["on_load"],
            on_evict=chosen["on_evict"],
        )
        self.version: str | None = version_text(chosen["version"])
        where = archive if cache is None else cache
        #: What klepto would take for the memory itself: a dict, a cache, an uncached archive.
        self.given: Any = cache
        self.through: bool = cache is None or is_memory(cache)
        fresh = where is None or type(cache) is dict
        self.archive: Archive | None = None if fresh else open_archive(where)

    def __call__(self, function: Callable[P, R]) -> CachedFunction[P, R]:
        """Decorate ``function``, or what a classmethod or staticmethod wraps."""
        if isinstance(function, classmethod | staticmethod):
            return cast("CachedFunction[P, R]", type(function)(self(function.__func__)))
        refuse_kinds(
            function,
            () if self.materialize else ("generator", "async generator"),
            "materialize=True keeps what it brings as a tuple",
        )
        self.check_name(function)
        owned = is_method(function)
        keying = Keying.of(Parameters.of(function), self._keymap(), self.ignore, self.typed, owned)
        if owned and keying.names and keying.names[0] == "self":
            refuse_comparison(function)
            keying = keying._replace(owned=True)
        if self.rounding and not (self.events and self.events.on_hit):  # it hears of rounded keys
            keying = keying._replace(tol=self.rounding.tol)
        wrapper, control = self.memoize(
            materialized(function) if self.materialize else function,
            keying,
            Naming(function, keying.names, self.name, self.typed, self.version, keying.beside),
        )
        for method in METHODS:
            setattr(wrapper, method, getattr(control, method))
        made: Any = wrapper
        made.__cache__, made.__mask__, made.__map__ = control.cache, self.__mask__, self.__map__
        return cast("CachedFunction[P, R]", wrapper)

    def __repr__(self) -> str:
        """Return what it was made by: the decorator, its bound, and the options that were given."""
        options = {"maxsize": self.maxsize, **self._given}
        shown = ", ".join(f"{name}={value!r}" for name, value in options.items())
        return f"kigen.{'safe.' if self.safe else ''}{self.policy}_cache({shown})"

    def memoize(
        self, function: Callable[..., Any], keying: Keying, naming: Naming
    ) -> tuple[FunctionType, Control]:
        """Return a cached ``function`` and its controls; ``naming`` names its calls at rest."""
        policy = self._make_policy()
        rounded = self._rounded(keying)
        miss_type = self._miss_type(function, keying)
        events = self.events.by_key() if self.events and keying.exact else self.events
        miss = miss_type(policy, naming, self.copy, self.rules, rounded, self.purge, events)
        miss.owned = keying.bare if keying.owned else None

        miss.shelf = self._open_shelf(self.archive, naming, self.through)
        wrapper, calls = compile_wrapper(function, keying, miss)
        named = isinstance(getattr(naming.function, "__name__", ""), str)
        update_wrapper(wrapper, naming.function, WRAPPER_ASSIGNMENTS if named else ())
        control = Control(
            miss,
            calls,
            compile_key(naming.function, keying.strict()),
            rounded,
            lambda where: self._open_shelf(open_archive(where), naming, through=False),
            function,
            wrapper,
        )
        give(control, self.given)
        return wrapper, control

    def _make_policy(self) -> Policy:
        return make_policy(self.policy, self.maxsize, self.maxbytes, self.weigh)

    def _open_shelf(self, archive: Archive | None, naming: Naming, through: bool) -> Shelf | None:
        if archive is None:
            return None
        shelf: type[Shelf] = Shelf
        if self.safe:
            from kigen.caching.misses.lenient import LenientShelf

            shelf = LenientShelf
        return shelf(
            archive,
            naming,
            through=through,
            on_change=self.on_change,
            copy=self._copy_at_rest(),
            rules=self.rules,
        )

    def _copy_at_rest(self) -> bool | None:
        return self.copy

    def __mask__(self) -> Ignore:
        """Return what is ignored, as it was given; an empty tuple for nothing."""
        return () if self.ignore is None else self.ignore

    def __map__(self) -> Callable[..., Any] | None:
        """Return the keymap, as it was given; None for kigen's own keys."""
        return self.keymap

    def check_name(self, function: Any) -> None:
        """Raise `ConfigurationError` for a second function under one name.

        One and the same function may come again with another body, which ``on_change`` is for.
        """
        if self.name is None:
            return
        label = full_name(function) or repr(type(function))
        named = label, nature(function)
        if self._named not in (None, named):
            raise ConfigurationError(
                f"name={self.name!r} is that of {self._named[0]} already; give {label} a decorator "
                "with a name of its own",
                name=self.name,
            )
        self._named = named

    def _keymap(self) -> Callable[..., Any] | None:
        keymap = self.keymap
        if keymap is not None and self.rounding is not None:
            keymap = self._as_lossy(self.rounding(keymap))
        if keymap is not None and self.safe and not hasattr(keymap, "field_specs"):
            from kigen.caching.misses.lenient import lenient_keymap

            keymap = self._as_lossy(lenient_keymap(keymap))
        return keymap

    def _as_lossy(self, wrapped: Any) -> Any:
        """Let what stands for one of klepto's keymaps be known for one, at each layer."""
        if hasattr(self.keymap, "lossy"):
            wrapped.lossy = getattr(self.keymap, "lossy", None)
        return wrapped

    def _rounded(self, keying: Keying) -> Callable[[Any], Any] | None:
        if self.rounding is None or (keying.keymap is not None and keying.exact is None):
            return None
        return keying.rounding(self.rounding(lambda *values: values))

    def _miss_type(self, function: Callable[..., Any], keying: Keying) -> type[Miss]:
        kinds: list[type[Miss]] = [TellingMiss] if self.events is not None else []
        if keying.exact is not None:
            from kigen.caching.handle.keyed import KeyedMiss

            kinds.append(KeyedMiss)
        if self.safe:
            from kigen.caching.misses.lenient import LenientMiss

            kinds.append(LenientMiss)
        if self.maxbytes is not None and self.maxsize != 0:
            from kigen.caching.misses.weighing import WeighingMiss

            kinds.append(WeighingMiss)
        if kind(function) == "coroutine":
            from kigen.caching.misses.awaiting import AsyncMiss

            kinds.append(AsyncMiss)
        if len(kinds) > 1:
            return type("Miss", tuple(kinds), {"__slots__": ()})
        return kinds[0] if kinds else Miss


def _rounding(tol: int, *, deep: bool) -> Rounding:
    from kigen.rounding import deep_round, simple_round

    return (deep_round if deep else simple_round)(tol)
