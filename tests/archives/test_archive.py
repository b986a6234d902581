"""An archive is a mapping from any fingerprintable key to any storable value."""

from __future__ import annotations

import copy
import math
import pickle
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np
import pytest

from kigen import CodecError, UnfingerprintableError, archives
from kigen.archives import Archive, Entry, UnreadableKey
from kigen.backends.memory import MemoryBackend
from kigen.errors import ArchiveError
from kigen.fingerprint import fingerprint

NAN = float("nan")

DISTINCT_KEYS = [
    "a-b", "a_b", "A-B", 1, "1", b"1", -1, -2, 2**61 - 1, 0, math.inf, 314159, "x" * 300,
    "x" * 301, "/", "a/b", "..", "../..", ".", "", " ", "\0", "K_1", "sqlite_x", "name'; --",
    "é", "e\u0301", "\U0001f600", "con", "nul.txt", None, (), (1, 2), ((1, 2),), [1, 2], {"a": 1},
    {1, 2}, frozenset({3}), NAN, 1.5, 2j, Decimal("1.1"), UUID(int=5), Path("x"), 10**300,
    b"\xff" * 70_000, np.arange(5), np.arange(5.0) + 0.5,
]  # fmt: skip


class Point(NamedTuple):
    x: int
    y: int


def test_every_key_has_a_place_of_its_own(archive):
    """Names that file systems and databases mix up, other types, long ones and empty ones."""
    for number, key in enumerate(DISTINCT_KEYS):
        archive[key] = number
    assert len(archive) == len(DISTINCT_KEYS)
    for number, key in enumerate(DISTINCT_KEYS):
        assert archive[key] == number
        assert key in archive
    for key in DISTINCT_KEYS:
        del archive[key]
    assert len(archive) == 0


def test_iteration_yields_the_original_keys(archive):
    """Not their texts, not their fingerprints: keys of the same types."""
    keys = ["a/b", 1, 1.5, None, (1, "x"), b"b", frozenset({1}), Point(1, 2), 2**70]
    archive.update((key, None) for key in keys)
    assert set(archive) == set(keys)
    assert {type(key) for key in archive} == {type(key) for key in keys}
    assert set(archive.keys()) == set(keys)


def test_equal_keys_are_one_key(archive):
    """As a dict has it; a NaN is one key, too."""
    archive[3] = "three"
    archive[3.0] = "float"
    archive[NAN] = "nan"
    archive[float("nan")] = "another nan"
    assert len(archive) == 2
    assert archive[3] == archive[True + 2] == "float"


def test_lookup_of_nothing_is_a_key_error(archive):
    """The mapping protocol, for a key that is not there."""
    with pytest.raises(KeyError) as caught:
        archive["nothing"]
    assert caught.value.args == ("nothing",)
    with pytest.raises(KeyError):
        del archive["nothing"]
    with pytest.raises(KeyError):
        archive.pop("nothing")
    assert archive.pop("nothing", 7) == 7
    assert archive.get("nothing") is None
    assert archive.get("nothing", 7) == 7
    assert "nothing" not in archive
    assert list(archive.items()) == []


def test_it_is_a_mutable_mapping(archive):
    """Each method of one does what a dict's does."""
    archive.update({"a": 1}, b=2)
    archive.update([("c", 3)])
    assert archive == {"a": 1, "b": 2, "c": 3}
    assert archive != {"a": 1, "b": 2}
    assert archive != {"a": 1, "b": 2, "c": 4}
    assert sorted(archive.values()) == [1, 2, 3]
    assert sorted(archive.items()) == [("a", 1), ("b", 2), ("c", 3)]
    assert archive.setdefault("a", 9) == 1
    assert archive.setdefault("d", 9) == 9
    assert archive.pop("d") == 9
    key, value = archive.popitem()
    assert {"a": 1, "b": 2, "c": 3}[key] == value
    assert ("a" in archive.keys()) == (key != "a")  # noqa: SIM118 - the view is tested
    archive.clear()
    assert list(archive) == []
    assert len(archive) == 0


def test_none_and_falsy_values_are_values(archive):
    """None is a result like any other."""
    for value in (None, 0, "", [], {}, False, 0.0, b""):
        archive["key"] = value
        assert "key" in archive
        assert archive["key"] == value
        assert archive.get("key", "absent") == value
        assert archive.setdefault("key", "absent") == value


def test_a_key_without_a_fingerprint_is_refused_by_name(archive):
    """Nothing is guessed from its address or its repr."""
    with pytest.raises(UnfingerprintableError):
        archive[object()] = 1
    with pytest.raises(UnfingerprintableError):
        archive.get([object()])
    assert len(archive) == 0


