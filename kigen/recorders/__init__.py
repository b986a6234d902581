"""Recorders: telling new keys from old ones, and drawing new ones."""

from __future__ import annotations

from kigen.recorders.generator import Generator
from kigen.recorders.recorder import Recorder, SpaceExhaustedError

__all__ = ["Generator", "Recorder", "SpaceExhaustedError"]
