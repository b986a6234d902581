"""Store: generator states and key histories in one SQLite file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from kigen.store.database import Database

if TYPE_CHECKING:
    import sqlite3

    from kigen.key import Key

__all__ = ["Progress", "Store"]

OF = "WHERE ? IS NULL OR gen_key = ?"
"""Of one generator, or of all; both parameters are its name."""


class Progress(NamedTuple):
    """How far a generator has come."""

    cursor: int
    """Keys accepted."""
    draws: int | None
    """Keys drawn, duplicates included; ``None`` in what ki-gen 1.0 wrote, which did not count."""
    signature: str
    """Fingerprint of blueprint and engine; empty if ki-gen 1.0 wrote it."""


class Store:
    """Generator states and key histories, in one SQLite file that any SQL tool opens.

    Every method is one transaction, whole or not at all, also under ``kill -9``; several stores,
    in several processes, may share a file. A store is used by the thread that made it, unless
    ``check_same_thread=False``: then by any, one at a time. It survives a fork.

    Files of ki-gen 1.0 are brought up to date in place; a copy stays beside them
    (``NAME.ki-gen-1.backup``).

    Raises:
        NotAnArchiveError: the path holds something else; it is left as it is.
        ArchiveError: the file cannot be opened, read or written.
    """

    def __init__(
        self, db_path: str | os.PathLike[str] = "kigen.db", check_same_thread: bool = True
    ) -> None:
        from pathlib import Path

        self.db_path: Path = Path(db_path)
        self._database = Database(self.db_path, check_same_thread)

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Hold the write lock; commit at the end, roll back on an exception. May be nested."""
        return self._database

    # Generators

    def load_generator_by_key(self, gen_key: str) -> dict[str, Any] | None:
        """Return the stored row of a generator, or ``None``."""
        rows = [row for row in self.list_generators() if row["gen_key"] == gen_key]
        return rows[0] if rows else None

    def list_generators(self) -> list[dict[str, Any]]:
        """Return the rows of all generators, by name."""
        import json

        names = ("gen_key", "cursor", "state_extra", "created_at", "updated_at")
        rows = self._database.query(f"SELECT {', '.join(names)} FROM generators ORDER BY gen_key")  # noqa: S608
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [{**row, "state_extra": json.loads(row["state_extra"])} for row in found]

    def save_generator_by_key(
        self, gen_key: str, *, cursor: int = 0, state_extra: dict[str, Any] | None = None
    ) -> None:
        """Insert a generator or update its cursor; ``state_extra`` is kept with it as JSON."""
        import json

        extra, now = json.dumps(state_extra or {}), _now()
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO generators (gen_key, cursor, state_extra, created_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (gen_key) DO UPDATE SET "
                "cursor = excluded.cursor, state_extra = excluded.state_extra, "
                "updated_at = excluded.updated_at",
                (gen_key, cursor, extra, now, now),
            )

    def load_progress(self, gen_key: str) -> Progress | None:
        """Return how far a generator has come, or ``None``."""
        rows = self._database.query(
            "SELECT cursor, draws, signature FROM generators WHERE gen_key = ?", gen_key
        )
        return Progress(*rows[0]) if rows else None

    def save_progress(self, gen_key: str, progress: Progress) -> None:
        """Note how far a generator has come."""
        now = _now()
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO generators "
                "(gen_key, cursor, draws, signature, created_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (gen_key) DO UPDATE SET "
                "cursor = excluded.cursor, draws = excluded.draws, "
                "signature = excluded.signature, updated_at = excluded.updated_at",
                (gen_key, *progress, now, now),
            )

    def load_checkpoint(self, gen_key: str) -> tuple[int, bytes] | None:
        """Return the last engine state written down, with the number of keys drawn before it."""
        rows = self._database.query(
            "SELECT draws, state FROM checkpoints WHERE gen_key = ?", gen_key
        )
        return rows[0] if rows else None

    def save_checkpoint(self, gen_key: str, draws: int, state: bytes) -> None:
        """Write down an engine state."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", (gen_key, draws, state)
            )

    # Runs

    def record_run(self, key: Key, gen_key: str) -> None:
        """Record one key."""
        self.record_runs([key], gen_key)

    def record_runs(self, keys: Iterable[Key], gen_key: str) -> int:
        """Record keys in one transaction, and return how many the generator did not have yet."""
        now = _now()
        rows = []
        for key in keys:
            digest = key._freeze()  # noqa: SLF001
            rows.append((digest.hex()[:12], gen_key, key._readable(), now, digest))  # noqa: SLF001
        with self.transaction() as connection:
            cursor = connection.executemany(
                "INSERT OR IGNORE INTO runs (key_id, gen_key, params, created_at, fingerprint) "
                "VALUES (?, ?, ?, ?, ?)",
                rows,
            )
            return cursor.rowcount

    def run_count(self, gen_key: str | None = None) -> int:
        """Return the number of recorded keys, of one generator or of all."""
        rows = self._database.query(
            f"SELECT COUNT(*) FROM runs {OF}",  # noqa: S608
            gen_key,
            gen_key,
        )
        return int(rows[0][0])

    def get_run(self, key_id: str) -> dict[str, Any] | None:
        """Return the run with this ``Key.id`` (or fingerprint), or ``None``."""
        if len(key_id) in (12, 32) and set(key_id) <= set("0123456789abcdef"):
            prefix = bytes.fromhex(key_id)
            found = self._runs(
                "WHERE fingerprint >= ? AND fingerprint < ? LIMIT 1", prefix, prefix + b"\xff" * 17
            )
            if found:
                return found[0]
        found = self._runs("WHERE fingerprint IS NULL AND key_id = ?", key_id)
        return found[0] if found else None

    def recent_runs(self, n: int = 20, gen_key: str | None = None) -> list[dict[str, Any]]:
        """Return the ``n`` runs recorded last, the newest first."""
        return self._runs(f"{OF} ORDER BY seq DESC LIMIT ?", gen_key, gen_key, n)

    def all_params(self, gen_key: str | None = None) -> list[dict[str, Any]]:
        """Return ``key_id``, ``gen_key`` and ``params`` of all runs, in the order recorded."""
        rows = self._runs(f"{OF} ORDER BY seq", gen_key, gen_key)
        return [{name: row[name] for name in ("key_id", "gen_key", "params")} for row in rows]

    def _runs(self, condition: str, *parameters: object) -> list[dict[str, Any]]:
        import json

        names = ("key_id", "gen_key", "params", "created_at")
        rows = self._database.query(f"SELECT {', '.join(names)} FROM runs {condition}", *parameters)  # noqa: S608
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return [{**row, "params": json.loads(row["params"])} for row in found]

    def load_seen_fingerprints(self, gen_key: str) -> set[str]:
        """Return the fingerprints of a generator's keys."""
        return {digest.hex() for _, digest in self.digests(gen_key) if digest}

    def digests(self, gen_key: str, after: int = 0) -> list[tuple[int, bytes | None]]:
        """Return (number, digest) of a generator's runs recorded after number ``after``.

        The digest of a run that ki-gen 1.0 wrote is ``None``.
        """
        return self._database.query(
            "SELECT seq, fingerprint FROM runs WHERE seq > ? AND gen_key = ? ORDER BY seq",
            after,
            gen_key,
        )

    # Life

    def close(self) -> None:
        """Close the file; closing twice is no error."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({str(self.db_path)!r})"


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat()
