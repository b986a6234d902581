"""Store: one SQLite file, whole after every call, and nobody else's."""

import json
import os
import sqlite3
import threading

import pytest

from kigen import Blueprint, Enum, Generator, Key, Param, Recorder, Store
from kigen.errors import ArchiveError, NotAnArchiveError


class K2(Key):
    a = Param(min=0, max=10)
    b = Enum("x", "y")


def test_runs_are_found_by_id_by_generator_and_by_time(tmp_path):
    keys = [K2(a=number, b="x") for number in range(5)]
    with Store(tmp_path / "runs.db") as store:
        assert store.record_runs(keys[:4], "one") == 4
        assert store.record_runs(keys[2:], "one") == 1
        store.record_run(keys[0], "two")
        assert (store.run_count(), store.run_count("one"), store.run_count("none")) == (6, 5, 0)
        assert store.get_run(keys[3].id)["params"] == {"a": 3, "b": "x"}
        assert store.get_run(keys[3].fingerprint())["gen_key"] == "one"
        assert store.get_run("no such id") is None
        assert store.get_run("ffffffffffff") is None
        assert store.get_run("") is None
        assert store.record_runs([], "one") == 0
        assert [run["params"]["a"] for run in store.recent_runs(2, "one")] == [4, 3]
        assert [run["gen_key"] for run in store.recent_runs(1)] == ["two"]
        assert set(store.recent_runs(1)[0]) == {"key_id", "gen_key", "params", "created_at"}
        assert [set(row) for row in store.all_params("two")] == [{"key_id", "gen_key", "params"}]
        assert store.load_seen_fingerprints("one") == {key.fingerprint() for key in keys}


def test_generators_are_saved_and_listed(tmp_path):
    with Store(tmp_path / "runs.db") as store:
        assert store.load_generator_by_key("g") is None
        store.save_generator_by_key("g", cursor=3, state_extra={"x": 1})
        store.save_generator_by_key("f")
        row = store.load_generator_by_key("g")
        assert (row["cursor"], row["state_extra"]) == (3, {"x": 1})
        assert [row["gen_key"] for row in store.list_generators()] == ["f", "g"]


def test_params_are_json_that_sql_can_read(tmp_path):
    class Rich(Key):
        x = Param()
        y = Enum(("a", 1))

    path = tmp_path / "runs.db"
    with Store(path) as store:
        store.record_runs([Rich(x=float("inf"), y=("a", 1)), Rich(x=0.5, y=("a", 1))], "g")
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT params ->> '$.x', params ->> '$.y[1]' FROM runs"
        ).fetchall()
    connection.close()
    assert rows == [("inf", 1), (0.5, 1)]


def test_a_transaction_is_whole_or_not_at_all(tmp_path):
    with Store(tmp_path / "runs.db") as store:
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.record_run(K2(a=1, b="x"), "g")
            with store.transaction():
                store.save_generator_by_key("g")
            raise ZeroDivisionError
        assert store.run_count() == 0
        assert store.list_generators() == []
        store.record_run(K2(a=1, b="x"), "g")
        assert store.run_count() == 1


@pytest.mark.parametrize(
    "content", [b"", b"not a database at all, but long enough", b"SQLite format 3\0 torn"]
)
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    if not content:
        Store(path).close()  # an empty file is a new one
        return
    with pytest.raises(ArchiveError, match=r"notes\.txt"):
        Store(path)
    assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE runs (key_id TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NotAnArchiveError, match="another program"):
        Store(path)
    assert path.read_bytes() == before


def test_a_store_of_a_newer_format_is_refused(tmp_path):
    path = tmp_path / "runs.db"
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NotAnArchiveError, match="newer kigen"):
        Store(path)


def test_a_path_that_cannot_be_opened_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="file"):
        Store(tmp_path / "file" / "runs.db")
    with pytest.raises(ArchiveError, match=str(tmp_path)):
        Store(tmp_path)


