"""klepto's factories: its names, its signature, its defaults."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kigen.archives import (
    Archive,
    cache,
    dict_archive,
    dir_archive,
    null_archive,
    sqlite_archive,
)
from kigen.errors import ConfigurationError

FACTORIES = [dict_archive, dir_archive, sqlite_archive]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("factory", FACTORIES)
def test_cached_is_a_cache_over_the_archive(factory):
    """Nothing is stored until dump, whatever it was given at first."""
    made = factory("name", {"a": 1})
    assert isinstance(made, cache)
    assert made == {"a": 1}
    assert dict(made.archive) == {}
    made.dump()
    assert dict(made.archive) == {"a": 1}
    again = factory("name")
    again.load()
    assert again == {"a": 1}
    made.archive.close()
    again.archive.close()


@pytest.mark.parametrize("factory", FACTORIES)
def test_uncached_is_the_archive(factory):
    """What it was given at first is stored at once."""
    made = factory("name", {"a": 1}, False)
    assert isinstance(made, Archive)
    assert dict(made) == {"a": 1}
    made.close()


def test_default_names_are_kleptos():
    """``memo``, in the working directory of the moment."""
    dir_archive(cached=False)["a"] = 1
    with sqlite_archive(cached=False) as archive:
        archive["a"] = 1
    assert sorted(os.listdir()) == ["memo", "memo.db"]
    one, two = dict_archive(cached=False), dict_archive(cached=False)
    one["a"] = 1
    assert dict(two) == {}


def test_a_relative_path_is_made_absolute_at_once(tmp_path):
    """Changing the directory afterwards does not move the archive."""
    made = [dir_archive("d", cached=False), sqlite_archive("s.db", cached=False)]
    (tmp_path / "elsewhere").mkdir()
    os.chdir("elsewhere")
    for archive in made:
        archive["a"] = 1
        archive.close()
        assert archive["a"] == 1
        archive.close()
    assert os.listdir() == []


def test_the_null_archive_forgets():
    """Cached, it is memory alone."""
    made = null_archive(dict={"a": 1})
    made.dump()
    made.load()
    assert made == {"a": 1}
    assert made.archived() is False
    assert dict(null_archive("x", {"a": 1}, cached=False)) == {}


@pytest.mark.parametrize("factory", [*FACTORIES, null_archive])
def test_options_of_kleptos_that_change_nothing_are_accepted(factory):
    """Given with klepto's own defaults."""
    made = factory("n", serialized=True, compression=0, protocol=None, fast=False, cached=False)
    made.close()


@pytest.mark.parametrize(
    "options", [{"serialized": False}, {"compression": 9}, {"protocol": "json"}, {"colour": 1}]
)
@pytest.mark.parametrize("factory", FACTORIES)
def test_options_that_cannot_be_heeded_are_refused(factory, options):
    """None is ignored, and nothing is created."""
    with pytest.raises(ConfigurationError, match=f"{factory.__name__}.*{next(iter(options))}"):
        factory("name", **options)
    assert list(Path().iterdir()) == []
