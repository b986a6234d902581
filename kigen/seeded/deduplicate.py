"""`dedup`: a body runs once for each distinct key; a stream brings each key once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import update_wrapper
from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from kigen.caching.caches import open_archive
from kigen.caching.keying import Keying
from kigen.caching.travel import Travelling
from kigen.caching.wrapper import compile_key
from kigen.errors import ConfigurationError
from kigen.key import Key
from kigen.seeded.ledger import DedupInfo, Ledger
from kigen.signature import Parameters, kind

if TYPE_CHECKING:
    from kigen.archives import Archive
    from kigen.caching.options import Where

P = ParamSpec("P")
R = TypeVar("R")


@overload
def dedup(function: Callable[P, R], /) -> DedupFunction[P, R]: ...


@overload
def dedup(  # type: ignore[overload-overlap]
    archive: Where | None = None,
    *,
    key: Any = None,
    duplicate: Any = None,
    name: str | None = None,
) -> Deduplicator: ...


@overload
def dedup(
    items: Iterable[Any], /, *, key: Any = None, duplicate: Any = None, name: str | None = None
) -> DedupStream: ...


def dedup(
    archive: Any = None,
    *,
    key: Any = None,
    duplicate: Any = None,
    name: str | None = None,
) -> Any:
    """Run a function's body once for each distinct key; or remove repeats from a stream.

    Decorate a function of a Key, or of any arguments that have a fingerprint: a call that repeats
    an earlier one returns ``duplicate``, or raises it if it is an exception. A body that raised
    has not run. Decorate a generator function, or pass any iterable, and repeats are left out.

    Without an archive "once" means once in this process, threads included; with one, once in all
    processes and interpreters that use it: the first comer holds an OS lock on the key, which the
    kernel releases if it dies, so that nobody waits for the dead.

    Args:
        archive: where the keys are recorded: an archive, a path or a URL.
        key: a Key class to bind the arguments to, or a function that makes the key of the
            arguments, or of the item.
        duplicate: what a repeated call returns or raises.
        name: the identity of the record, instead of the function's module and qualified name;
            iterables have no name of their own and share one.

    >>> @dedup
    ... def ingest(record):
    ...     return f"stored {record}"
    >>> ingest("a"), ingest("a"), ingest.seen("a")
    ('stored a', None, True)
    >>> list(dedup([3, 1, 3.0, 2, 1]))
    [3, 1, 2]
    """
    if archive is None or _is_place(archive):
        return Deduplicator(archive, key, duplicate, name)
    return Deduplicator(None, key, duplicate, name)(archive)


def _is_place(where: object) -> bool:
    if isinstance(where, str | PathLike):
        return True
    from kigen.archives import Archive, cache

    return isinstance(where, Archive | cache)


class Deduplicator:
    """What `dedup` returns when it is called with options: decorates functions and streams."""

    def __init__(self, where: Any, key: Any, duplicate: Any, name: str | None) -> None:
        self.archive: Archive | None = None if where is None else open_archive(where)
        self.key = key
        self.duplicate = duplicate
        self.name = name

    @overload
    def __call__(self, target: Callable[P, R]) -> DedupFunction[P, R]: ...

    @overload
    def __call__(self, target: Iterable[Any]) -> DedupStream: ...

    def __call__(self, target: Any) -> Any:
        if isinstance(target, classmethod | staticmethod):
            return type(target)(self(target.__func__))
        if callable(target):
            makes = kind(target)
            if makes not in ("", "generator"):
                name = getattr(target, "__qualname__", None) or repr(target)
                raise ConfigurationError(
                    f"{name} is asynchronous, which dedup does not run; decorate the function "
                    "that it calls"
                )
            return DedupGenerator(target, self) if makes else DedupFunction(target, self)
        try:
            items = iter(target)
        except TypeError:
            raise ConfigurationError(
                f"dedup: {target!r} is neither a function, nor an iterable, nor an archive"
            ) from None
        return DedupStream(items, self.item_ledger("stream"), self.item_key)

    def item_ledger(self, source: Callable[..., Any] | str) -> Ledger:
        """Return the ledger of a stream from ``source``."""
        return Ledger(source, ("item",), self.name, self.archive)

    def item_key(self, item: Any) -> Any:
        """Return the key of an item of a stream."""
        if self.key is None:
            return item
        if isinstance(self.key, type) and issubclass(self.key, Key):
            return item if isinstance(item, Key) else self.key(**item)
        return self.key(item)


class _LikeFunction(Travelling):
    """What stands for a function: it binds to objects, and travels as functions do."""

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        from types import MethodType

        return self if instance is None else MethodType(self, instance)  # type: ignore[arg-type]

    def _kigen_settings(self) -> Any:
        """Return what tells it from the function itself: see `kigen.caching.identity.identify`."""
        return "dedup"


class DedupFunction(_LikeFunction, Generic[P, R]):
    """A function whose body runs once for each distinct key."""

    def __init__(self, function: Callable[P, R], options: Deduplicator) -> None:
        keying = Keying.of(Parameters.of(function), options.key, None)
        self._function = function
        self._ledger = Ledger(function, keying.names, options.name, options.archive)
        self._key = compile_key(function, keying)
        self._duplicate = options.duplicate
        update_wrapper(self, function, updated=())  # whose attributes would hide our methods
        self.travels_by(DedupFunction, function, options)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R | Any:
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
        return self._duplicate

    def seen(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Return whether the body has run for these arguments."""
        return self._ledger.seen(self._ledger.line(self._key(*args, **kwargs)))

    def forget(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Let the body run for these arguments again; return whether it had."""
        return self._ledger.forget(self._ledger.line(self._key(*args, **kwargs)))

    def info(self) -> DedupInfo:
        """Return how many calls ran, how many were repeats, and how many keys are recorded."""
        return self._ledger.info()


class _OfItems:
    """What can be asked about the items of a stream."""

    def __init__(self, ledger: Ledger, key: Callable[[Any], Any]) -> None:
        self._ledger = ledger
        self._key = key

    def seen(self, item: Any) -> bool:
        """Return whether an item of the same key has passed."""
        return self._ledger.seen(self._ledger.line(self._key(item)))

    def forget(self, item: Any) -> bool:
        """Let the item pass again; return whether it had."""
        return self._ledger.forget(self._ledger.line(self._key(item)))

    def info(self) -> DedupInfo:
        """Return how many items passed, how many were repeats, and how many are recorded."""
        return self._ledger.info()


class DedupStream(_OfItems, Iterator[Any]):
    """The items of an iterable whose keys had not been seen, in their order.

    An item counts as seen when it is handed out.
    """

    def __init__(self, items: Iterator[Any], ledger: Ledger, key: Callable[[Any], Any]) -> None:
        super().__init__(ledger, key)
        self._items = items

    def __next__(self) -> Any:
        while True:
            item = next(self._items)
            line = self._ledger.line(self._key(item))
            with self._ledger.claim(line) as new:
                if new:
                    self._ledger.record(line)
                    return item


class DedupGenerator(_LikeFunction, _OfItems):
    """A generator function; what one of its streams has brought, none brings again."""

    def __init__(self, function: Callable[..., Any], options: Deduplicator) -> None:
        super().__init__(options.item_ledger(function), options.item_key)
        self._function = function
        update_wrapper(self, function, updated=())
        self.travels_by(DedupGenerator, function, options)

    def __call__(self, *args: Any, **kwargs: Any) -> DedupStream:
        return DedupStream(self._function(*args, **kwargs), self._ledger, self._key)
