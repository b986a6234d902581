"""Keys of methods: the instance is held weakly, and its entries go with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any
from weakref import ref

from kigen.policies import MISSING


class Owner(ref[Any]):
    """A weak reference to an instance in a key; equal to any other to an equal instance.

    It knows the rest of the key that it is part of, so that the entry can be dropped when the
    instance dies; None if it is the key. The key itself would be a circle, which only the garbage
    collector opens.
    """

    __slots__ = ("rest", "twin")

    rest: tuple[Any, ...] | None
    twin: ref[Any]  # what a look-up makes, which is found faster than made

    @property
    def key(self) -> Hashable:
        """The key that it is part of."""
        return self if self.rest is None else (self, *self.rest)

    def __repr__(self) -> str:  # not the instance's own, which may call the method
        return f"<a {type(self()).__qualname__}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # The instance does not go along: a class would bring all that there are of it.
        return departed, ()


class _Nobody:
    """Whom nobody refers to."""


def departed() -> Owner:
    """Return a reference to an instance that is gone; equal to no other."""
    nobody = _Nobody()
    owner = Owner(nobody)
    hash(owner)  # which it keeps
    owner.rest = None
    return owner


def disown(key: Any, *, bare: bool, gone: Callable[[Any], None]) -> Hashable:
    """Return a method's key with its instance held weakly, or as it is if that cannot be.

    ``bare``: the instance alone is the key. ``gone`` is called with the `Owner` when it dies.
    """
    instance = key if bare else key[0]
    try:
        owner = Owner(instance, gone)
    except TypeError:  # a class with __slots__, or a digest
        unowned: Hashable = key
        return unowned
    owner.rest = None if bare else key[1:]
    owner.twin = ref(instance)
    return owner.key


def holds_owner(key: Any) -> bool:
    """Return whether a key holds its instance weakly."""
    first = key[0] if key.__class__ is tuple and key else key
    return first.__class__ is Owner


def owned_call(key: Any) -> Any:
    """Return the call that a key stands for, or `MISSING` if the instance is gone."""
    if key.__class__ is Owner:
        instance = key()
        return MISSING if instance is None else instance
    if key.__class__ is tuple and key and key[0].__class__ is Owner:
        instance = key[0]()
        return MISSING if instance is None else (instance, *key[1:])
    return key
