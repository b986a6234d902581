"""Engines: the numbers that keys are drawn with."""

from __future__ import annotations

from kigen.rengines.grid import GridRengine
from kigen.rengines.halton import HaltonRengine
from kigen.rengines.latin import LatinHypercubeRengine
from kigen.rengines.philox import PhiloxRengine
from kigen.rengines.protocol import FastForwardNotSupported, Rengine, Startable, Stateful
from kigen.rengines.random import RandomRengine
from kigen.rengines.shard import ShardRengine
from kigen.rengines.sobol import SobolRengine

__all__ = [
    "FastForwardNotSupported",
    "GridRengine",
    "HaltonRengine",
    "LatinHypercubeRengine",
    "PhiloxRengine",
    "RandomRengine",
    "Rengine",
    "ShardRengine",
    "SobolRengine",
    "Startable",
    "Stateful",
]
