"""Every backend of ours keeps the contract that third parties' are held to."""

from __future__ import annotations

import pytest

from kigen.backends import Backend, Record
from kigen.backends.directory import DirectoryBackend
from kigen.backends.memory import MemoryBackend
from kigen.backends.null import NullBackend
from kigen.backends.sqlite import SqliteBackend
from kigen.testing.backend import NAMES, BackendContract, a_record


class TestMemory(BackendContract):
    durable = False

    def make(self, where):
        return MemoryBackend()


class TestDirectory(BackendContract):
    def make(self, where):
        return DirectoryBackend(str(where / "archive"))


class TestSqlite(BackendContract):
    def make(self, where):
        return SqliteBackend(str(where / "archive.db"))


class Minimal(Backend):
    """The four verbs, and nothing else: all defaults are under test."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}

    def read(self, name):
        return self.records.get(name)

    def write(self, record):
        self.records[record.name] = record

    def delete(self, name):
        return self.records.pop(name, None) is not None

    def names(self, function=None):
        return iter(list(self.records))


class TestDefaults(BackendContract):
    durable = False

    def make(self, where):
        return Minimal()


def test_the_null_backend_keeps_nothing_and_complains_of_nothing():
    """Each verb works, and finds nothing."""
    backend = NullBackend()
    backend.write(a_record())
    backend.write_many([a_record()])
    assert backend.read(NAMES[2]) is None
    assert backend.read_value(NAMES[2]) is None
    assert backend.delete(NAMES[2]) is False
    assert list(backend.names()) == []
    assert backend.count() == backend.size() == 0
    assert backend.write_new(a_record()) is True
    backend.clear()
    with backend.lock(NAMES[0]) as held:
        assert held


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "a" * 31, "a" * 33, "\0" * 32, "é" * 32]
)
@pytest.mark.parametrize("backend", [TestDirectory, TestSqlite])
def test_what_is_no_name_reaches_no_file(backend, name, tmp_path):
    """A name is 32 hexadecimal digits; nothing else becomes a path."""
    made = backend().make(tmp_path)
    if backend is TestDirectory:
        for verb in (made.read, made.read_value, made.delete, made.set_aside):
            with pytest.raises(ValueError, match="32 hexadecimal digits"):
                verb(name)
    else:
        assert made.read(name) is None
        assert made.delete(name) is False
    made.close()
