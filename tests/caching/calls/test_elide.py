"""Large arguments are known by their fingerprint, and do not fill the archive."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kigen import inf_cache


@pytest.mark.parametrize("place", ["a.db", "a/"])
@pytest.mark.parametrize(
    "large",
    [
        np.zeros(100_000),
        "x" * 100_000,
        list(range(100_000)),
        pd.DataFrame(np.zeros((10_000, 10))),
    ],
    ids=["array", "text", "list", "frame"],
)
def test_a_large_argument_is_not_stored_and_its_result_is_found(
    large, place: str, tmp_path: Path
) -> None:
    ran = []

    def session(kind: str):
        @inf_cache(**{kind: tmp_path / place}, name="f")
        def f(x, y=1):
            ran.append(y)
            return len(x)

        return f

    first = session("archive")
    assert first(large) == first(large) == len(large)
    first("small")
    later = session("archive")
    assert later(large) == len(large)
    assert len(ran) == 2
    assert later.info().load == 1
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert size < 200_000
    later.load()
    assert later.info().size == 2  # the small one was loaded, the large one found by its call

    back = session("cache")
    back(large, 2)
    back.dump()
    assert session("archive").contains(large, y=2)


def test_what_stands_for_it_can_be_read(tmp_path: Path) -> None:
    f = inf_cache(archive=tmp_path / "a.db")(lambda x: 0)
    f(np.zeros((1000, 20)))
    (entry,) = f.archive().entries()
    assert entry.fields == {"x": "<ndarray of (1000, 20)>"}


def test_an_archive_in_memory_keeps_the_objects() -> None:
    f = inf_cache(archive="memory://", name="f")(lambda x: len(x))
    large = list(range(100_000))
    f(large)
    f.clear()
    f.load()
    assert f(large) == 100_000
    assert f.info()[:3] == (1, 0, 0)
