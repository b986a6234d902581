"""What every policy is: a memory, how a hit is noted in it, and who leaves when it is full."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Final, final
from weakref import ref


@final
class Missing:
    """The type of `MISSING`, which stands for "no such entry" where None may be a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


class Entry:
    """What lies in memory under a key.

    ``mark`` is what the policy goes by, ``arrived`` when the entry came, and None once it has been
    dropped; ``weight`` is in bytes, where the policy weighs. Whoever makes an entry sets them: an
    ``__init__`` would cost a miss as much as all of its look-ups.
    """

    __slots__ = ("arrived", "key", "mark", "weight")

    arrived: float | None
    key: Hashable
    mark: float
    weight: int | None

    @property
    def value(self) -> Any:
        """What a hit gets; raises `KeyError` if that is nothing any more."""
        raise KeyError(self.key)

    @property
    def kept(self) -> Any:
        """What was put in."""
        return self.value

    def __getstate__(self) -> Any:
        """Return what goes along to another process: no result that hangs on a weak reference."""
        first = self.key[0] if self.key.__class__ is tuple and self.key else self.key
        if not isinstance(first, ref):
            return super().__getstate__()
        return None, {name: getattr(self, name) for name in Entry.__slots__ if hasattr(self, name)}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.key!r}, {self.kept!r})"


@final
class Result(Entry):
    """A value that is handed out as it was put in."""

    __slots__ = ("value",)

    value: Any


def hold(entry: Entry | None, key: Hashable, value: Any, now: float) -> Entry:
    """Return an entry for a value that comes in: the one that is given, or a `Result`."""
    if entry is None:
        entry = Result()
        entry.value = value
    entry.key = key
    entry.arrived = now
    return entry


class Policy(ABC):
    """Which keys stay in memory, and nothing about what the values mean.

    ``memory`` is the dict that the compiled wrapper looks into, the same object for life, and
    ``mark`` the statement with which it notes a hit: source in which ``{entry}`` and ``{calls}``
    stand for what they say. The number of calls so far is a float that only grows; it is the clock
    by which recency is told, and is what other methods get as ``now``. Everything but ``mark`` runs
    on misses only.

    All methods may be called by any number of threads at once, and ``len(policy)`` never exceeds
    ``maxsize``.
    """

    __slots__ = ("maxsize", "memory")

    mark: ClassVar[str] = ""
    #: The attributes, of fixed identity, that ``mark`` uses too, each in braces.
    shared: ClassVar[tuple[str, ...]] = ()

    def __init__(self, maxsize: int | None = None) -> None:
        self.maxsize: int | None = maxsize
        self.memory: dict[Hashable, Entry] = {}

    @property
    def maxbytes(self) -> int | None:
        """The bound on what the values weigh together; None if they are but counted."""
        return None

    @property
    def weight(self) -> int | None:
        """What the values weigh together; None if they are but counted."""
        return None

    def __len__(self) -> int:
        return len(self.memory)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self.maxsize is None else self.maxsize})"

    def find(self, key: Hashable, now: float) -> Entry | None:
        """Return the entry under ``key``, if there is one, and note the hit."""
        entry = self.memory.get(key)
        if entry is not None:
            self.note(entry, now)
        return entry

    def peek(self, key: Hashable) -> Entry | None:
        """Return the entry under ``key``, if there is one, without noting it."""
        return self.memory.get(key)

    def note(self, entry: Entry, now: float) -> None:
        """Note a hit, just as the statement ``mark`` does."""

    @abstractmethod
    def add(
        self, key: Hashable, value: Any, now: float, entry: Entry | None = None
    ) -> Sequence[Entry]:
        """Keep ``value`` under ``key``; return the entries that had to leave for it.

        ``entry`` is to hold it if it is not simply handed out.
        """

    @abstractmethod
    def discard(self, key: Hashable) -> bool:
        """Drop the entry under ``key``; return whether there was one."""

    @abstractmethod
    def clear(self) -> None:
        """Drop every entry."""

    def fitting(self, items: Iterable[tuple[Any, Any, float]]) -> Iterator[tuple[Any, Any, float]]:
        """Iterate over as many of these (key, value, age) as an empty memory has room for."""
        return islice(items, self.maxsize)

    def after_fork(self) -> None:
        """Make usable, in a forked child, what another thread of the parent may have locked."""

    def __iter__(self) -> Iterator[Hashable]:
        """Iterate over the keys as they were when the iteration began."""
        return iter(list(self.memory))
