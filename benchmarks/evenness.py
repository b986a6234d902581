"""How evenly engines fill a square: a table of discrepancies and, given a path, a picture.

    python -m benchmarks.evenness docs/guide/evenness.svg

Not a race: what is measured is the keys, not the time. Needs scipy.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path

from kigen import Blueprint, Generator, Key, Param, RandomRengine, Rengine, SobolRengine
from kigen.rengines import HaltonRengine, LatinHypercubeRengine

SEEDS = range(20)
SIZES = (16, 64, 256, 1024)
SIDE = 150


class Plane(Key):
    x = Param(min=0.0, max=1.0)
    y = Param(min=0.0, max=1.0)


def engines(n: int) -> dict[str, Callable[[int], Rengine]]:
    return {
        "RandomRengine": RandomRengine,
        "LatinHypercubeRengine": lambda seed: LatinHypercubeRengine(seed, 2, strata=n),
        "HaltonRengine": lambda seed: HaltonRengine(seed, 2),
        "SobolRengine": lambda seed: SobolRengine(seed, 2),
    }


def points(engine: Rengine, n: int) -> list[tuple[float, float]]:
    keys = Generator(Blueprint(Plane), rengine=engine).generate_many(n)
    return [(key.x, key.y) for key in keys]


def table() -> str:
    """Median centred discrepancy of the drawn keys, over the seeds."""
    from scipy.stats import qmc

    lines = ["| keys | " + " | ".join(map(str, SIZES)) + " |", "|---|" + "---|" * len(SIZES)]
    for name in engines(1):
        medians = [
            statistics.median(qmc.discrepancy(points(engines(n)[name](seed), n)) for seed in SEEDS)
            for n in SIZES
        ]
        lines.append(f"| `{name}` | " + " | ".join(f"{m:.1e}" for m in medians) + " |")
    return "\n".join(lines)


def picture(n: int = 256) -> str:
    """The first keys of each engine as dots in a square of its own."""
    panels = []
    for column, (name, make) in enumerate(engines(n).items()):
        dots = "".join(
            f"M{round(SIDE * x)} {round(SIDE * (1 - y))}h0" for x, y in points(make(1), n)
        )
        panels.append(
            f'<g transform="translate({10 + column * (SIDE + 15)} 25)">'
            f'<text y="-8">{name}</text><rect width="{SIDE}" height="{SIDE}"/>'
            f'<path d="{dots}"/></g>'
        )
    width = 20 + len(panels) * (SIDE + 15) - 15
    style = (
        "text{font:12px sans-serif;fill:#555}rect{fill:none;stroke:#999}"
        "path{fill:none;stroke:#2a6fb0;stroke-width:3;stroke-linecap:round}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {SIDE + 35}" '
        f'width="{width}"><style>{style}</style>{"".join(panels)}</svg>\n'
    )


if __name__ == "__main__":
    print(table())
    for path in sys.argv[1:]:
        Path(path).write_text(picture(), encoding="utf-8")
