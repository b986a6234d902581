"""Where keys and calls meet: `seeded_cache` runs an evaluation once a key, `dedup` a body once."""

from __future__ import annotations

from kigen.seeded.decorator import seeded_cache
from kigen.seeded.deduplicate import dedup
from kigen.seeded.evaluation import Evaluation

__all__ = ["Evaluation", "dedup", "seeded_cache"]
