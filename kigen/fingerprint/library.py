"""Further types of the standard library."""

from __future__ import annotations

import array
import re
import types
import typing
from collections import Counter, OrderedDict, deque
from typing import TYPE_CHECKING, Any

from kigen.fingerprint.containers import mapping, sequence
from kigen.fingerprint.dispatch import inherited

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["find"]


def counter(value: Counter[Any], walk: Walk) -> None:
    """A counter: what it counts that is not zero times."""
    walk.kind("counter", {key: count for key, count in value.items() if count != 0})


def pattern(value: re.Pattern[Any], walk: Walk) -> None:
    walk.kind("pattern", value.pattern, value.flags)


def namespace(value: types.SimpleNamespace, walk: Walk) -> None:
    walk.kind("namespace", vars(value))


def alias(value: Any, walk: Walk) -> None:
    """``List[int]`` and its like, which are not equal to ``list[int]``."""
    walk.kind("typing alias", value.__origin__, value.__name__, value.__args__)


def union(value: Any, walk: Walk) -> None:
    """``Union[int, str]``, which equals ``int | str``."""
    walk.kind("union", frozenset(value.__args__))


ENCODERS: dict[type, Encoder] = {
    Counter: counter,
    OrderedDict: mapping(b";", OrderedDict.items, ordered=True),
    array.array: sequence(b"a"),
    deque: sequence(b">"),
    re.Pattern: pattern,
    type(typing.List[int]): alias,  # noqa: UP006 - the alias itself is meant
    type(typing.Union[int, str]): union,  # noqa: UP007
    types.SimpleNamespace: namespace,
}


def find(kind: type) -> Encoder | None:
    """The encoder of one of these types."""
    return inherited(kind, ENCODERS)
