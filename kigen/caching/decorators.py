"""The decorators: `lru_cache` and its kin."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Final, Literal, ParamSpec, TypeVar, Unpack, overload

from kigen.caching.memoizer import Memoizer
from kigen.caching.options import DEFAULTS, POSITIONAL, refuse_unknown, signature

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Coroutine, Iterator
    from inspect import Signature

    from kigen.caching.cached import CachedFunction
    from kigen.caching.calls.ignoring import Ignore
    from kigen.caching.options import AllOptions, Options, Where

P = ParamSpec("P")
R = TypeVar("R")

if TYPE_CHECKING:

    class Materializer(Memoizer):
        """What a `Memoizer` is to type checkers if it has ``materialize=True``."""

        @overload
        def __call__(
            self, function: Callable[P, AsyncIterable[R]]
        ) -> CachedFunction[P, Coroutine[Any, Any, tuple[R, ...]]]: ...

        @overload
        def __call__(
            self, function: Callable[P, Iterator[R]]
        ) -> CachedFunction[P, tuple[R, ...]]: ...

        @overload
        def __call__(self, function: Callable[P, R]) -> CachedFunction[P, R]: ...

        def __call__(self, function: Any) -> Any: ...


class Decorator:
    """One of kigen's cache decorators: used bare, or called with options (see ``__call__``)."""

    def __init__(self, policy: str, maxsize: int | None, doc: str, *, safe: bool = False) -> None:
        self._policy = policy
        self._maxsize = maxsize
        self._fixed: dict[str, Any] = {"safe": True} if safe else {}
        self.__name__: str = f"{policy}_cache"
        self.__qualname__: str = self.__name__
        self.__doc__ = f"{doc}\n\n{_dedented(type(self).__call__.__doc__)}"

    @property
    def __signature__(self) -> Signature:
        return signature(self._maxsize)

    @overload
    def __call__(
        self,
        function: Callable[P, R],
        /,
        *,
        maxsize: int | None = ...,
        **options: Unpack[AllOptions],
    ) -> CachedFunction[P, R]: ...

    @overload
    def __call__(
        self,
        maxsize: int | None = ...,
        cache: Where | dict[Any, Any] | None = None,
        keymap: Callable[..., Any] | None = None,
        ignore: Ignore = None,
        tol: int | None = None,
        deep: bool = False,
        purge: bool = False,
        *,
        materialize: Literal[True],
        **options: Unpack[Options],
    ) -> Materializer: ...

    @overload
    def __call__(
        self,
        maxsize: int | None = ...,
        cache: Where | dict[Any, Any] | None = None,
        keymap: Callable[..., Any] | None = None,
        ignore: Ignore = None,
        tol: int | None = None,
        deep: bool = False,
        purge: bool = False,
        *,
        materialize: bool = False,
        **options: Unpack[Options],
    ) -> Memoizer: ...

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Decorate a function: bare, or called with options.

        Args:
            maxsize: how many results stay in memory; 100 unless you say otherwise (None: no bound;
                0: none). ``inf_cache`` and ``no_cache`` have a bound of their own.
            cache: an archive, a path or a URL, to be written when an entry leaves memory or you
                `dump`.
            keymap: a Key class, or whatever makes a hashable key of the arguments.
            ignore: the arguments that are no part of the key: names, positions, ``"*"``,
                ``"**"``.
            tol: floats in the key are rounded to so many decimal places, which lets neighbours
                share the result of the first.
            deep: round in containers, too.
            purge: when memory is full, write all of it to the archive and empty it, in place of
                making room for one.
            archive: where each result is written at once: an archive, a path or a URL.
            name: the function's identity at rest, instead of its module and qualified name.
            on_change: what becomes of stored results if the function's body has changed:
                ``"recompute"``, ``"warn"`` (and use them) or ``"ignore"``.
            copy: which results are handed out as copies: None lists, dicts and sets, True all,
                False none.
            materialize: keep what a generator function, or an iterator that is returned, brings as
                a tuple, which is what calls return.
            typed: keep ``1``, ``1.0`` and ``True`` apart.
            ttl: how long a result lives: seconds, a timedelta, or a function of the result.
            stale: for so many seconds more it is served to all but the one caller who computes it
                anew.
            condition: a function of the result that says whether to keep it.
            cache_exceptions: classes of exceptions that are kept like results, and raised again.
            on_hit: called with the key of a call that was answered from memory.
            on_miss: called with the key of a call that was computed.
            on_load: called with the key of a call whose result was in the archive.
            on_evict: called with the key and the result that leaves memory.
            version: part of the function's identity: change it when something changes that the
                function only calls.
            maxbytes: how much the results in memory weigh together, at most; their number has no
                bound then, unless one is given too.
            weigh: a function of a result that gives its bytes (None: the memory it takes).

        Raises `kigen.errors.ConfigurationError` for an option that makes no sense, and
        `kigen.errors.ArchiveError` for an archive that cannot be opened, both at decoration.
        """
        refuse_unknown(self.__name__, options, ("maxsize", *DEFAULTS))
        default = self._maxsize if options.get("maxbytes") is None else None
        bare = bool(args) and (callable(args[0]) or hasattr(args[0], "__get__"))
        function, *positional = args if bare else (None, *args)
        chosen = {**self._by_position(positional, bare, options), **options}
        size = chosen.pop("maxsize", ...)
        size = default if size is ... else size
        memoizer = Memoizer(self._policy, size, **chosen, **self._fixed)
        return memoizer(function) if bare else memoizer

    def _by_position(
        self, values: Collection[Any], bare: bool, options: Collection[str]
    ) -> dict[str, Any]:
        """Return the options that were given by position; raise TypeError for what cannot be."""
        names = () if bare else ("maxsize", *POSITIONAL)
        if len(values) > len(names):
            besides = tuple(values)[len(names) :]
            raise TypeError(
                f"{self.__name__}() takes {', '.join(names) or 'the function alone'} by position, "
                f"and got {besides!r} besides; name the other options"
            )
        given = dict(zip(names, values, strict=False))
        twice = next((name for name in given if name in options), None)
        if twice is not None:
            raise TypeError(
                f"{self.__name__}() got {twice} by position ({given[twice]!r}) and by name; give "
                "one of the two"
            )
        return given

    def __repr__(self) -> str:
        return f"kigen.{'safe.' if self._fixed else ''}{self.__name__}"


def _dedented(doc: str | None) -> str:
    """Return a docstring without its indentation, as Python itself has it from 3.13 on."""
    lines = (doc or "").splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    return "\n".join([*lines[:1], *(line[margin:] for line in lines[1:])]).rstrip()


inf_cache: Final = Decorator("inf", None, "Memoize a function; nothing ever leaves memory.")
lru_cache: Final = Decorator(
    "lru", 100, "Memoize a function; the least recently used result leaves."
)
lfu_cache: Final = Decorator(
    "lfu", 100, "Memoize a function; the least frequently used result leaves."
)
mru_cache: Final = Decorator(
    "mru", 100, "Memoize a function; the most recently used result leaves."
)
rr_cache: Final = Decorator("rr", 100, "Memoize a function; a result taken at random leaves.")
no_cache: Final = Decorator("no", 0, "Keep nothing in memory; only an archive remembers.")
sieve_cache: Final = Decorator(
    "sieve", 100, "Memoize a function; the SIEVE algorithm says who leaves."
)
s3fifo_cache: Final = Decorator(
    "s3fifo", 100, "Memoize a function; what is used once only leaves soon."
)
