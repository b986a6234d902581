"""``python -m kigen demo``, as people run it: in processes of its own, killed and run again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kigen
from kigen import archives
from tests import interpreters

TEXT = b"".join(b"line %d: %d\n" % (i, i * i % 9973) for i in range(2000))
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(kigen.__file__).parents[1]), "COLUMNS": "120"}


def demo(
    *arguments: object, python: str = sys.executable, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end."""
    return subprocess.run(
        [python, "-m", "kigen", "demo", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, **environment},
        stdin=subprocess.DEVNULL,
    )


def counts(output: str) -> tuple[int, int]:
    """How many trials were computed and how many were found."""
    line = re.search(r"(\d+) computed, (\d+) found", output)
    assert line is not None, output
    return int(line[1]), int(line[2])


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "numbers.txt"
    path.write_bytes(TEXT)
    return path


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Where the results go."""
    return tmp_path / "demo.db"


def test_the_second_run_computes_nothing(text: Path, db: Path) -> None:
    """A trial is evaluated once, ever; both runs show the same best."""
    first = demo(text, "--trials", 10, "--archive", db)
    second = demo(text, "--trials", 10, "--archive", db, PYTHONHASHSEED="1")
    assert counts(first.stdout) == (10, 0)
    assert counts(second.stdout) == (0, 10)
    table = [line for line in first.stdout.splitlines() if "*" in line]
    assert table == [line for line in second.stdout.splitlines() if "*" in line]
    assert any("smallest" in line for line in table)
    assert any("fastest" in line for line in table)
    assert str(db) in first.stdout


def test_more_trials_add_to_the_ones_that_are_kept(text: Path, db: Path) -> None:
    """A longer search begins with the shorter one."""
    demo(text, "--trials", 8, "--archive", db)
    assert counts(demo(text, "--trials", 12, "--archive", db).stdout) == (4, 8)


def test_results_belong_to_the_content_and_not_to_the_path(text: Path, db: Path) -> None:
    """A copy of a file is known; the same file with other content is not."""
    demo(text, "--trials", 5, "--archive", db)
    copy = text.with_name("copy.txt")
    copy.write_bytes(TEXT)
    assert counts(demo(copy, "--trials", 5, "--archive", db).stdout) == (0, 5)
    copy.write_bytes(TEXT + b"one line more\n")
    assert counts(demo(copy, "--trials", 5, "--archive", db).stdout) == (5, 0)


def test_other_interpreters_find_what_this_one_computed(text: Path, db: Path) -> None:
    """Another Python version, another hash seed: a trial is evaluated once, ever."""
    assert counts(demo(text, "--trials", 8, "--archive", db).stdout) == (8, 0)
    for python in interpreters.others():
        run = demo(text, "--trials", 8, "--archive", db, python=python, PYTHONHASHSEED="7")
        assert counts(run.stdout) == (0, 8), python


def test_without_files_it_works_on_the_standard_library(db: Path) -> None:
    """The input is real, and there is a good deal of it."""
    run = demo("--trials", 2, "--archive", db)
    assert counts(run.stdout) == (2, 0)
    assert re.search(r"files of Python's standard library \(5\.\d MB\)", run.stdout)


def test_another_seed_draws_other_settings(text: Path, db: Path) -> None:
    """The seed says which settings are tried."""
    first = demo(text, "--trials", 5, "--archive", db, "--list").stdout
    assert "0 results" in first
    demo(text, "--trials", 5, "--archive", db, "--seed", 1)
    demo(text, "--trials", 5, "--archive", db, "--seed", 2)
    assert "10 results" in demo(text, "--archive", db, "--list").stdout


def kept(db: Path) -> int:
    """How many results an archive holds; none while there is no archive."""
    if not db.exists():
        return 0
    with archives.open(db) as archive:
        return len(archive)


def stopped(db: Path, text: Path, how: signal.Signals) -> subprocess.CompletedProcess[str]:
    """Run the demo until it has kept a few results, then send it a signal."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kigen", "demo", text, "--trials", "40", "--archive", db],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    try:
        while kept(db) < 3 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(how)
        output, errors = process.communicate()
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


@pytest.mark.skipif(sys.platform == "win32", reason="platform: signals")
def test_a_killed_run_repeats_no_finished_trial(text: Path, db: Path) -> None:
    """After kill -9 in the middle, what was finished is found, the rest is computed."""
    text.write_bytes(TEXT * 100)
    killed = stopped(db, text, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    finished = kept(db)
    assert 3 <= finished < 40
    assert counts(demo(text, "--trials", 40, "--archive", db).stdout) == (40 - finished, finished)


@pytest.mark.skipif(sys.platform == "win32", reason="platform: signals")
def test_ctrl_c_keeps_what_is_finished_and_says_so(text: Path, db: Path) -> None:
    """Ctrl-C ends with status 130 and a line of advice, without a traceback."""
    text.write_bytes(TEXT * 100)
    interrupted = stopped(db, text, signal.SIGINT)
    assert interrupted.returncode == 130
    finished = kept(db)
    assert f"All {finished} finished trials are kept" in interrupted.stderr
    assert "Traceback" not in interrupted.stderr
    assert counts(demo(text, "--trials", 40, "--archive", db).stdout) == (40 - finished, finished)


def test_a_folder_stands_for_its_files(text: Path, db: Path) -> None:
    """Its files are taken in alphabetical order, as if they had been named."""
    other = text.with_name("other.txt")
    other.write_bytes(b"more\n")
    demo(text, other, "--trials", 5, "--archive", db)
    folder = text.parent / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "a.txt").write_bytes(TEXT)
    (folder / "below" / "b.txt").write_bytes(b"more\n")
    run = demo(folder, "--trials", 5, "--archive", db)
    assert counts(run.stdout) == (0, 5)
    assert "2 files" in run.stdout


