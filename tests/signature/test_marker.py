"""Objects that stand for themselves."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import dill
import pytest

from kigen.fingerprint import fingerprint
from kigen.signature.marker import NOSENTINEL, NULL, SENTINEL
from tests.programs import output

MARKERS = pytest.mark.parametrize("marker", [NULL, SENTINEL, NOSENTINEL], ids=repr)


@MARKERS
def test_a_copy_of_a_marker_is_the_marker(marker: Any) -> None:
    """So that keys that hold it stay equal."""
    assert copy.copy(marker) is copy.deepcopy(marker) is marker
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(marker, protocol)) is marker
    assert dill.loads(dill.dumps(marker, byref=True)) is marker
    assert dill.loads(dill.dumps(marker)) is marker


def test_markers_print_as_kleptos_do() -> None:
    """Keys made of their repr depend on it."""
    assert [repr(m) for m in (NULL, SENTINEL, NOSENTINEL)] == ["NULL", "<SENTINEL>", "<NOSENTINEL>"]


def test_a_hash_with_a_marker_is_the_same_in_each_interpreter() -> None:
    """klepto's is the hash of an address: with ignore= no key is ever found again."""  # noqa: D403
    program = "from kigen.signature.marker import NULL; print(hash((NULL, 1)))"
    found = {output(program, hash_seed=seed).strip() for seed in (1, 2)}
    assert found == {str(hash((NULL, 1)))}


def test_markers_have_fingerprints_of_their_own() -> None:
    """Keys that hold them are names at rest."""
    assert len({fingerprint(m) for m in (NULL, SENTINEL, NOSENTINEL, "NULL")}) == 4
