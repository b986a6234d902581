"""Which encoder writes a type: built in, registered, of one of the wings, or none.

A wing is a module of this package that knows the types of one library. It is imported when a
value of such a type turns up, which cannot be before the library itself was imported.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

from kigen.errors import ConfigurationError
from kigen.fingerprint import containers, names, objects
from kigen.fingerprint.refusal import Refusal
from kigen.fingerprint.scalars import SCALARS

if TYPE_CHECKING:
    from kigen.fingerprint.walk import Walk

__all__ = ["BUILTIN", "Encoder", "encoder_for", "inherited", "register", "type_mark"]

Encoder: TypeAlias = "Callable[[Any, Walk], None]"

WINGS = {
    "array": "library",
    "collections": "library",
    "datetime": "times",
    "decimal": "exact",
    "fractions": "exact",
    "numpy": "numpy_arrays",
    "pandas": "pandas_frames",
    "pathlib": "paths",
    "polars": "polars_frames",
    "re": "library",
    "types": "library",
    "typing": "library",
    "uuid": "uuids",
    "zoneinfo": "times",
}


def scalar(leaf: Callable[[Any], bytes]) -> Encoder:
    def encode(value: object, walk: Walk) -> None:
        walk.append(leaf(value))

    return encode


BUILTIN: dict[type, Encoder] = {
    **{kind: scalar(leaf) for kind, leaf in SCALARS.items()},
    **containers.ENCODERS,
    **names.ENCODERS,
}

# Subclasses that keep ``==`` are equal to what they extend, so they are written as it is.
EXTENDABLE: dict[type, Encoder] = {
    **{kind: BUILTIN[kind] for kind in SCALARS},
    **containers.ENCODERS,
    type: BUILTIN[type],
}

# ... and what they may have overridden besides has no say in what they hold.
UNCLAD: dict[type, Callable[[Any], Any]] = {
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    complex: complex.__pos__,
    dict: dict.copy,
    float: float.__pos__,
    frozenset: frozenset.__iter__,
    int: int.__pos__,
    list: list.copy,
    set: set.__iter__,
    str: str.__str__,
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
}

REGISTERED: dict[type, Callable[[Any], object]] = {}
RESOLVED: WeakKeyDictionary[type, Encoder] = WeakKeyDictionary()


def register(type: type, function: Callable[[Any], object]) -> None:
    """Makes ``function(value)`` stand for values of a type and of its subclasses.

    What it returns is fingerprinted in place of the value, together with the value's class, so it
    has to hold all that makes two values differ, and nothing else. A later registration replaces
    an earlier one; the nearest class that has a registration or a ``__fingerprint__`` method
    decides. Fingerprints made before are not made again: register at import time.

    Raises:
        ConfigurationError: The first argument is not a class, or is one of Python's own plain
            types, whose sameness is the law; or the second cannot be called.

    >>> class Length:
    ...     def __init__(self, metres):
    ...         self.metres = metres
    >>> register(Length, lambda length: length.metres)
    >>> from kigen.fingerprint import fingerprint
    >>> fingerprint(Length(1)) == fingerprint(Length(1.0))
    True
    """
    global RESOLVED
    if not isinstance(type, TYPE):
        raise ConfigurationError(
            f"register(type, function): type must be a class, not {type!r}; pass the class itself",
            argument="type",
            value=type,
        )
    if type in BUILTIN or type is object:
        raise ConfigurationError(
            f"register(type, function): what makes two {type.__qualname__} values the same is "
            "settled; register a class of your own",
            argument="type",
            value=type,
        )
    if not callable(function):
        raise ConfigurationError(
            f"register({type.__qualname__}, function): function must be callable, not "
            f"{function!r}; pass a function of one value",
            argument="function",
            value=function,
        )
    REGISTERED[type] = function
    RESOLVED = WeakKeyDictionary()  # a new table: a resolution under way fills the old one


TYPE = type


def encoder_for(kind: type) -> Encoder:
    """The encoder of a type that is not built in; one that refuses where there is none."""
    resolved = RESOLVED
    encoder = resolved.get(kind)
    if encoder is None:
        encoder = resolved[kind] = BUILTIN.get(kind) or resolve(kind)
    return encoder


def resolve(kind: type) -> Encoder:
    return (
        objects.spoken_for(kind, REGISTERED)
        or objects.by_fields(kind)
        or inherited(kind, EXTENDABLE)
        or of_a_wing(kind)
        or named_or_refused
    )


def inherited(kind: type, table: dict[type, Encoder]) -> Encoder | None:
    """The encoder of the nearest base in a table, if the class has kept that base's ``==``."""
    for base in kind.__mro__:
        if base in table:
            return extending(base, table[base]) if kind.__eq__ is base.__eq__ else None
    return None


def extending(base: type, encoder: Encoder) -> Encoder:
    unclad = UNCLAD.get(base)
    if unclad is None:
        return encoder

    def encode(value: object, walk: Walk) -> None:
        encoder(unclad(value), walk)

    return encode


def of_a_wing(kind: type) -> Encoder | None:
    for base in kind.__mro__:
        library = str(base.__module__).partition(".")[0]
        if library in WINGS and library in sys.modules:
            wing = importlib.import_module(f"kigen.fingerprint.{WINGS[library]}")
            encoder: Encoder | None = wing.find(kind)
            if encoder is not None:
                return encoder
    return None


def named_or_refused(value: object, walk: Walk) -> None:
    """The last resort: a callable with a name is looked up by it; all else is refused."""
    if names.has_name(value):
        names.by_name(value, walk)
    else:
        raise Refusal(value, objects.why_unknown(type(value)))


MARKS: WeakKeyDictionary[type, bytes] = WeakKeyDictionary()


def type_mark(kind: type) -> bytes:
    """What ``typed=True`` writes before a value: the name of its type."""
    written = MARKS.get(kind)
    if written is None:
        numpy = sys.modules.get("numpy")
        if numpy is not None and issubclass(kind, numpy.generic):
            wing = importlib.import_module("kigen.fingerprint.numpy_scalars")
            written = MARKS[kind] = b"^" + wing.mark(kind)
        else:
            written = MARKS[kind] = b"^" + names.type_mark(kind)
    return written
