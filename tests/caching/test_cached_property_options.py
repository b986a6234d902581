"""Properties with options: archives that know instances by value, results that expire."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import attrs
import pytest

import kigen
from kigen import Key, Param, UnkeyableCall, archives, cached_property
from tests.programs import output

_PROGRAM = """
import sys
from dataclasses import dataclass
import attrs, kigen

where = sys.argv[1]

@dataclass
class Corpus:
    words: list
    runs: int = 0

    @kigen.cached_property(archive=where)
    def size(self):
        print("computing", end=" ")
        return {"n": len(self.words)}

@attrs.frozen
class Point:
    x: float

    @kigen.cached_property(archive=where)
    def norm(self):
        print("computing", end=" ")
        return abs(self.x)

class Trial(kigen.Key):
    depth = kigen.Param(min=1, max=9)

    @kigen.cached_property(archive=where)
    def cost(self):
        print("computing", end=" ")
        return self.depth ** 2

class Own:
    def __init__(self, n):
        self.n = n

    def __fingerprint__(self):
        return self.n

    @kigen.cached_property(archive=where, version=2)
    def twice(self):
        print("computing", end=" ")
        return 2 * self.n

print(Corpus(["a", "b"]).size, Point(-3.0).norm, Trial(depth=3).cost, Own(4).twice)
print(Corpus.size.info()[1:3], Own.twice.info()[1:3])
"""


@pytest.mark.parametrize("place", ["a.db", "a/"])
def test_the_next_interpreter_finds_the_value_of_an_equal_instance(
    place: str, tmp_path: Path
) -> None:
    where = f"{tmp_path}/{place}"
    values = "{'n': 2} 3.0 9 8\n"
    assert output(_PROGRAM, where) == "computing " * 4 + values + "(1, 0) (1, 0)\n"
    assert output(_PROGRAM, where) == values + "(0, 1) (0, 1)\n"


@dataclass
class Corpus:
    words: list[str]
    cost: int = field(default=0, compare=False)

    def count(self) -> dict[str, int]:
        self.cost += 1
        return {word: self.words.count(word) for word in self.words}


def archived(where: Any, **options: Any) -> type[Corpus]:
    class Kept(Corpus):
        counts = cached_property(archive=where, name="counts", **options)(Corpus.count)

    return Kept


def test_equal_instances_share_a_record_and_never_an_object(tmp_path: Path) -> None:
    for where in ("memory://", tmp_path / "a.db"):
        kind = archived(where)
        a, b, c = kind(["x"]), kind(["x"]), kind(["y"])
        assert (a.counts, b.counts, c.counts) == ({"x": 1}, {"x": 1}, {"y": 1})
        assert (a.cost, b.cost, c.cost) == (1, 0, 1)
        a.counts["poison"] = 1
        assert b.counts == kind(["x"]).counts == {"x": 1}
        assert a.counts is a.counts
        assert len(kind.counts.archive() or ()) == 2


def test_an_instance_that_changes_keeps_its_value_until_it_is_deleted(tmp_path: Path) -> None:
    kind = archived(tmp_path / "a.db")
    corpus = kind(["x"])
    assert corpus.counts == {"x": 1}
    corpus.words.append("y")
    assert corpus.counts == {"x": 1}
    del corpus.counts
    assert corpus.counts == {"x": 1, "y": 1}
    assert corpus.cost == 2
    corpus.words.pop()
    del corpus.counts
    assert (corpus.counts, corpus.cost) == ({"x": 1}, 2), "its earlier value is in the archive"


def test_to_delete_forgets_here_and_to_invalidate_forgets_everywhere(tmp_path: Path) -> None:
    kind = archived(tmp_path / "a.db")
    corpus, handle = kind(["x"]), kind.counts
    assert corpus.counts == handle.lookup(kind(["x"])) == {"x": 1}
    del corpus.counts
    assert handle.contains(corpus)
    assert (corpus.counts, corpus.cost) == ({"x": 1}, 1)
    assert handle.invalidate(corpus)
    assert not handle.contains(corpus)
    assert (corpus.counts, corpus.cost) == ({"x": 1}, 2)
    assert (handle.refresh(corpus), corpus.cost) == ({"x": 1}, 3)


def test_a_record_holds_the_value_and_not_what_else_the_instance_holds(tmp_path: Path) -> None:
    class Large(Corpus):
        @cached_property
        def other(self) -> bytes:
            return b"z" * 1_000_000

        counts = cached_property(archive=tmp_path / "a.db", name="large")(Corpus.count)

    large = Large(["x"])
    assert len(large.other) == 1_000_000
    assert large.counts == {"x": 1}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 500_000


def test_an_instance_without_fingerprint_needs_one_for_an_archive_only(tmp_path: Path) -> None:
    class Plain:
        @cached_property
        def x(self) -> int:
            return 1

        @cached_property(archive=tmp_path / "a.db")
        def y(self) -> int:
            return 1

    plain = Plain()
    assert plain.x == 1
    with pytest.raises(UnkeyableCall, match=r"Plain\.y: self has no fingerprint"):
        plain.y  # noqa: B018
    assert not hasattr(Plain, "z")


def test_a_property_may_look_like_the_size_of_its_instance(tmp_path: Path) -> None:
    """An archive that asked the instance how large it is would wait for its own result."""

    @dataclass
    class Data:
        n: int

        @cached_property(archive=tmp_path / "a.db")
        def nbytes(self) -> int:
            return 8 * self.n

        @cached_property(archive=tmp_path / "a.db")
        def shape(self) -> tuple[int, int]:
            return self.n, self.n

        def __repr__(self) -> str:
            return f"Data of {self.nbytes} bytes"

    data = Data(3)
    assert (data.shape, data.nbytes, repr(data)) == ((3, 3), 24, "Data of 24 bytes")
    assert len(archives.open(tmp_path / "a.db")) == 2


def test_types_may_count(tmp_path: Path) -> None:
    @attrs.frozen
    class Number:
        n: float

        @cached_property(archive=tmp_path / "a.db", typed=True)
        def text(self) -> str:
            return repr(self.n)

        @cached_property(archive=tmp_path / "a.db")
        def any_text(self) -> str:
            return repr(self.n)

    assert [Number(n).text for n in (1, 1.0, 1)] == ["1", "1.0", "1"]
    assert [Number(n).any_text for n in (1, 1.0)] == ["1", "1"]
    assert Number.text.info()[1:3] == (2, 1)


def test_a_changed_version_computes_anew(tmp_path: Path) -> None:
    for version, cost in ((1, 1), (2, 1), (2, 0)):
        corpus = archived(tmp_path / "a.db", version=version)(["x"])
        assert (corpus.counts, corpus.cost) == ({"x": 1}, cost)


def test_a_value_that_expires_is_computed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("kigen.caching.results.held.monotonic", lambda: now)
    monkeypatch.setattr("kigen.caching.results.keeper.monotonic", lambda: now)

    class Clock:
        @cached_property(ttl=10)
        def time(self) -> float:
            return now

    clock, other = Clock(), Clock()
    assert clock.time == 100.0
    now = 109.0
    assert (clock.time, other.time) == (100.0, 109.0)
    now = 111.0
    assert (clock.time, other.time) == (111.0, 109.0)
    clock.time = 5.0
    assert clock.time == 5.0
    del clock.time
    assert clock.time == 111.0
    del clock.time
    with pytest.raises(AttributeError, match="time"):
        del clock.time
    assert Clock.time.info()[:2] == (3, 4)


def test_copies_cannot_be_poisoned() -> None:
    class Model:
        @cached_property(copy=True)
        def tags(self) -> list[str]:
            return ["a"]

    model = Model()
    model.tags.append("poison")
    assert model.tags == ["a"]


def test_conditions_and_exceptions_are_kept_to() -> None:
    class Model:
        def __init__(self) -> None:
            self.runs = 0

        @cached_property(condition=lambda value: value > 1)
        def count(self) -> int:
            self.runs += 1
            return self.runs

        @cached_property(cache_exceptions=LookupError)
        def wrong(self) -> int:
            self.runs += 1
            raise KeyError("no")

        @cached_property(cache_exceptions=LookupError)
        def worse(self) -> int:
            self.runs += 1
            raise ValueError("no")

    model = Model()
    assert [model.count for _ in range(4)] == [1, 2, 2, 2]
    model = Model()
    for name, runs in (("wrong", 1), ("worse", 3)):
        for _ in range(2):
            with pytest.raises((KeyError, ValueError)):
                getattr(model, name)
        assert model.runs == runs
    assert Model.wrong.invalidate(model)
    assert not Model.wrong.contains(model)


def test_listeners_hear_of_the_instance() -> None:
    told: list[Any] = []

    @dataclass
    class Model:
        n: int

        @cached_property(
            archive="memory://",
            on_hit=lambda key: told.append(("hit", key)),
            on_miss=lambda key: told.append(("miss", key)),
            on_load=lambda key: told.append(("load", key)),
        )
        def x(self) -> int:
            return self.n

    a, b = Model(1), Model(1)
    assert a.x == a.x == b.x == 1
    assert told == [("miss", a), ("hit", a), ("load", b)]
    assert told[2][1] is b


def test_all_off_computes_what_is_not_yet_held() -> None:
    class Model:
        @cached_property
        def x(self) -> object:
            return object()

        @cached_property(ttl=1000)
        def y(self) -> object:
            return object()

    held, model = Model(), Model()
    x, y = held.x, held.y
    with kigen.disabled():
        assert model.x is not model.x
        assert held.x is x, "it is the instance's own attribute"
        assert held.y is not y
    assert held.y is y
    assert model.x is model.x


def test_all_off_from_the_start_is_a_plain_property() -> None:
    program = """