def test_folders_are_made_and_the_default_is_kigen_db(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Store("deep/er/runs.db").close()
    assert (tmp_path / "deep" / "er" / "runs.db").exists()
    with Store() as store:
        assert store.db_path.name == "kigen.db"
    Store(":memory:").close()
    assert not (tmp_path / ":memory:").exists()


def test_a_closed_store_says_so_and_closes_twice(tmp_path):
    store = Store(tmp_path / "runs.db")
    store.close()
    store.close()
    with pytest.raises(ArchiveError, match="closed"):
        store.run_count()


def test_a_store_belongs_to_its_thread_unless_told_otherwise(tmp_path):
    def count(store, answers):
        try:
            answers.append(store.run_count())
        except sqlite3.ProgrammingError as error:
            answers.append(error)

    answers = []
    for check in (True, False):
        with Store(tmp_path / "runs.db", check_same_thread=check) as store:
            thread = threading.Thread(target=count, args=(store, answers))
            thread.start()
            thread.join()
    assert isinstance(answers[0], sqlite3.ProgrammingError)
    assert answers[1] == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_store_survives_a_fork(tmp_path):
    with Store(tmp_path / "runs.db") as store:
        store.record_run(K2(a=0, b="x"), "parent")
        child = os.fork()
        if child == 0:
            try:
                store.record_run(K2(a=1, b="x"), "child")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        store.record_run(K2(a=2, b="x"), "parent")
        assert store.run_count() == 3


# What ki-gen 1.0 wrote

KI_GEN = """
CREATE TABLE generators (gen_key TEXT PRIMARY KEY, cursor INTEGER NOT NULL DEFAULT 0,
    state_extra TEXT NOT NULL DEFAULT '{}', created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE runs (key_id TEXT PRIMARY KEY, gen_key TEXT NOT NULL, params TEXT NOT NULL,
    created_at TEXT NOT NULL, FOREIGN KEY (gen_key) REFERENCES generators(gen_key));
CREATE INDEX idx_runs_gen_key ON runs(gen_key);
"""


def ki_gen_database(path, keys, gen_key):
    """A file as ki-gen 1.0 leaves it after recording ``keys``."""
    connection = sqlite3.connect(path)
    connection.executescript(KI_GEN)
    connection.execute(
        "INSERT INTO generators VALUES (?, ?, '{}', 'then', 'then')", (gen_key, len(keys))
    )
    connection.executemany(
        "INSERT INTO runs VALUES (?, ?, ?, 'then')",
        [
            (f"uuid{number:08}", gen_key, json.dumps(key.to_dict()))
            for number, key in enumerate(keys)
        ],
    )
    connection.commit()
    connection.close()


def test_a_database_of_ki_gen_is_backed_up_migrated_and_continued(tmp_path):
    path = tmp_path / "keys.db"
    whole = Generator(Blueprint(K2), seed=42).generate_many(22)
    ki_gen_database(path, whole[:9], "K2:RandomRengine:42")
    before = path.read_bytes()
    with Store(path) as store:
        assert store.run_count("K2:RandomRengine:42") == 9
        assert store.get_run("uuid00000003")["params"] == whole[3].to_dict()
        generator = Generator(Blueprint(K2), seed=42, store=store)
        assert generator.cursor == 9
        assert generator.generate_many(6) == whole[9:15]
    with Store(path) as store:
        generator = Generator(Blueprint(K2), seed=42, store=store)
        assert generator.generate_many(7) == whole[15:]
        assert [run["params"] for run in store.all_params()] == [key.to_dict() for key in whole]
    backup = tmp_path / "keys.db.ki-gen-1.backup"
    connection = sqlite3.connect(backup)
    assert connection.execute("SELECT COUNT(*) FROM runs").fetchone() == (9,)
    connection.close()
    assert len(backup.read_bytes()) == len(before)


def test_what_ki_gen_recorded_is_not_new(tmp_path):
    path = tmp_path / "keys.db"
    ki_gen_database(path, [K2(a=1, b="x")], "ingest:recorder")
    with Store(path) as store:
        recorder = Recorder(name="ingest", store=store)
        assert recorder.record(K2(a=1.0, b="x")) is False
        assert recorder.record(K2(a=2, b="x")) is True
        assert recorder.cursor == 2


def test_a_configured_blueprint_goes_on_from_its_history_of_ki_gen_and_no_other_does(tmp_path):
    path = tmp_path / "keys.db"
    ours = Blueprint(K2).configure("a", Param(min=0, max=8))
    whole = Generator(ours, seed=42).generate_many(18)
    ki_gen_database(path, whole[:9], "K2:RandomRengine:42")
    for _ in range(2):
        with Store(path) as store:
            other = Generator(Blueprint(K2).configure("b", "x"), seed=42, store=store)
            assert (other.cursor, other.gen_key.count(":")) == (0, 3)
    for first in (9, 12):
        with Store(path) as store:
            generator = Generator(ours, seed=42, store=store)
            assert (generator.cursor, generator.gen_key) == (first, "K2:RandomRengine:42")
            assert generator.generate_many(3) == whole[first : first + 3]
