"""A SQLite database with one row a record, and large values in files beside it."""

from __future__ import annotations

from kigen.backends.sqlite.backend import SqliteBackend

__all__ = ["SqliteBackend"]
