"""What the demo evaluates, and how it picks the best."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kigen import Blueprint, Generator
from kigen.cli.compressors import COMPRESSORS, Bz2, Settings
from kigen.cli.trials import Figures, Trial, front


@pytest.mark.parametrize("kind", COMPRESSORS)
@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 3000], ids=["none", "one", "some"])
def test_every_setting_gives_back_what_it_got(kind: type[Settings], data: bytes) -> None:
    """Whatever is drawn is a setting that the compressor takes, and the round trip is exact."""
    for settings in Generator(Blueprint(kind), seed=7).generate_many(8):
        assert settings.decompress(settings.compress(data)) == data


figures = st.builds(
    Figures,
    ratio=st.sampled_from([1.0, 2.0, 3.0, 4.0]),
    packing=st.sampled_from([1.0, 2.0, 3.0, 4.0]),
    unpacking=st.just(1.0),
)


@given(st.lists(st.builds(Trial, st.just(Bz2(level=1)), figures), max_size=12))
def test_the_front_holds_what_nothing_beats(trials: list[Trial]) -> None:
    """No trial beats one of the front in both, and one of the front beats each that is left out."""

    def beats(a: Trial, b: Trial) -> bool:
        return a != b and all(a.figures[x] >= b.figures[x] for x in ("ratio", "packing"))

    best = list(front(trials))
    assert not any(beats(a, b) for a in trials for b in best)
    assert all(trial in best or any(beats(a, trial) for a in best) for trial in trials)
    ratios = [trial.figures["ratio"] for trial in best]
    assert ratios == sorted(ratios, reverse=True)
