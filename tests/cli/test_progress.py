"""How far a long job is."""

from __future__ import annotations

import io

import pytest

from kigen.cli.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_one_line_that_is_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line never grows beyond the terminal, and is gone at the end."""
    monkeypatch.setenv("COLUMNS", "60")
    stream = Terminal()
    with Progress(3, stream) as progress:
        for number in range(3):
            progress.step("x" * 100, number, 3)
    written = stream.getvalue()
    assert "\n" not in written
    assert "[====================] 3/3" in written
    assert all(len(line) < 60 for line in written.split("\r\x1b[K"))
    assert written.endswith("\r\x1b[K")


def test_a_file_gets_few_whole_lines() -> None:
    """A log holds the end, and a line every few seconds before it."""
    stream = io.StringIO()
    with Progress(100, stream) as progress:
        for number in range(100):
            progress.step("trial", number, 100)
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().startswith("100/100")
    assert "\x1b" not in stream.getvalue()


def test_a_job_that_ends_early_leaves_the_terminal_clean() -> None:
    """An exception passes through, and the live line is wiped."""
    stream = Terminal()
    with pytest.raises(KeyboardInterrupt), Progress(3, stream) as progress:
        progress.step("trial", 1, 3)
        raise KeyboardInterrupt
    assert stream.getvalue().endswith("\r\x1b[K")
