"""The decorators: `lru_cache` and its kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from kigen.caching.memoizer import Memoizer

if TYPE_CHECKING:
    from kigen.caching.cached import CachedFunction
    from kigen.caching.events import Listener
    from kigen.caching.ignoring import Ignore
    from kigen.caching.memoizer import Where
    from kigen.caching.rules import Ttl

P = ParamSpec("P")
R = TypeVar("R")

#: The options that follow maxsize, in klepto's order.
_POSITIONAL = ("cache", "keymap", "ignore", "tol", "deep", "purge")


class Decorator:
    """One of kigen's cache decorators: used bare, or called with options.

    ``maxsize`` bounds the entries in memory (None: no bound; 0: none are kept). ``maxbytes`` bounds
    what their results weigh together: ``weigh`` is a function of a result that gives its bytes
    (None: the memory it takes); the entries have no bound then, unless one is given too.
    ``archive`` is where each result is written at once, ``cache`` where it is written when it
    leaves memory or you `dump`: an archive, a path or a URL. ``keymap`` is a Key class, or
    whatever makes a hashable key of the arguments. ``ignore`` names the arguments that are no part of the key.
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
    ``on_hit``, ``on_miss`` and ``on_load`` are called with the key of a call, ``on_evict`` with the
    key and the result that leaves memory. ``version`` is part of the function's identity: change
    it when something changes that the function only calls.

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
        on_hit: Listener = None,
        on_miss: Listener = None,
        on_load: Listener = None,
        on_evict: Listener = None,
        version: object = None,
        maxbytes: float | None = None,
        weigh: Callable[[Any], float] | None = None,
    ) -> Memoizer: ...

    def __call__(self, maxsize: Any = ..., *args: Any, **options: Any) -> Any:
        default = self._maxsize if options.get("maxbytes") is None else None
        if callable(maxsize) or isinstance(maxsize, classmethod | staticmethod):
            return Memoizer(self._policy, default, **options, **self._fixed)(maxsize, *args)
        if len(args) > len(_POSITIONAL):
            raise TypeError(
                f"{self.__name__}: takes maxsize, {', '.join(_POSITIONAL)} by position, and got "
                f"{args[len(_POSITIONAL) :]!r} besides; name the other options"
            )
        size = default if maxsize is ... else maxsize
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
