"""What a script written for klepto asks of an archive."""

from __future__ import annotations

import pytest

from kigen import archives
from kigen.errors import ConfigurationError


def test_an_archive_stands_where_a_cache_is_expected(archive):
    """There is no memory to move: load, dump and sync have nothing to do."""
    archive["a"] = 1
    archive.load()
    archive.load("a")
    archive.dump("a")
    archive.sync()
    archive.sync(clear=True)
    assert archive.archived() is False
    assert archive.archive is archive
    assert archive.__asdict__() == {"a": 1}
    assert archive.name == archive.state["id"] == archive.url


def test_what_only_a_cache_can_do_is_refused(archive):
    """With a word about what to make."""
    for refused in (lambda: archive.archived(True), archive.drop, lambda: archive.open("x")):
        with pytest.raises(ConfigurationError, match=r"kigen\.archives\.cache") as caught:
            refused()
        assert isinstance(caught.value, ValueError)


def test_keys_are_popped_together(archive):
    """With a default for those that are not there."""
    archive.update({"a": 1, "b": 2, "c": 3})
    assert archive.popkeys(["a", "b"]) == [1, 2]
    assert archive.popkeys(["a", "c"], None) == [None, 3]
    with pytest.raises(KeyError):
        archive.popkeys(["a"])


@pytest.mark.parametrize("kind", ["archive", "cache"])
def test_united_with_another_mapping_it_is_a_dict(archive, kind):
    """And with ``|=`` it takes the other's entries in."""
    made = archive if kind == "archive" else archives.cache(archive=archive)
    made.update({"a": 1, "b": 2})
    united, reflected = made | {"b": 3}, {"b": 3} | made
    assert (united, reflected) == ({"a": 1, "b": 3}, {"b": 2, "a": 1})
    assert type(united) is type(reflected) is dict
    before = made
    made |= {"c": 4}
    assert made is before
    assert dict(made) == {"a": 1, "b": 2, "c": 4}
    with pytest.raises(TypeError, match="unsupported"):
        made | 3


def test_a_copy_is_another_archive(archive, tmp_path):
    """With the same entries, at the place that is named."""
    archive.update({"a": 1, "large": b"x" * 100_000})
    with archive.copy(tmp_path / "copy.db") as copy:
        assert copy == archive
        copy["b"] = 2
    assert "b" not in archive
    with archives.open(tmp_path / "copy.db") as again:
        assert len(again) == 3
