"""A cached function is the function, whatever it is called with and in whatever order."""

from __future__ import annotations

import functools
import tempfile
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kigen import archives, inf_cache, lfu_cache, lru_cache
from kigen.fingerprint import fingerprint

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers()
    | st.floats()
    | st.sampled_from([0.0, -0.0, 1.0, float("nan"), 2**61 - 1, -1, -2])
    | st.text(max_size=3)
    | st.binary(max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2) | st.integers(0, 2), inner, max_size=3)
        | st.frozensets(SCALARS, max_size=3)
        | st.sets(SCALARS, max_size=3)
    ),
    max_leaves=6,
)
CALLS = st.tuples(
    st.lists(VALUES, max_size=3), st.dictionaries(st.sampled_from(["y", "z", "extra"]), VALUES)
)


def seen(*args: Any, **kwargs: Any) -> str:
    """What a function can see of its arguments, up to equality."""
    return fingerprint((args, kwargs))


def functions() -> list[Any]:
    """Functions of several shapes, each of which tells all of its arguments."""

    def one(x: Any) -> str:
        return seen(x)

    def two(x: Any, y: Any = 2) -> str:
        return seen(x, y)

    def positional(x: Any, /, y: Any = None) -> str:
        return seen(x, y)

    def keyword(x: Any = 0, *, y: Any = (1,), z: Any) -> str:
        return seen(x, y, z)

    def variadic(x: Any = None, *rest: Any, y: Any = 0, **more: Any) -> str:
        return seen(x, rest, y, more)

    def anything(*args: Any, **kwargs: Any) -> str:
        return seen(args, kwargs)

    return [one, two, positional, keyword, variadic, anything]


