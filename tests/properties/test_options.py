"""All options at once: a model in plain Python says what each call, and each look at it, does."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kigen
from kigen import archives, safe
from kigen.keymaps import hashmap, keymap, stringmap

NOTHING = object()
NOW = [0.0]  # the clock, which stands still until a test moves it
ARGUMENTS = (1, 1.0, True, 2, "a", 3)
WHERE = ("memory://", "runs.db", "runs/")
EVENTS = ("on_hit", "on_miss", "on_load", "on_evict")
#: Only those who listen know who leaves; of other policies, it can be told in advance.
DRAWN_BY_LOT = ("rr", "sieve", "s3fifo")


class Lost(Exception):
    """Is raised by the function, and not kept."""


class Kept(Exception):
    """Is raised by the function, and kept if ``cache_exceptions`` says so."""


def lifetime(result: Any) -> float | None:
    """Return for ever, not at all, or some seconds."""
    return (None, 0, 5, 20)[number(result) % 4]


def weight(result: Any) -> int:
    """Return from 1 to 5, and sometimes too much for any memory."""
    return 99 if number(result) % 11 == 10 else number(result) % 5 + 1


def number(result: Any) -> int:
    return result[0] if isinstance(result, list) else result


@dataclass
class Lying:
    """What lies in memory."""

    value: Any
    born: float
    life: float | None
    used: int
    came: int
    uses: int = 0

    def lives(self, extra: float = 0.0) -> bool:
        return self.life is None or NOW[0] < self.born + self.life + extra


class Model:
    """A cached function, told call by call what the function does."""

    def __init__(self, options: dict[str, Any], policy: str, purge: bool, mode: str) -> None:
        self.options = {"cache_exceptions": (), **options}
        self.policy = policy
        self.purge = purge
        self.archived = mode != ""
        self.through = mode == "archive"
        self.memory: dict[Any, Lying] = {}
        self.stored: dict[Any, tuple[Any, float]] = {}
        self.unwritten: dict[Any, float | None] = {}
        self.counts = [0, 0, 0]
        self.told: list[tuple[Any, ...]] = []
        self.leaving: Iterator[Any] = iter(())  # who leaves, if it is drawn by lot
        self.time = 0

    def key(self, x: Any) -> Any:
        return (x, type(x)) if self.options.get("typed") else x

    def call(self, x: Any, compute: Callable[[], Any]) -> Any:
        key = self.key(x)
        found = self.use(key)
        if found is not None and found.lives():
            return self.count(0, "on_hit", x, found.value)
        if found is not None:
            self.use(key)  # it is looked at again, once nobody else computes it
        value, created = self.stored.get(key, (NOTHING, 0.0)) if self.archived else (NOTHING, 0.0)
        if value is not NOTHING and self.fresh(value, created):
            self.put(key, value, created)
            return self.count(2, "on_load", x, value)
        value = compute()
        if isinstance(value, Exception) and not isinstance(value, self.options["cache_exceptions"]):
            return value
        if self.granted(value):
            self.write(key, value, NOW[0])
            self.put(key, value, NOW[0])
        return self.count(1, "on_miss", x, value)

    def refresh(self, x: Any, value: Any) -> Any:
        key = self.key(x)
        if isinstance(value, Exception):
            return value
        if self.granted(value):
            self.write(key, value, None)
            self.put(key, value, NOW[0])
        else:
            self.invalidate(x)
        return value

    def serve_stale(self, x: Any) -> Any:
        found = self.use(self.key(x))
        assert found is not None
        return self.count(0, "on_hit", x, found.value)

    def is_stale(self, x: Any) -> bool:
        found = self.memory.get(self.key(x))
        extra = self.options.get("stale", 0)
        return found is not None and not found.lives() and found.lives(extra)

    def invalidate(self, x: Any) -> bool:
        key = self.key(x)
        known = key in self.memory and self.memory[key].lives()
        if self.archived:
            known = self.stored.pop(key, None) is not None or known
            self.unwritten.pop(key, None)
        self.memory.pop(key, None)
        return known

    def kept(self, x: Any) -> Any:
        found = self.memory.get(self.key(x))
        if found is not None and found.lives():
            return found.value
        value, created = self.stored.get(self.key(x), (NOTHING, 0.0))
        return value if self.archived and self.fresh(value, created) else NOTHING

    def load(self, x: Any) -> None:
        value, created = self.stored.get(self.key(x), (NOTHING, 0.0))
        if self.archived and self.fresh(value, created) and not isinstance(value, Exception):
            self.put(self.key(x), value, created)

    def dump(self) -> None:
        for key in list(self.unwritten):
            if key in self.memory and self.memory[key].lives():
                self.write_back(key, self.memory[key].value, self.memory[key])

    def clear(self) -> None:
        self.memory.clear()
        self.unwritten.clear()

    def use(self, key: Any) -> Lying | None:
        self.time += 1
        found = self.memory.get(key)
        if found is not None:
            found.used, found.uses = self.time, found.uses + 1
        return found

    def count(self, which: int, event: str, x: Any, value: Any) -> Any:
        self.counts[which] += 1
        self.told.append((event, self.key(x)))
        return value

    def life(self, value: Any) -> float | None:
        ttl = self.options.get("ttl")
        if callable(ttl):
            return None if isinstance(value, Exception) else ttl(value)
        return ttl

    def fresh(self, value: Any, created: float) -> bool:
        if value is NOTHING:
            return False
        life = self.life(value)
        return life is None or NOW[0] - created < life

    def granted(self, value: Any) -> bool:
        condition = self.options.get("condition")
        refused = condition and not isinstance(value, Exception) and not condition(value)
        return not refused and self.life(value) != 0

    def write(self, key: Any, value: Any, created: float | None) -> None:
        if self.archived and self.through:
            self.stored[key] = value, NOW[0]
        elif self.archived:
            self.unwritten[key] = created

    def write_back(self, key: Any, value: Any, lying: Lying | None) -> None:
        if key in self.unwritten:
            created = self.unwritten.pop(key)
            born = NOW[0] if lying is None or lying.life is None else lying.born
            self.stored[key] = value, born if created is None else created

    def put(self, key: Any, value: Any, born: float) -> None:
        self.time += 1
        lying = Lying(value, born, self.life(value), self.time, self.time)
        if self.purge and self.archived:
            self.memory.pop(key, None)
            if self.lacks_room(value) and not self.too_heavy(value):
                for each in list(self.memory):
                    self.leave(each, self.memory.pop(each))
                self.write_back(key, value, None)
                return
        self.memory.pop(key, None)
        if self.options["maxsize"] == 0 or self.too_heavy(value):
            self.leave(key, lying)
            return
        left = []
        while self.lacks_room(value):
            key_of_one = self.victim()
            left.append((key_of_one, self.memory.pop(key_of_one)))
        self.memory[key] = lying
        for one in left:
            self.leave(*one)

    def leave(self, key: Any, lying: Lying) -> None:
        if self.archived and lying.lives():
            self.write_back(key, lying.value, lying)
        self.unwritten.pop(key, None)
        self.told.append(("on_evict", key, lying.value))

    def weight(self) -> int:
        return sum(weight(each.value) for each in self.memory.values())

    def too_heavy(self, value: Any) -> bool:
        maxbytes = self.options.get("maxbytes")
        return maxbytes is not None and weight(value) > maxbytes

    def lacks_room(self, value: Any) -> bool:
        maxsize, maxbytes = self.options["maxsize"], self.options.get("maxbytes")
        over = maxbytes is not None and self.weight() + weight(value) > maxbytes
        return over or (maxsize is not None and len(self.memory) >= maxsize)

    def victim(self) -> Any:
        if self.policy in DRAWN_BY_LOT:
            return next(self.leaving)
        ranks: dict[str, Callable[[Lying], Any]] = {
            "lru": lambda each: each.used,
            "mru": lambda each: -each.used,
            "lfu": lambda each: (each.uses, each.came),
        }
        return min(self.memory, key=lambda key: ranks[self.policy](self.memory[key]))


@dataclass(frozen=True)
class Owner:
    """Has methods, and a fingerprint."""

    n: int = 1


class Function:
    """A cached function, coroutine function or method, that is called as a function."""

    def __init__(self, kind: str, decorate: Any, compute: Callable[[Any], Any]) -> None:
        self.method = kind == "method"
        self.loop = asyncio.new_event_loop() if kind == "coroutine" else None
        if kind == "method":

            class Here(Owner):
                @decorate
                def f(self, x: Any) -> Any:
                    return compute(x)

            self.given: tuple[Any, ...] = (Here(),)
            self.f: Any = Here.f
        elif kind == "coroutine":

            @decorate
            async def f(x: Any) -> Any:
                await asyncio.sleep(0)
                return compute(x)

            self.given, self.f = (), f
        else:
            self.given, self.f = (), decorate(compute)

    def __call__(self, x: Any, what: str = "__call__") -> Any:
        """Return what comes back, be it raised; change it, as a careless caller does."""
        try:
            back = getattr(self.f, what)(*self.given, x)
            if self.loop is not None and what in ("__call__", "refresh"):
                back = self.loop.run_until_complete(back)
        except (Lost, Kept, KeyError) as error:
            return error
        return back

    def close(self) -> None:
        if self.loop is not None:
            self.loop.close()


class Run:
    """Drives a function and its model, and compares them after each step."""

    def __init__(self, setup: dict[str, Any], where: str) -> None:
        self.setup = dict(setup)
        self.numbers = itertools.count(1)
        self.outcome: Any = None
        self.within: Callable[[], Any] | None = None
        self.told: list[tuple[Any, ...]] = []
        self.copied = setup["options"].get("copy") is not False
        policy, options, mode = setup["policy"], setup["options"], setup["mode"]
        bounded = {"inf": None, "no": 0}.get(policy, setup["maxsize"])
        self.model = Model({**options, "maxsize": bounded}, policy, setup["purge"], mode)
        self.archive = archives.open(where) if mode else None
        beside = {mode: self.archive, "name": "f"} if mode else {}
        if setup["listens"] or policy in DRAWN_BY_LOT:
            beside |= {name: self.listener(name) for name in EVENTS}
        kept = {k: v for k, v in options.items() if k not in ("maxbytes", "weigh", "copy", "stale")}
        decorator = getattr(safe if setup["safe"] else kigen, f"{policy}_cache")
        size = {} if policy in ("inf", "no") else {"maxsize": bounded}
        decorate = decorator(**size, purge=setup["purge"], **options, **beside)
        self.function = Function(setup["kind"], decorate, self.compute)
        if "keymap" in options:
            keys = {repr(x): self.function(x, "key") for x in ARGUMENTS}
            self.model.key = lambda x: keys[repr(x)]  # type: ignore[method-assign]
        self.elsewhere = None
        if mode:
            there = kigen.no_cache(archive=self.archive, name="f", **kept)
            self.elsewhere = Function(setup["kind"], there, self.compute)
            self.elsewhere.given = self.function.given  # the same instance

    def listener(self, name: str) -> Callable[..., None]:
        options = self.setup["options"]

        def listen(key: Any, *result: Any) -> None:
            if self.setup["kind"] == "method" and "keymap" not in options:  # without the instance
                key = (key[1], key[3]) if "typed" in options else key[1]
            self.told.append((name, key, *result))

        return listen

    def compute(self, x: Any) -> Any:
        within, self.within = self.within, None
        if within is not None:
            within()
        if isinstance(self.outcome, Exception):
            raise type(self.outcome)(*self.outcome.args)
        return deepcopy(self.outcome)

    def next_outcome(self, what: str) -> Any:
        n = next(self.numbers)
        self.outcome = {"number": n, "list": [n], "lost": Lost(n), "kept": Kept(n)}[what]
        return self.outcome

    def step(self, what: str, x: Any, outcome: str, seconds: float) -> None:
        model, function = self.model, self.function
        self.told.clear()
        model.told.clear()
        expected: Any = None
        actual: Any = None
        if what in ("call", "refresh", "call while stale"):
            result = self.next_outcome(outcome)
            stale = what == "call while stale" and model.is_stale(x) and function.loop is None
            served: list[Any] = []
            if stale:
                self.within = lambda: served.append(function(x))
            actual = function(x, "refresh" if what == "refresh" else "__call__")
            self.within = None
            model.leaving = self.left()

            def compute() -> Any:
                if stale:
                    assert same(served.pop(), model.serve_stale(x))
                return result

            expected = model.refresh(x, result) if what == "refresh" else model.call(x, compute)
        elif what == "disabled":
            expected = self.next_outcome(outcome)
            with kigen.disabled():
                actual = function(x)
                assert same(function(x, "refresh"), expected)
        elif what == "invalidate":
            actual, expected = function(x, what), model.invalidate(x)
        elif what == "load":
            function.f.load(function(x, "key"))
            model.leaving = self.left()
            model.load(x)
        elif what == "dump":
            function.f.dump()
            model.dump()
        elif what == "clear":
            function.f.clear(keepstats=True)
            model.clear()
        elif what == "wait":
            NOW[0] += seconds
        elif self.elsewhere is not None:
            if what == "written elsewhere":
                result = self.next_outcome(outcome)
                self.elsewhere(x, "refresh")
                if not isinstance(result, Exception):
                    model.stored.pop(model.key(x), None)
                    if model.granted(result):
                        model.stored[model.key(x)] = result, NOW[0]
            else:
                self.elsewhere(x, "invalidate")
                model.stored.pop(model.key(x), None)
        assert same(actual, expected), (what, x, actual, expected)
        if isinstance(actual, list) and self.copied:
            actual.append("poison")
        self.compare()

    def left(self) -> Iterator[Any]:
        """Iterate over who was seen to leave."""
        return iter([fact[1] for fact in self.told if fact[0] == "on_evict"])

    def compare(self) -> None:
        model, function = self.model, self.function
        info = function.f.info()
        assert list(info[:3]) == model.counts
        assert info.size == len(model.memory)
        assert info.bytes is None or info.bytes == model.weight()
        if self.told or self.setup["listens"]:
            assert len(self.told) == len(model.told), (self.told, model.told)
            assert all(map(alike, self.told, model.told)), (self.told, model.told)
        for x in ARGUMENTS:
            kept = model.kept(x)
            assert function(x, "contains") is (kept is not NOTHING)
            found = function(x, "lookup")
            assert isinstance(found, KeyError) if kept is NOTHING else same(found, kept)
            none = kept is NOTHING or isinstance(kept, Exception)
            assert same(function(x, "peek"), None if none else kept)
        if self.archive is not None:
            assert len(self.archive) == len(model.stored)

    def close(self) -> None:
        self.function.close()
        if self.elsewhere is not None:
            self.elsewhere.close()
        if self.archive is not None:
            self.archive.close()


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Exception):
        return type(one) is type(other) and one.args == other.args
    return type(one) is type(other) and one == other


def alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return one[:2] == other[:2] and all(map(same, one[2:], other[2:]))


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "typed": st.just(True),
        "ttl": st.sampled_from([10, lifetime]),
        "stale": st.just(5),
        "condition": st.just(lambda result: number(result) % 3 != 0),
        "cache_exceptions": st.just(Kept),
        "copy": st.sampled_from([True, False]),
        "maxbytes": st.just(12),
        "keymap": st.sampled_from([stringmap(), hashmap(), hashmap(algorithm="md5"), keymap()]),
    },
)
SETUPS = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(["inf", "lru", "lfu", "mru", "no", *DRAWN_BY_LOT]),
        "maxsize": st.sampled_from([1, 2, 3]),
        "options": OPTIONS,
        "mode": st.sampled_from(["", "archive", "cache"]),
        "purge": st.booleans(),
        "kind": st.sampled_from(["function", "coroutine", "method"]),
        "listens": st.booleans(),
        "safe": st.booleans(),
    }
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("call", "call", "call", "call while stale", "refresh", "invalidate", "wait"),
                *(
                    "wait",
                    "dump",
                    "load",
                    "clear",
                    "disabled",
                    "written elsewhere",
                    "lost elsewhere",
                ),
            ]
        ),
        st.sampled_from(ARGUMENTS),
        st.sampled_from(["number", "number", "list", "lost", "kept"]),
        st.sampled_from([1.0, 4.0, 7.0]),
    ),
    min_size=10,
    max_size=40,
)


def sensible(setup: dict[str, Any]) -> dict[str, Any]:
    """Leave out what excludes each other, and let there be no exceptions that are to be weighed."""
    options = dict(setup["options"])
    if "ttl" not in options:
        options.pop("stale", None)
    if setup["policy"] in ("inf", "no"):
        options.pop("maxbytes", None)
    if "maxbytes" in options:
        options.pop("cache_exceptions", None)
        options["weigh"] = weight
    if "keymap" in options:
        options.pop("typed", None)
    known = setup["policy"] not in ("sieve", "s3fifo")
    return {**setup, "options": options, "safe": setup["safe"] and known}


@pytest.mark.parametrize("where", WHERE)
@given(setup=SETUPS, steps=STEPS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_options_do_together_what_each_says(
    where: str, setup: dict[str, Any], steps: list[Any], tmp_path_factory: Any
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("archive"))
        NOW[0] = 1000.0
        for module in ("results.held", "results.keeper"):
            patch.setattr(f"kigen.caching.{module}.monotonic", lambda: NOW[0])
        patch.setattr("kigen.caching.results.shelf.time", lambda: NOW[0])
        patch.setattr("kigen.archives.named.time.time", lambda: NOW[0])
        run = Run(sensible(setup), where)
        try:
            for step in steps:
                run.step(*step)
        finally:
            run.close()
