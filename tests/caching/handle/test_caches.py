"""What klepto's programs give as ``cache=``: a dict, a cache object, an archive for the memory."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from kigen import ChangedFunctionWarning, archives, inf_cache, lru_cache
from kigen.archives import cache, dict_archive, dir_archive
from kigen.caching.handle.memory import Memory
from kigen.keymaps import stringmap

KEY = stringmap()(x=1)


def same(x: Any) -> Any:
    return x


@pytest.mark.parametrize("given", [{KEY: "given"}, cache({KEY: "given"})], ids=["dict", "cache"])
def test_entries_under_a_keymaps_keys_are_results(given: Any) -> None:
    f = inf_cache(cache=given, keymap=stringmap())(same)
    assert [f(1), f(2)] == ["given", 2]
    assert f.info() == (1, 1, 0, None, 2)


def test_entries_are_no_results_where_kigen_makes_the_keys() -> None:
    """A number that is a key of somebody's is not the argument of the same value."""
    for given in ({1: "no result"}, cache({1: "no result"})):
        assert inf_cache(cache=given)(same)(1) == 1


def test_a_dict_is_copied() -> None:
    given = {KEY: "given"}
    f = inf_cache(cache=given, keymap=stringmap())(same)
    f(2)
    given.clear()
    assert f(1) == "given"
    assert given == {}


@pytest.mark.parametrize("keymap", [None, stringmap()])
def test_a_cache_object_shows_what_its_functions_have_in_memory(keymap: Any) -> None:
    results = dict_archive()
    f = lru_cache(2, cache=results, keymap=keymap)(same)
    g = inf_cache(cache=results, keymap=keymap)(lambda *args: args)
    f(1), f(2), f(3), g(1, 2)
    assert sorted(results.values(), key=str) == [(1, 2), 2, 3]
    assert len(results) == 3
    assert results[f.key(3)] == 3
    assert f.key(1) not in results
    results.dump()
    assert len(results.archive) == 4
    results.clear()
    assert f.info().size == g.info().size == len(results) == 0
    results.load()
    assert f.info().size == 2
    assert g(1, 2) == (1, 2)
    assert g.info().hit == 1
    results.archived(False)
    assert f.archived() is g.archived() is False
    results.archived(True)
    results.archive = archives.open("memory://")
    f(9), results.dump()
    assert len(results.archive) == 4, "one has left memory"
    results.drop()
    assert f.archived() is g.archived() is False


def test_what_a_program_keeps_in_a_cache_object_stays_beside_the_results() -> None:
    results = dict_archive(dict={"note": "mine"})
    f = inf_cache(cache=results)(lambda x, y: x)
    f(1, 2)
    assert dict(results) == {"note": "mine", (1, 2): 1}
    results["more"] = 5
    results.dump()
    del results["note"], results["more"]
    results.pop((1, 2))
    assert len(results) == 0
    results.load()
    assert dict(results) == {"note": "mine", "more": 5, (1, 2): 1}
    with pytest.raises(KeyError):
        del results["nothing"]
    with pytest.raises(KeyError):
        results["nothing"]


def test_a_function_that_comes_later_has_what_a_program_put_in_and_left_there() -> None:
    results = cache({KEY: "given", "note": "mine"})
    f = inf_cache(cache=results, keymap=stringmap())(same)
    results[KEY] = "changed"
    results[stringmap()(x=2)] = "by hand"
    del results["note"]
    g = inf_cache(cache=results, keymap=stringmap())(same)
    assert [h(x) for h in (f, g) for x in (1, 2, 3)] == ["changed", "by hand", 3] * 2
    assert "note" not in results


@pytest.mark.parametrize("keymap", [None, stringmap()])
def test_a_cache_that_was_loaded_before_has_the_functions_results(
    keymap: Any, tmp_path: Path
) -> None:
    """And those of others, which stay where they are."""
    options: Any = {"cache": dir_archive(str(tmp_path)), "keymap": keymap}
    for function in (same, len):
        lru_cache(**options)(function)("text")
    options["cache"].dump()
    results = options["cache"] = dir_archive(str(tmp_path))
    results.load()
    f = lru_cache(maxsize=1, cache=results, keymap=keymap)(same)
    assert (len(results), f.info().size) == (2, 1)
    assert f("text") == "text"
    assert f.info()[:3] == (1, 0, 0)
    assert list(f.__cache__()) == [f.key("text")]


