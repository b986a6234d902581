"""What the type checkers are told is what happens: the programs that they read run, too."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

HERE = Path(__file__)
PROGRAMS = sorted(path for path in HERE.parent.glob("*.py") if path != HERE)


@pytest.mark.parametrize("program", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_a_program_that_type_checks_runs(program: Path) -> None:
    """Its assertions are about values; `./check types` has those about types."""
    run_path(str(program), run_name="__main__")
