"""Key: a typed, validated set of parameters that says what was run."""

from __future__ import annotations

from kigen.key.key import Key

__all__ = ["Key"]
