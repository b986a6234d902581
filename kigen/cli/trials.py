"""What the demo evaluates: one setting on the given bytes, once, ever."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
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


def search(measured: dict[type[Settings], Any], number: int) -> Iterator[Trial]:
    """Try settings of each compressor, one by one: bz2 has only nine, and LZMA takes its time."""
    bz2, lzma = min(8, number // 5), number // 4
    for kind, share in ((Zlib, number - bz2 - lzma), (Bz2, bz2), (Lzma, lzma)):
        for count in range(1, share + 1):  # a sweep goes on where the one before it ended
            yield Trial(*measured[kind].sweep(count)[-1])


def front(trials: Iterable[Trial]) -> Iterator[Trial]:
    """The trials that no other beats in both ratio and speed, smallest output first."""
    fastest = 0.0
    for trial in sorted(trials, key=_smallest_first):
        if trial.figures["packing"] > fastest:
            fastest = trial.figures["packing"]
            yield trial


def _smallest_first(trial: Trial) -> tuple[float, float]:
    return -trial.figures["ratio"], -trial.figures["packing"]
