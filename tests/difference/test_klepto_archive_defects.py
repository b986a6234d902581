"""How klepto's folders fail (reference/klepto.md, 3.4 and 3.5): klepto's answer and kigen's.

A program gets the library, klepto or kigen, and is otherwise the same.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import NotAnArchiveError
from tests.difference.both import Program, answer, noting

klepto = pytest.importorskip("klepto", reason="klepto is not installed")

DEFECTS: list[Any] = []
defect = noting(DEFECTS)


def opened(lib: Any, folder: Path, *, cached: bool = False) -> Any:
    return lib.archives.dir_archive(str(folder / "memo"), cached=cached)


@defect(theirs=2, ours=4)
def keys_that_are_spelled_alike(lib: Any, folder: Path) -> Any:
    place = opened(lib, folder)
    for number, key in enumerate(["a-b", "a_b", 1, "1"]):
        place[key] = number
    return len(place)


@defect(theirs=None, ours="kept")
def a_long_key(lib: Any, folder: Path) -> Any:
    opened(lib, folder)["x" * 300] = "kept"
    return opened(lib, folder).get("x" * 300)


@defect(theirs=["a"], ours=["a/b"])
def a_key_with_a_slash(lib: Any, folder: Path) -> Any:
    place = opened(lib, folder)
    place["a/b"] = 1
    return list(place)


@defect(theirs=False, ours=True)
def a_key_that_leads_out_of_the_folder(lib: Any, folder: Path) -> Any:
    place = opened(lib, folder)
    precious = folder / "victim" / "precious.txt"
    precious.parent.mkdir()
    precious.touch()
    place["x"] = 0
    place["x/../../victim"] = 1
    return precious.exists()


@defect(theirs=ValueError, ours=1)
def a_key_with_a_zero(lib: Any, folder: Path) -> Any:
    opened(lib, folder)["\0"] = 1
    return opened(lib, folder)["\0"]


@defect(theirs=KeyError, ours=["b"])
def a_damaged_file(lib: Any, folder: Path) -> Any:
    """The others are loaded all the same."""
    place = opened(lib, folder)
    place.update({"a": "of a", "b": "of b"})
    stored = [path for path in (folder / "memo").rglob("*") if path.is_file()]
    (damaged,) = [path for path in stored if b"of a" in path.read_bytes()]
    damaged.write_bytes(damaged.read_bytes()[:-8])
    cache = opened(lib, folder, cached=True)
    cache.load()
    return sorted(cache)


class Handle:
    def __reduce__(self) -> Any:
        raise TypeError("a handle stays where it is")


@defect(theirs=TypeError, ours=["a", "c"])
def a_value_that_cannot_be_stored(lib: Any, folder: Path) -> Any:
    """The others are dumped all the same, and it leaves no trace."""
    cache = opened(lib, folder, cached=True)
    cache.update({"a": 1, "b": Handle(), "c": 3})
    cache.dump()
    cache.clear()
    cache.load()
    return sorted(cache)


@defect(theirs=KeyError, ours={"a": 1})
def what_a_failed_store_leaves(lib: Any, folder: Path) -> Any:
    place = opened(lib, folder)
    place["a"] = 1
    with pytest.raises(Exception, match=r".*"):
        place["b"] = Handle()
    return dict(place)


@defect(theirs=False, ours=NotAnArchiveError)
def a_folder_of_somebody_else_s_is_cleared(lib: Any, folder: Path) -> Any:
    figures = folder / "memo" / "K_figures" / "one.png"
    figures.parent.mkdir(parents=True)
    figures.touch()
    opened(lib, folder).clear()
    return figures.exists()


@defect(theirs=False, ours=True)
def what_others_put_into_the_folder_when_it_is_cleared(lib: Any, folder: Path) -> Any:
    place = opened(lib, folder)
    place["a"] = 1
    figures = folder / "memo" / "K_figures" / "one.png"
    figures.parent.mkdir()
    figures.touch()
    place.clear()
    return figures.exists()


@defect(theirs=True, ours=False)
def a_folder_that_is_unpickled(lib: Any, folder: Path) -> Any:
    """It appears where the program happens to be."""
    place = opened(lib, folder)
    place["a"] = 1
    data = pickle.dumps(place)
    (folder / "elsewhere").mkdir()
    home = Path.cwd()
    os.chdir(folder / "elsewhere")
    try:
        pickle.loads(data)
        return bool(list(Path().iterdir()))
    finally:
        os.chdir(home)


@pytest.mark.filterwarnings("ignore::kigen.KigenWarning")
@pytest.mark.parametrize(("program", "theirs", "ours"), DEFECTS)
def test_klepto_says_one_thing_and_kigen_the_right_one(
    program: Program, theirs: Any, ours: Any, tmp_path: Path
) -> None:
    assert answer(program, klepto, tmp_path / "klepto") == theirs
    assert answer(program, kigen, tmp_path / "kigen") == ours