import os
os.environ["KIGEN_DISABLE"] = "1"
import kigen

class Model:
    x = kigen.cached_property(lambda self: print("x"))

model = Model()
model.x, model.x
"""
    assert output(program) == "x\nx\n"


def test_one_name_is_not_given_to_two_properties() -> None:
    memo = cached_property(name="x")
    memo(Corpus.count)
    with pytest.raises(kigen.ConfigurationError, match="name='x' is that of"):
        memo(lambda self: 1)


def test_threads_that_read_while_another_forgets_get_a_value() -> None:
    class Model:
        @cached_property
        def x(self) -> int:
            return 1

    model, stop = Model(), threading.Event()
    wrong: list[Any] = []

    def read() -> None:
        while not stop.is_set():
            if model.x != 1:
                wrong.append(model.x)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for _ in range(2000):
        Model.x.invalidate(model)
        Model.x.clear()
    stop.set()
    for reader in readers:
        reader.join(60)
    assert not wrong


class Trial(Key):
    depth = Param(min=1, max=9)

    @cached_property(archive="memory://")
    def cost(self) -> int:
        return self.depth**2


def test_equal_keys_share_a_record() -> None:
    assert (Trial(depth=3).cost, Trial(depth=3).cost, Trial.cost.info()[1:3]) == (9, 9, (1, 1))


def test_a_coroutine_s_value_is_archived_and_looked_at_without_awaiting(tmp_path: Path) -> None:
    runs = []

    @dataclass
    class Page:
        n: int

        @cached_property(archive=tmp_path / "a.db")
        async def text(self) -> list[int]:
            runs.append(self.n)
            await asyncio.sleep(0)
            return [self.n]

    async def main() -> None:
        page = Page(1)
        assert await page.text == await page.text == await Page(1).text == [1]
        assert Page.text.peek(page) == [1]  # type: ignore[comparison-overlap]
        assert runs == [1]
        assert await Page.text.refresh(page) == [1]
        assert Page.text.invalidate(page)
        assert not Page.text.contains(page)
        with kigen.disabled():
            assert await page.text == [1]
        assert runs == [1, 1, 1]

    asyncio.run(main())
    assert Page.text.info()[1:3] == (1, 1)
