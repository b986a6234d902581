"""klepto's small tools, under klepto's names."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kigen.caching.handle.info import CacheInfo as CacheInfo  # noqa: PLC0414 - exported

__all__ = ["isiterable"]

IS_PYPY: Final = sys.implementation.name == "pypy"


def isiterable(x: object) -> bool:
    """Whether ``iter(x)`` works; an iterator is not advanced.

    >>> isiterable("text"), isiterable(3)
    (True, False)
    """
    try:
        iter(x)  # type: ignore[call-overload]  # that is the question
    except TypeError:
        return False
    return True


def _b(message: str) -> bytes:
    """Encode a string of characters below 256."""
    return message.encode("latin-1")


def __getattr__(name: str) -> Any:
    if name != "CacheInfo":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kigen.caching.handle.info import CacheInfo

    return CacheInfo
