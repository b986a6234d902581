"""What every policy is: a memory, how a hit is noted in it, and who leaves when it is full."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar, Final, final


@final
class Missing:
    """The type of `MISSING`, which stands for "no such entry" where None may be a value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()

#: ``[mark, value, key, arrived]``: what the policy goes by, what was put in, and when; ``arrived``
#: is None once the entry has been dropped. The mark comes first: hits and sorting touch it most.
Entry = list[Any]


class Policy(ABC):
    """Which keys stay in memory, and nothing about what the values mean.

    ``memory`` is the dict that the compiled wrapper looks into, the same object for life, and
    ``hit`` the statements with which it notes a hit and returns: source in which ``{memory}``, its
    ``{get}``, ``{key}``, ``{entry}`` and ``{calls}`` stand for what they say; nothing found falls
    through, or is a `KeyError`. The number of calls so far is
    a float that only grows; it is the clock by which recency is told, and is what other methods
    get as ``now``. Everything but ``hit`` runs on misses only.

    All methods may be called by any number of threads at once, and ``len(policy)`` never exceeds
    ``maxsize``.
    """

    __slots__ = ("maxsize", "memory")

    hit: ClassVar[str]
    #: The attributes, of fixed identity, that ``hit`` uses too, each in braces.
    shared: ClassVar[tuple[str, ...]] = ()

    def __init__(self, maxsize: int | None = None) -> None:
        self.maxsize: int | None = maxsize
        self.memory: dict[Hashable, Any] = {}

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

    @abstractmethod
    def find(self, key: Hashable, now: float) -> Any:
        """Return the value under ``key`` and note the hit, or return `MISSING`."""

    @abstractmethod
    def peek(self, key: Hashable) -> Any:
        """Return the value under ``key`` without noting it, or return `MISSING`."""

    @abstractmethod
    def add(self, key: Hashable, value: Any, now: float) -> Entry | None:
        """Keep ``value`` under ``key``; return the entry that had to leave for it, if one had."""

    @abstractmethod
    def discard(self, key: Hashable) -> bool:
        """Drop the entry under ``key``; return whether there was one."""

    @abstractmethod
    def clear(self) -> None:
        """Drop every entry."""

    def fitting(self, items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
        """Iterate over as many of these (key, value) as an empty memory has room for."""
        return islice(items, self.maxsize)

    def after_fork(self) -> None:
        """Make usable, in a forked child, what another thread of the parent may have locked."""

    def __iter__(self) -> Iterator[Hashable]:
        """Iterate over the keys as they were when the iteration began."""
        return iter(list(self.memory))
