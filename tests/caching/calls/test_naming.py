"""What a call is called at rest."""

from __future__ import annotations

import threading

import pytest

import kigen
from kigen import archives, inf_cache, lru_cache


@pytest.mark.parametrize("version", [1.5, ("model.bin", 3), b"2", True])
def test_a_version_may_be_whatever_has_a_fingerprint(version: object) -> None:
    """So that it is the same in the next process; a text and a number stand as they are."""
    archive = archives.open("memory://")
    for other, cost in ((version, 1), (version, 0), ("2", 1)):
        f = inf_cache(archive=archive, name="f", version=other)(lambda x: x)
        f(1)
        assert f.info().miss == cost
    told = sorted(len(entry.function) for entry in archive.entries())
    assert told == [len("f@2"), len("f@") + 32]


@pytest.mark.parametrize("version", [object(), [lambda: 0], threading.Lock()], ids=repr)
def test_a_version_that_no_other_process_would_know_is_refused_at_decoration(
    version: object,
) -> None:
    for decorator in (lru_cache, kigen.safe.lru_cache, kigen.cached_property):
        with pytest.raises(kigen.ConfigurationError, match="^version=.*give a text or a number"):
            decorator(version=version)
