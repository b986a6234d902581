"""Random programs, run with klepto and with kigen: the same results, counts, keys and archives.

What klepto throws out at random, or in batches, is compared by what must be so whatever leaves. A
program that fails is printed by pytest, as the steps it consists of, and made anew by its seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen.archives import dict_archive, dir_archive, sqlite_archive

klepto = pytest.importorskip("klepto")

POLICIES = ["inf", "lru", "mru", "lfu", "rr", "no"]
#: Which of them let the same entries go as klepto's do.
EXACT = {"inf", "lru", "mru", "no"}

KEYMAPS: dict[str, Any] = {
    "none": lambda k: None,
    "keymap": lambda k: k.keymap(),
    "keymap typed": lambda k: k.keymap(typed=True),
    "keymap sentinel": lambda k: k.keymap(sentinel=k.SENTINEL),
    "hashmap": lambda k: k.hashmap(),
    "hashmap md5": lambda k: k.hashmap(algorithm="md5"),
    "hashmap typed sentinel sha1": lambda k: k.hashmap(True, sentinel=k.SENTINEL, algorithm="sha1"),
    "stringmap": lambda k: k.stringmap(),
    "stringmap not flat": lambda k: k.stringmap(flat=False),
    "stringmap utf_8": lambda k: k.stringmap(encoding="utf_8"),
    "picklemap": lambda k: k.picklemap(),
    "picklemap pickle": lambda k: k.picklemap(serializer="pickle"),
    "picklemap dill not flat": lambda k: k.picklemap(flat=False, serializer="dill"),
    "picklemap json": lambda k: k.picklemap(serializer="json", sort_keys=True),
    "string + md5": lambda k: k.stringmap() + k.hashmap(algorithm="md5"),
    "pickle + md5 + string": lambda k: (
        k.picklemap(serializer="pickle") + k.hashmap(algorithm="md5") + k.stringmap()
    ),
}
#: In which NULL is just "NULL".
NULL_IS_PRINTED = {
    *("keymap", "keymap sentinel", "hashmap md5", "stringmap", "stringmap not flat"),
    *("stringmap utf_8", "picklemap", "string + md5"),
}
#: Whose keys hold the arguments themselves, and marks.
RAW = {"none", "keymap", "keymap typed", "keymap sentinel"}
IGNORED: list[Any] = [None, "y", ("x",), 1, (0, "y"), "*", ("*", "**"), 3, "w", ("self", "**"), "k"]


def function(x: Any, y: Any = 2, *rest: int, k: int = 5, **more: Any) -> list[Any]:
    return [x, y, rest, k, more]


def call(rng: random.Random, arguments: list[Any], *, spelt: bool) -> tuple[Any, ...]:
    """One of few calls, in one of its spellings, or by position."""
    x, y = rng.choice(arguments), rng.choice([2, 2, 2, 3])
    rest = rng.choice([(), (), (), (7,), (7, 8)])
    more: dict[str, Any] = rng.choice([{}, {}, {}, {"k": 6}, {"w": 1}, {"v": 1, "w": 2}])
    spellings: list[Any] = [((x, y, *rest), more)]
    if spelt and not rest:
        spellings += [((x,), {"y": y, **more}), ((), {**more, "y": y, "x": x})]
    if spelt and not rest and y == 2:
        spellings += [((x,), more), ((), {"x": x, **more})]
    return ("call", *rng.choice(spellings))


def program(
    rng: random.Random, arguments: list[Any], operations: list[tuple[Any, ...]], *, spelt: bool
) -> list[tuple[Any, ...]]:
    """Some calls, and between them what else a program does to its cache."""
    steps: list[tuple[Any, ...]] = []
    for _ in range(rng.randint(5, 100)):
        if operations and rng.random() < 0.15:
            steps.append(rng.choice(operations))
        else:
            steps.append(call(rng, arguments, spelt=spelt))
    return steps


def run(f: Any, steps: list[tuple[Any, ...]], *, exact: bool, keys: bool) -> Iterator[Any]:
    """What the program sees: each result, and the counts and keys after each step."""
    latest: tuple[Any, Any] = ((1,), {})
    for what, *arguments in steps:
        if what == "call":
            latest = args, kwds = arguments[0], arguments[1]
            yield f(*args, **kwds)
            if keys:
                yield written(f.key(*args, **kwds))
        elif what in {"dump latest", "load latest"}:
            getattr(f, what.split()[0])(f.key(*latest[0], **latest[1]))
        elif what == "clear":
            f.clear(keepstats=True)
        elif what == "sync":
            f.__cache__().sync(*arguments)
        elif what == "lookup":
            if f.key(*latest[0], **latest[1]) in f.__cache__():
                yield f.lookup(*latest[0], **latest[1])
        else:
            getattr(f, what)(*arguments)
        yield tuple(f.info()) if exact else sum(f.info()[:3])
        if keys and exact:
            yield contents(f.__cache__())


def written(key: Any) -> str:
    """A key as text, without the address of klepto's marks."""
    return repr(key).replace("klepto.", "kigen.")


