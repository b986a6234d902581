"""klepto's keymaps under kigen's decorators: klepto's keys, and never another's result."""

from __future__ import annotations

from pathlib import Path

import pytest

from kigen import KeymapError, inf_cache, lru_cache, safe
from kigen.keymaps import hashmap, keymap, picklemap, stringmap

KEYMAPS = [
    keymap(),
    keymap(typed=True),
    keymap(flat=False),
    hashmap(),
    hashmap(algorithm="md5"),
    stringmap(),
    stringmap(flat=False),
    picklemap(serializer="pickle"),
    stringmap() + hashmap(algorithm="sha256"),
]


def function(x, y=2, *rest, z=3, **more):
    return [x, y, rest, z, more]


@pytest.mark.parametrize("made_by", KEYMAPS, ids=repr)
@pytest.mark.parametrize("decorator", [lru_cache, safe.lru_cache])
def test_every_keymap_tells_calls_apart_and_finds_them_again(
    decorator, made_by, tmp_path: Path
) -> None:
    f = decorator(keymap=made_by, archive=tmp_path / "a.db", name="f")(function)
    calls = [((1,), {}), ((1, 5), {}), ((1, 2, 3), {}), ((1,), {"w": 4}), ((-1,), {}), ((-2,), {})]
    for args, kwargs in calls * 2:
        assert f(*args, **kwargs) == function(*args, **kwargs)
    assert f(x=1, y=2, z=3) == f(1)
    assert f.info().miss == len(calls)
    later = decorator(keymap=made_by, archive=tmp_path / "a.db", name="f")(function)
    for args, kwargs in calls:
        assert later(*args, **kwargs) == function(*args, **kwargs)
    if not (made_by.lossy and type(made_by) is hashmap):  # hash() is another in each interpreter
        assert later.info().miss == 0


def test_a_keymap_that_hashes_never_gives_another_calls_result() -> None:
    f = inf_cache(keymap=hashmap())(lambda x: x)
    assert (f(-1), f(-2)) == (-1, -2)
    assert (f(0), f(2**61 - 1)) == (0, 2**61 - 1)


def test_a_list_under_a_raw_keymap_is_keyed_by_its_content() -> None:
    f = inf_cache(keymap=keymap())(lambda x: sum(x))
    assert (f([1, 2]), f([1, 2]), f([3])) == (3, 3, 3)
    assert f.info()[:2] == (1, 2)


@pytest.mark.parametrize("made_by", [stringmap(), hashmap(algorithm="md5"), keymap()], ids=repr)
def test_ignored_arguments_count_as_null_as_with_klepto(made_by) -> None:
    f = inf_cache(keymap=made_by, ignore=("y", "*"))(function)
    f(1, 2, 3), f(1, 5, 6), f(1)
    assert f.info()[:2] == (2, 1)
    assert f.key(1, 2, 3) == f.key(1, 9)


@pytest.mark.parametrize(
    "made_by", [keymap(), stringmap(), hashmap(algorithm="md5"), stringmap(flat=False)], ids=repr
)
def test_keys_are_those_of_klepto(made_by) -> None:
    klepto = pytest.importorskip("klepto")
    theirs_by = getattr(klepto.keymaps, type(made_by).__name__)(
        flat=made_by.flat,
        **({"algorithm": "md5"} if type(made_by) is hashmap else {}),
    )
    theirs = klepto.inf_cache(keymap=theirs_by)(function)
    ours = inf_cache(keymap=made_by)(function)
    for args, kwargs in [((1,), {}), ((1, "a"), {"z": 0.5}), ((1, 2, 3, 4), {"w": None})]:
        assert ours.key(*args, **kwargs) == theirs.key(*args, **kwargs)


def test_users_are_told_the_keymaps_key_without_the_call_beside_it(tmp_path: Path) -> None:
    """Events, `key`, the cache's mapping, `load`, `dump` and the archive speak of one key."""
    told = []
    f = lru_cache(
        1,
        cache=tmp_path / "a.db",
        keymap=stringmap(),
        on_hit=told.append,
        on_miss=told.append,
        on_load=told.append,
        on_evict=lambda key, value: told.append((key, value)),
    )(lambda x: x)
    f(1), f(1), f(2), f(1)
    one, two = f.key(1), f.key(2)
    assert (one, two) == ("('x', 1)", "('x', 2)")
    assert told == [one, one, (one, 1), two, (two, 2), one]
    assert dict(f.__cache__()) == {one: 1}
    f.load(two), f.dump(two)
    assert dict(f.__cache__()) == {two: 2}
    assert sorted(f.__cache__().archive) == [one, two]
    with pytest.raises(KeyError) as caught:
        f.lookup(3)
    assert caught.value.args == ("('x', 3)",)


def test_a_result_that_is_given_by_key_is_found_by_the_call() -> None:
    f = lru_cache(2, keymap=hashmap(algorithm="md5"))(lambda x: [x])
    f.__cache__()[f.key(1)] = "by hand"
    f.__cache__()[f.key(2)] = ["by", "hand"]
    assert [f(1), f(2), f(2)] == ["by hand", ["by", "hand"], ["by", "hand"]]
    f(2).append("poison")
    assert f(2) == ["by", "hand"]
    assert f.info()[:3] == (5, 0, 0)
    assert [f.contains(1), f.lookup(1), f.invalidate(1), f.contains(1)] == [
        *(True, "by hand", True, False)
    ]
    del f.__cache__()[f.key(2)]
    assert dict(f.__cache__()) == {}


def test_a_key_that_is_none_is_passed_over_or_refused(tmp_path: Path) -> None:
    f = lru_cache(cache=tmp_path / "a.db")(lambda x, y: x)
    f.load("no key", (1,), (1, 2, 3)), f.dump("no key")
    with pytest.raises(KeymapError, match=r"'no key' is no key of .*; its method key\(\.\.\.\)"):
        f.__cache__()["no key"] = 1
    g = safe.lru_cache(keymap=hashmap())(lambda x: x)
    with pytest.raises(KeymapError, match="unhashable"):
        g.key([])
