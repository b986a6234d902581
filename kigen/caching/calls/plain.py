"""Which calls Python's own ``==`` and `hash` already tell apart rightly, and what of the rest.

A tuple of arguments is a dict key as it stands if it is hashable and equal to itself all the way
down. What is not goes by its fingerprint: lists, arrays and frames because they have no hash,
NaN because ``nan == nan`` is false, though every NaN is one argument, and objects that are equal
to themselves alone but have been given a fingerprint, because that says what they hold.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable
from typing import Any, Final, cast

from kigen import fingerprint
from kigen.errors import UnfingerprintableError
from kigen.fingerprint.dispatch import REGISTERED

_CONTAINERS: Final = frozenset({tuple, frozenset})

#: Types whose values are hashable and equal to themselves, whatever they are.
ATOMS: Final = frozenset({int, str, bytes, bool, type(None)})


class Digest:
    """A key that is the digest of the call it stands for; equal to nothing that a user passes.

    >>> Digest(b"x") == Digest(b"x"), Digest(b"x") == b"x"
    (True, False)
    """

    __slots__ = ("value",)

    def __init__(self, value: bytes) -> None:
        self.value: bytes = value

    def __eq__(self, other: object) -> bool:
        return other.__class__ is Digest and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"<digest {self.value.hex()}>"


def memory_key(call: Any, *, typed: bool = False) -> Hashable:
    """Return the key in memory for a call that is not made of `ATOMS` alone.

    Raises `kigen.errors.UnfingerprintableError` for an argument with neither hash nor fingerprint.

    >>> memory_key((1, 2.5)), memory_key(([1], 2)) == memory_key(([True], 2.0))
    ((1, 2.5), True)
    """
    if typed:  # (values, then their types); what lies within a value counts with its type, too
        half = len(call) // 2
        return *map(_typed_form, call[:half]), *call[half:]
    return cast("Hashable", call) if _usable(call) else _form(call)


def is_digested(key: Any) -> bool:
    """Tell whether what a key stands for is, in part at least, known by its digest alone."""
    return key.__class__ is Digest or (key.__class__ is tuple and any(map(is_digested, key)))


def _form(value: Any) -> Hashable:
    """Replace what is no key by its hashable equal, if it has one, so that the two meet; or by its
    digest. Each part for itself: an instance beside a list still goes by its own ``==``.
    """
    kind = value.__class__
    if kind is tuple:
        return tuple(map(_form, value))
    equal: Any = value
    if kind is set:
        equal = frozenset(value)
    elif kind is bytearray:
        equal = bytes(value)
    elif _is_numpy_integer(kind):
        equal = int(value)
    return cast("Hashable", equal) if _usable(equal) else Digest(fingerprint.digest(value))


def _typed_form(value: Any) -> Hashable:
    if value.__class__ in ATOMS or (value.__class__ is float and value == value):
        return cast("Hashable", value)
    try:
        return Digest(fingerprint.digest(value, typed=True))
    except UnfingerprintableError:
        if _usable(value) and value.__class__ not in _CONTAINERS:
            return cast("Hashable", value)  # an instance, of which there is but one
        raise


def _usable(key: Any) -> bool:
    try:
        hash(key)
        return _is_itself(key)
    except Exception:  # noqa: BLE001 - tensors' and expressions' == raise what they like
        return False


def _is_itself(value: Any) -> bool:
    kind = value.__class__
    if kind in ATOMS:
        return True
    if kind is float:
        return bool(value == value)
    if kind is tuple or kind is frozenset:
        return all(map(_is_itself, value))
    if isinstance(value, tuple):  # a named one
        return all(map(_is_itself, value))
    if _has_fingerprint_only(kind) or _is_numpy_integer(kind):
        return False
    return bool(value == value)


def _is_numpy_integer(kind: type) -> bool:
    """Tell whether values are equal to an int, but raise if they are compared with a `Decimal`."""
    numpy = sys.modules.get("numpy")
    return (
        numpy is not None
        and issubclass(kind, numpy.integer)
        and not issubclass(kind, numpy.timedelta64)
    )


def _has_fingerprint_only(kind: type) -> bool:
    """Tell whether a fingerprint was given to a type whose own ``==`` does not say the same.

    One that was registered is taken to be such: the type itself knows nothing of it.
    """
    if not REGISTERED.keys().isdisjoint(kind.__mro__):
        return True
    own: object = kind.__eq__
    return own is object.__eq__ and getattr(kind, "__fingerprint__", None) is not None