def test_a_value_that_cannot_be_stored_leaves_everything_as_it_was(durable):
    """The error names the culprit, before anything is written."""
    durable["key"] = "old"
    with pytest.raises(CodecError, match=r"\['b'\]\[0\]") as caught:
        durable["key"] = {"a": 1, "b": [generator()]}
    assert caught.value.path == "['b'][0]"
    with pytest.raises(CodecError):
        durable["new"] = generator()
    assert dict(durable) == {"key": "old"}


def test_update_stores_what_can_be_stored(durable):
    """One value that cannot be stored does not keep the others out."""
    with pytest.raises(CodecError):
        durable.update({"a": 1, "b": generator(), "c": 3})
    assert durable == {"a": 1, "c": 3}
    refused = durable.update_each([("d", 4), ("e", generator())])
    assert [key for key, _ in refused] == ["e"]
    assert durable["d"] == 4


def test_what_comes_out_of_a_durable_archive_is_a_new_object(durable):
    """Changing it does not change what is stored."""
    durable["key"] = [1, 2]
    durable["key"].append("poison")
    assert durable["key"] == [1, 2]


def test_what_comes_out_of_memory_is_the_object_itself(tmp_path):
    """As from a dict; and anything can be kept."""
    archive = archives.open("memory://")
    lock = threading.Lock()
    archive["lock"] = lock
    assert archive["lock"] is lock


@pytest.mark.parametrize("size", [10, 70_000, 1_000_000])
def test_arrays_come_back_equal_and_writable(durable, size):
    """Small ones in the record, large ones beside it; any order and number of them."""
    value = {
        "c": np.arange(size, dtype="f8"),
        "f": np.asfortranarray(np.arange(size * 2, dtype="i4").reshape(2, size)),
        "strided": np.arange(size * 2)[::2],
        "same": None,
        "empty": np.empty((0, 3)),
        "text": np.array(["a", "bc"]),
        "object": np.array([None, {1: 2}], dtype=object),
    }
    value["same"] = value["c"]
    durable["arrays"] = value
    found = durable["arrays"]
    for name, array in value.items():
        assert np.array_equal(found[name], array), name
        assert found[name].dtype == array.dtype
        assert found[name].flags.writeable
    assert found["same"] is found["c"]
    found["c"][0] = -1
    assert durable["arrays"]["c"][0] == 0


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 3_000_000])
def test_values_on_both_sides_of_the_limit_are_whole(durable, size):
    """Where a value moves out of its row."""
    durable["bytes"] = b"\x01" * size
    durable["text"] = "é" * size
    assert durable["bytes"] == b"\x01" * size
    assert durable["text"] == "é" * size
    durable["bytes"] = b"small"
    assert durable["bytes"] == b"small"


def test_an_entry_carries_what_is_known_of_it(durable):
    """Its function, its body, when, how long it took, and the fields that people see."""
    name = fingerprint(("f", 1))
    durable.store(
        name, {"lr": 0.1}, [1, 2], function="m.f", code="c1", elapsed=2, fields={"lr": 0.1}
    )
    entry = durable.fetch(name)
    assert isinstance(entry, Entry)
    assert (entry.name, entry.key, entry.value) == (name, {"lr": 0.1}, [1, 2])
    assert (entry.function, entry.code) == ("m.f", "c1")
    assert "m.f" in repr(entry)
    assert entry.elapsed == 2.0
    assert entry.fields == {"lr": 0.1}
    assert 1.7e9 < entry.created < 1e11
    assert durable.fetch(fingerprint("other")) is None
    (again,) = durable.entries()
    assert (again.key, again.value, again.created) == (entry.key, entry.value, entry.created)


def test_entries_of_a_function_are_its_own(archive):
    """Two functions on one archive do not meet."""
    for number in range(4):
        function = "f" if number % 2 else "g"
        archive.store(fingerprint((function, number)), number, number, function=function)
    assert [entry.value for entry in archive.entries("f")] in ([1, 3], [3, 1])
    assert list(archive.entries("h")) == []
    assert len(list(archive.entries())) == 4


def test_store_new_leaves_what_is_there(archive):
    """And says so."""
    name = fingerprint("x")
    assert archive.store_new(name, "x", 1) is True
    assert archive.store_new(name, "x", 2) is False
    assert archive["x"] == 1
    assert archive.discard(name) is True
    assert archive.discard(name) is False


def test_entries_is_a_snapshot(archive):
    """Storing and deleting while iterating neither fails nor repeats."""
    archive.update({n: n for n in range(50)})
    seen = []
    for entry in archive.entries():
        seen.append(entry.key)
        archive[entry.key + 100] = 0
        del archive[entry.key]
    assert len(seen) == len(set(seen)) <= 50
    assert all(key < 100 for key in seen)
    assert len(archive) == 50


def test_a_closed_archive_opens_again(durable):
    """Closing lets go of files and connections; with-blocks may be repeated."""
    with durable:
        durable["a"] = 1
    with durable:
        assert durable["a"] == 1
    assert len(durable) == 1


