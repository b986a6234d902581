"""`cached_property`: computed once an instance, and with an archive once for all equal ones."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Coroutine, Iterator, Mapping
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, Unpack, overload

from kigen.caching.calls.keying import Keying
from kigen.caching.instances import InstanceNaming, Instances
from kigen.caching.kinds import materialized, refuse_kinds
from kigen.caching.memoizer import Memoizer
from kigen.caching.notices import show_users_frames
from kigen.caching.options import PropertyOptions, refuse_unawaited, refuse_unknown
from kigen.caching.travel import Travelling
from kigen.errors import ConfigurationError
from kigen.signature import Parameters, kind

if TYPE_CHECKING:
    from kigen.archives import Archive
    from kigen.caching.bound import Refreshed
    from kigen.caching.handle.info import CacheInfo

R = TypeVar("R")
T = TypeVar("T")

_LISTENERS = ("on_hit", "on_miss", "on_load")


class cached_property(Travelling, Generic[T]):  # noqa: N801 - named as functools names it
    """A property that is computed once an instance, by one thread, and found in it from then on.

    It behaves as `functools.cached_property` does: the value lies in the instance's ``__dict__``,
    where Python finds it without a call; it can be assigned to; ``del`` forgets it. The value is
    handed out as it is, unless you ask for copies. Instances are not kept alive, and need be
    neither hashable nor equal by value.

    With ``archive`` the value is on disk, too, and other instances of equal value find it, in this
    interpreter or the next: the instance needs a fingerprint then.

    Used bare, or called with options, which are those of `lru_cache` that make sense for one
    instance: ``archive``, ``name``, ``on_change``, ``copy``, ``typed``, ``ttl``, ``stale``,
    ``condition``, ``cache_exceptions``, ``on_hit``, ``on_miss``, ``on_load``, ``version`` and
    ``materialize``. ``ttl``, ``on_hit`` and copies have each access come to kigen, about 2 µs.
    A coroutine function is awaited once: ``await instance.name`` any number of times.

    Raises `kigen.errors.ConfigurationError` for an option that makes no sense, at decoration, and
    at the first access for an instance that has no room for a value: neither a ``__dict__`` nor
    weak references.

    >>> class Corpus:
    ...     def __init__(self, text):
    ...         self.text = text
    ...
    ...     @cached_property
    ...     def words(self):
    ...         print("counting")
    ...         return len(self.text.split())
    >>> corpus = Corpus("to be or not to be")
    >>> corpus.words, corpus.words
    counting
    (6, 6)
    >>> Corpus.words.contains(corpus), Corpus.words.invalidate(corpus)
    (True, True)
    """

    __name__: str
    __qualname__: str
    __wrapped__: Callable[[Any], T]

    def __new__(cls, function: Any = None, /, **options: Any) -> Self:
        """Return one that Python asks at each access, if that is what the options need."""
        asked = cls is cached_property and function is not None and _asks(function, options)
        kind: Any = _AskedProperty if asked else cls
        made: Self = super().__new__(kind)
        return made

    @overload
    def __init__(self, function: Callable[[Any], T], /) -> None: ...

    @overload
    def __init__(
        self: cached_property[tuple[Any, ...]],
        function: None = None,
        /,
        *,
        materialize: Literal[True],
        **options: Unpack[PropertyOptions],
    ) -> None: ...

    @overload
    def __init__(
        self: cached_property[None],
        function: None = None,
        /,
        *,
        materialize: bool = False,
        **options: Unpack[PropertyOptions],
    ) -> None: ...

    def __init__(self, function: Any = None, /, **options: Any) -> None:
        self._memoizer = _PropertyMemoizer(**options)
        self._options = {**options, "archive": self._memoizer.archive}
        if function is not None:
            self._decorate(function)

    @overload
    def __call__(
        self: cached_property[tuple[Any, ...]], function: Callable[[Any], AsyncIterable[R]], /
    ) -> cached_property[Coroutine[Any, Any, tuple[R, ...]]]: ...

    @overload
    def __call__(
        self: cached_property[tuple[Any, ...]], function: Callable[[Any], Iterator[R]], /
    ) -> cached_property[tuple[R, ...]]: ...

    @overload
    def __call__(self, function: Callable[[Any], R], /) -> cached_property[R]: ...

    def __call__(self, function: Any = None, /) -> cached_property[Any]:
        """Decorate a function, with the options that this was made with."""
        if hasattr(self, "_call"):
            raise TypeError(
                f"{self.__qualname__} is a property: read it from an instance, without a call"
            )
        self._memoizer.admit(function)
        made: cached_property[Any] = type(self)(function, **self._options)
        return made

    def _decorate(self, function: Any) -> None:
        memoizer = self._memoizer
        memoizer.admit(function)
        update_wrapper(self, function, updated=())
        self._kept = memoizer.kept = Instances(self, _asks(function, self._options))
        parameters = Parameters((), ("self",), None, (), None, (), {})
        keying = Keying(parameters, "self", keymap=self._kept.key)
        naming = InstanceNaming(function, ("self",), memoizer.name, version=memoizer.version)
        naming.by_type = memoizer.typed
        computed = materialized(function) if memoizer.materialize else function
        self._call, self._control = memoizer.memoize(computed, keying, naming)
        self.travels_by(_made_of, type(self), function, self._options, self._kept.name)

    def __set_name__(self, owner: type, name: str) -> None:
        if not hasattr(self, "_call"):
            raise ConfigurationError(
                f"{owner.__name__}.{name} is a cached_property without a function; decorate one: "
                "@cached_property(...)"
            )
        self._kept.name = name
        self.travels_by(_made_of, type(self), self.__wrapped__, self._options, name)

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            return self._call(instance)
        except BaseException as error:
            show_users_frames(error)
            raise

    if TYPE_CHECKING:  # Python itself assigns and deletes in the __dict__, for all but a subclass

        def __set__(self, instance: Any, value: T) -> None: ...

        def __delete__(self, instance: Any) -> None: ...

    def __repr__(self) -> str:
        return f"<cached property {getattr(self, '__qualname__', 'without a function')}>"

    @property
    def __isabstractmethod__(self) -> bool:
        return getattr(self.__wrapped__, "__isabstractmethod__", False)

    @overload
    def lookup(self: Refreshed[Coroutine[Any, Any, R]], instance: Any) -> R: ...

    @overload
    def lookup(self, instance: Any) -> T: ...

    def lookup(self, instance: Any) -> Any:
        """Return the value in the instance or the archive; raises KeyError, and never computes."""
        return self._control.lookup(instance)

    def contains(self, instance: Any) -> bool:
        """Return whether the value would be found, and not computed."""
        return self._control.contains(instance)

    @overload
    def peek(self: Refreshed[Coroutine[Any, Any, R]], instance: Any) -> R | None: ...

    @overload
    def peek(self, instance: Any) -> T | None: ...

    def peek(self, instance: Any) -> Any:
        """Return the value if there is one, else None; never computes."""
        return self._control.peek(instance)

    def invalidate(self, instance: Any) -> bool:
        """Forget the value, in the instance and the archive; return whether there was one.

        ``del instance.name`` leaves what is in the archive. Forget before you change an instance
        in place: the archive knows it by its value.
        """
        return self._control.invalidate(instance)

    def refresh(self, instance: Any) -> T:
        """Compute the value anew, and keep it in place of the old one."""
        try:
            value: T = self._control.refresh(instance)
        except BaseException as error:
            show_users_frames(error)
            raise
        return value

    def info(self) -> CacheInfo:
        """Return how often it was computed and loaded, and in how many live instances it lies.

        What Python finds in an instance by itself is no hit, as nobody counts it.
        """
        return self._control.info()

    def clear(self, keepstats: bool = False) -> None:
        """Forget the values of all instances, and set the counts to zero; the archive stays."""
        self._control.clear(keepstats)

    def archive(self) -> Archive | None:
        """Return the archive in use."""
        return self._memoizer.archive


class _AskedProperty(cached_property[T]):
    """One that Python asks at each access, whatever the instance's ``__dict__`` holds."""

    def __set__(self, instance: Any, value: Any) -> None:
        self._control.memory[self._kept.key(instance)] = value

    def __delete__(self, instance: Any) -> None:
        try:
            del self._control.memory[self._kept.key(instance)]
        except KeyError:
            raise AttributeError(self._kept.name) from None


