"""The format of fingerprints is pinned: an archive written today is found in ten years."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interpreters import others

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCRIPT, VECTORS = HERE / "fingerprint_vectors.py", HERE / "fingerprints.json"
PINNED = json.loads(VECTORS.read_text(encoding="utf-8"))
HASH_SEEDS = ["0", "1", "random"]


def written_by(executable: str, hash_seed: str, *libraries: str) -> dict[str, list[str]]:
    done = subprocess.run(
        [executable, SCRIPT, VECTORS, *libraries],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed},
        timeout=240,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize("hash_seed", HASH_SEEDS)
def test_the_bytes_are_those_pinned_under_every_hash_seed(hash_seed):
    assert written_by(sys.executable, hash_seed) == PINNED["standard"]


@pytest.mark.parametrize("library", ["numpy", "pandas", "polars"])
def test_the_bytes_of_library_types_are_those_pinned(library):
    pytest.importorskip(library)
    expected = PINNED["standard"] | PINNED[library]
    assert written_by(sys.executable, "random", library) == expected


@pytest.mark.parametrize("hash_seed", HASH_SEEDS)
def test_the_bytes_are_those_pinned_in_every_other_python(hash_seed):
    if not others():
        pytest.skip("no other Python of 3.11 or later on this machine")
    for executable in others():
        assert written_by(executable, hash_seed) == PINNED["standard"], executable


def test_no_two_pinned_values_share_bytes_unless_they_are_equal():
    spec = importlib.util.spec_from_file_location("fingerprint_vectors", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    vectors = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(vectors)
    names = vectors.namespace([])
    by_bytes: dict[str, str] = {}
    for expression, (canonical, _, digest) in PINNED["standard"].items():
        twin = by_bytes.setdefault(canonical, expression)
        assert PINNED["standard"][twin][2] == digest
        if twin != expression and canonical != PINNED["standard"]["math.nan"][0]:
            assert eval(twin, dict(names)) == eval(expression, dict(names)), (twin, expression)