def contents(results: Any) -> list[str]:
    """The entries of a mapping, comparable."""
    return sorted(f"{written(key)}: {value}" for key, value in dict(results).items())


def places(kind: str, folder: Path) -> tuple[Any, Any]:
    """An archive of klepto's and one of ours; klepto has no archive that is like SQLite's."""
    if kind == "none":
        return None, None
    theirs = klepto.archives.dict_archive()
    if kind == "dir":
        theirs = klepto.archives.dir_archive(str(folder / "theirs"))
    ours = {
        "dict": dict_archive,
        "dir": lambda: dir_archive(str(folder / "ours")),
        "sqlite": lambda: sqlite_archive(str(folder / "ours.db")),
    }
    return theirs, ours[kind]()


def pair(name: str, theirs: dict[str, Any], ours: dict[str, Any]) -> tuple[Any, Any]:
    """The function, decorated by klepto and by kigen."""
    *safe, policy = name.split()
    homes = (klepto.safe, kigen.safe) if safe else (klepto, kigen)
    decorators = [getattr(home, f"{policy}_cache") for home in homes]
    return decorators[0](**theirs)(function), decorators[1](**ours)(function)


def stored(f: Any, keys: bool) -> list[str]:
    f.archived(True)
    archive = f.__cache__().archive
    return contents(archive) if keys else sorted(map(repr, archive.values()))


OPERATIONS: list[tuple[Any, ...]] = [
    *(("dump",), ("clear",), ("archived", False), ("archived", True)),
    *(("dump latest",), ("lookup",)),
]
#: What overfills klepto's bounded caches, for good.
LOADS: list[tuple[Any, ...]] = [("load",), ("load latest",), ("sync",), ("sync", True)]


