"""klepto's cache: memory in front of any mapping, with load and dump."""

from __future__ import annotations

import numpy as np
import pytest

from kigen import StorageWarning, archives
from kigen.archives import cache
from kigen.errors import ConfigurationError, DamagedRecordWarning
from kigen.fingerprint import fingerprint
from tests.archives.test_damage import damage, flip


@pytest.fixture
def both(archive):
    """A cache and its archive."""
    return cache(archive=archive), archive


def test_nothing_is_in_the_archive_until_dump_and_nothing_in_memory_until_load(both):
    """Write-back: the archive is talked to when one says so."""
    memory, archive = both
    memory["a"] = 1
    memory.update(b=2)
    assert dict(archive) == {}
    memory.dump("a")
    assert dict(archive) == {"a": 1}
    memory.dump()
    assert dict(archive) == {"a": 1, "b": 2}
    archive["c"] = 3
    assert "c" not in memory
    memory.load("c", "not there")
    assert memory["c"] == 3
    fresh = cache(archive=archive)
    fresh.load()
    assert fresh == {"a": 1, "b": 2, "c": 3}
    del fresh["a"]
    assert "a" in archive


def test_it_is_a_mutable_mapping():
    """In memory, like a dict."""
    memory = cache({"a": 1}, b=2)
    assert memory == {"a": 1, "b": 2}
    assert len(memory) == 2
    assert memory.pop("a") == 1
    assert memory.popkeys(["b", "c"], None) == [2, None]
    with pytest.raises(KeyError):
        memory.popkeys(["c"])
    assert memory.setdefault("d", 4) == 4
    assert "cache({'d': 4}" in repr(memory)
    copied = memory.copy()
    copied["e"] = 5
    assert "e" not in memory
    memory.clear()
    assert dict(memory) == {}


def test_memory_may_be_any_mapping():
    """A bounded one, for instance."""
    entries = {}
    memory = cache(memory=entries)
    memory["a"] = 1
    assert entries == {"a": 1}


def test_dump_stores_what_changed_and_nothing_else(durable, monkeypatch):
    """Also what was changed in place; an archive that lost an entry gets it again."""
    memory = cache(archive=durable)
    memory.update({"number": 1, "list": [1], "array": np.arange(20_000.0)})
    stored = []
    original = durable.backend.write_many

    def spy(records):
        records = list(records)
        stored.extend(record.name for record in records)
        original(records)

    monkeypatch.setattr(durable.backend, "write_many", spy)
    memory.dump()
    assert len(stored) == 3
    stored.clear()
    memory.dump()
    assert stored == []
    memory["list"].append(2)
    memory["array"][7] = -1
    memory["new"] = 1
    memory.dump()
    assert sorted(stored) == sorted(map(fingerprint, ["list", "array", "new"]))
    assert durable["list"] == [1, 2]
    assert durable["array"][7] == -1
    stored.clear()
    del durable["number"]
    memory.dump()
    assert stored == [fingerprint("number")]
    other = cache(archive=durable)
    other.load()
    stored.clear()
    other.dump()
    assert stored == []
    other["list"].append(3)
    other.dump()
    assert durable["list"] == [1, 2, 3]


def test_dump_goes_on_after_an_entry_that_cannot_be_stored(durable):
    """A warning names it; the others are stored."""
    memory = cache({"a": 1, "bad": (n for n in ()), "c": 3}, archive=durable)
    with pytest.warns(StorageWarning, match="'bad' was not stored.*generator"):
        memory.dump()
    assert dict(durable) == {"a": 1, "c": 3}
    assert "bad" in memory


def test_load_goes_on_after_a_damaged_entry(durable):
    """A warning names it; the others are loaded."""
    durable.update({n: n for n in range(5)})
    damage(durable, fingerprint(2), flip)
    memory = cache(archive=durable)
    with pytest.warns(DamagedRecordWarning):
        memory.load()
    assert memory == {0: 0, 1: 1, 3: 3, 4: 4}


def test_load_leaves_out_what_cannot_be_a_key_in_memory(durable):
    """An archive's keys need not be hashable, a dict's must."""
    durable.update([([1, 2], "list"), ("a", 1)])
    memory = cache(archive=durable)
    with pytest.warns(StorageWarning, match="stays in the archive"):
        memory.load()
    assert memory == {"a": 1}


def test_sync_dumps_and_loads(both):
    """With clear, the archive becomes a copy of memory."""
    memory, archive = both
    archive["theirs"] = 1
    memory["mine"] = 2
    memory.sync()
    assert memory == archive == {"theirs": 1, "mine": 2}
    del memory["theirs"]
    memory.sync(clear=True)
    assert memory == archive == {"mine": 2}
    archive.clear()
    memory.sync()
    assert archive == {"mine": 2}


def test_archived_turns_the_archive_off_and_on(both):
    """While it is off, dump and load reach nothing."""
    memory, archive = both
    assert memory.archived() is True
    memory.archived(False)
    assert memory.archived() is False
    memory["a"] = 1
    memory.dump()
    memory.load()
    assert dict(archive) == {}
    memory.archived(False)
    memory.archived(True)
    memory.archived(True)
    assert memory.archive is archive
    memory.dump()
    assert dict(archive) == {"a": 1}
    with pytest.raises(TypeError):
        memory.archived(True, False)


def test_drop_lets_go_of_the_archive(both):
    """Which keeps what it holds; a cache without one has nothing to drop or turn on."""
    memory, archive = both
    memory["a"] = 1
    memory.dump()
    memory.archived(False)
    memory.drop()
    assert memory.archived() is False
    assert dict(archive) == {"a": 1}
    assert memory == {"a": 1}
    with pytest.raises(ValueError, match="no archive has been set"):
        memory.archived(True)
    with pytest.raises(ConfigurationError):
        memory.drop()


def test_another_archive_gets_everything(tmp_path):
    """What was dumped to one archive is not taken for being in another."""
    one, two = archives.open("memory://"), archives.open(tmp_path / "two.db")
    memory = cache({"a": 1}, archive=one)
    memory.dump()
    memory.open(two)
    memory.dump()
    assert dict(one) == dict(two) == {"a": 1}
    memory.archive = tmp_path / "three.db"
    memory.dump()
    assert dict(memory.archive) == {"a": 1}
    memory.archive.close()
    two.close()


def test_any_mutable_mapping_is_an_archive():
    """Nothing but a mapping is asked for."""
    plain = {"b": 2}
    memory = cache({"a": 1}, archive=plain)
    assert memory.archived()
    memory.sync()
    assert memory == plain == {"a": 1, "b": 2}
    assert cache(archive=memory).archive is plain


class Full(dict):
    def __setitem__(self, key, value):
        if key == "bad":
            raise OSError("full")
        super().__setitem__(key, value)


def test_a_mapping_that_refuses_an_entry_costs_that_entry():
    """As with an archive of ours."""
    plain = Full()
    with pytest.warns(StorageWarning, match="full"):
        cache({"a": 1, "bad": 2, "c": 3}, archive=plain).dump()
    assert plain == {"a": 1, "c": 3}


@pytest.mark.parametrize("archive", [7, [], object()])
def test_what_is_no_archive_is_refused(archive):
    """It is not silently replaced by one that keeps nothing."""
    with pytest.raises(ConfigurationError, match="mutable mapping, a path or a URL"):
        cache(archive=archive)
