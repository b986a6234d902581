"""Copies of exceptions that hold no frames, and nothing that a caller could poison."""

from __future__ import annotations

from contextlib import suppress
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, Final, cast

from kigen.caching.results.guard import copy_containers

#: Not copied one by one, or not at all: frames hold arguments, and ``obj``, which lacked an
#: attribute, may be the instance whose method raised.
_APART: Final = frozenset(
    {
        *("__dict__", "__weakref__", "__class__", "args", "__cause__", "__suppress_context__"),
        *("__traceback__", "__context__", "obj"),
    }
)

_PLACES: Final = (MemberDescriptorType, GetSetDescriptorType)


def unframed(error: BaseException) -> BaseException:
    """Return a copy of an exception, of its causes, and of the exceptions among its attributes.

    No code of its class runs, which may take other arguments than it keeps.

    >>> error = KeyError(["x"])
    >>> twin = unframed(error)
    >>> twin, twin.args[0] is error.args[0]
    (KeyError(['x']), False)
    """
    twins = _Twins()
    first = twins.of(error)
    for original, twin in twins.made:  # which grows meanwhile
        if twin is not original:
            twins.fill(twin, original)
    return first


class _Twins:
    """The copies made so far, so that what goes round in a circle does so in the copy."""

    def __init__(self) -> None:
        self.made: list[tuple[BaseException, BaseException]] = []
        self._known: dict[int, BaseException] = {}

    def of(self, error: BaseException) -> BaseException:
        """Return the copy of an exception, be it blank as yet."""
        twin = self._known.get(id(error))
        if twin is None:
            twin = self._known[id(error)] = self._blank(error)
            self.made.append((error, twin))
        return twin

    def fill(self, twin: BaseException, error: BaseException) -> None:
        """Copy the attributes: those in the dict, in slots, and in what is written in C."""
        twin.args = tuple([self._copied(each) for each in error.args])
        for kind in type(error).__mro__:
            for name, place in vars(kind).items():
                if name not in _APART and isinstance(place, _PLACES):
                    self._carry(place, twin, error)
        for name, value in vars(error).items():
            vars(twin)[name] = self._copied(value)
        twin.__cause__ = None if error.__cause__ is None else self.of(error.__cause__)
        twin.__suppress_context__ = error.__suppress_context__  # to set a cause has set it

    def _blank(self, error: BaseException) -> BaseException:
        """Make one of the same class by what Python itself defines for it alone."""
        native: Any = type(error)
        while native.__module__ != "builtins":
            native = native.__base__
        arguments: tuple[Any, ...] = error.args
        if isinstance(error, BaseExceptionGroup):
            arguments = (error.message, [self.of(each) for each in error.exceptions])
        try:
            twin: BaseException = native.__new__(type(error), *arguments)
        except TypeError:  # written in C, with a shape of its own
            return _reduced(error)
        with suppress(Exception):  # a class may keep args that its own base would not take
            native.__init__(twin, *arguments)
        return twin

    def _carry(self, place: Any, twin: BaseException, error: BaseException) -> None:
        value = self._copied(_read(place, error))
        # An OSError whose filename is set to None says so.
        if value is not place and value is not _read(place, twin):
            with suppress(AttributeError, TypeError):  # not to be set
                place.__set__(twin, value)

    def _copied(self, value: Any) -> Any:
        if isinstance(value, BaseException):
            return self.of(value)
        with suppress(RecursionError):
            if type(value) in (list, tuple) and any(
                isinstance(each, BaseException) for each in value
            ):
                return type(value)([self._copied(each) for each in value])
            return copy_containers(value)
        return value


def _read(place: Any, error: BaseException) -> Any:
    """Return the value of an attribute, or the place itself if there is none."""
    try:
        return place.__get__(error)
    except (AttributeError, TypeError):
        return place


def _reduced(error: BaseException) -> BaseException:
    """Return the copy that an exception's own class makes, or the exception if it cannot."""
    try:
        build, arguments, *_ = cast("tuple[Any, ...]", error.__reduce__())
        twin = build(*arguments)
    except Exception:  # noqa: BLE001 - what cannot be copied is shared
        return error
    return twin if isinstance(twin, BaseException) else error