def test_two_archives_at_one_path_are_one(durable, tmp_path):
    """In one process, opened by path, by URL and by pathlib."""
    path = durable.backend.path
    others = [archives.open(durable.url), archives.open(path), archives.open(Path(path))]
    durable["a"] = 1
    for number, other in enumerate(others):
        assert other["a"] == 1
        other["b"] = number
        assert durable["b"] == number
        other.close()


def test_a_pickled_archive_is_the_archive(durable):
    """It travels as where it is, to other processes and through copy."""
    durable["a"] = 1
    for other in (pickle.loads(pickle.dumps(durable)), copy.deepcopy(durable), copy.copy(durable)):
        assert other["a"] == 1
        assert other.url == durable.url
        other.close()


def test_an_archive_in_memory_is_pickled_within_its_process_only():
    """Another process has another memory, and is told so."""
    archive = archives.open("memory://")
    archive["a"] = 1
    pickled = pickle.dumps(archive)
    assert pickle.loads(pickled)["a"] == 1
    program = "import sys, pickle; pickle.loads(bytes.fromhex(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", program, pickled.hex()],
        capture_output=True,
        text=True,
        cwd=Path(archives.__file__).parent.parent.parent,
        check=False,
    )
    assert "lives in the memory of process" in done.stderr


def test_a_codec_of_the_users_is_used_and_travels():
    """An archive may be given another codec."""
    archive = Archive(MemoryBackend(), codec=Upper())
    archive["a"] = "text"
    assert archive["a"] == "TEXT"
    assert pickle.loads(pickle.dumps(archive))["a"] == "TEXT"


def generator():
    """Something that neither pickle nor dill can store."""
    return (n for n in ())


class Upper:
    """Stores text in capitals."""

    def encode(self, value):
        return "upper", value.upper(), ()

    def decode(self, payload):
        return payload[1]


def test_a_key_whose_class_is_gone_is_listed_by_a_stand_in(durable):
    """It has the fields and finds the entry; iteration goes on."""
    durable.store(fingerprint("k"), Vanishing(3), "value", fields={"n": 3})
    durable["other"] = 1
    kept = Vanishing.__qualname__
    Vanishing.__qualname__ = "Vanished"
    try:
        durable.store(fingerprint("j"), Vanishing(4), "unpicklable key")
    finally:
        Vanishing.__qualname__ = kept
    original = globals().pop("Vanishing")
    try:
        keys = list(durable)
        stand_in = next(k for k in keys if isinstance(k, UnreadableKey) and k.fields)
        assert stand_in.fields == {"n": 3}
        assert "UnreadableKey" in repr(stand_in)
        assert durable[stand_in] == "value"
        assert stand_in in durable
        assert pickle.loads(pickle.dumps(stand_in)) == stand_in
        assert len({*keys, stand_in}) == 3
        with pytest.raises(KeyError):
            durable[UnreadableKey("0" * 32)]
        durable[stand_in] = "new"
        assert durable[stand_in] == "new"
        del durable[stand_in]
        assert len(durable) == 2
    finally:
        globals()["Vanishing"] = original


class Vanishing:
    """A key class that cannot be imported later on."""

    def __init__(self, n):
        self.n = n

    def __fingerprint__(self):
        return self.n


def test_a_key_costs_what_its_fields_cost_not_its_class(durable):
    """A key of a class defined in a function is not stored by value, and is found all the same."""

    class Local:
        def __fingerprint__(self):
            return "local"

    durable[Local()] = 1
    assert durable[Local()] == 1
    (record,) = (record for _, record in durable.backend.read_many(durable.backend.names()))
    assert record.key == b""
    assert isinstance(next(iter(durable)), UnreadableKey)


def test_names_are_fingerprints(archive):
    """What an entry is found by is the fingerprint of its key."""
    archive["a"] = 1
    assert list(archive.names()) == [fingerprint("a")]


def test_a_memory_error_is_no_damage(durable, monkeypatch):
    """What is not the record's fault is not blamed on it."""
    durable["a"] = Greedy()
    with pytest.raises(MemoryError):
        durable["a"]
    with pytest.raises(MemoryError):
        durable.fetch(fingerprint("a"))


class Greedy:
    def __reduce__(self):
        return _greedy, ()


def _greedy():
    raise MemoryError


def test_repr_says_where(durable):
    """The URL opens it."""
    assert durable.url in repr(durable)
    with archives.open(durable.url) as again:
        assert again.backend.path == durable.backend.path


def test_an_archive_error_is_not_taken_for_damage(durable, monkeypatch):
    """An archive that cannot be read raises."""

    def fail(name):
        raise ArchiveError("the disk is gone")

    monkeypatch.setattr(durable, "_read_value", fail)
    with pytest.raises(ArchiveError, match="the disk is gone"):
        durable["a"]
