"""Every exception and warning kigen raises, in one tree.

::

    KigenError
    ├── FieldError(ValueError)                 a value that a field does not admit
    ├── KeyFieldError(TypeError)               a key built with an unknown or a missing field
    ├── FrozenKeyError(AttributeError)         a key changed after it had been used as a key
    ├── PoolError(RuntimeError)                a pool read before, or filled after, its time
    ├── UnfingerprintableError(TypeError)      a value with no canonical bytes
    │   └── UnkeyableCall                      a call one of whose arguments is such a value
    ├── KeymapError(TypeError)                 a call that a keymap cannot turn into a key
    ├── ReentrantCall(RuntimeError)            a function that waits for its own result
    ├── SpaceExhaustedError(RuntimeError)      no further distinct key can be drawn
    ├── FastForwardNotSupported(RuntimeError)  an engine that cannot skip ahead
    ├── CodecError(TypeError)                  a value that cannot be turned into bytes, or back
    ├── ArchiveError(OSError)                  an archive that cannot be opened, read or written
    │   ├── NotAnArchiveError                  the path holds something that is not an archive
    │   └── DamagedRecordError                 a record that is torn, foreign or unreadable
    ├── ConfigurationError(ValueError)         an option that makes no sense
    └── MissingExtra(ImportError)              an optional dependency that is not installed

    KigenWarning(UserWarning)
    ├── StorageWarning                         a result was returned, but could not be stored
    ├── DamagedRecordWarning                   a record was skipped, and is computed again
    └── ChangedFunctionWarning                 a stored result came from another function body

Each error also inherits the builtin that a caller would catch without knowing kigen, carries its
facts as attributes, and ends its message with what to do.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself would be half of the import

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from kigen.fields.problems import Problem

__all__ = [
    "ArchiveError",
    "ChangedFunctionWarning",
    "CodecError",
    "ConfigurationError",
    "DamagedRecordError",
    "DamagedRecordWarning",
    "FastForwardNotSupported",
    "FieldError",
    "FrozenKeyError",
    "KeyFieldError",
    "KeymapError",
    "KigenError",
    "KigenWarning",
    "MissingExtra",
    "NotAnArchiveError",
    "PoolError",
    "ReentrantCall",
    "SpaceExhaustedError",
    "StorageWarning",
    "UnfingerprintableError",
    "UnkeyableCall",
]


class KigenError(Exception):
    """The root: ``except KigenError`` catches whatever kigen itself raises.

    Keyword arguments become attributes, so that a handler need not parse the message.
    """

    def __init__(self, message: str = "", /, **facts: object) -> None:
        super().__init__(message)
        self.__dict__.update(facts)

    def __reduce__(self) -> tuple[object, ...]:
        # BaseException would replay __init__ without the facts; they travel as state instead.
        return type(self), self.args, self.__dict__


class FieldError(KigenError, ValueError):
    """A value that a field does not admit; ``field`` and ``value`` say which.

    A key that is built has them all in ``errors``, each with its path, message and value.
    """

    field: str = ""
    value: Any = None
    errors: Sequence[Problem] = ()


class KeyFieldError(KigenError, TypeError):
    """A key built with an unknown field or without a required one; ``errors`` has all."""

    field: str = ""
    fields: Sequence[str] = ()
    errors: Sequence[Problem] = ()


class FrozenKeyError(KigenError, AttributeError):
    """A key was changed after it had been hashed, fingerprinted or recorded."""

    field: str = ""


class PoolError(KigenError, RuntimeError):
    """A pool was used before it was populated, or populated twice."""

    field: str = ""


class UnfingerprintableError(KigenError, TypeError):
    """A value with no canonical bytes; ``path`` leads to it from the value that was asked for."""

    path: str = ""


class UnkeyableCall(UnfingerprintableError):
    """A call that has no cache key; ``path`` starts at the parameter, ``function`` is its name."""

    function: str = ""


class KeymapError(KigenError, TypeError):
    """A call that a keymap cannot turn into a key."""


class ReentrantCall(KigenError, RuntimeError):
    """A cached function was called with the arguments of the call it is still computing."""

    key: Any = None


class SpaceExhaustedError(KigenError, RuntimeError):
    """No further distinct key can be drawn from the space; ``keys`` are those drawn before."""

    found: int | None = None
    total: int | None = None
    keys: Sequence[Any] = ()


class FastForwardNotSupported(KigenError, RuntimeError):
    """The engine cannot skip ahead."""


class CodecError(KigenError, TypeError):
    """A value that cannot be turned into bytes, or bytes that cannot be turned back."""

    path: str = ""


class ArchiveError(KigenError, OSError):
    """An archive that cannot be opened, read or written; ``path`` says which."""

    path: str = ""


class NotAnArchiveError(ArchiveError):
    """The path holds something that kigen did not write; it is left as it is."""


class DamagedRecordError(ArchiveError):
    """A record is torn, foreign or unreadable; ``reason`` says how."""

    reason: str = ""


class ConfigurationError(KigenError, ValueError):
    """An option, or a combination of options, that makes no sense."""


class MissingExtra(KigenError, ImportError):
    """An optional dependency is not installed; the message gives the pip line."""


class KigenWarning(UserWarning):
    """The root of kigen's warnings."""


class StorageWarning(KigenWarning):
    """A result was returned to the caller but could not be stored."""


class DamagedRecordWarning(KigenWarning):
    """A damaged or foreign record was skipped; its value is computed again."""


class ChangedFunctionWarning(KigenWarning):
    """A stored result came from another body of the function; it is computed again."""
