"""What becomes of a result: where it is kept, as what, and who leaves for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import ExitStack
from time import monotonic
from typing import TYPE_CHECKING, Any

from kigen.caching.calls.owners import Owner, disown
from kigen.caching.calls.plain import memory_key
from kigen.caching.notices import warn
from kigen.caching.results.guard import FIXED, choose_guard
from kigen.caching.results.held import Held, Raised
from kigen.caching.results.under_way import UnderWay
from kigen.errors import StorageWarning, UnfingerprintableError
from kigen.policies import MISSING, Policy

if TYPE_CHECKING:
    from kigen.caching.calls.naming import Naming
    from kigen.caching.results.guard import Copier
    from kigen.caching.results.rules import Rules
    from kigen.caching.results.shelf import Shelf
    from kigen.policies.policy import Entry


class Keeper:
    """One function's memory, and its part of an archive, if it has one."""

    __slots__ = (
        "guard",
        "memory",
        "naming",
        "owned",
        "policy",
        "purge",
        "rules",
        "shelf",
        "told",
        "under_way",
    )

    def __init__(
        self,
        policy: Policy,
        naming: Naming,
        copy: bool | None = None,
        rules: Rules | None = None,
        purge: bool = False,
    ) -> None:
        self.policy: Policy = policy
        self.memory: dict[Hashable, Any] = policy.memory
        self.naming: Naming = naming
        #: For a method, whose instance is held weakly: whether that alone is the key.
        self.owned: bool | None = None
        self.guard: Callable[[Any], Copier | None] = choose_guard(copy)
        self.rules: Rules | None = rules
        self.purge: bool = purge
        self.shelf: Shelf | None = None
        #: Whether the user has been told that something is not kept.
        self.told: bool = False
        self.under_way: UnderWay = UnderWay()

    def memory_key(self, call: Any) -> Hashable:
        """Return the key in memory for any call; raises `kigen.errors.UnkeyableCall`."""
        try:
            key = memory_key(call, typed=self.naming.typed)
        except UnfingerprintableError:
            raise self.naming.refusal(call) from None
        if self.owned is None:
            return key
        return disown(key, bare=self.owned, gone=self._gone)

    def discard(self, key: Hashable) -> bool:
        """Drop what is in memory under a key, written or not; return whether there was anything."""
        there = self.policy.discard(key)
        if self.shelf is not None:
            self.shelf.unwritten.pop(key, None)
        return there

    def clear(self) -> None:
        """Drop all that is in memory, written or not."""
        if self.shelf is not None:
            self.shelf.unwritten.clear()
        self.policy.clear()

    def _gone(self, owner: Owner) -> None:
        self.policy.discard(owner.key)

    def remember(self, key: Hashable, value: Any, now: float, age: float = 0.0) -> Any:
        """Put a value into memory, and return it, or what is to hand it out: as it lies there.

        ``age`` is how many seconds ago it was computed. Whoever leaves memory for it is offered to
        the archive.
        """
        life = None if self.rules is None else self.rules.lifetime(value)
        held = self.hold(value, life, age)
        if held is MISSING:
            self.policy.discard(key)
            return value
        self.put(key, value if held is None else held.kept, now, held)
        return value if held is None else held

    def hold(self, value: Any, life: float | None, age: float = 0.0) -> Any:
        """Return the `Held` of a value; None for one that is simply handed out, and `MISSING` for
        one that is to be copied and cannot be.
        """
        copier = None if value.__class__ in FIXED else self.guard(value)
        if copier is None and life is None and value.__class__ is not Raised:
            return None
        born = None if life is None else monotonic() - age
        deadline = None if born is None or life is None else born + life
        try:
            return Held(value, copier, deadline, born)
        except Exception as error:
            if copier is None:
                raise
            self._tell_uncopied(value, error)
            return MISSING

    def _tell_uncopied(self, value: Any, error: Exception) -> None:
        if not self.told:
            self.told = True
            warn(
                f"{self.naming.function!r} returns a {type(value).__name__} that is not kept, for "
                f"copy=True cannot copy it ({error!r}); give its class a __deepcopy__, or let "
                "callers share one object (copy=None)",
                StorageWarning,
            )

    def put(self, key: Hashable, value: Any, now: float, held: Held | None) -> None:
        """Put into memory what is to lie there; see off whoever leaves for it."""
        if self.purge and self.shelf is not None:
            self.policy.discard(key)  # who is replaced makes room, and is nothing to be written
            if len(self.policy) == self.policy.maxsize:
                self.pour(self.shelf, key, value)
                return
        left = self.policy.add(key, value, now, held)
        if left:
            self.see_off(left)

    def see_off(self, left: Sequence[Entry]) -> None:
        """See those off who had to leave memory: all, even if what listens to one raises."""
        with ExitStack() as farewell:
            for entry in reversed(left):
                farewell.callback(self.leave, entry)

    def leave(self, entry: Entry) -> None:
        """See an entry off that had to leave memory: the archive may want it."""
        if self.shelf is not None:
            self._offer(self.shelf, entry)

    def _offer(self, shelf: Shelf, entry: Entry) -> None:
        """Let the archive have an entry, with its age; an expired one is nothing any more."""
        if entry.key not in shelf.unwritten or self.policy.peek(entry.key) not in (None, entry):
            return  # or it has been replaced since it left, and the new one is what is noted
        held = entry if isinstance(entry, Held) else None
        kept = MISSING if held is not None and not held.lives() else entry.kept
        token = self.under_way.begin(entry.key)
        waiting = shelf.unwritten.get(entry.key)
        try:
            shelf.evicted(entry.key, kept, 0.0 if held is None else held.age())
        finally:
            if not self.under_way.end(token) and waiting is not None:
                shelf.take_back(waiting)

    def pour(self, shelf: Shelf, key: Hashable, value: Any) -> list[Entry]:
        """Write all that is in memory, and one entry more, to the archive; empty the memory.

        Returns what has left it.
        """
        left = []
        for each in self.policy:
            entry = self.policy.peek(each)
            if entry is not None:
                self._offer(shelf, entry)
                if self.policy.peek(each) is entry:  # and not what another thread put there
                    self.policy.discard(each)
                    left.append(entry)
        shelf.evicted(key, value)
        return left

    def stale(self, key: Hashable) -> Held | None:
        """Return what has expired, if it may be served while somebody computes it anew."""
        if self.rules is None or not self.rules.stale:
            return None
        held = self.policy.peek(key)
        return held if held.__class__ is Held and held.lives(self.rules.stale) else None
