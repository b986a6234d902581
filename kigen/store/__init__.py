"""Store: generator states and key histories in one SQLite file."""

from __future__ import annotations

from kigen.store.store import Progress, Store

__all__ = ["Progress", "Store"]
