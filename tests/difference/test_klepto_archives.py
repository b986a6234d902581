"""What klepto stored is found by kigen's functions with the same keymap."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import NotAnArchiveError, archives
from tests.programs import output

pytest.importorskip("klepto", reason="klepto is not installed")

#: By the expression that makes it; all whose keys are the same in every interpreter.
KEYMAPS = [
    "keymap()",
    "keymap(typed=True)",
    "hashmap(algorithm='md5')",
    "hashmap(typed=True, sentinel=SENTINEL, algorithm='sha512')",
    "hashmap(flat=False, algorithm='blake2b')",
    "stringmap()",
    "stringmap(flat=False)",
    "stringmap(encoding='utf_8')",
    "stringmap(encoding='repr', sentinel=SENTINEL)",
    "picklemap()",
    "picklemap(serializer='json')",
    "picklemap(serializer='pickle', protocol=2)",
    "picklemap(serializer='dill', flat=False)",
    "picklemap(serializer='pickle') + hashmap(algorithm='md5')",
    "keymap(typed=True) + stringmap() + hashmap(algorithm='sha1')",
]
CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((7, 2.5), {}),
    (("a b",), {"k": None}),
    ((1, 2, 3, 4), {}),
    ((True, (1, "an x")), {"w": "a y"}),
]

KLEPTO = """
import pickle, sys
from klepto import inf_cache
from klepto.archives import dir_archive
from klepto.keymaps import *

keymaps, calls, ignore = pickle.loads(bytes.fromhex(sys.argv[2]))
stored = {}
for number, made in enumerate(keymaps):
    def f(x, y=2, *rest, k=5, **more):
        return ["klepto's", x, y, rest, k, more]
    archive = dir_archive(sys.argv[1] + str(number))
    g = inf_cache(cache=archive, keymap=eval(made), ignore=ignore)(f)
    for args, kwds in calls:
        g(*args, **kwds)
    g.dump()
    stored[made] = dict(dir_archive(sys.argv[1] + str(number), cached=False))
print(pickle.dumps(stored).hex())
"""


def by_klepto(keymaps: list[str], ignore: Any, folder: Path) -> dict[str, dict[Any, Any]]:
    """What klepto's archives hold after the calls, in an interpreter of their own."""
    told = pickle.dumps((keymaps, CALLS, ignore)).hex()
    stored = output(KLEPTO, folder / "theirs", told)
    return pickle.loads(bytes.fromhex(stored))  # type: ignore[no-any-return]


def function(x: Any, y: Any = 2, *rest: Any, k: Any = 5, **more: Any) -> Any:
    raise AssertionError("computed again")


@pytest.mark.parametrize("place", ["memory://", "ours/", "ours.db"])
@pytest.mark.parametrize("ignore", [None, "k"])
def test_an_archive_whose_keys_klepto_made_is_hit(
    place: str, ignore: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded beforehand or call by call, and by `lookup`; two functions may read one archive."""
    monkeypatch.chdir(tmp_path)
    # The type of NULL is klepto's in its typed keys.
    keymaps = [made for made in KEYMAPS if not ignore or ("typed" not in made)]
    keymaps = [made for made in keymaps if not ignore or "serializer" not in made]
    if ignore:
        keymaps.remove("keymap()")  # and NULL itself in its raw ones
    for made, results in by_klepto(keymaps, ignore, tmp_path).items():
        keymap = eval(made, vars(kigen.keymaps))
        with archives.open(place) as archive:
            archive.update(results)
            options: Any = {"cache": archive, "keymap": keymap, "ignore": ignore}
            call_by_call, loaded = (kigen.inf_cache(**options)(function) for _ in range(2))
            loaded.load()
            for args, kwds in CALLS:
                assert call_by_call.contains(*args, **kwds), made
                found = call_by_call(*args, **kwds)
                assert found[:2] == ["klepto's", args[0]], made
                assert found == loaded(*args, **kwds) == loaded.lookup(*args, **kwds)
                assert call_by_call.key(*args, **kwds) in results
            assert call_by_call.info()[:3] == (0, 0, len(CALLS)), made
            assert loaded.info()[:3] == (len(CALLS), 0, 0), made
            assert dict(loaded.__cache__()) == results
            assert loaded.invalidate(*CALLS[0][0]) is True
            assert not loaded.contains(*CALLS[0][0])
            archive.clear()


def test_kigens_own_keys_take_nothing_for_a_result_that_is_none(tmp_path: Path) -> None:
    """What somebody keeps in an archive under the key 3 is not f(3)."""
    with archives.open(tmp_path / "runs.db") as archive:
        archive[3] = "not f(3)"
        f = kigen.inf_cache(cache=archive)(lambda x: x)
        f.load()
        assert f(3) == 3


def test_klepto_s_own_folders_are_left_alone(tmp_path: Path) -> None:
    by_klepto(["stringmap()"], None, tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(NotAnArchiveError, match="theirs0"):
        archives.dir_archive(str(tmp_path / "theirs0"))
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["file", "sql", "sqltable", "hdf", "hdfdir"])
def test_an_archive_that_kigen_has_not_is_an_error_that_says_what_to_use(name: str) -> None:
    for program in (f"archives.{name}_archive", f"from kigen.archives import {name}_archive"):
        with pytest.raises(ImportError, match=r"kigen.archives has no .*: \w+_archive\('memo"):
            exec(program, {"archives": archives})
