"""Results that are known by a keymap's key alone, beside those that are known by their call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kigen import archives, inf_cache, lru_cache
from kigen.caching.handle.keyed import ByKey
from kigen.caching.handle.memory import Memory
from kigen.keymaps import hashmap, stringmap


def same(x: Any) -> Any:
    return x


@pytest.mark.parametrize("place", ["memory://", "runs/", "runs.db"])
def test_what_came_last_under_a_key_counts(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with archives.open(place) as archive:

        def session() -> Any:
            return inf_cache(cache=archive, keymap=stringmap(), name="f")(same)

        f = session()
        f(1), f.dump(), f.clear()
        f.__cache__()[f.key(1)] = "by hand"
        f.dump()
        for loaded in (False, True):
            g = session()
            assert dict(g.__cache__().archive) == {g.key(1): "by hand"}
            if loaded:
                g.load()
            assert (g(1), g.lookup(1), len(g.__cache__())) == ("by hand", "by hand", 1)
        assert g.refresh(1) == 1
        assert g(1) == 1
        g.dump()
        later = session()
        later.load()
        assert (later(1), len(later.__cache__())) == (1, 1)
        assert (session()(1), session().lookup(1)) == (1, 1)
        assert later.invalidate(1) is True
        assert not session().contains(1)


def test_a_result_by_call_and_one_by_key_do_not_stand_beside_each_other() -> None:
    archive = archives.open("memory://")
    f = inf_cache(cache=archive, keymap=stringmap())(same)
    f(1), f(2)
    f.__cache__()[f.key(1)] = "by hand"
    archive[f.key(2)] = "klepto's"
    f.load()
    assert dict(f.__cache__()) == {f.key(1): "by hand", f.key(2): "klepto's"}
    assert [f(1), f(2), f.info().size] == ["by hand", "klepto's", 2]


def test_two_calls_of_one_key_have_a_result_each_and_show_one() -> None:
    """The hash of -1 is that of -2."""
    f = inf_cache(keymap=hashmap())(same)
    assert [f(-1), f(-2), f.info().size] == [-1, -2, 2]
    assert list(f.__cache__()) == [f.key(-1)] == [f.key(-2)]
    f.__cache__()[f.key(-1)] = "by hand"
    assert sorted([f(-1), f(-2)], key=str) in ([-1, "by hand"], [-2, "by hand"])


def test_filling_a_cache_by_hand_does_not_walk_through_it_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walks = []
    iterate = Memory.__iter__
    monkeypatch.setattr(Memory, "__iter__", lambda self: walks.append(1) or iterate(self))
    f = lru_cache(500, keymap=stringmap())(same)
    f(1)
    results = f.__cache__()
    for x in range(1000):
        results[f.key(x)] = x
    assert f(999) == 999
    assert len(walks) == 1


def test_a_mapping_by_key_is_one() -> None:
    results: dict[Any, Any] = {("a", 1): "A", ("b", 2): "B", ("b", 3): "other B"}
    by_key = ByKey(results)
    assert len(by_key) == 2
    assert by_key["a"] == "A"
    assert "c" not in by_key
    assert object() not in by_key
    by_key["a"], by_key["c"] = 1, 2
    assert results["a", 1] == 1
    del by_key["a"]
    with pytest.raises(KeyError):
        del by_key["a"]
    assert dict(by_key) == {"b": "other B", "c": 2}
    assert repr(by_key) == "{'b': 'other B', 'c': 2}"
