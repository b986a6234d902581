"""Results that a caller could poison: lists, dicts and sets are handed out as copies.

``f(1).append("poison")`` must not change what ``f(1)`` returns next. Copies are made of the
builtin containers, all the way down to what is none; other objects (arrays, frames, instances)
are handed out as they are, for copying a large one at each hit would be worse than sharing it.
``copy=True`` copies whatever is not immutable, ``copy=False`` nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import CoroutineType
from typing import Any, Final

from kigen.errors import ConfigurationError
from kigen.fingerprint.refusal import shown

Copier = Callable[[Any], Any]

#: Types whose values cannot change, and hold nothing that could.
FIXED: Final = frozenset({int, float, str, bytes, bool, complex, type(None), range})

_CONTAINERS: Final = frozenset({list, dict, set, bytearray, tuple})

#: What a second caller would find used up, beside iterators.
_SPENT: Final = frozenset(
    {
        CoroutineType,
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
    later = hasattr(type(value), "__anext__") and _begins_as_itself(aiter, value)
    if later or is_iterator(value) or value.__class__ in _SPENT:
        raise ConfigurationError(
            f"{shown(value)} can be used up only once, so that it is no result to keep: return a "
            "tuple, or have one made of an iterator (materialize=True), decorate the coroutine "
            "function itself, or hand it out all the same (copy=False)"
        )


def is_iterator(value: Any) -> bool:
    """Tell whether going through a value uses it up; a file does not count, which goes back."""
    return hasattr(type(value), "__next__") and _begins_as_itself(iter, value)


def _begins_as_itself(begin: Callable[[Any], Any], value: Any) -> bool:
    if hasattr(type(value), "seek"):
        return False
    try:
        return begin(value) is value
    except Exception:  # noqa: BLE001 - whatever it is, it cannot be gone through
        return False


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
    """Return what copies a container of containers, 6 times as fast as deepcopy.

    What is nested more deeply than Python can follow is handed out as it is.
    """
    copier = copy_containers if _shares(value) else _copy_tree
    try:
        copier(value)
    except RecursionError:
        return None
    return copier


def _shares(value: Any) -> bool:
    """Tell whether a container comes twice in another one, or goes round in a circle."""
    waiting, known = [value], {id(value)}
    for outer in waiting:
        if outer.__class__ in (set, bytearray) or _is_flat(outer):
            continue
        for item in outer.values() if outer.__class__ is dict else outer:
            kind = item.__class__
            if kind in _CONTAINERS and not (kind is tuple and _is_flat(item)):
                if id(item) in known:
                    return True
                known.add(id(item))
                waiting.append(item)
    return False


def _copy_tree(value: Any) -> Any:
    kind = value.__class__
    if kind is list:
        return [_copy_tree(item) for item in value]
    if kind is dict:
        return {key: _copy_tree(item) for key, item in value.items()}
    if kind is tuple:
        return tuple([_copy_tree(item) for item in value])
    if kind is set or kind is bytearray:
        return value.copy()
    return value


def copy_containers(value: Any, twins: dict[int, Any] | None = None) -> Any:
    """Copy each container once, so that what was one object is one in the copy."""
    kind = value.__class__
    if kind not in _CONTAINERS:
        return value
    twins = {} if twins is None else twins
    if id(value) in twins:
        return twins[id(value)]
    if kind is tuple:
        twin: Any = tuple([copy_containers(item, twins) for item in value])
        return twins.setdefault(id(value), twin)  # a circle has come by here already
    twin = twins[id(value)] = kind() if kind in (list, dict) else value.copy()
    if kind is list:
        twin += [copy_containers(item, twins) for item in value]
    elif kind is dict:
        for key, item in value.items():
            twin[key] = copy_containers(item, twins)
    return twin
