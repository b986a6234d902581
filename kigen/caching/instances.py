"""What properties keep: each result lies in its instance where it can, else beside it, weakly."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from typing import Any, final
from weakref import ref

from kigen import fingerprint
from kigen.caching.calls.call import Call, is_key
from kigen.caching.calls.elide import Elided
from kigen.caching.calls.naming import Naming
from kigen.caching.calls.owners import Owner
from kigen.errors import ConfigurationError, UnfingerprintableError
from kigen.policies import INF, MISSING
from kigen.policies.policy import Entry, hold


class Instance(Owner):
    """One instance as a key: held weakly, and equal to no other, be they equal or unhashable.

    ``number`` is its `id`, ``place`` where it holds the result: see `Instances.place`.
    """

    __slots__ = ("number", "place")

    number: int
    place: dict[str, Any] | None

    def __eq__(self, other: object) -> bool:
        if self is other or other.__class__ is not Instance:
            return self is other
        instance = self()
        return instance is not None and instance is other()

    def __hash__(self) -> int:
        return self.number


@final
class Pinned:
    """As `Instance`, for one to which there is no weak reference: a key for a single call."""

    __slots__ = ("instance", "place")

    def __init__(self, instance: Any, place: dict[str, Any]) -> None:
        self.instance: Any = instance
        self.place: dict[str, Any] | None = place

    def __call__(self) -> Any:
        return self.instance

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Pinned and other.instance is self.instance

    def __hash__(self) -> int:
        return id(self.instance)

    def __repr__(self) -> str:
        return f"<a {type(self.instance).__qualname__}>"


class Instances(INF):
    """The results of one property, by `Instance` or `Pinned`; they go with their instances.

    ``asked``: each access is to come to the property, also if there is a result.
    """

    __slots__ = ("asked", "name", "owner", "resident")

    def __init__(self, owner: Any, asked: bool) -> None:
        super().__init__()
        self.memory: dict[Hashable, Entry] = _Beside(self)
        self.owner: Any = owner
        self.asked: bool = asked
        self.name: str = getattr(owner, "__name__", "")
        #: Whose result lies in the instance itself; a dict as an ordered set.
        self.resident: dict[Hashable, None] = {}

    def key(self, instance: Any) -> Instance | Pinned:
        """Return the key of an instance; `ConfigurationError` if it has no room for a result."""
        place = self.place(instance)
        if place is None and is_key(instance):
            hash(instance)  # a Key that something was computed of is used, and cannot change
        try:
            key = Instance(instance, self._gone)
        except TypeError:
            if place is None:
                raise self._no_room(instance) from None
            return Pinned(instance, place)
        key.number = id(instance)
        key.place = place
        return key

    def place(self, instance: Any) -> dict[str, Any] | None:
        """Return the ``__dict__`` that holds the result, or None: it is held beside the instance.

        Beside it if there is none; if each access is to be asked; if a subclass has a property of
        that name, and this one was reached by ``super()``; and for a Key, whose fields alone it
        holds.
        """
        found = getattr(type(instance), self.name, None)
        if self.asked or found is not self.owner or is_key(instance):
            return None
        place = getattr(instance, "__dict__", None)
        return place if isinstance(place, dict) else None  # a class has a view of its own

    def peek(self, key: Any) -> Entry | None:
        place = key.place
        if place is None or self.name not in place:
            return dict.get(self.memory, key)
        with suppress(KeyError):  # another thread may have deleted it
            return hold(None, key, place[self.name], 0.0)
        return None

    def find(self, key: Any, now: float) -> Entry | None:
        return self.peek(key)

    def add(self, key: Any, value: Any, now: float, entry: Entry | None = None) -> Sequence[Entry]:
        if entry is None and key.place is not None:
            key.place[self.name] = value
            if key.__class__ is Instance:
                self.resident[key] = None
        elif key.__class__ is Pinned:
            return (hold(entry, key, value, now),)  # it would live for ever
        else:
            self.memory[key] = hold(entry, key, value, now)
        return ()

    def discard(self, key: Any) -> bool:
        known = self.memory.pop(key, None) is not None
        if key.place is None:
            return known
        self.resident.pop(key, None)
        return key.place.pop(self.name, MISSING) is not MISSING or known

    def clear(self) -> None:
        self.memory.clear()
        for key in list(self.resident):
            self.discard(key)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Hashable]:
        keys = [*list(self.memory), *list(self.resident)]
        return (key for key in keys if self.peek(key) is not None)

    def _no_room(self, instance: Any) -> ConfigurationError:
        needed = "'__weakref__'" if self.asked else "'__dict__' or '__weakref__'"
        return ConfigurationError(
            f"{self.owner.__qualname__}: an instance of {type(instance).__qualname__} has no room "
            f"for the value; add {needed} to its __slots__ (dataclass: weakref_slot=True), or "
            "decorate a method with lru_cache"
        )

    def _gone(self, key: ref[Any]) -> None:
        self.resident.pop(key, None)
        self.memory.pop(key, None)


class _Beside(dict[Hashable, Entry]):
    """The results that lie beside their instances; it knows of the others, too."""

    def __init__(self, policy: Instances) -> None:
        super().__init__()
        self.policy: Instances = policy

    def __contains__(self, key: Any) -> bool:
        return self.policy.peek(key) is not None


class _Unkept(Elided):
    """Stands for the instance in a record: its fingerprint names it."""

    __slots__ = ()

    def __init__(self, instance: Any) -> None:
        self.text = f"<{type(instance).__qualname__}>"


class InstanceNaming(Naming):
    """An instance's name at rest is its value. The record does not hold it: it holds other values.

    What messages and columns show is the instance, which keys know.
    """

    __slots__ = ("by_type",)

    by_type: bool

    def call(self, key: Any) -> Call:
        kept = _Unkept(key()) if isinstance(key, Instance | Pinned) else key
        return Call(self.identity, (("self", kept),))

    def pairs(self, key: Any) -> tuple[tuple[str, Any], ...]:
        shown = key() if isinstance(key, Instance | Pinned) else key
        return (("self", shown),)

    def name(self, key: Any) -> str:
        call = Call(self.identity, self.pairs(key))
        try:
            return fingerprint.fingerprint(call, typed=self.by_type)
        except UnfingerprintableError:
            raise self.refusal(key) from None
