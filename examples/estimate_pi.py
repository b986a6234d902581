"""Estimate pi by throwing darts, for many numbers of darts: run it twice, or stop it half-way.

Each trial gets random numbers that depend on its key and the seed alone. So the table is the same
on every machine and after every interruption, and the second run computes nothing.
"""

from __future__ import annotations

import random

from kigen import Key, Param, seeded_cache


class Darts(Key):
    """How many are thrown."""

    thrown = Param(min=1_000, max=100_000, step=1_000)


@seeded_cache(archive="pi.db", seed=42)
def estimate(darts: Darts, rng: random.Random) -> float:
    """Four times the share of the darts that hit the quarter circle."""
    hits = sum(rng.random() ** 2 + rng.random() ** 2 <= 1 for _ in range(darts.thrown))
    return 4 * hits / darts.thrown


if __name__ == "__main__":
    for darts, value in sorted(estimate.sweep(20), key=lambda pair: pair[0].thrown):
        print(f"{darts.thrown:7} darts: {value:.4f}")
    print(f"{estimate.info().miss} computed")