class _PropertyMemoizer(Memoizer):
    """Makes the one cache of a property, which keeps its results in the instances."""

    kept: Instances

    def __init__(self, *, copy: bool | None = False, **options: Any) -> None:
        known = (*PropertyOptions.__annotations__, "materialize")
        refuse_unknown("cached_property", options, known)
        refuse_unawaited(options, _LISTENERS)
        listeners = {name: _of_instances(options.get(name)) for name in _LISTENERS}
        super().__init__("inf", None, copy=copy, **{**options, **listeners})

    def admit(self, function: Any) -> None:
        """Raise `ConfigurationError` for what cannot be a property."""
        refuse_kinds(
            function,
            () if self.materialize else ("generator", "async generator"),
            "materialize=True keeps what it brings as a tuple",
        )
        self.check_name(function)

    def _make_policy(self) -> Instances:
        return self.kept

    def _copy_at_rest(self) -> bool | None:
        return self.copy or None  # what equal instances share in an archive in memory


def _asks(function: Any, options: Mapping[str, Any]) -> bool:
    """Tell whether each access is to be answered by kigen, and not by Python."""
    return (
        options.get("ttl") is not None
        or options.get("copy", False) is not False
        or options.get("on_hit") is not None
        or kind(function) in ("coroutine", "async generator")
    )


def _of_instances(listener: Any) -> Any:
    """Return a listener that is told of instances for one that is told of keys."""
    return (lambda key: listener(key())) if callable(listener) else listener


def _made_of(kind: Any, function: Any, options: dict[str, Any], name: str) -> Any:
    made = kind(function, **options)
    made.__set_name__(kind, name)
    return made
