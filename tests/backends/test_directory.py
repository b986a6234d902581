"""What a directory archive leaves behind, and what it does not."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from kigen.backends import directory
from kigen.backends.directory import DirectoryBackend
from kigen.errors import ArchiveError
from kigen.testing.backend import NAMES, a_record


@pytest.fixture
def backend(tmp_path):
    return DirectoryBackend(str(tmp_path / "runs"))


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_what_dead_writers_have_left_is_removed(backend):
    """When the archive is opened, once it is old enough to be nobody's."""
    backend.write(a_record())
    tmp = Path(backend.path, "tmp")
    for name, seconds in (("old", 7_200), ("new", 60)):
        (tmp / name).write_text("half a record")
        age(tmp / name, seconds)
    assert backend.count() == 1
    DirectoryBackend(backend.path)
    assert os.listdir(tmp) == ["new"]


def test_a_writer_whose_file_was_swept_away_writes_again(backend, monkeypatch):
    """It had slept for an hour, between writing and renaming."""
    original = os.replace
    swept = []

    def replace(source, target):
        if not swept:
            swept.append(os.unlink(source))
        original(source, target)

    monkeypatch.setattr(os, "replace", replace)
    backend.write(a_record())
    assert swept
    assert backend.read(NAMES[2]) is not None


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP])
def test_file_systems_without_links_create_under_a_lock(backend, monkeypatch, code):
    """There is still one winner."""

    def link(source, target):
        raise OSError(code, "no links here")

    monkeypatch.setattr(os, "link", link)
    assert backend.write_new(a_record(data=b"1")) is True
    assert backend.write_new(a_record(data=b"2")) is False
    assert backend.read(NAMES[2]).data == b"1"
    assert os.listdir(Path(backend.path, "tmp")) == []


def test_a_full_disk_is_an_archive_error_and_leaves_nothing(backend, monkeypatch):
    """It names the archive."""
    monkeypatch.setattr(
        directory.frame, "write", lambda file, record: _fail(OSError(errno.ENOSPC, "No space left"))
    )
    for write in (backend.write, backend.write_new):
        with pytest.raises(ArchiveError, match=r"No space left.*free space"):
            write(a_record())
    assert os.listdir(backend._tmp) == []
    assert backend.count() == 0


def _fail(error):
    raise error


def test_an_interrupted_write_leaves_nothing(backend, monkeypatch):
    """Ctrl-C in the middle of it."""
    monkeypatch.setattr(directory.frame, "write", lambda file, record: _fail(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        backend.write(a_record())
    assert os.listdir(backend._tmp) == []


def test_a_missing_tmp_is_made_again(backend):
    """Somebody tidied up."""
    os.rmdir(backend._tmp) if os.path.isdir(backend._tmp) else None
    backend.write(a_record())
    assert backend.count() == 1


def test_size_is_what_the_records_take(backend):
    """In bytes."""
    backend.write(a_record(data=b"x" * 1000))
    assert 1000 < backend.size() < 2000


def test_records_are_files_that_can_be_looked_at(backend):
    """The head says what it is, in words."""
    backend.write(a_record(function="module.f", fields='{"lr": 0.1}'))
    text = Path(backend.path, NAMES[2][:2], NAMES[2][2:]).read_bytes()
    assert text.startswith(b"\x89kigen\r\n")
    assert b'function: "module.f"\n' in text
    assert b'fields: {"lr": 0.1}\n' in text