def called(function: Any, args: Any, kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except TypeError as error:
        return str(error)


@pytest.mark.parametrize(
    "cache",
    [inf_cache, lru_cache(3), lfu_cache(2), lru_cache(0)],
    ids=["inf", "lru", "lfu", "nothing kept"],
)
@pytest.mark.parametrize("function", functions(), ids=lambda f: f.__name__)
@given(st.lists(CALLS, max_size=8))
@settings(max_examples=40)
def test_a_cached_function_answers_as_the_function_does(
    cache: Any, function: Any, calls: list[Any]
) -> None:
    cached = cache(function)
    for args, kwargs in calls + calls:
        assert called(cached, args, kwargs) == called(function, args, kwargs)


@pytest.mark.parametrize("function", functions(), ids=lambda f: f.__name__)
@given(st.lists(CALLS, max_size=5))
@settings(max_examples=20)
def test_what_comes_back_from_an_archive_is_what_the_function_answers(
    function: Any, calls: list[Any]
) -> None:
    archive = archives.open("memory://")
    cached = lru_cache(0, archive=archive, name="f")(function)
    answers = [called(cached, args, kwargs) for args, kwargs in calls]
    assert answers == [called(function, args, kwargs) for args, kwargs in calls]
    computed = cached.info().miss
    again = inf_cache(archive=archive, name="f")(function)
    again.load()
    assert again.info().size == computed == len(archive)
    assert [called(again, args, kwargs) for args, kwargs in calls] == answers
    assert again.info()[1:3] == (0, 0), "what was loaded answers every call"


@given(VALUES, VALUES)
@settings(max_examples=300)
def test_two_calls_are_one_if_and_only_if_their_fingerprints_are(one: Any, other: Any) -> None:
    f = inf_cache(lambda x, y=0: 1)
    f(one), f(other)
    assert f.info().miss == 1 + (fingerprint(one) != fingerprint(other))
    assert f.info().size == f.info().miss


@given(st.lists(st.integers(0, 6), max_size=80), st.integers(0, 5))
@settings(max_examples=200)
def test_lru_counts_and_keeps_what_the_standard_library_s_does(
    calls: list[int], maxsize: int
) -> None:
    ours = lru_cache(maxsize)(lambda x: x)
    theirs = functools.lru_cache(maxsize)(lambda x: x)
    for x in calls:
        assert ours(x) == theirs(x)
        assert tuple(ours.cache_info()) == tuple(theirs.cache_info())


@given(st.lists(st.integers(0, 12), max_size=40), st.integers(1, 5))
@settings(max_examples=100)
def test_recursive_lru_counts_what_the_standard_library_s_does(
    calls: list[int], maxsize: int
) -> None:
    def fibonacci(cache: Any) -> Any:
        @cache
        def f(n: int) -> int:
            return n if n < 2 else f(n - 1) + f(n - 2)

        return f

    ours, theirs = fibonacci(lru_cache(maxsize)), fibonacci(functools.lru_cache(maxsize))
    for n in calls:
        assert ours(n) == theirs(n)
    assert tuple(ours.cache_info()) == tuple(theirs.cache_info())


class Cached(RuleBasedStateMachine):
    """An LRU cache over an archive, and what ought to be in memory and archive."""

    where = ""
    through = False

    @staticmethod
    def result(x: int) -> Any:
        """What the function returns: a list lies in memory in another form than a number."""
        return [x]

    @initialize(maxsize=st.sampled_from([None, 1, 2, 3]))
    def start(self, maxsize: int | None) -> None:
        self.folder = tempfile.TemporaryDirectory()
        place = f"{self.folder.name}/{self.where}" if self.where else "memory://"
        self.archive = archives.open(place)
        option = {"archive" if self.through else "cache": self.archive}
        self.f = lru_cache(maxsize, name="f", **option)(self.result)
        self.maxsize = maxsize
        self.memory: OrderedDict[Any, None] = OrderedDict()
        self.pending: set[Any] = set()  # to be written when it leaves memory, or at a dump
        self.stored: set[Any] = set()
        self.on = True
        self.before: set[Any] = set()  # in memory when the archive was switched off

    def put(self, x: int) -> None:
        if x not in self.memory and self.maxsize is not None and len(self.memory) == self.maxsize:
            gone, _ = self.memory.popitem(last=False)
            if self.on and gone in self.pending:
                self.pending.discard(gone)
                self.stored.add(gone)
        self.memory[x] = None

    @rule(x=st.integers(0, 5))
    def call(self, x: int) -> None:
        info = self.f.info()
        assert self.f(x) == self.result(x)
        if x in self.memory:
            self.memory.move_to_end(x)
            expected = (1, 0, 0)
        elif self.on and x in self.stored:
            self.put(x)
            expected = (0, 0, 1)
        else:
            if self.on:
                (self.stored if self.through else self.pending).add(x)
            self.put(x)
            expected = (0, 1, 0)
        after = self.f.info()
        assert tuple(b - a for a, b in zip(info[:3], after[:3], strict=True)) == expected

    @rule()
    def dump(self) -> None:
        self.f.dump()
        if self.on:
            written = self.pending & set(self.memory)
            self.stored |= written
            self.pending -= written

    @rule()
    def clear(self) -> None:
        self.f.clear(keepstats=True)
        self.memory.clear()
        if self.on:
            self.pending.clear()

    @rule(x=st.integers(0, 5))
    def load(self, x: int) -> None:
        self.f.load(x)
        if self.on and x in self.stored:
            self.memory.pop(x, None)
            self.put(x)

    @rule(x=st.integers(0, 5))
    def lookup(self, x: int) -> None:
        known = x in self.memory or (self.on and x in self.stored)
        assert self.f.contains(x) == known
        assert self.f.peek(x) == (self.result(x) if known else None)

    @rule(x=st.integers(0, 5))
    def invalidate(self, x: int) -> None:
        known = x in self.memory or (self.on and x in self.stored)
        assert self.f.invalidate(x) == known
        self.memory.pop(x, None)
        if self.on:
            self.pending.discard(x)
            self.stored.discard(x)

    @rule()
    def switch(self) -> None:
        self.on = not self.on
        assert self.f.archived(self.on) == self.on
        if self.on:
            self.pending |= set(self.memory) - self.before
        self.before = set(self.memory)

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "f"):
            return
        assert set(self.f.__cache__()) == set(self.memory)
        assert self.f.info().size == len(self.memory)
        assert len(self.archive) == len(self.stored)

    def teardown(self) -> None:
        if hasattr(self, "f"):
            self.archive.close()
            self.folder.cleanup()


SETTINGS = settings(
    max_examples=40, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow]
)


class WriteBack(Cached):
    """Results are written when they leave memory or are dumped."""


class WriteThrough(Cached):
    """Results are written at once."""

    through = True

    @staticmethod
    def result(x: int) -> Any:
        """A number, or a list."""
        return [x] if x % 2 else x


class WriteBackToFile(Cached):
    """The same, in SQLite, of numbers."""

    where = "runs.db"

    @staticmethod
    def result(x: int) -> Any:
        """A number."""
        return -x


TestWriteBack = WriteBack.TestCase
TestWriteThrough = WriteThrough.TestCase
TestWriteBackToFile = WriteBackToFile.TestCase
TestWriteBack.settings = TestWriteThrough.settings = SETTINGS
TestWriteBackToFile.settings = settings(SETTINGS, max_examples=10)
