"""UUIDs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from kigen.fingerprint.dispatch import inherited

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["find"]


def uuid(value: UUID, walk: Walk) -> None:
    """The sixteen bytes, in the order in which they are written."""
    walk.kind("uuid", value.bytes)


def find(kind: type) -> Encoder | None:
    """The encoder of the UUID type."""
    return inherited(kind, {UUID: uuid})
