"""Engines: the numbers that keys are drawn with."""

from __future__ import annotations

from kigen.rengines.protocol import FastForwardNotSupported, Rengine, Startable, Stateful
from kigen.rengines.random import RandomRengine
from kigen.rengines.sobol import SobolRengine

__all__ = [
    "FastForwardNotSupported",
    "RandomRengine",
    "Rengine",
    "SobolRengine",
    "Startable",
    "Stateful",
]
