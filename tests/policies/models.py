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
