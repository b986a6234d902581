"""`dedup`: a body runs once for each distinct key; a stream brings each key once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, Never, ParamSpec, TypeVar, overload

from kigen.caching.handle.caches import open_archive
from kigen.caching.kinds import refuse_kinds
from kigen.errors import ConfigurationError
from kigen.key import Key
from kigen.seeded.deduped import DedupFunction, DedupGenerator, DedupStream
from kigen.seeded.ledger import Ledger
from kigen.signature import kind

if TYPE_CHECKING:
    from kigen.archives import Archive
    from kigen.caching.options import Where

D = TypeVar("D")
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

#: A Key class, or a function that makes a key.
KeyMaker = Callable[..., Any] | None


# A checker sees that a function returns an iterator, and takes it for a generator function.
# A string and an archive are iterables, too, and meant as places.
@overload
def dedup(  # type: ignore[overload-overlap]
    function: Callable[P, Iterator[T]], /, *, key: KeyMaker = None, name: str | None = None
) -> DedupGenerator[P, T]: ...


@overload
def dedup(
    function: Callable[P, R], /, *, key: KeyMaker = None, name: str | None = None
) -> DedupFunction[P, R | None]: ...


@overload
def dedup(  # type: ignore[overload-overlap]
    archive: Where | None = None,
    *,
    key: KeyMaker = None,
    duplicate: None = None,
    name: str | None = None,
) -> Deduplicator[None]: ...


@overload
def dedup(  # type: ignore[overload-overlap]
    archive: Where | None = None,
    *,
    key: KeyMaker = None,
    duplicate: BaseException | type[BaseException],
    name: str | None = None,
) -> Deduplicator[Never]: ...


@overload
def dedup(  # type: ignore[overload-overlap]
    archive: Where | None = None, *, key: KeyMaker = None, duplicate: D, name: str | None = None
) -> Deduplicator[D]: ...


@overload
def dedup(
    items: Iterable[T],
    /,
    *,
    key: KeyMaker = None,
    duplicate: object = None,
    name: str | None = None,
) -> DedupStream[T]: ...


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


class Deduplicator(Generic[D]):
    """What `dedup` returns when it is called with options: decorates functions and streams."""

    def __init__(self, where: Any, key: KeyMaker, duplicate: Any, name: str | None) -> None:
        self.archive: Archive | None = None if where is None else open_archive(where)
        self.key = key
        self.duplicate = duplicate
        self.name = name

    @overload  # as above
    def __call__(  # type: ignore[overload-overlap]
        self, target: Callable[P, Iterator[T]]
    ) -> DedupGenerator[P, T]: ...

    @overload
    def __call__(self, target: Callable[P, R]) -> DedupFunction[P, R | D]: ...

    @overload
    def __call__(self, target: Iterable[T]) -> DedupStream[T]: ...

    def __call__(self, target: Any) -> Any:
        if isinstance(target, classmethod | staticmethod):
            return type(target)(self(target.__func__))
        if callable(target) or isinstance(target, property):
            refuse_kinds(target, (), "")
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
        key = self.key
        if key is None:
            return item
        keyed = isinstance(key, type) and issubclass(key, Key)
        if keyed:
            return item if isinstance(item, Key) else key(**item)
        return key(item)
