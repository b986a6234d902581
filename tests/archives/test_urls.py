"""From a path or a URL to an archive, or to an error that says what to write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kigen import archives
from kigen.errors import ArchiveError, ConfigurationError, NotAnArchiveError
from tests.concurrency.forks import fork, join, needs_fork
from tests.programs import output


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("runs.db", "sqlite runs.db"),
        ("runs.sqlite", "sqlite runs.sqlite"),
        ("RUNS.SQLITE3", "sqlite RUNS.SQLITE3"),
        ("sub/folder/runs.db", "sqlite sub/folder/runs.db"),
        ("sqlite:///runs.db", "sqlite runs.db"),
        ("sqlite:///runs", "sqlite runs"),
        ("sqlite:///sub/runs.db", "sqlite sub/runs.db"),
        ("runs/", "dir runs"),
        ("runs", "dir runs"),
        ("runs.db/", "dir runs.db"),
        ("dir:///runs", "dir runs"),
        ("dir:///runs.db", "dir runs.db"),
        ("dir:///sub/runs", "dir sub/runs"),
        ("a b%20c?d#e.db", "sqlite a b%20c?d#e.db"),
        ("é\U0001f600.db", "sqlite é\U0001f600.db"),
        ("a b%20c?d#e/", "dir a b%20c?d#e"),
    ],
)
def test_a_path_or_url_names_an_archive(tmp_path, url, expected):
    """Relative ones are relative to the working directory of the moment of opening."""
    kind, path = expected.split(" ", 1)
    with archives.open(url) as archive:
        archive["a"] = 1
        assert archive.url.startswith(f"{kind}:////")
        assert archive.backend.path == str(tmp_path / path)
    assert (tmp_path / path).is_dir() == (kind == "dir")
    os.chdir("/")
    with archives.open(archive.url) as again:
        assert again["a"] == 1


def test_absolute_urls_have_four_slashes(tmp_path):
    """As SQLAlchemy's."""
    with archives.open(f"sqlite:///{tmp_path}/x/runs.db") as archive:
        assert archive.backend.path == f"{tmp_path}/x/runs.db"
    assert archives.open(f"dir:///{tmp_path}/x/runs").backend.path == f"{tmp_path}/x/runs"


def test_paths_of_pathlib_are_paths(tmp_path):
    """They lose their trailing slash, and mean the same."""
    with archives.open(tmp_path / "runs.db") as archive:
        assert archive.url.startswith("sqlite:")
    assert archives.open(tmp_path / "runs").url.startswith("dir:")


def test_a_tilde_is_the_home_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    for url in ("~/a.db", "~/a/", "sqlite:///~/b.db", "dir:///~/b"):
        archives.open(url).close()
    assert {"a.db", "a", "b.db", "b"} <= {path.name for path in (tmp_path / "home").iterdir()}


def test_what_exists_decides(tmp_path):
    """A directory of any name is a directory archive, a database of any name a database."""
    (tmp_path / "folder.db").mkdir()
    assert archives.open("folder.db").url.startswith("dir:")
    archives.open("sqlite:///odd.name").close()
    with archives.open("odd.name") as archive:
        assert archive.url.startswith("sqlite:")


def test_an_archive_passes_through():
    """So that a parameter can be either."""
    archive = archives.open("memory://")
    assert archives.open(archive) is archive


def test_memory_archives_are_new_or_shared_by_name():
    """Within the process."""
    one, two = archives.open("memory://"), archives.open(":memory:")
    one["a"] = 1
    assert "a" not in two
    shared = archives.open("memory://shared")
    shared["a"] = 1
    assert archives.open("memory://shared")["a"] == 1
    assert "a" not in archives.open("memory://other")


def test_the_null_archive_keeps_nothing():
    """Whatever is stored."""
    archive = archives.open("null://")
    archive["a"] = 1
    assert "a" not in archive
    assert dict(archive) == {}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://localhost", r"redis://.*dir://, memory://, null://, sqlite://"),
        ("sqlite://runs.db", "sqlite:///relative or sqlite:////absolute"),
        ("dir://", "names no path"),
        ("a\0b.db", "is a path or a URL"),
        ("dir:///", "names no path"),
        ("", "a path or a URL"),
        (None, "a path or a URL"),
        (7, "a path or a URL"),
        ({}, "a path or a URL"),
    ],
)
def test_what_names_no_archive_is_a_configuration_error(url, said):
    """That lists what there is."""
    with pytest.raises(ConfigurationError, match=said):
        archives.open(url)


@pytest.mark.parametrize("url", ["runs.db", "runs/", "memory://", "null://"])
def test_an_unknown_option_is_a_configuration_error(url):
    """Not silently ignored."""
    with pytest.raises(ConfigurationError, match="compresion"):
        archives.open(url, compresion=3)


@pytest.mark.parametrize("url", ["runs.db", "runs/"])
def test_sync_is_normal_or_full(url):
    """And says what they mean."""
    with archives.open(url, sync="full") as archive:
        archive["a"] = b"x" * 100_000
        assert len(archive["a"]) == 100_000
    with pytest.raises(ConfigurationError, match="loss of power"):
        archives.open(url, sync="ful")


