"""Random programs on cache objects and archives: what they hold is what klepto's hold.

By themselves, and under a function that was given one. A program that fails is printed, as steps.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import archives

klepto = pytest.importorskip("klepto")

KEYS = ["a", "b", "c", 1, 2.5, ("t", 1), None]


def answer(step: Callable[..., Any], *arguments: Any) -> Any:
    try:
        found = step(*arguments)
    except (KeyError, ValueError, TypeError) as error:
        return next(kind for kind in (KeyError, ValueError, TypeError) if isinstance(error, kind))
    return sorted(map(repr, found)) if isinstance(found, list) else found


def contents(mapping: Any) -> list[str]:
    return sorted(map(repr, dict(mapping).items()))


def steps_of(rng: random.Random, keys: list[Any], names: list[str]) -> list[tuple[Any, ...]]:
    """Names of methods, with arguments."""
    made: dict[str, Callable[[], tuple[Any, ...]]] = {
        "__setitem__": lambda: (rng.choice(keys), rng.randint(0, 99)),
        "__getitem__": lambda: (rng.choice(keys),),
        "__delitem__": lambda: (rng.choice(keys),),
        "__contains__": lambda: (rng.choice(keys),),
        "get": lambda: (rng.choice(keys), "default"),
        "setdefault": lambda: (rng.choice(keys), 7),
        "pop": lambda: (rng.choice(keys), *rng.choice([(), (None,)])),
        "popkeys": lambda: (rng.sample(keys, 2), *rng.choice([(), (None,)])),
        "update": lambda: ({key: rng.randint(0, 99) for key in rng.sample(keys, 2)},),
        "load": lambda: tuple(rng.sample(keys, rng.choice([0, 0, 1, 2]))),
        "dump": lambda: tuple(rng.sample(keys, rng.choice([0, 0, 1, 2]))),
        "sync": lambda: rng.choice([(), (), (True,)]),
        "archived": lambda: rng.choice([(), (True,), (False,), (True, True)]),
    }
    return [
        (name, *(made[name]() if name in made else ()))
        for name in rng.choices(names, k=rng.randint(5, 60))
    ]


MAPPING = ["__setitem__", "__getitem__", "__delitem__", "__contains__", "__len__", "get"]
MAPPING += ["setdefault", "pop", "popkeys", "update", "clear"]
MOVING = ["load", "dump", "sync", "archived"] * 2


def played(made: Any, steps: list[tuple[Any, ...]], also: Callable[[], Any]) -> list[Any]:
    seen: list[Any] = []
    for name, *arguments in steps:
        seen.append((name, answer(getattr(made, name), *arguments), contents(made), also()))
    return seen


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", ["dict", "dir", "null"])
def test_a_cache_over_an_archive_holds_what_kleptos_holds(
    kind: str, seed: int, tmp_path: Path
) -> None:
    rng = random.Random(f"{kind} {seed}")
    steps = steps_of(rng, KEYS, [*MAPPING, *MOVING, "drop"] if seed % 4 == 0 else MAPPING + MOVING)
    seen = []
    for library in (klepto, kigen):
        place = str(tmp_path / library.__name__) if kind == "dir" else None
        made = getattr(library.archives, f"{kind}_archive")(place, {"a": 0, 1: 1})
        seen.append(played(made, steps, lambda made=made: contents(made.archive)))
    assert seen[1] == seen[0], steps


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kind", ["dict", "dir", "null"])
def test_an_archive_holds_what_kleptos_holds(kind: str, seed: int, tmp_path: Path) -> None:
    rng = random.Random(f"{kind} {seed}")
    names = [*MAPPING, "load", "dump", "archived"]
    # klepto's dicts lack popkeys, and its folders say nothing when what is deleted is not there.
    lacking = {"dict": {"popkeys"}, "dir": {"__delitem__"}, "null": {"popkeys"}}
    names = [name for name in names if name not in lacking[kind]]
    steps = steps_of(rng, KEYS, names)
    seen = []
    for library in (klepto, kigen):
        place = str(tmp_path / library.__name__) if kind == "dir" else None
        made = getattr(library.archives, f"{kind}_archive")(place, {"a": 0, 1: 1}, cached=False)
        seen.append(played(made, steps, lambda: None))
    assert seen[1] == seen[0], steps


def function(x: Any) -> Any:
    return [x]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", ["dict", "dir", "dict given", "uncached"])
def test_a_function_and_what_it_was_given_for_a_cache(kind: str, seed: int, tmp_path: Path) -> None:
    """The cache shows the function's results, and the function finds what is put into it."""
    rng = random.Random(f"{kind} {seed}")
    keys = [f"('x', {x!r})" for x in range(5)]
    uncached = kind == "uncached"  # which lists calls, not keys, and is not the memory
    names = ["__setitem__", "__getitem__", "__contains__", "__len__", "get"]
    names += ["__delitem__", "pop", *MOVING]
    names = ["__contains__", "__len__"] if kind == "dict given" else names
    names = ["__len__"] if uncached else names
    steps: list[tuple[Any, ...]] = []
    for step in steps_of(rng, keys, names):
        steps += [step, *[("call", rng.randint(0, 4)) for _ in range(rng.randint(0, 3))]]
    seen: list[Any] = []
    for library in (klepto, kigen):
        place = str(tmp_path / library.__name__) if kind == "dir" else None
        factory = library.archives.dir_archive if place else library.archives.dict_archive
        made = factory(place, {keys[0]: 0}, cached=not uncached)
        made = dict(made) if kind == "dict given" else made
        f = library.inf_cache(cache=made, keymap=library.keymaps.stringmap())(function)
        made = f.__cache__() if kind == "dict given" else made
        seen.append([])
        for name, *arguments in steps:
            step = f if name == "call" else getattr(made, name)
            seen[-1].append((name, answer(step, *arguments)))
            if not uncached:
                seen[-1].append((contents(made), tuple(f.info())))
                seen[-1].append(contents(f.__cache__().archive))
            else:
                seen[-1].append((sorted(map(repr, made.values())), tuple(f.info())[:4]))
    assert seen[1] == seen[0], steps


def test_a_program_on_archives_of_kigens_own_is_the_same_one(tmp_path: Path) -> None:
    """What holds for klepto's names holds for `kigen.archives.open`."""
    steps = steps_of(random.Random(1), KEYS, MAPPING)
    seen = []
    for url in ("memory://", tmp_path / "runs.db", tmp_path / "runs"):
        with archives.open(url) as made:
            seen.append(played(made, steps, lambda: None))
    assert seen[0] == seen[1] == seen[2]
