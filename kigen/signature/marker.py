"""Objects that stand for themselves, in this process and in every other."""

from __future__ import annotations

from typing import Final
from zlib import crc32

__all__ = ["GIVEN", "NOSENTINEL", "NULL", "SENTINEL", "Marker"]


class Marker:
    """A value with a name instead of an address.

    Its hash is the same in each interpreter, and copies and pickles of it are itself.

    >>> from copy import deepcopy
    >>> NULL, deepcopy(NULL) is NULL
    (NULL, True)
    """

    __slots__ = ("__weakref__", "_name", "_text")

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def __hash__(self) -> int:
        return crc32(self._name.encode())

    def __eq__(self, other: object) -> bool:
        return self is other

    def __reduce__(self) -> str:
        return self._name  # the global of this module

    def __fingerprint__(self) -> str:
        return self._name


#: What stands in a key for an argument that is ignored.
NULL: Final = Marker("NULL", "NULL")
#: A mark between the parts of a flat key that no argument can be mistaken for.
SENTINEL: Final = Marker("SENTINEL", "<SENTINEL>")
#: The parts of a flat key follow each other without a mark.
NOSENTINEL: Final = Marker("NOSENTINEL", "<NOSENTINEL>")
#: What stands in for a call of which nothing is known but its key.
GIVEN: Final = Marker("GIVEN", "<GIVEN>")
