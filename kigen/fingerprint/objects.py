"""Objects that are their class and their fields, and objects that say what stands for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kigen.fingerprint.names import mark
from kigen.fingerprint.refusal import Refusal
from kigen.fingerprint.scalars import PLAIN, head, text

if TYPE_CHECKING:
    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["by_fields", "spoken_for", "why_unknown"]


def spoken_for(kind: type, registered: Mapping[type, Callable[[Any], object]]) -> Encoder | None:
    """The encoder of a class for which a function or its own method speaks; the nearest one."""
    for base in kind.__mro__:
        if base in registered:
            return standing(kind, registered[base])
        if "__fingerprint__" in vars(base):
            return refused if vars(base)["__fingerprint__"] is None else standing(kind, own_word)
    return None


def refused(value: object, _: Walk) -> None:
    """What ``__fingerprint__ = None`` asks for."""
    raise Refusal(value, f"{qualified(type(value))} sets __fingerprint__ to None")


def own_word(value: Any) -> object:
    return type(value).__fingerprint__(value)


def standing(kind: type, function: Callable[[Any], object]) -> Encoder:
    """The encoder of a value for which another one stands: its class and that other value."""
    start = b"o" + mark(kind)

    def encode(value: object, walk: Walk) -> None:
        walk.append(start)
        stands = function(value)
        plain = None if walk.typed else PLAIN.get(type(stands))
        if plain is not None:
            try:
                walk.append(plain(stands))
                return
            except (KeyError, RecursionError):
                pass  # it holds more than plain values
        walk.write(stands)

    return encode


def by_fields(kind: type) -> Encoder | None:
    """The encoder of an enum, a dataclass or an attrs class whose ``==`` nobody has rewritten."""
    enum = sys.modules.get("enum")
    if enum is not None and issubclass(kind, enum.Enum) and by_identity(kind):
        return flag(kind) if issubclass(kind, enum.Flag) else member(kind)
    owner = next(base for base in kind.__mro__ if "__eq__" in vars(base))
    if not generated(owner.__eq__):
        return None
    names = compared(owner)
    return None if names is None else fields(kind, names)


def by_identity(kind: type) -> bool:
    """Whether objects of a class equal nothing but themselves."""
    equals: object = kind.__eq__
    return equals is object.__eq__


def member(kind: type) -> Encoder:
    """An enum's member is its class and its name."""
    start = b"e" + mark(kind)

    def encode(value: Any, walk: Walk) -> None:
        walk.append(start + text(value.name))

    return encode


def flag(kind: type) -> Encoder:
    """A flag is its class and its value: a combination need not have a name."""
    start = b"e" + mark(kind)

    def encode(value: Any, walk: Walk) -> None:
        walk.append(start)
        walk.write(value.value)

    return encode


def generated(method: object) -> bool:
    """Whether a method was made by dataclasses or attrs and not written by hand."""
    code = getattr(method, "__code__", None)
    if code is None:
        return False
    by_dataclasses: bool = code.co_qualname.startswith("__create_fn__.")
    by_attrs: bool = code.co_filename.startswith("<attrs generated")
    return by_dataclasses or by_attrs


def compared(owner: type) -> list[str] | None:
    """The names of the fields that a generated ``__eq__`` compares, or None."""
    parameters = vars(owner).get("__dataclass_params__")
    if parameters is not None and parameters.eq:
        dataclasses = sys.modules["dataclasses"]
        return sorted(field.name for field in dataclasses.fields(owner) if field.compare)
    attributes = vars(owner).get("__attrs_attrs__")
    if attributes is not None and all(attribute.eq_key is None for attribute in attributes):
        return sorted(attribute.name for attribute in attributes if attribute.eq)
    return None


def fields(kind: type, names: list[str]) -> Encoder:
    """An object that is its fields: class, number of fields, names and values by name."""
    start = b"d" + mark(kind) + head(b"", len(names))
    steps = [(text(name), name, "." + name) for name in names]

    def encode(value: object, walk: Walk) -> None:
        walk.append(start)
        for written, name, step in steps:
            walk.append(written)
            try:
                part = getattr(value, name)
            except AttributeError:
                raise Refusal(value, f"its field {name!r} has no value yet") from None
            walk.part(step, part)

    return encode


def qualified(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def why_unknown(kind: type) -> str:
    """Why values of a type are refused."""
    if by_identity(kind):
        return f"two {qualified(kind)} objects are equal only if they are one and the same object"
    return f"kigen does not know what makes two {qualified(kind)} objects equal"
