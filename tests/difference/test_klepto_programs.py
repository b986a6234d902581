"""A program written for klepto says the same when klepto's name in it is replaced by kigen's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.difference.klepto_programs import PROGRAMS
from tests.programs import environment

pytest.importorskip("klepto", reason="klepto is not installed")


def said(program: str, folder: Path) -> str:
    """What the program prints, run twice in a folder of its own, with one hash seed."""
    folder.mkdir()
    done = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            timeout=120,
            env=environment(hash_seed=0),
            cwd=folder,
            check=False,
        )
        for _ in range(2)
    ]
    assert [run.returncode for run in done] == [0, 0], done[0].stderr + done[1].stderr
    return "\n".join(run.stdout for run in done)


@pytest.mark.parametrize("title", PROGRAMS)
def test_a_program_written_for_klepto_runs(title: str, tmp_path: Path) -> None:
    program = PROGRAMS[title]
    expected = said(program, tmp_path / "theirs").replace("klepto", "kigen")
    assert said(program.replace("klepto", "kigen"), tmp_path / "ours") == expected
