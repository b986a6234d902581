"""Which bytes the demo works on."""

from __future__ import annotations

from pathlib import Path

import pytest

from kigen.cli.corpus import InputError, read, standard_library


def test_the_standard_library_gives_a_good_5_mb_and_always_the_same() -> None:
    """The second run finds the first one's results, whatever has been installed in between."""
    corpus = standard_library()
    assert 5_000_000 <= len(corpus.content) < 6_000_000
    assert standard_library() == corpus
    assert "standard library" in corpus.description


def test_files_are_taken_in_the_order_given(tmp_path: Path) -> None:
    """The content is theirs, one after the other."""
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"1")
    b.write_bytes(b"2")
    assert read([b, a]).content == b"21"
    assert read([tmp_path]).content == b"12"


def test_an_empty_file_among_others_is_no_error(tmp_path: Path) -> None:
    """Only nothing at all is refused."""
    (tmp_path / "a").touch()
    (tmp_path / "b").write_bytes(b"2")
    assert read([tmp_path]).content == b"2"


def test_a_path_that_no_system_admits_is_refused() -> None:
    """A NUL character is a ValueError to Python, and bad input to us."""
    with pytest.raises(InputError, match="null"):
        read([Path("a\0b")])
