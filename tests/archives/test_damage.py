"""A damaged or foreign record is reported, skipped, kept, and never makes the rest unreadable."""

from __future__ import annotations

import os
import random
import sqlite3
import sys
import types
import warnings
from pathlib import Path

import numpy as np
import pytest

from kigen import DamagedRecordWarning, archives
from kigen.errors import ArchiveError, NotAnArchiveError
from kigen.fingerprint import fingerprint

LARGE = np.arange(40_000.0)


def damage(archive, name, change):
    """Apply ``change`` to the bytes at rest of a record."""
    file = value_file(archive, name)
    if file is not None:
        file.write_bytes(change(file.read_bytes()))
        return
    with sqlite3.connect(archive.backend.path) as db:
        (value,) = db.execute("SELECT value FROM records WHERE name = ?", (name,)).fetchone()
        db.execute("UPDATE records SET value = ? WHERE name = ?", (change(value), name))
    db.close()


def value_file(archive, name):
    """The file that holds the value of a record, or None if its row does."""
    path = Path(archive.backend.path)
    if path.is_dir():
        return path / name[:2] / name[2:]
    files = list(Path(f"{path}.values").glob(f"{name}-*"))
    return files[0] if files else None


def cut(data):
    return data[: len(data) // 2]


def flip(data):
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def flip_last(data):
    return data[:-1] + bytes([data[-1] ^ 128])


CHANGES = {
    "cut in half": cut,
    "cut by one": lambda data: data[:-1],
    "empty": lambda data: b"",
    "flipped bit": flip,
    "flipped last byte": flip_last,
    "longer": lambda data: data + b"x",
    "zeroed": lambda data: bytes(len(data)),
    "foreign": lambda data: b"something else altogether",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize(
    "value", ["a small value", LARGE, b"x" * 70_000], ids=["small", "array", "bytes"]
)
def test_damage_is_reported_and_the_rest_stays_readable(durable, change, value):
    """The warning names archive, record and reason; the entry counts as absent."""
    durable.update({n: n for n in range(5)})
    name = fingerprint("victim")
    durable["victim"] = value
    damage(durable, name, change)
    expected = pytest.warns(DamagedRecordWarning, match=f"(?s){durable.backend.path}.*{name}")
    with expected:
        assert durable.get("victim", "absent") == "absent"
    with expected:
        assert durable.fetch(name) is None
    with expected:
        assert "victim" not in durable
    with expected:
        assert sorted(entry.value for entry in durable.entries()) == [0, 1, 2, 3, 4]
    with expected:
        assert dict(durable) == {n: n for n in range(5)}
    with expected, pytest.raises(KeyError):
        durable["victim"]
    assert list(durable.verify()) == [name]


@pytest.mark.parametrize("value", ["a small value", LARGE], ids=["small", "large"])
@pytest.mark.parametrize("store", ["set", "new", "update", "setdefault"])
def test_damaged_bytes_are_kept_when_a_new_value_takes_their_place(durable, value, store):
    """In the place that the warning names, exactly as they were found."""
    name = fingerprint("victim")
    durable["victim"] = value
    damage(durable, name, flip)
    with pytest.warns(DamagedRecordWarning) as caught:
        durable.get("victim")
    assert durable.backend.damaged_place in str(caught[0].message)
    if store == "set":
        durable["victim"] = "new"
    elif store == "new":
        assert durable.store_new(name, "victim", "new") is True
    elif store == "update":
        durable.update({"victim": "new"})
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DamagedRecordWarning)
            assert durable.setdefault("victim", "new") == "new"
    assert durable["victim"] == "new"
    assert durable.verify() == {}
    assert len(kept(durable)) == 1
    assert kept(durable)[0] != b""
    durable["victim"] = "newer"
    assert len(kept(durable)) == 1


def kept(archive):
    """The damaged values that have been set aside."""
    path = Path(archive.backend.path)
    if path.is_dir():
        return [file.read_bytes() for file in (path / "damaged").iterdir()]
    db = sqlite3.connect(path)
    rows = db.execute("SELECT value, file FROM damaged").fetchall()
    db.close()
    return [value or Path(f"{path}.values", file).read_bytes() for value, file in rows]


def test_a_record_that_was_repaired_meanwhile_is_not_set_aside(durable):
    """Another process has computed the value again: its record is no damage."""
    durable["victim"] = "old"
    damage(durable, fingerprint("victim"), flip)
    with pytest.warns(DamagedRecordWarning):
        durable.get("victim")
    with archives.open(durable.url) as other:
        other["victim"] = "repaired"
    durable["victim"] = "mine"
    assert durable["victim"] == "mine"
    assert not Path(durable.backend.path, "damaged").exists() or kept(durable) == []


def test_store_new_replaces_a_record_nobody_knew_to_be_damaged(durable):
    """A damaged record counts as absent, for those who create only what is absent too."""
    name = fingerprint("victim")
    durable["victim"] = "old"
    damage(durable, name, flip)
    with pytest.warns(DamagedRecordWarning):
        assert durable.store_new(name, "victim", "new") is True
    assert durable["victim"] == "new"
    assert len(kept(durable)) == 1


def test_a_value_whose_class_is_gone_is_reported_and_kept(durable):
    """The record is whole, and may be readable elsewhere: it is neither returned nor lost."""
    module = types.ModuleType("a_module_that_goes_away")
    exec("class Result:\n    pass", module.__dict__)
    sys.modules[module.__name__] = module
    try:
        durable["gone"] = module.Result()
        durable["here"] = 1
    finally:
        del sys.modules[module.__name__]
    with pytest.warns(DamagedRecordWarning, match="a_module_that_goes_away"):
        assert durable.get("gone") is None
    with pytest.warns(DamagedRecordWarning):
        assert [entry.key for entry in durable.entries()] == ["here"]
    with pytest.warns(DamagedRecordWarning):
        assert durable.pop("gone", "absent") == "absent"
    durable["gone"] = 2
    assert durable["gone"] == 2
    assert len(kept(durable)) == 1


def test_a_record_of_a_newer_format_is_left_alone(tmp_path):
    """Its kigen can read it; ours says what to do."""
    archive = archives.open(tmp_path / "runs")
    archive["a"] = 1
    archive["b"] = 2
    file = value_file(archive, fingerprint("a"))
    data = file.read_bytes()
    file.write_bytes(data[:12] + (99).to_bytes(2, "little") + data[14:])
    with pytest.warns(DamagedRecordWarning, match=r"newer kigen.*upgrade"):
        assert archive.get("a") is None
    assert archive["b"] == 2


def test_a_record_under_another_name_is_not_believed(tmp_path):
    """A copied file does not become the result of another call."""
    archive = archives.open(tmp_path / "runs")
    archive["a"] = 1
    archive["b"] = 2
    value_file(archive, fingerprint("b")).write_bytes(
        value_file(archive, fingerprint("a")).read_bytes()
    )
    with pytest.warns(DamagedRecordWarning, match="record of"):
        assert archive.get("b") is None


def test_every_flipped_byte_of_a_record_is_found(tmp_path):
    """Wherever it is: in the head, the description, the key, the value."""
    archive = archives.open(tmp_path / "runs")
    name = fingerprint("key")
    archive.store(name, "key", {"loss": 0.5}, function="f", code="c", elapsed=1, fields={"a": 1})
    file = value_file(archive, name)
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.warns(DamagedRecordWarning):
            assert archive.fetch(name) is None
        with pytest.warns(DamagedRecordWarning):
            assert archive.get("key") is None
    for size in range(len(whole)):
        file.write_bytes(whole[:size])
        with pytest.warns(DamagedRecordWarning):
            assert archive.get("key") is None
    file.write_bytes(whole)
    assert archive["key"] == {"loss": 0.5}


@pytest.mark.parametrize(
    "column", ["function", "code", "fields", "result", "codec", "key", "value"]
)
def test_every_changed_column_is_found(tmp_path, column):
    """What a row says of its value belongs to the record."""
    archive = archives.open(tmp_path / "runs.db")
    name = fingerprint("key")
    archive.store(name, "key", 0.5, function="f", code="c", fields={"a": 1})
    with sqlite3.connect(tmp_path / "runs.db") as db:
        db.execute(f"UPDATE records SET {column} = {column} || 'x'")
    db.close()
    with pytest.warns(DamagedRecordWarning):
        assert archive.fetch(name) is None
    archive.close()


def test_a_lost_value_file_is_damage(tmp_path):
    """The row says that there was one."""
    archive = archives.open(tmp_path / "runs.db")
    archive["large"] = LARGE
    archive["small"] = 1
    value_file(archive, fingerprint("large")).unlink()
    with pytest.warns(DamagedRecordWarning, match="missing"):
        assert archive.get("large") is None
    archive["large"] = "new"
    assert dict(archive) == {"large": "new", "small": 1}
    archive.close()


def test_foreign_files_in_the_tree_are_neither_read_nor_removed(tmp_path):
    """Clearing an archive deletes what kigen wrote, and nothing else."""
    archive = archives.open(tmp_path / "runs")
    archive.update({n: n for n in range(20)})
    shard = next(p for p in (tmp_path / "runs").iterdir() if len(p.name) == 2)
    strangers = [
        tmp_path / "runs" / "notes.txt",
        tmp_path / "runs" / "figs" / "plot.png",
        shard / "readme",
        shard / ("A" * 30),
    ]
    for stranger in strangers:
        stranger.parent.mkdir(exist_ok=True)
        stranger.write_text("mine")
    assert len(archive) == len(list(archive)) == 20
    archive.clear()
    assert len(archive) == 0
    assert all(stranger.read_text() == "mine" for stranger in strangers)
    archive["again"] = 1
    assert archive["again"] == 1


def test_a_directory_in_a_records_place_is_damage(tmp_path):
    """It is reported, and moved aside rather than removed."""
    archive = archives.open(tmp_path / "runs")
    place = value_file(archive, fingerprint("key"))
    place.mkdir(parents=True)
    (place / "mine").write_text("mine")
    with pytest.warns(DamagedRecordWarning, match="cannot be read"):
        assert archive.get("key") is None
    archive["key"] = 1
    assert archive["key"] == 1
    (aside,) = (tmp_path / "runs" / "damaged").iterdir()
    assert (aside / "mine").read_text() == "mine"


@pytest.mark.parametrize("content", ["text", "directory", "klepto"])
def test_a_directory_with_other_content_is_refused_and_left_alone(tmp_path, content):
    """Nothing is created in it."""
    place = tmp_path / "mine"
    place.mkdir()
    if content == "text":
        (place / "thesis.txt").write_text("years of work")
    elif content == "directory":
        (place / "ab").mkdir()
    else:
        (place / "K_a").mkdir()
        (place / "K_a" / "output.pkl").write_bytes(b"x")
    before = sorted(place.rglob("*"))
    with pytest.raises(NotAnArchiveError, match="not an archive"):
        archives.open(place)
    assert sorted(place.rglob("*")) == before


def test_an_empty_directory_becomes_an_archive(tmp_path):
    """Marked as one, for kigen, git and backup tools."""
    archives.open(tmp_path / "empty")
    (tmp_path / "other").mkdir()
    archives.open(tmp_path / "other")
    for place in ("empty", "other"):
        assert (tmp_path / place / "kigen-archive").read_text() == "kigen archive, format 1\n"
        tag = (tmp_path / place / "CACHEDIR.TAG").read_text()
        assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55")
        assert (tmp_path / place / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("marker", "error"),
    [("kigen archive, format 99\n", "newer kigen"), ("something else", "not written by kigen")],
)
def test_a_marker_that_is_not_ours_is_respected(tmp_path, marker, error):
    """Of a newer kigen, or of somebody else."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "kigen-archive").write_text(marker)
    with pytest.raises(ArchiveError, match=error):
        archives.open(tmp_path / "runs")
    assert os.listdir(tmp_path / "runs") == ["kigen-archive"]


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    """Text, zeros, something short: it keeps its bytes."""
    for content in (b"years of work", b"x", b"SQLite format 3\0" + b"\1" * 84, b"\0" * 5000):
        path = tmp_path / "mine.db"
        path.write_bytes(content)
        with pytest.raises(ArchiveError):
            archives.open(path)
        assert path.read_bytes() == content
        assert os.listdir(tmp_path) == ["mine.db"]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_of_somebody_elses_is_refused_and_left_alone(tmp_path, mode):
    """Its tables are not dropped, and none of ours is added."""
    path = tmp_path / "users.db"
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA journal_mode = {mode}")
    db.execute("CREATE TABLE users (name)")
    db.execute("INSERT INTO users VALUES ('precious')")
    db.commit()
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotAnArchiveError, match="left as it is"):
        archives.open(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["users.db"]


def test_an_empty_file_becomes_an_archive(tmp_path):
    """As tempfile makes them."""
    path = tmp_path / "new.db"
    path.touch()
    with archives.open(path) as archive:
        archive["a"] = 1
        assert archive["a"] == 1


def test_a_database_of_a_newer_format_is_refused(tmp_path):
    """And says what to do."""
    path = tmp_path / "runs.db"
    archives.open(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ArchiveError, match=r"newer kigen.*upgrade"):
        archives.open(path)


def test_a_truncated_database_is_a_clear_error_and_not_overwritten(tmp_path):
    """Whatever is left of it may be worth a rescue."""
    path = tmp_path / "runs.db"
    with archives.open(path) as archive:
        archive.update(dict.fromkeys(range(500), "x" * 100))
    whole = path.read_bytes()
    for size in (150, 2_048, 5_000, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises((ArchiveError, DamagedRecordWarning), match=r"damaged|cannot"):
            read_all(path)
        assert path.read_bytes() == whole[:size]


def read_all(path):
    with archives.open(path) as archive:
        return dict(archive)


def test_scrambled_databases_never_give_a_wrong_value(tmp_path):
    """Whatever a flipped byte hits: each value is right, or reported, or the error is ours."""
    path = tmp_path / "runs.db"
    rng = random.Random(0)
    with archives.open(path) as archive:
        archive.update({n: f"value {n}" * 10 for n in range(100)})
    whole = path.read_bytes()
    for _ in range(150):
        scrambled = bytearray(whole)
        for _ in range(20):
            scrambled[rng.randrange(100, len(whole))] = rng.randrange(256)
        path.write_bytes(scrambled)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DamagedRecordWarning)
            try:
                with archives.open(path) as archive:
                    for n in range(100):
                        assert archive.get(n, "absent") in (f"value {n}" * 10, "absent")
                        entry = archive.fetch(fingerprint(n))
                        assert entry is None or (entry.key, entry.value) == (n, f"value {n}" * 10)
                    assert set(archive.items()) <= {(n, f"value {n}" * 10) for n in range(100)}
            except ArchiveError:
                continue
