"""Results that a caller could poison: lists, dicts and sets are handed out as copies.

``f(1).append("poison")`` must not change what ``f(1)`` returns next. Copies are made of the
builtin containers, all the way down to what is none; other objects (arrays, frames, instances)
are handed out as they are, for copying a large one at each hit would be worse than sharing it.
``copy=True`` copies whatever is not immutable, ``copy=False`` nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Final

from kigen.errors import ConfigurationError

Copier = Callable[[Any], Any]

#: Types whose values cannot change, and hold nothing that could.
FIXED: Final = frozenset({int, float, str, bytes, bool, complex, type(None), range})

_CONTAINERS: Final = frozenset({list, dict, set, bytearray, tuple})

#: What a second caller would find used up.
_SPENT: Final = frozenset(
    {
        *(GeneratorType, AsyncGeneratorType, CoroutineType, map, filter, zip, enumerate),
        contextlib._GeneratorContextManager,  # noqa: SLF001 - what contextmanager makes
        contextlib._AsyncGeneratorContextManager,  # noqa: SLF001
    }
)


def choose_guard(copy: bool | None) -> Callable[[Any], Copier | None]:
    """Return what finds the copier of a value, or finds that it needs none.

    >>> find = choose_guard(None)
    >>> find((1, 2)) is None
    True
    >>> find([1, [2]])([1, [2]])
    [1, [2]]
    """
    guards = {None: _container_copier, True: _any_copier, False: _no_copier}
    if copy not in (None, True, False):
        raise ConfigurationError(
            f"copy={copy!r} is none of None (containers), True (everything), False (nothing)",
            copy=copy,
        )
    return guards[copy]


def _no_copier(_: Any) -> Copier | None:
    return None


def _any_copier(value: Any) -> Copier | None:
    kind = value.__class__
    if kind in FIXED:
        return None
    if kind in _CONTAINERS and FIXED.issuperset(map(type, value)) and _is_flat(value):
        return None if kind is tuple else kind.copy
    from copy import deepcopy

    _refuse_spent(value)
    return deepcopy


def _container_copier(value: Any) -> Copier | None:
    kind = value.__class__
    if kind not in _CONTAINERS:
        _refuse_spent(value)
        return None
    if _is_flat(value):
        return None if kind is tuple else kind.copy
    if kind is tuple and not _holds_container(value):
        return None
    return _checked_copier(value)


def _is_flat(value: Any) -> bool:
    """Tell whether a container holds nothing that could change; a dict's keys do not count."""
    return FIXED.issuperset(map(type, value.values() if value.__class__ is dict else value))


def _refuse_spent(value: Any) -> None:
    if value.__class__ in _SPENT:
        raise ConfigurationError(
            f"{value!r} can be used up only once, so that it is no result to keep: return a tuple, "
            "decorate the coroutine function itself, or hand it out all the same (copy=False)"
        )


def _holds_container(value: tuple[Any, ...]) -> bool:
    waiting, known = [value], {id(value)}
    for outer in waiting:
        for item in outer:
            kind = type(item)
            if kind in _CONTAINERS and kind is not tuple:
                return True
            if kind is tuple and id(item) not in known:
                known.add(id(item))
                waiting.append(item)
    return False


def _checked_copier(value: Any) -> Copier | None:
    """Copy by hand, 6 times as fast as deepcopy, unless the value goes round in a circle.

    What is nested more deeply than Python can follow is handed out as it is.
    """
    from copy import deepcopy

    for copier in (_copy_container, deepcopy):
        try:
            copier(value)
        except RecursionError:
            continue
        return copier
    return None


def _copy_container(value: Any) -> Any:
    kind = value.__class__
    if kind is list:
        return [_copy_container(item) for item in value]
    if kind is dict:
        return {key: _copy_container(item) for key, item in value.items()}
    if kind is tuple:
        return tuple([_copy_container(item) for item in value])
    if kind is set or kind is bytearray:
        return value.copy()
    return value
