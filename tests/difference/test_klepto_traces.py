"""Random programs, run with klepto and with kigen: the same results, counts and archives."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen.archives import dict_archive, dir_archive

klepto = pytest.importorskip("klepto")

SEEDS = range(12)


def program(rng: random.Random, *, archived: bool) -> list[tuple[Any, ...]]:
    """Some calls, in every spelling, and between them what else a program does to its cache."""
    steps: list[tuple[Any, ...]] = []
    for _ in range(rng.randint(5, 120)):
        what = rng.random()
        if what < 0.9 or not archived:
            x, y = rng.randint(0, 9), rng.choice([2, 2, 2, 3])
            steps.append(rng.choice([("call", (x, y), {}), ("call", (x,), {"y": y})]))
            if y == 2:
                steps[-1] = rng.choice([steps[-1], ("call", (x,), {})])
        else:
            steps.append(
                rng.choice([("dump",), ("clear",), ("archived", False), ("archived", True)])
            )
    return steps


def run(f: Any, steps: list[tuple[Any, ...]]) -> list[Any]:
    """What the program sees: each result, and the counts and sizes after each step."""
    seen: list[Any] = []
    for what, *arguments in steps:
        if what == "call":
            args, kwargs = arguments
            seen.append(f(*args, **kwargs))
        elif what == "clear":
            f.clear(keepstats=True)
        else:
            getattr(f, what)(*arguments)
        seen.append(tuple(f.info()))
    return seen


def function(x: int, y: int = 2) -> list[int]:
    return [x, y]


def places(kind: str, folder: Path) -> tuple[Any, Any]:
    """An archive of klepto's and one of ours."""
    if kind == "none":
        return None, None
    if kind == "dict":
        return klepto.archives.dict_archive(), dict_archive()
    return (
        klepto.archives.dir_archive(str(folder / "theirs")),
        dir_archive(str(folder / "ours")),
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["none", "dict", "dir"])
@pytest.mark.parametrize("name", ["inf", "lru", "mru", "no"])
@pytest.mark.parametrize("purge", [False, True])
def test_the_same_program_sees_the_same(
    name: str, kind: str, purge: bool, seed: int, tmp_path: Path
) -> None:
    rng = random.Random(f"{name} {kind} {purge} {seed}")
    theirs_in, ours_in = places(kind, tmp_path)
    options: dict[str, Any] = {"purge": purge}
    if name in ("lru", "mru"):
        options["maxsize"] = rng.randint(1, 6)
    make: Callable[..., Any] = getattr(kigen, f"{name}_cache")
    ours = make(cache=ours_in, **options)(function)
    theirs = getattr(klepto, f"{name}_cache")(
        cache=theirs_in, keymap=klepto.keymaps.keymap(), **options
    )(function)
    steps = program(rng, archived=kind != "none")
    assert run(ours, steps) == run(theirs, steps)
    if kind != "none":
        ours.archived(True)
        theirs.archived(True)
        stored = theirs.__cache__().archive
        assert sorted(map(repr, ours.__cache__().archive.values())) == sorted(
            map(repr, stored.values())
        )


def test_where_klepto_evicts_several_of_the_least_frequent_kigen_evicts_one() -> None:
    """Klepto's LFU drops max(2, maxsize // 10) entries at once: a full cache is not full."""
    theirs = klepto.lfu_cache(maxsize=3, keymap=klepto.keymaps.keymap())(function)
    ours = kigen.lfu_cache(maxsize=3)(function)
    for f in (theirs, ours):
        for x in range(4):
            f(x)
    assert (theirs.info().size, ours.info().size) == (2, 3)
