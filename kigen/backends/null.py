"""Nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kigen.backends.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kigen.backends.record import Record

__all__ = ["NullBackend"]


class NullBackend(Backend):
    """Keeps nothing: writes are ignored, reads find nothing."""

    url = "null://"
    keeps_objects = True

    def read(self, name: str) -> Record | None:
        return None

    def write(self, record: Record) -> None:
        """Forget it."""

    def delete(self, name: str) -> bool:
        return False

    def names(self, function: str | None = None) -> Iterator[str]:
        return iter(())
