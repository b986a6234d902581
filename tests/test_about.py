"""What is said about kigen itself."""

from __future__ import annotations

from pathlib import Path

import pytest

import kigen
from kigen.about import citation, license  # noqa: A004 - klepto has it


def test_the_license_that_is_printed_is_the_one_in_the_repository(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Word for word."""
    license()
    file = Path(__file__).parents[1] / "LICENSE"
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")


def test_the_citation_names_the_version_and_what_kigen_builds_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A reader of a publication can find both."""
    citation()
    text = capsys.readouterr().out
    assert kigen.__version__ in text
    assert "McKerns" in text
