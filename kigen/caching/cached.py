"""What type checkers and editors see of a decorated function."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from kigen.archives import Archive
    from kigen.caching.functioncache import FunctionCache
    from kigen.caching.info import CacheInfo, StandardCacheInfo

P = ParamSpec("P")
Q = ParamSpec("Q")
R_co = TypeVar("R_co", covariant=True)


class CachedFunction(Protocol[P, R_co]):
    """A function with its own signature, and the handle on its cache."""

    __name__: str
    __qualname__: str

    @property
    def __wrapped__(self) -> Callable[P, R_co]: ...

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> CachedFunction[P, R_co]: ...

    @overload
    def __get__(
        self: CachedFunction[Concatenate[Any, Q], R_co], instance: object, owner: type | None = None
    ) -> CachedFunction[Q, R_co]: ...

    def __cache__(self) -> FunctionCache: ...

    def info(self) -> CacheInfo: ...

    def clear(self, keepstats: bool = False) -> None: ...

    def load(self, *keys: Any) -> None: ...

    def dump(self, *keys: Any) -> None: ...

    def archive(self, archive: Any = None) -> Archive | None: ...

    def archived(self, *on: bool) -> bool: ...

    def key(self, *args: P.args, **kwargs: P.kwargs) -> Any: ...

    def lookup(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    def contains(self, *args: P.args, **kwargs: P.kwargs) -> bool: ...

    def peek(self, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...

    def invalidate(self, *args: P.args, **kwargs: P.kwargs) -> bool: ...

    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    def cache_info(self) -> StandardCacheInfo: ...

    def cache_clear(self) -> None: ...

    def cache_parameters(self) -> dict[str, Any]: ...
