"""What the demo evaluates: one setting on the given bytes, once, ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypedDict

from kigen.archives import Archive
from kigen.cli.compressors import COMPRESSORS, Bz2, Lzma, Settings, Zlib
from kigen.seeded import seeded_cache

__all__ = ["Figures", "Trial", "front", "measurements", "search"]


class Figures(TypedDict):
    """What one trial measured; a dictionary, so that SQL tools see the names."""

    ratio: float  # bytes before to bytes after
    packing: float  # MB a second
    unpacking: float  # MB a second


class Trial(NamedTuple):
    """A setting and what came out."""

    settings: Settings
    figures: Figures


def measurements(content: bytes, *, seed: int, archive: Archive) -> dict[type[Settings], Any]:
    """One cached evaluation a compressor; the content it captured is part of what it is."""

    def measure(settings: Settings) -> Figures:
        start = time.perf_counter()
        packed = settings.compress(content)
        middle = time.perf_counter()
        unpacked = settings.decompress(packed)
        end = time.perf_counter()
        if unpacked != content:
            raise RuntimeError(f"{settings} did not give back what it got")
        return Figures(
            ratio=len(content) / len(packed),
            packing=len(content) / 1e6 / (middle - start),
            unpacking=len(content) / 1e6 / (end - middle),
        )

    return {kind: seeded_cache(kind, seed=seed, archive=archive)(measure) for kind in COMPRESSORS}


def search(
    measured: dict[type[Settings], Any], number: int, note: Callable[[str, int, int], None]
) -> list[Trial]:
    """Try settings of each compressor: bz2 has only nine, and LZMA takes its time.

    After each trial ``note`` is told the compressor, how many of its trials are done, and of how
    many.
    """
    bz2, lzma = min(8, number // 5), number // 4
    trials = []
    for kind, share in ((Zlib, number - bz2 - lzma), (Bz2, bz2), (Lzma, lzma)):
        pairs = measured[kind].sweep(share, progress=partial(note, kind.__name__.lower()))
        trials += [Trial(*pair) for pair in pairs]
    return trials


def front(trials: Iterable[Trial]) -> Iterator[Trial]:
    """The trials that no other beats in both ratio and speed, smallest output first."""
    fastest = 0.0
    for trial in sorted(trials, key=_smallest_first):
        if trial.figures["packing"] > fastest:
            fastest = trial.figures["packing"]
            yield trial


def _smallest_first(trial: Trial) -> tuple[float, float]:
    return -trial.figures["ratio"], -trial.figures["packing"]
