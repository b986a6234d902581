"""The decorators: `inf_cache`, `lru_cache`, `lfu_cache`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import update_wrapper
from types import FunctionType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast, overload

from kigen.caching.control import Control
from kigen.caching.keying import Ignore, Keying
from kigen.caching.miss import Miss
from kigen.caching.naming import Naming
from kigen.caching.rules import Rules, Ttl
from kigen.caching.shelf import ON_CHANGE, Shelf
from kigen.caching.wrapper import compile_key, compile_wrapper
from kigen.errors import ConfigurationError
from kigen.policies import make_policy
from kigen.signature import Parameters, kind

if TYPE_CHECKING:
    from os import PathLike

    from kigen.archives import Archive, cache
    from kigen.caching.cached import CachedFunction

    Where = Archive | cache | str | PathLike[str]

P = ParamSpec("P")
R = TypeVar("R")

#: What a decorated function gains; each is a method of its `Control`.
METHODS = (
    *("archive", "archived", "cache_clear", "cache_info", "cache_parameters", "clear", "contains"),
    *("dump", "info", "invalidate", "key", "load", "lookup", "map", "peek", "refresh"),
)

#: The options that follow maxsize, in klepto's order.
_POSITIONAL = ("cache", "keymap", "ignore", "tol", "deep", "purge")


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
        cache: Where | None = None,
        keymap: Callable[..., Any] | None = None,
        ignore: Ignore = None,
        tol: int | None = None,
        deep: bool = False,
        purge: bool = False,
        archive: Where | None = None,
        name: str | None = None,
        on_change: str = "recompute",
        copy: bool | None = None,
        materialize: bool = False,
        typed: bool = False,
        ttl: Ttl = None,
        stale: float = 0.0,
        condition: Callable[[Any], object] | None = None,
        cache_exceptions: type[Exception] | tuple[type[Exception], ...] = (),
        safe: bool = False,
    ) -> None:
        make_policy(policy, maxsize)  # refuses what is no size, before there is a function
        if cache is not None and archive is not None:
            raise ConfigurationError(
                "cache= (written when you dump) and archive= (written at each miss) exclude each "
                "other: give one of the two"
            )
        if on_change not in ON_CHANGE:
            raise ConfigurationError(
                f"on_change={on_change!r} is none of {', '.join(ON_CHANGE)}", on_change=on_change
            )
        self.policy = policy
        self.maxsize = maxsize
        self.keymap = keymap
        self.ignore = ignore
        self.rounding = None if tol is None else _rounding(tol, deep=deep)
        self.purge = purge
        self.name = name
        self.on_change = on_change
        self.copy = copy
        self.materialize = materialize
        self.safe = safe
        self.typed = typed
        rules = Rules.of(ttl, stale, condition, cache_exceptions)
        self.rules = None if rules == Rules() else rules
        self.through = cache is None
        where = archive if cache is None else cache
        self.archive = None if where is None else open_archive(where)

    def __call__(self, function: Callable[P, R]) -> CachedFunction[P, R]:
        """Decorate ``function``, or what a classmethod or staticmethod wraps."""
        if isinstance(function, classmethod | staticmethod):
            return cast("CachedFunction[P, R]", type(function)(self(function.__func__)))
        refuse_kinds(
            function,
            () if self.materialize else ("generator", "async generator"),
            "materialize=True keeps what it brings as a tuple",
        )
        keying = Keying.of(Parameters.of(function), self._keymap(), self.ignore, self.typed)
        if _is_method(function) and keying.names and keying.names[0] == "self":
            keying = keying._replace(owned=True)
        wrapper, control = self.memoize(
            _materialized(function), keying, Naming(function, keying.names, self.name, self.typed)
        )
        for method in METHODS:
            setattr(wrapper, method, getattr(control, method))
        wrapper.__cache__ = control.cache  # type: ignore[attr-defined]
        return cast("CachedFunction[P, R]", wrapper)

    def memoize(
        self, function: Callable[..., Any], keying: Keying, naming: Naming
    ) -> tuple[FunctionType, Control]:
        """Return a cached ``function`` and its controls; ``naming`` names its calls at rest."""
        policy = make_policy(self.policy, self.maxsize)
        rounded = self._rounded(keying)
        miss_type = self._miss_type(function)
        miss = miss_type(policy, naming, self.copy, self.rules, rounded, self.purge)
        miss.owned = keying.bare if keying.owned else None

        def open_shelf(archive: Archive | None, through: bool) -> Shelf | None:
            if archive is None:
                return None
            return Shelf(
                archive,
                naming,
                through=through,
                on_change=self.on_change,
                copy=self.copy,
                rules=self.rules,
            )

        miss.shelf = open_shelf(self.archive, self.through)
        wrapper, calls = compile_wrapper(function, keying, miss)
        update_wrapper(wrapper, naming.function)
        control = Control(
            miss,
            calls,
            compile_key(function, keying),
            rounded,
            lambda where: open_shelf(open_archive(where), through=False),
            function,
            wrapper,
        )
        return wrapper, control

    def _keymap(self) -> Callable[..., Any] | None:
        keymap = self.keymap
        if keymap is not None and self.rounding is not None:
            keymap = self.rounding(keymap)
        if keymap is not None and self.safe and not hasattr(keymap, "field_specs"):
            from kigen.caching.lenient import lenient_keymap

            keymap = lenient_keymap(keymap)
        if keymap is not self.keymap and hasattr(self.keymap, "lossy"):
            keymap.lossy = self.keymap.lossy  # type: ignore[union-attr]
        return keymap

    def _rounded(self, keying: Keying) -> Callable[[Any], Any] | None:
        if self.rounding is None or keying.keymap is not None:
            return None
        return keying.rounding(self.rounding(lambda *values: values))

    def _miss_type(self, function: Callable[..., Any]) -> type[Miss]:
        if kind(function) == "coroutine":
            from kigen.caching.awaiting import AsyncMiss

            return AsyncMiss
        if self.safe:
            from kigen.caching.lenient import LenientMiss

            return LenientMiss
        return Miss


def open_archive(where: Any) -> Archive | None:
    """Return the archive that is meant: it, that of a cache, at a path or URL; None for null."""
    from kigen.archives import Archive, cache
    from kigen.archives import open as open_url
    from kigen.backends.null import NullBackend

    if isinstance(where, cache):
        where = where.archive
    archive = where if isinstance(where, Archive) else open_url(where)
    return None if isinstance(archive.backend, NullBackend) else archive


def _rounding(tol: int, *, deep: bool) -> Callable[..., Any]:
    from kigen.rounding import deep_round, simple_round

    return (deep_round if deep else simple_round)(tol)


def _is_method(function: Any) -> bool:
    """Tell whether a function was defined in the body of a class."""
    owner = getattr(function, "__qualname__", "").rpartition(".")[0]
    return bool(owner) and not owner.endswith("<locals>")


def refuse_kinds(function: Any, kinds: Collection[str], remedy: str) -> None:
    """Raise `ConfigurationError` for what is no function, or a function of one of the ``kinds``."""
    if not callable(function):
        raise ConfigurationError(f"{function!r} is not callable: there is nothing to cache")
    what = kind(function)
    if what in kinds:
        name = getattr(function, "__qualname__", None) or repr(function)
        raise ConfigurationError(
            f"{name} is a {what} function, whose result can be used up only once: {remedy}"
        )


def _materialized(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what collects all that a generator brings, and returns it as a tuple."""
    what = kind(function)
    if what == "generator":
        return lambda *args, **kwargs: tuple(function(*args, **kwargs))
    if what != "async generator":
        return function

    async def collect(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
        return tuple([item async for item in function(*args, **kwargs)])

    return collect


class Decorator:
    """One of kigen's cache decorators: used bare, or called with options.

    ``maxsize`` bounds the entries in memory (None: no bound; 0: none are kept). ``archive`` is
    where each result is written at once, ``cache`` where it is written when it leaves memory or
    you `dump`: an archive, a path or a URL. ``keymap`` is a Key class, or whatever makes a
    hashable key of the arguments. ``ignore`` names the arguments that are no part of the key.
    ``tol`` rounds floats in the key (``deep``: in containers too) to so many decimal places, which
    lets neighbours share the result of the first. ``purge`` writes everything to the archive and
    empties the memory when it is full, in place of making room for one.
    ``name`` is the function's identity at rest instead of its module and qualified name.
    ``on_change`` says what becomes of stored results if the function's body has changed:
    ``"recompute"``, ``"warn"`` (and use them) or ``"ignore"``. ``copy`` says which results are
    handed out as copies: None lists, dicts and sets, True all, False none. ``typed`` keeps ``1``,
    ``1.0`` and ``True`` apart. ``ttl`` is how long a result lives: seconds, a timedelta, or a
    function of the result; for ``stale`` seconds more it is served to all but the one caller who
    computes it anew. ``condition`` is a function of the result that says whether to keep it.
    ``materialize`` keeps what a generator function brings as a tuple, which is what calls return.
    ``cache_exceptions`` are classes of exceptions that are kept like results, and raised again.

    Raises `kigen.errors.ConfigurationError` for an option that makes no sense, and
    `kigen.errors.ArchiveError` for an archive that cannot be opened, both at decoration.
    """

    def __init__(self, policy: str, maxsize: int | None, doc: str, *, safe: bool = False) -> None:
        self._policy = policy
        self._maxsize = maxsize
        self._fixed: dict[str, Any] = {"safe": True} if safe else {}
        self.__name__ = self.__qualname__ = f"{policy}_cache"
        self.__doc__ = f"{doc}\n\n{type(self).__doc__}"

    @overload
    def __call__(self, function: Callable[P, R], /) -> CachedFunction[P, R]: ...

    @overload
    def __call__(
        self,
        maxsize: int | None = ...,
        cache: Where | None = None,
        keymap: Callable[..., Any] | None = None,
        ignore: Ignore = None,
        tol: int | None = None,
        deep: bool = False,
        purge: bool = False,
        *,
        archive: Where | None = None,
        name: str | None = None,
        on_change: str = "recompute",
        copy: bool | None = None,
        materialize: bool = False,
        typed: bool = False,
        ttl: Ttl = None,
        stale: float = 0.0,
        condition: Callable[[Any], object] | None = None,
        cache_exceptions: type[Exception] | tuple[type[Exception], ...] = (),
    ) -> Memoizer: ...

    def __call__(self, maxsize: Any = ..., *args: Any, **options: Any) -> Any:
        if callable(maxsize) or isinstance(maxsize, classmethod | staticmethod):
            return Memoizer(self._policy, self._maxsize, **options, **self._fixed)(maxsize, *args)
        if len(args) > len(_POSITIONAL):
            raise TypeError(
                f"{self.__name__}: takes maxsize, {', '.join(_POSITIONAL)} by position, and got "
                f"{args[len(_POSITIONAL) :]!r} besides; name the other options"
            )
        size = self._maxsize if maxsize is ... else maxsize
        positional = dict(zip(_POSITIONAL, args, strict=False))
        return Memoizer(self._policy, size, **positional, **options, **self._fixed)

    def __repr__(self) -> str:
        return f"kigen.{self.__name__}"


inf_cache = Decorator("inf", None, "Memoize a function; nothing ever leaves memory.")
lru_cache = Decorator("lru", 100, "Memoize a function; the least recently used result leaves.")
lfu_cache = Decorator("lfu", 100, "Memoize a function; the least frequently used result leaves.")
mru_cache = Decorator("mru", 100, "Memoize a function; the most recently used result leaves.")
rr_cache = Decorator("rr", 100, "Memoize a function; a result taken at random leaves.")
no_cache = Decorator("no", 0, "Keep nothing in memory; only an archive remembers.")
sieve_cache = Decorator("sieve", 100, "Memoize a function; the SIEVE algorithm says who leaves.")
s3fifo_cache = Decorator("s3fifo", 100, "Memoize a function; what is used once only leaves soon.")
