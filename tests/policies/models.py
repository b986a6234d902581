"""The policies' orders in their plainest form, and traces to compare them on."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from kigen.policies import MISSING, Policy


class Model:
    """Keeps what a policy ought to keep, by looking at every entry each time."""

    def __init__(self, maxsize: int) -> None:
        self.maxsize = maxsize
        self.entries: dict[Hashable, dict[str, Any]] = {}
        self.time = 0

    def rank(self, entry: dict[str, Any]) -> Any:
        """Say how much an entry is worth: the least one leaves."""
        raise NotImplementedError

    def find(self, key: Hashable) -> Any:
        self.time += 1
        if key not in self.entries:
            return MISSING
        entry = self.entries[key]
        entry["used"] = self.time
        entry["hits"] += 1
        return entry["value"]

    def add(self, key: Hashable, value: Any) -> Hashable | None:
        """Return the key that left."""
        self.time += 1
        left = None
        if key in self.entries:
            self.entries[key]["value"] = value
            return None
        if len(self.entries) == self.maxsize:
            left = min(self.entries, key=lambda one: self.rank(self.entries[one]))
            del self.entries[left]
        self.entries[key] = {"value": value, "hits": 0, "used": self.time, "came": self.time}
        return left

    def discard(self, key: Hashable) -> bool:
        return self.entries.pop(key, None) is not None

    def clear(self) -> None:
        self.entries.clear()


class LeastRecent(Model):
    def rank(self, entry: dict[str, Any]) -> Any:
        return entry["used"]


class LeastFrequent(Model):
    def rank(self, entry: dict[str, Any]) -> Any:
        return entry["hits"], entry["came"]


class MostRecent(Model):
    def rank(self, entry: dict[str, Any]) -> Any:
        return -entry["used"]


class Sieve(Model):
    """Algorithm 1 of the SIEVE paper, with the queue as a list, its newest key first."""

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.queue: list[Hashable] = []
        self.hand: Hashable | None = None

    def add(self, key: Hashable, value: Any) -> Hashable | None:
        left = self._evict() if len(self.queue) == self.maxsize else None
        self.queue.insert(0, key)
        self.entries[key] = {"value": value, "hits": 0}
        return left

    def _evict(self) -> Hashable:
        key = self.queue[-1] if self.hand is None else self.hand
        while self.entries[key]["hits"]:
            self.entries[key]["hits"] = 0
            newer = self._newer(key)
            key = self.queue[-1] if newer is None else newer
        self.hand = self._newer(key)
        self.queue.remove(key)
        del self.entries[key]
        return key

    def _newer(self, key: Hashable) -> Hashable | None:
        place = self.queue.index(key)
        return self.queue[place - 1] if place else None

    def discard(self, key: Hashable) -> bool:
        if key in self.entries:
            if self.hand == key:
                self.hand = self._newer(key)
            self.queue.remove(key)
        return super().discard(key)

    def clear(self) -> None:
        super().clear()
        self.queue, self.hand = [], None


class ThreeQueues(Model):
    """Algorithm 1 of the S3-FIFO paper, with the queues as lists, their newest keys first.

    As in its authors' simulator, uses are capped where they are read, and one that moves from the
    small queue to the main one starts anew.
    """

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.clear()

    def clear(self) -> None:
        super().clear()
        self.small: list[Hashable] = []
        self.main: list[Hashable] = []
        self.ghosts: list[Hashable] = []

    def add(self, key: Hashable, value: Any) -> Hashable | None:
        left = self._evict() if len(self.entries) == self.maxsize else None
        if key in self.ghosts:
            self.ghosts.remove(key)
            self.main.insert(0, key)
        else:
            self.small.insert(0, key)
        self.entries[key] = {"value": value, "hits": 0}
        return left

    def _evict(self) -> Hashable:
        left = None
        if len(self.small) >= self.maxsize / 10 or not self.main:
            left = self._from_small()
        if left is None:
            left = self._from_main()
        del self.entries[left]
        return left

    def _from_small(self) -> Hashable | None:
        while self.small:
            key = self.small.pop()
            if self.entries[key]["hits"] <= 1:
                self.ghosts = [key, *self.ghosts][: self.maxsize]
                return key
            self.entries[key]["hits"] = 0
            self.main.insert(0, key)
        return None

    def _from_main(self) -> Hashable:
        while self.entries[key := self.main.pop()]["hits"]:
            self.entries[key]["hits"] = min(self.entries[key]["hits"], 3) - 1
            self.main.insert(0, key)
        return key


class Step(NamedTuple):
    what: str
    key: int


def trace(seed: int, length: int, keys: int, discards: float) -> Iterator[Step]:
    """A run of calls, each a look-up and at need an addition, with a few droppings in between."""
    rng = random.Random(seed)
    for _ in range(length):
        # The smaller half of the keys is asked for three times as often.
        key = rng.randrange(keys if rng.random() < 0.5 else (keys + 1) // 2)
        drawn = rng.random()
        if drawn < discards:
            yield Step("discard", key)
        elif drawn > 0.9995:
            yield Step("clear", key)
        else:
            yield Step("call", key)


def compare(policy: Policy, model: Model, steps: Iterator[Step] | list[Step]) -> None:
    """Run both over the steps, and find no difference in what is kept, found and dropped."""
    for number, (what, key) in enumerate(steps):
        now = float(number + 1)
        if what == "discard":
            assert policy.discard(key) == model.discard(key)
        elif what == "clear":
            policy.clear()
            model.clear()
        else:
            found = policy.find(key, now)
            assert (MISSING if found is None else found.kept) == model.find(key), (number, key)
            if found is None:
                left = policy.add(key, f"value {number}", now)
                assert ([entry.key for entry in left] or [None])[0] == model.add(
                    key, f"value {number}"
                )
        assert len(policy) == len(model.entries) <= model.maxsize
    assert set(policy) == set(model.entries)
    for key, entry in model.entries.items():
        assert policy.peek(key).kept == entry["value"]
