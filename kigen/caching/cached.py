"""What type checkers and editors see of a decorated function."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from kigen.archives import Archive
    from kigen.caching.bound import OfAnything, OfClass, OfInstance, OfNothing, OfOne
    from kigen.caching.calls.ignoring import Ignore
    from kigen.caching.handle.functioncache import FunctionCache
    from kigen.caching.handle.info import CacheInfo, StandardCacheInfo
    from kigen.caching.options import Where

P = ParamSpec("P")
Q = ParamSpec("Q")
A = TypeVar("A")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class Cached(Protocol):
    """The handle on a cache, as far as the function's parameters do not matter.

    >>> def ratio(function: Cached) -> float:
    ...     hit, miss, load, *_ = function.info()
    ...     return hit / (hit + miss + load)
    >>> from kigen import lru_cache
    >>> square = lru_cache(lambda x: x * x)
    >>> square(2), square(2), ratio(square)
    (4, 4, 0.5)
    """

    __name__: str
    __qualname__: str

    def __cache__(self) -> FunctionCache:
        """Return memory and archive as one of klepto's cache objects."""

    def __mask__(self) -> Ignore:
        """Return what is ignored, as it was given; an empty tuple for nothing."""

    def __map__(self) -> Callable[..., Any] | None:
        """Return the keymap, as it was given; None for kigen's own keys."""

    def info(self) -> CacheInfo:
        """Return how many calls were answered from memory, computed and loaded."""

    def clear(self, keepstats: bool = False) -> None:
        """Empty the memory, and set the counts to zero; the archive stays as it is."""

    def load(self, *keys: Any) -> None:
        """Bring results from the archive into memory: those of ``keys``, or all that fit."""

    def dump(self, *keys: Any) -> None:
        """Write results to the archive: those of ``keys``, or all not yet written."""

    def archive(self, archive: Where | None = None) -> Archive | None:
        """Return the archive in use; given one, use that."""

    def archived(self, *on: bool) -> bool:
        """Return whether an archive is in use; switch it off and on again."""

    def cache_info(self) -> StandardCacheInfo:
        """Return the counts as `functools.lru_cache` does."""

    def cache_clear(self) -> None:
        """Empty the memory, as `functools.lru_cache` does."""

    def cache_parameters(self) -> dict[str, Any]:
        """Return the options of the cache, as `functools.lru_cache` does."""


class CachedFunction(Cached, Protocol[P, R_co]):
    """A function with its own signature, and the handle on its cache: what a decorator returns.

    To annotate with: ``CachedFunction[[int, str], float]`` takes an int and a text.
    What a coroutine function's `lookup` and `peek` return is the result: there is nothing to await.
    """

    @property
    def __wrapped__(self) -> Callable[P, R_co]: ...

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    @overload
    def __get__(
        self: OfAnything, instance: object, owner: type | None = None
    ) -> CachedFunction[P, R_co]: ...

    @overload
    def __get__(self: OfClass[T, Q], instance: object, owner: type[T]) -> CachedMethod[Q, R_co]: ...

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> CachedFunction[P, R_co]: ...

    @overload
    def __get__(
        self: OfInstance[T, Q], instance: T, owner: type | None = None
    ) -> CachedMethod[Q, R_co]: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> CachedFunction[P, R_co]: ...

    def key(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Return the key of a call."""

    @overload
    def lookup(
        self: CachedFunction[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs
    ) -> R: ...

    @overload
    def lookup(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    def lookup(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Return the result of a call from memory or archive, or raise KeyError."""

    @overload
    def peek(
        self: CachedFunction[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs
    ) -> R | None: ...

    @overload
    def peek(self, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...

    def peek(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Return the result of a call if there is one, else None."""

    def contains(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Return whether a call would be answered from memory or archive."""

    def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Forget the result of a call; return whether there was one."""

    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Compute the result of a call anew, keep it in place of the old one, and return it."""

    def map(self: OfOne[A, R], arguments: Iterable[A]) -> list[R]:
        """Return the results for many single arguments, in their order."""


class CachedMethod(Cached, Protocol[P, R_co]):
    """A method that is bound to its instance, or its class; the handle is that of all of them.

    Called, it knows its instance. The handle's methods do not: they take it as first argument.
    """

    @property
    def __wrapped__(self) -> Callable[..., R_co]: ...

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    def key(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

    @overload
    def lookup(
        self: CachedMethod[P, Coroutine[Any, Any, R]],
        instance: object,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R: ...

    @overload
    def lookup(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    def lookup(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

    @overload
    def peek(
        self: CachedMethod[P, Coroutine[Any, Any, R]],
        instance: object,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R | None: ...

    @overload
    def peek(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...

    def peek(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...

    def contains(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> bool: ...

    def invalidate(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> bool: ...

    def refresh(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    def map(self: OfNothing[R], instances: Iterable[object]) -> list[R]: ...