@pytest.mark.parametrize("url", ["file/runs.db", "file/runs/", "file/sub/runs/"])
def test_a_path_that_cannot_be_created_is_an_error_at_once(url):
    """Before any work is done; it names the path and the remedy."""
    Path("file").touch()
    with pytest.raises(ArchiveError, match=r"(?s)file.*(can be written|check the path)") as caught:
        archives.open(url)
    assert "file" in caught.value.path
    assert isinstance(caught.value, OSError)


def test_a_directory_is_no_database_and_a_file_no_directory():
    """Each says so."""
    Path("folder.db").mkdir()
    with pytest.raises(NotAnArchiveError, match="is a directory"):
        archives.open("sqlite:///folder.db")
    Path("text.txt").write_text("mine")
    with pytest.raises(NotAnArchiveError):
        archives.open("text.txt")
    with pytest.raises(ArchiveError):
        archives.open("text.txt/")
    assert Path("text.txt").read_text() == "mine"


@pytest.fixture
def opened_up(tmp_path):
    """The way to the test's folder is open to everybody while the test runs."""
    ours = [p for p in [tmp_path, *tmp_path.parents[:-1]] if p.stat().st_uid == os.getuid()]
    modes = [path.stat().st_mode for path in ours]
    for path, mode in zip(ours, modes, strict=True):
        path.chmod(mode | 0o555)
    yield
    for path, mode in zip(ours, modes, strict=True):
        path.chmod(mode)


def as_nobody(work, *arguments):
    """In a child that may not write what root has made."""
    if os.getuid() == 0:
        os.setuid(65534)
    work(*arguments)


@needs_fork
@pytest.mark.usefixtures("opened_up")
@pytest.mark.parametrize("url", ["shut/runs.db", "shut/runs/"])
def test_a_read_only_archive_is_read_and_refuses_to_store(url):
    """Reads work; storing says that it is read-only; nothing hangs."""
    with archives.open(url) as archive:
        archive.update({"a": 1, "large": b"x" * 100_000})
    for path in [*Path("shut").rglob("*"), Path("shut")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        join(fork(as_nobody, read_only, url))
    finally:
        for path in [Path("shut"), *Path("shut").rglob("*")]:
            path.chmod(0o755)


def read_only(url):
    archive = archives.open(url)
    assert archive["a"] == 1
    assert len(archive["large"]) == 100_000
    assert sorted(archive) == ["a", "large"]
    assert archive.get("nothing") is None
    with archive.lock(next(archive.names())) as held:
        assert held
    for value in (1, b"y" * 100_000):
        with pytest.raises(ArchiveError, match=r"read-only|ermission"):
            archive["new"] = value
    with pytest.raises(ArchiveError, match=r"read-only|ermission"):
        del archive["a"]


@needs_fork
@pytest.mark.usefixtures("opened_up")
@pytest.mark.parametrize("url", ["shut/runs.db", "shut/runs/"])
def test_a_path_without_permission_is_an_error_at_once(url):
    """It names the path."""
    Path("shut").mkdir(mode=0o555)
    join(fork(as_nobody, cannot_open, url))


def cannot_open(url):
    with pytest.raises(ArchiveError, match="shut"):
        archives.open(url)


def test_opening_loads_sqlite_only_for_sqlite():
    """And a directory archive nothing that takes long."""
    program = (
        "import sys; from kigen import archives; archives.open('memory://')['a'] = 1;"
        "archives.open('runs/'); print(sorted({'sqlite3', 'dill', 'tempfile'} & set(sys.modules)))"
    )
    assert output(program).strip() == "[]"


def test_an_archive_moves_with_its_files(tmp_path):
    """No path is stored in it."""
    with archives.open("old.db") as archive:
        archive.update({"small": 1, "large": b"x" * 100_000})
    Path("old.db").rename("new.db")
    Path("old.db.values").rename("new.db.values")
    with archives.open("new.db") as archive:
        assert archive["small"] == 1
        assert len(archive["large"]) == 100_000
    archives.open("old/")["a"] = 1
    Path("old").rename("new")
    assert archives.open("new/")["a"] == 1


def test_another_interpreter_finds_everything(tmp_path):
    """With another hash seed."""
    program = """
import sys
from kigen import archives
for url in ("runs.db", "runs/"):
    archive = archives.open(f"{sys.argv[1]}/{url}")
    keys = ["a", ("b", 1.5), frozenset({"c", "d"}), {"e": {"f", "g"}}, None, float("nan")]
    for key in keys:
        print(archive.get(key, "stored"))
        archive[key] = "found"
"""
    done = [output(program, tmp_path, hash_seed=seed).split() for seed in (1, 2)]
    assert done == [["stored"] * 12, ["found"] * 12]


def test_the_module_runs_where_numpy_is_not(tmp_path):
    """Buffers are read and verified without it, more slowly."""
    archives.open("runs/")["large"] = __import__("numpy").arange(50_000.0)
    program = """
import sys
sys.modules["numpy"] = None
from pathlib import Path
from kigen.backends import frame
for path in Path("runs").glob("??/*"):
    _, _, buffers = frame.read_value(str(path), path.parent.name + path.name)
    print(len(buffers[0]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(Path(archives.__file__).parents[2])},
        check=False,
    )
    assert done.stdout.split() == ["400000"], done.stderr
