"""What `dedup` makes: functions, generator functions and streams without repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar, overload

from kigen.caching.calls.keying import Keying
from kigen.caching.travel import Travelling
from kigen.caching.wrapper import compile_key
from kigen.seeded.ledger import DedupInfo, Ledger
from kigen.signature import Parameters

if TYPE_CHECKING:
    from kigen.caching.bound import OfAnything, OfClass, OfInstance
    from kigen.seeded.deduplicate import Deduplicator

C = TypeVar("C")
P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class _LikeFunction(Travelling):
    """What stands for a function: it binds to objects, and travels as functions do."""

    __name__: str
    __qualname__: str

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        from types import MethodType

        made: Any = self
        return self if instance is None else MethodType(made, instance)

    def __repr__(self) -> str:
        return f"<dedup of {self.__qualname__}>"

    def _kigen_settings(self) -> Any:
        """Return what tells it from the function itself: see `kigen.caching.calls.identity`."""
        return "dedup"


class DedupFunction(_LikeFunction, Generic[P, R]):
    """A function whose body runs once for each distinct key."""

    __wrapped__: Callable[P, R]

    def __init__(self, function: Callable[P, R], options: Deduplicator[Any]) -> None:
        keying = Keying.of(Parameters.of(function), options.key, None)
        self._function = function
        self._ledger = Ledger(function, keying.names, options.name, options.archive)
        self._key = compile_key(function, keying)
        self._duplicate = options.duplicate
        update_wrapper(self, function, updated=())  # whose attributes would hide our methods
        self.travels_by(DedupFunction, function, options)

    if TYPE_CHECKING:

        @overload
        def __get__(
            self: OfAnything, instance: object, owner: type | None = None
        ) -> DedupFunction[P, R]: ...
        @overload
        def __get__(self: OfClass[C, Q], instance: object, owner: type[C]) -> DedupMethod[Q, R]: ...
        @overload
        def __get__(self, instance: None, owner: type | None = None) -> DedupFunction[P, R]: ...
        @overload
        def __get__(
            self: OfInstance[C, Q], instance: C, owner: type | None = None
        ) -> DedupMethod[Q, R]: ...
        @overload
        def __get__(self, instance: object, owner: type | None = None) -> DedupFunction[P, R]: ...
        def __get__(self, instance: object, owner: type | None = None) -> Any: ...

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        ledger = self._ledger
        line = ledger.line(self._key(*args, **kwargs))
        with ledger.claim(line) as new:
            if new:
                told = ledger.as_it_is(line)
                result = self._function(*args, **kwargs)
                ledger.record(told)
                return result
        if isinstance(self._duplicate, BaseException):
            raise self._duplicate.with_traceback(None)
        if isinstance(self._duplicate, type) and issubclass(self._duplicate, BaseException):
            raise self._duplicate
        duplicate: R = self._duplicate
        return duplicate

    def seen(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Return whether the body has run for these arguments."""
        return self._ledger.seen(self._ledger.line(self._key(*args, **kwargs)))

    def forget(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Let the body run for these arguments again; return whether it had."""
        return self._ledger.forget(self._ledger.line(self._key(*args, **kwargs)))

    def info(self) -> DedupInfo:
        """Return how many calls ran, how many were repeats, and how many keys are recorded."""
        return self._ledger.info()


class DedupMethod(Protocol[P, R_co]):
    """A `DedupFunction` that is bound to an instance or a class: `seen` and `forget` take that."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    def seen(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> bool: ...

    def forget(self, instance: object, /, *args: P.args, **kwargs: P.kwargs) -> bool: ...

    def info(self) -> DedupInfo: ...


class _OfItems(Generic[T]):
    """What can be asked about the items of a stream."""

    def __init__(self, ledger: Ledger, key: Callable[[Any], Any]) -> None:
        self._ledger = ledger
        self._key = key

    def seen(self, item: T) -> bool:
        """Return whether an item of the same key has passed."""
        return self._ledger.seen(self._ledger.line(self._key(item)))

    def forget(self, item: T) -> bool:
        """Let the item pass again; return whether it had."""
        return self._ledger.forget(self._ledger.line(self._key(item)))

    def info(self) -> DedupInfo:
        """Return how many items passed, how many were repeats, and how many are recorded."""
        return self._ledger.info()


class DedupStream(_OfItems[T], Iterator[T]):
    """The items of an iterable whose keys had not been seen, in their order.

    An item counts as seen when it is handed out.
    """

    def __init__(self, items: Iterator[T], ledger: Ledger, key: Callable[[Any], Any]) -> None:
        super().__init__(ledger, key)
        self._items = items

    def __next__(self) -> T:
        while True:
            item = next(self._items)
            line = self._ledger.line(self._key(item))
            with self._ledger.claim(line) as new:
                if new:
                    self._ledger.record(line)
                    return item


class DedupGenerator(_LikeFunction, _OfItems[T], Generic[P, T]):
    """A generator function; what one of its streams has brought, none brings again."""

    __wrapped__: Callable[P, Iterator[T]]

    def __init__(self, function: Callable[P, Iterator[T]], options: Deduplicator[Any]) -> None:
        super().__init__(options.item_ledger(function), options.item_key)
        self._function = function
        update_wrapper(self, function, updated=())
        self.travels_by(DedupGenerator, function, options)

    if TYPE_CHECKING:

        @overload
        def __get__(
            self: OfAnything, instance: object, owner: type | None = None
        ) -> DedupGenerator[P, T]: ...
        @overload
        def __get__(
            self: OfClass[C, Q], instance: object, owner: type[C]
        ) -> DedupGenerator[Q, T]: ...
        @overload
        def __get__(self, instance: None, owner: type | None = None) -> DedupGenerator[P, T]: ...
        @overload
        def __get__(
            self: OfInstance[C, Q], instance: C, owner: type | None = None
        ) -> DedupGenerator[Q, T]: ...
        @overload
        def __get__(self, instance: object, owner: type | None = None) -> DedupGenerator[P, T]: ...
        def __get__(self, instance: object, owner: type | None = None) -> Any: ...

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> DedupStream[T]:
        return DedupStream(self._function(*args, **kwargs), self._ledger, self._key)