class Case:
    """What is drawn beside a program, and how much of what it sees must be the same."""

    def __init__(self, name: str, kind: str, purge: bool, rng: random.Random) -> None:
        self.name = name
        policy = name.split()[-1]
        self.made = made = rng.choice(list(KEYMAPS))
        size = rng.choice([1, 2, 3, 5, 8, 40, None, 0]) if policy not in {"inf", "no"} else None
        purges = purge and kind != "none"
        self.exact = policy in EXACT or size in (None, 0) or purges
        # What is ignored lets whoever was first decide, and JSON has no word for NULL. klepto takes
        # f(1) and f(1, w=2) for two calls if w is ignored.
        ignore = rng.choice(IGNORED) if self.exact and "json" not in made else None
        ignore = None if (made, ignore) == ("none", "w") else ignore
        self.stars = ignore is not None and "**" in (ignore if isinstance(ignore, tuple) else ())
        # NULL's address, type or module is in some of klepto's keys, and kigen's own are its own.
        self.keys = made != "none" and (ignore is None or made in NULL_IS_PRINTED)
        # A mark comes back from klepto's files as another one.
        marked = ignore is not None or "sentinel" in made
        self.kind = "dict" if kind == "dir" and marked and made in RAW else kind
        self.options: dict[str, Any] = {"purge": purge, "ignore": ignore}
        if policy not in {"inf", "no"}:
            self.options["maxsize"] = size
        self.operations = [] if not self.exact else self._operations(policy)

    def _operations(self, policy: str) -> list[tuple[Any, ...]]:
        if self.kind == "none":
            return [("clear",), ("lookup",)]
        found = OPERATIONS + LOADS if policy == "inf" else OPERATIONS
        if policy not in EXACT:  # without its archive no purge is one
            found = [step for step in found if step[0] != "archived"]
        return found if self.keys else [step for step in found if "latest" not in step[0]]

    def functions(self, folder: Path) -> tuple[Any, Any]:
        theirs_in, ours_in = places(self.kind, folder)
        theirs_by, ours_by = (KEYMAPS[self.made](module.keymaps) for module in (klepto, kigen))
        return pair(
            self.name,
            {**self.options, "cache": theirs_in, "keymap": theirs_by or klepto.keymaps.keymap()},
            {**self.options, "cache": ours_in, "keymap": ours_by},
        )

    def program(self, rng: random.Random) -> list[tuple[Any, ...]]:
        arguments = [*range(9), "a", "b-c", 2.5, None]
        steps = program(rng, arguments, self.operations, spelt="not flat" not in self.made)
        for step in steps:
            if step[0] == "call" and self.stars:  # klepto drops keyword-only parameters, too
                step[2].pop("k", None)
        return steps


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["none", "dict", "dir", "sqlite"])
@pytest.mark.parametrize("name", [*POLICIES, *(f"safe {policy}" for policy in POLICIES)])
@pytest.mark.parametrize("purge", [False, True])
def test_the_same_program_sees_the_same(
    name: str, kind: str, purge: bool, seed: int, tmp_path: Path
) -> None:
    """With a keymap and something ignored, drawn along with the program."""
    rng = random.Random(f"{name} {kind} {purge} {seed}")
    case = Case(name, kind, purge, rng)
    theirs, ours = case.functions(tmp_path)
    steps = case.program(rng)
    seen = run(ours, steps, exact=case.exact, keys=case.keys)
    for step, expected in enumerate(run(theirs, steps, exact=case.exact, keys=case.keys)):
        assert next(seen) == expected, (vars(case), step, steps)
    assert ours.info().maxsize == theirs.info().maxsize
    assert ours.__mask__() == theirs.__mask__()
    if not case.exact:
        assert ours.info().size <= case.options["maxsize"]
        if kind != "none":  # whatever has left is found again
            assert ours.info().miss == theirs.info().miss
        ours.dump(), theirs.dump()
    if kind != "none":
        assert stored(ours, case.keys) == stored(theirs, case.keys)
        ours.archive().close()


@pytest.mark.parametrize("seed", range(30))
def test_the_same_program_of_rounded_calls_sees_the_same(seed: int, tmp_path: Path) -> None:
    """``tol`` and ``deep``; lists are given to keymaps that print or pickle them."""
    rng = random.Random(seed)
    options = {"tol": rng.choice([None, 0, 1, -1]), "deep": rng.random() < 0.5}
    made = rng.choice(["stringmap", "hashmap md5", "picklemap pickle", "stringmap not flat"])
    theirs_in, ours_in = places(rng.choice(["none", "dict", "dir"]), tmp_path)
    theirs, ours = pair(
        rng.choice(["inf", "lru", "safe mru"]),
        {**options, "cache": theirs_in, "keymap": KEYMAPS[made](klepto.keymaps)},
        {**options, "cache": ours_in, "keymap": KEYMAPS[made](kigen.keymaps)},
    )
    arguments = [1.26, 1.31, 1.34, 12.6, 4, "1.26", [1.26, (1.31, "x")], [1.3, (1.34, "x")], (1.3,)]
    steps = program(rng, arguments, [], spelt="not flat" not in made)
    assert list(run(ours, steps, exact=True, keys=True)) == list(
        run(theirs, steps, exact=True, keys=True)
    ), (made, options, steps)


class Unkeyable:
    """Neither printed, pickled nor hashed."""

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __reduce_ex__(self, _: Any) -> Any:
        raise RuntimeError("no pickle")


@pytest.mark.parametrize("made", [name for name in KEYMAPS if name != "picklemap dill not flat"])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.filterwarnings("ignore::kigen.StorageWarning")
def test_a_safe_cache_computes_what_cannot_be_keyed(policy: str, made: str) -> None:
    """It is a miss, each time, and takes no room."""
    by_default = {"keymap": KEYMAPS[made](klepto.keymaps)} if made != "none" else {}
    theirs, ours = pair(
        f"safe {policy}", by_default, {"keymap": KEYMAPS[made](kigen.keymaps), "ignore": None}
    )
    odd = Unkeyable()
    for f in (theirs, ours):
        assert [f(1)[0], f(odd)[0] is odd, f(odd)[0] is odd, f(1)[0]] == [1, True, True, 1]
    assert ours.info() == theirs.info()