def refused(db: Path, *arguments: object) -> str:
    """The demo's complaint: status 2, one line about the input, and nothing done."""
    run = demo("--archive", db, *arguments)
    assert run.returncode == 2, run.stderr
    assert "Traceback" not in run.stderr
    assert not db.exists()
    return run.stderr


def test_a_missing_file_is_refused_by_name(db: Path, tmp_path: Path) -> None:
    """Nothing is computed before every file has been found."""
    assert "nowhere.txt: No such file" in refused(db, tmp_path / "nowhere.txt")


def test_an_empty_file_and_an_empty_folder_are_refused(db: Path, tmp_path: Path) -> None:
    """There is nothing to compress."""
    (tmp_path / "empty.txt").touch()
    (tmp_path / "folder").mkdir()
    assert "empty.txt: empty" in refused(db, tmp_path / "empty.txt")
    assert "folder: no files" in refused(db, tmp_path / "folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="platform: no named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(db: Path, tmp_path: Path) -> None:
    """A named pipe that nobody writes to would hang the demo."""
    os.mkfifo(tmp_path / "pipe")
    assert "pipe: not a regular file" in refused(db, tmp_path / "pipe")


def test_a_huge_file_is_refused_before_it_is_read(db: Path, tmp_path: Path) -> None:
    """A sparse gigabyte costs neither memory nor time."""
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(1 << 30)
    assert "1,074 MB is more than the demo takes" in refused(db, tmp_path / "huge")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="platform: root reads all"
)
def test_an_unreadable_file_is_refused_by_name(db: Path, text: Path) -> None:
    """The reason is the operating system's."""
    text.chmod(0)
    assert "numbers.txt: Permission denied" in refused(db, text)


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "many", "1001"])
def test_a_senseless_number_of_trials_is_refused(db: Path, text: Path, number: str) -> None:
    """The message says which numbers there are."""
    assert "from 1 to 1000" in refused(db, text, f"--trials={number}")


def test_a_file_that_is_no_archive_is_refused_and_left_alone(text: Path) -> None:
    """The archive's place may hold something that somebody needs."""
    run = demo(text, "--archive", text)
    assert run.returncode == 2
    assert str(text) in run.stderr
    assert "Traceback" not in run.stderr
    assert text.read_bytes() == TEXT


def test_an_archive_that_cannot_be_made_is_refused(text: Path) -> None:
    """The message names the place and the option for another."""
    run = demo(text, "--archive", text / "demo.db")
    assert run.returncode == 2
    assert "--archive PATH" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("variable", ["KIGEN_CACHE_DIR", "XDG_CACHE_HOME"])
def test_the_archive_is_in_the_cache_folder_unless_said_otherwise(
    text: Path, tmp_path: Path, variable: str
) -> None:
    """The environment says where caches go; the folder is the user's alone."""
    environment = {"KIGEN_CACHE_DIR": "", variable: str(tmp_path / "caches")}
    run = demo(text, "--trials", 4, **environment)
    folder = tmp_path / "caches" / ("kigen" if variable == "XDG_CACHE_HOME" else "")
    assert (folder / "demo.db").is_file()
    assert str(folder / "demo.db") in run.stdout
    assert folder.stat().st_mode & 0o077 == 0 or sys.platform == "win32"


def test_output_that_is_not_a_terminal_has_no_escape_codes(text: Path, db: Path) -> None:
    """What is piped into a file can be read with anything; progress is on the other stream."""
    run = demo(text, "--trials", 4, "--archive", db)
    assert "\x1b" not in run.stdout + run.stderr
    assert "4/4" in run.stderr
    assert "4/4" not in run.stdout


def test_a_reader_that_leaves_early_is_no_error(text: Path, db: Path) -> None:
    """``kigen demo | head -1`` ends without a traceback."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kigen", "demo", text, "--trials", "4", "--archive", db],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert "Traceback" not in errors
    assert "Exception" not in errors


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="platform: no full device")
def test_a_full_disk_is_told_in_one_line(text: Path, db: Path) -> None:
    """Output that cannot be written is a failure, and no traceback."""
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "kigen", "demo", text, "--trials", "1", "--archive", db],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
    assert run.returncode == 1
    assert "No space left" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="platform: names are text")
def test_a_name_that_is_no_text_is_shown_in_some_way(tmp_path: Path, db: Path) -> None:
    """A file's name may hold any bytes, and the terminal may know ASCII alone."""
    name = os.fsencode(tmp_path) + b"/b\xff.txt"
    with open(name, "wb") as file:
        file.write(b"x")
    run = demo(os.fsdecode(name), "--trials", 1, "--archive", db, PYTHONIOENCODING="ascii")
    assert run.returncode == 0, run.stderr
    assert r"b\udcff.txt (1 byte)" in run.stdout


def test_without_a_command_the_help_is_shown() -> None:
    """``python -m kigen`` says what there is."""
    run = subprocess.run(
        [sys.executable, "-m", "kigen"], capture_output=True, text=True, env=ENVIRONMENT
    )
    assert run.returncode == 0
    assert "demo" in run.stdout
