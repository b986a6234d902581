"""Objects as hashes, strings and bytes, by the name of an algorithm, an encoding or a serializer.

These are the last steps of the keymaps. All but `hash` without an algorithm and `pickle` with a
serializer start from ``repr(object)``, and are as faithful as the object's repr is.
"""

from __future__ import annotations

import builtins
import sys
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from kigen.errors import ConfigurationError, MissingExtra

__all__ = ["algorithms", "encodings", "hash", "pickle", "serializers", "string"]

if TYPE_CHECKING:
    from collections.abc import Callable

#: Encodings that are no codec but a way to print; ``ascii`` is the builtin, and gives a str.
_PRINTED: Final[dict[str, Callable[[Any], str]]] = {"str": str, "repr": repr, "ascii": ascii}


def hash(object: Any, algorithm: str | None = None) -> int | str:
    """Return Python's hash of an object, or the hex digest of its repr by ``algorithm``.

    Python's hash of a string is another one in each interpreter; a digest is not.

    Raises `kigen.errors.ConfigurationError` for an unknown algorithm.

    >>> hash((1, 2), "md5")
    '85985a7bd912508f89c96f0ff61e15a6'
    """
    if algorithm is None:
        return builtins.hash(object)
    return _digest(algorithm, repr(object).encode())


def string(object: Any, encoding: str | None = None, strict: bool | None = True) -> str | bytes:
    """Return ``str(object)``, or its repr encoded by a codec; ``"repr"`` is the repr itself.

    What the encoding does not know raises `UnicodeEncodeError`, unless ``strict`` is False (it is
    replaced by a mark) or None (it is left out).

    Raises `kigen.errors.ConfigurationError` for an unknown encoding.

    >>> string([1], "utf_8"), string("x"), string("x", "repr")
    (b'[1]', 'x', "'x'")
    """
    if encoding is None:
        return str(object)
    if not isinstance(encoding, str):
        raise _no_encoding(encoding)
    printed = _PRINTED.get(encoding)
    if printed is not None:
        return printed(object)
    text = repr(object)
    try:
        return text.encode(
            encoding, "strict" if strict else "ignore" if strict is None else "replace"
        )
    except LookupError as error:
        raise _no_encoding(encoding) from error


def pickle(object: Any, serializer: str | ModuleType | None = None, **kwds: Any) -> Any:
    """Return ``serializer.dumps(object)``, or ``repr(object)`` without a serializer.

    ``serializer`` is a module that has ``dumps``, or its name. Keywords are passed on to it; if it
    refuses one of them it gets none, as klepto has it.

    Raises `kigen.errors.ConfigurationError` for what is no such module, and
    `kigen.errors.MissingExtra` for one that is not installed.

    >>> pickle([1, 2], "json"), pickle([1, 2])
    ('[1, 2]', '[1, 2]')
    """
    if serializer is None:
        return repr(object)
    dumps = _dumps(serializer)
    try:
        return dumps(object, **kwds)
    except TypeError:
        return dumps(object)


@cache
def algorithms() -> tuple[str | None, ...]:
    """The hash algorithms that work here, sorted, after None for Python's own hash.

    >>> "sha256" in algorithms()
    True
    """
    import hashlib

    return (None, *sorted(filter(_works, hashlib.algorithms_available)))


@cache
def encodings() -> tuple[str | None, ...]:
    """The text encodings, sorted, and ``str`` and ``repr``, after None for str.

    >>> {"utf_8", "latin_1", "repr"} <= set(encodings())
    True
    """
    import encodings as codecs
    from encodings.aliases import aliases
    from pkgutil import iter_modules

    names = {module.name for module in iter_modules(codecs.__path__)} | set(aliases.values())
    return (None, *sorted(filter(_encodes, names)), "str", "repr")


@cache
def serializers() -> tuple[str | None, ...]:
    """The installed serializers, after None for repr.

    >>> serializers()[:4]
    (None, 'pickle', 'json', 'dill')
    """
    extras = (name for name in ("cloudpickle", "jsonpickle") if _is_installed(name))
    return (None, "pickle", "json", "dill", *extras)


# klepto has them here, too; mypy knows no attributes of functions.
hash.algorithms = algorithms  # type: ignore[attr-defined]
string.encodings = encodings  # type: ignore[attr-defined]
pickle.serializers = serializers  # type: ignore[attr-defined]


def check_algorithm(algorithm: str | None) -> None:
    """Raise `ConfigurationError` for an algorithm that `hash` would refuse."""
    if algorithm is not None:
        _digest(algorithm, b"")


def check_encoding(encoding: object) -> None:
    """Raise `ConfigurationError` for an encoding that `string` would refuse."""
    if encoding is None or (isinstance(encoding, str) and encoding in _PRINTED):
        return
    if not _encodes(encoding):
        raise _no_encoding(encoding)


def check_serializer(serializer: str) -> None:
    """Raise `ConfigurationError` or `MissingExtra` for what is not there, without importing it."""
    if not isinstance(serializer, str):
        raise ConfigurationError(
            f"serializer={serializer!r} is neither a module nor the name of one"
        )
    if serializer not in sys.modules and not _is_installed(serializer):
        raise _not_there(serializer)


def _digest(algorithm: str, data: bytes) -> str:
    import hashlib

    try:
        # An extendable output (shake) has no length of its own: hexdigest() is a TypeError.
        return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            f"algorithm={algorithm!r} is no hash algorithm; kigen.crypto.algorithms() lists them",
            algorithm=algorithm,
        ) from error


def _works(algorithm: str) -> bool:
    try:
        _digest(algorithm, b"")
    except ConfigurationError:
        return False
    return True


def _encodes(encoding: Any) -> bool:
    try:
        "a".encode(encoding)
    except (LookupError, ValueError, TypeError):  # no encoding of text; "undefined"; no name
        return False
    return True


def _no_encoding(encoding: object) -> ConfigurationError:
    return ConfigurationError(
        f"encoding={encoding!r} is no text encoding; kigen.crypto.encodings() lists them",
        encoding=encoding,
    )


def _dumps(serializer: str | ModuleType) -> Any:
    module = serializer if isinstance(serializer, ModuleType) else _import(serializer)
    try:
        return module.dumps
    except AttributeError:
        raise ConfigurationError(
            f"serializer={module.__name__!r} has no dumps(); kigen.crypto.serializers() lists some",
            serializer=module.__name__,
        ) from None


def _import(name: str) -> ModuleType:
    check_serializer(name)
    module = sys.modules.get(name)
    if module is not None:
        return module
    from importlib import import_module

    return import_module(name)


def _is_installed(name: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # a parent package that is not there; an empty name
        return False


def _not_there(serializer: str) -> ConfigurationError | MissingExtra:
    if serializer in {"cloudpickle", "jsonpickle"}:
        return MissingExtra(f"serializer={serializer!r}: pip install {serializer}")
    return ConfigurationError(
        f"serializer={serializer!r} is no module; kigen.crypto.serializers() lists some",
        serializer=serializer,
    )