def test_what_another_body_computed_stays_behind_though_it_was_loaded_before(
    tmp_path: Path,
) -> None:
    for factor, expected in ((1, [1, 1]), (2, [2, 1])):
        results = dir_archive(str(tmp_path))
        results.load()
        decorate = inf_cache(cache=results, keymap=stringmap())
        with pytest.warns(ChangedFunctionWarning) if factor == 2 else nullcontext():
            f = decorate(edition(factor))
            assert [f(1), f.info().miss] == expected
        f.dump()


def edition(factor: int) -> Any:
    if factor == 1:

        def f(x: int) -> int:
            return x
    else:

        def f(x: int) -> int:
            return x * 2

    return f


@pytest.mark.parametrize("empty", [cache.clear, lambda results: results.pop(KEY)])
def test_what_has_been_removed_does_not_come_back_with_the_next_function(empty: Any) -> None:
    results = cache({KEY: "old"})
    functions = [inf_cache(cache=results, keymap=stringmap())(same)]
    empty(results)
    functions.append(inf_cache(cache=results, keymap=stringmap())(same))
    assert dict(results) == {}
    assert [f(1) for f in functions] == [1, 1]


@pytest.mark.parametrize("keymap", [None, stringmap()])
@pytest.mark.parametrize("of_function", [True, False])
def test_clear_does_not_look_for_each_entry_among_all(
    of_function: bool, keymap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = cache({"note": "mine"}, archive=archives.open("memory://"))
    f = lru_cache(None, cache=results, keymap=keymap, cache_exceptions=ZeroDivisionError)(same)
    for x in range(100):
        f(x)
    f.dump()
    looked: list[object] = []
    monkeypatch.setattr(Memory, "__iter__", lambda self: looked.append(1) or iter(()))
    (f.__cache__() if of_function else results).clear()
    monkeypatch.undo()
    assert len(looked) <= 2
    assert (f.info().size, f.info().miss) == (0, 100), "counts are f.clear()'s"
    assert dict(results) == ({"note": "mine"} if of_function and not keymap else {})
    f.load()
    assert f(99) == 99
    assert f.info().miss == 100, "what was dumped is in the archive as before"


@pytest.mark.parametrize("keymap", [None, stringmap()])
def test_a_functions_part_of_an_archive_is_cleared_in_one_go(
    keymap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = archives.open("memory://")
    f, g = (inf_cache(archive=archive, keymap=keymap, name=name)(same) for name in "fg")
    for x in range(100):
        f(x), g(x)
    read: list[object] = []
    entries = type(archive).entries
    counted = lambda self, function=None: read.append(function) or entries(self, function)
    monkeypatch.setattr(type(archive), "entries", counted)
    f.__cache__().archive.clear()
    assert len(read) <= 4
    assert len(f.__cache__().archive) == 0
    assert len(g.__cache__().archive) == len(archive) == 100


def test_an_uncached_archive_takes_each_result_at_once() -> None:
    place = dict_archive(cached=False)
    f = lru_cache(1, cache=place, name="f")(same)
    f(1), f(2), f(1)
    assert len(place) == 2
    assert f.info() == (1, 2, 0, 1, 1)
    later = inf_cache(archive=place, name="f")(same)
    later(1)
    assert later.info().load == 1, "it is the archive= of this one"


def test_results_of_another_function_may_be_taken_over() -> None:
    """By copy: the two do not see each other's further results."""
    f = inf_cache(same)
    f(1), f([2])
    g = inf_cache(cache=f.__cache__())(lambda x: "computed")
    assert [g(1), g(3)] == [1, "computed"]
    assert f.info().size == 2


@pytest.mark.parametrize("given", [None, "cache"])
def test_a_cache_object_whose_archive_is_none_has_none(given: Any) -> None:
    """That of a function as any other."""
    for let_go in (lambda c: setattr(c, "archive", None), lambda c: c.open(None)):
        results = cache(archive=archives.open("memory://")) if given else None
        f = inf_cache(cache=results, archive=None if given else "memory://")(same)
        f(1)
        of_function = f.__cache__() if results is None else results
        let_go(of_function)
        assert of_function.archived() is f.archived() is False
        assert f.archive() is None
        of_function.archive = archives.open("memory://")
        of_function.dump()
        assert (f.archived(), len(of_function.archive)) == (True, 1)


def test_mask_and_map_are_what_was_given() -> None:
    keymap = stringmap()
    f = inf_cache(keymap=keymap, ignore=["x"])(same)
    assert f.__map__() is keymap
    assert f.__mask__() == ["x"]
    assert (inf_cache(same).__map__(), inf_cache(same).__mask__()) == (None, ())
