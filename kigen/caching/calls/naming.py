"""What a call is called at rest: the function and its arguments by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import RLock
from typing import Any

from kigen import fingerprint
from kigen.caching.calls.call import Call
from kigen.caching.calls.identity import identify
from kigen.errors import ConfigurationError, KeymapError, UnfingerprintableError, UnkeyableCall
from kigen.fingerprint.refusal import shown
from kigen.signature import full_name
from kigen.signature.marker import GIVEN

_identifying = RLock()


def _after_fork() -> None:
    global _identifying
    _identifying = RLock()  # another thread of the parent may have held it


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def version_text(version: object) -> str | None:
    """Return what is read in a name: a text or a whole number as it is, a fingerprint of others.

    >>> version_text(2), len(version_text(("model.bin", 3)))
    ('2', 32)
    """
    if version is None or type(version) in (str, int):
        return None if version is None else str(version)
    try:
        return fingerprint.fingerprint(version)
    except UnfingerprintableError as error:
        reason = getattr(error, "reason", error)
        raise ConfigurationError(
            f"version={shown(version)} would be another one in the next process: {reason}; give a "
            "text or a number",
            version=version,
        ) from None


class Naming:
    """From a call's key to its name at rest, and back.

    ``function`` may be a bare name. ``names`` are those of the parameters that make the key, or
    None where a keymap makes it; ``beside`` is that of `Keying`.
    The function is identified when the first name is asked for, and not at decoration, when what
    it captures may not have its value yet.
    """

    __slots__ = ("_given", "_identity", "beside", "function", "names", "typed", "version")

    def __init__(
        self,
        function: Callable[..., Any] | str,
        names: tuple[str, ...] | None,
        name: str | None = None,
        typed: bool = False,
        version: str | None = None,
        beside: bool | None = None,
    ) -> None:
        self.function: Any = function
        self.names: tuple[str, ...] | None = names
        self.typed: bool = typed
        self.version: str | None = version
        self.beside: bool | None = beside
        self._given = name
        self._identity: str | None = None

    @property
    def identity(self) -> str:
        """The function's name at rest; raises `UnkeyableCall` if it captures the unnameable."""
        return self._identify() if self._identity is None else self._identity

    def _identify(self) -> str:
        # One thread alone: what the function captured may change as soon as it runs.
        with _identifying:
            if self._identity is None:
                self._identity = self._read()
            return self._identity

    def _read(self) -> str:
        named = self._given or (self.function if isinstance(self.function, str) else None)
        identity = named or identify(self.function)
        return identity if self.version is None else f"{identity}@{self.version}"

    def own(self, calls: list[Call]) -> list[Call]:
        """Return those that are calls of the function; it is identified if there are any.

        If there are none, what it captured may not have its value yet.
        """
        if not calls:
            return []
        try:
            identity = self._identity or self._read()
        except UnkeyableCall:
            return []
        found = [call for call in calls if call.function == identity]
        return [call for call in found if call.function == self.identity]

    @property
    def label(self) -> str:
        """What messages call the function."""
        function = self.function
        if isinstance(function, str):
            return function
        return full_name(function) or repr(function)

    def call(self, key: Any) -> Any:
        """Return what the record is listed by: the function and its arguments, or a key alone."""
        if self.beside and key[1] is GIVEN:
            return key[0]
        return Call(self.identity, self.pairs(key) if self.names is not None else key)

    def pairs(self, key: Any) -> tuple[tuple[str, Any], ...]:
        names = self.names or ()
        values = (key,) if len(names) == 1 and not self.typed else key
        return tuple(zip(names, values[: len(names)], strict=True))

    def public(self, key: Any) -> Any:
        """Return what users know as the key: without the call that may stand beside it."""
        return key[0] if self.beside else key

    def given_name(self, key: Any) -> str:
        """Return the name of the record that klepto's key alone would have."""
        return fingerprint.fingerprint(self.public(key))

    def given(self, key: Any) -> Any:
        """Return the key in memory of a record that is listed by one of klepto's keys."""
        return (key, GIVEN) if self.beside else key

    def fits(self, key: Any) -> bool:
        """Tell whether a call can have that key."""
        names = self.names
        if names is None or (len(names) == 1 and not self.typed):
            return True
        return key.__class__ is tuple and len(key) == len(names) * (2 if self.typed else 1)

    def check(self, key: Any) -> None:
        """Raise `KeymapError` for what no call has for a key."""
        if not self.fits(key):
            raise KeymapError(
                f"{key!r} is no key of {self.label}; its method key(...) returns the key of a call",
                key=key,
            )

    def key(self, call: Call) -> Any:
        """Return the key that `call` was made of; ValueError if its parameters were others."""
        if self.names is None:
            return call.arguments
        names, values = zip(*call.arguments, strict=True) if call.arguments else ((), ())
        if names != self.names:
            raise ValueError(f"{call.function} had other parameters then: {', '.join(names)}")
        if self.typed:
            return *values, *map(type, values)
        return values[0] if len(values) == 1 else values

    def fields(self, key: Any) -> dict[str, Any]:
        """Return the arguments by name, for people to read."""
        if self.names is not None:
            return dict(self.pairs(key))
        to_dict = getattr(key, "to_dict", None)
        return dict(to_dict()) if callable(to_dict) else {"key": key}

    def name(self, key: Any) -> str:
        """Return the name of the record; raises `UnkeyableCall`."""
        try:
            return fingerprint.fingerprint(self.call(key), typed=self.typed)
        except UnkeyableCall:
            raise
        except UnfingerprintableError:
            raise self.refusal(key) from None

    def refusal(self, key: Any) -> UnkeyableCall:
        """Return the error that says which argument cannot be part of a key, and what to do."""
        function = self.label
        for name, value in self.fields(key).items():
            try:
                fingerprint.digest(value, at=name)
            except UnfingerprintableError as error:
                path = error.path or name
                return UnkeyableCall(
                    f"{function}: {error}",
                    path=path,
                    function=function,
                    type=getattr(error, "type", type(value)),
                )
        return UnkeyableCall(f"{function}: the call has no key", path="", function=function)
