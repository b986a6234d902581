"""What only dill can store; dill is imported when the first such value comes along."""

from __future__ import annotations

import pickle
import struct
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kigen.errors import CodecError, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from kigen.codecs.codec import Payload

__all__ = ["beside_pickle", "dumps", "loads", "loads_either"]

# Byte code is not portable between minor versions (it crashes, at worst): the first two bytes of a
# dill payload say which one wrote it.
_VERSION = bytes(sys.version_info[:2])
_LENGTH = struct.Struct("<Q")


def dumps(value: object, reason: Exception) -> bytes:
    """Dill ``value``, which pickle refused for ``reason``.

    Raises:
        CodecError: if dill cannot store it either; names the innermost culprit.
    """
    try:
        return _VERSION + _dump(value)
    except Exception as error:
        path, culprit = _culprit(value)
        where = f" at {path}" if path else ""
        raise CodecError(
            f"a value of type {_name(type(value))} cannot be stored: neither pickle nor dill can "
            f"serialize the {_name(type(culprit))}{where} ({reason}). Return plain data instead, "
            "or give its class a __reduce__ method",
            value=value,
            path=path,
        ) from error


def beside_pickle(data: bytes, buffers: tuple[Any, ...], value: object) -> Payload:
    """The pickle with a dill of ``value`` in front, if dill can make one."""
    try:
        copy = _VERSION + _dump(value)
    except Exception:  # noqa: BLE001 - the pickle alone serves the script that wrote it
        return "pickle", data, buffers
    return "pickle+dill", _LENGTH.pack(len(copy)) + copy + data, buffers


def loads(data: bytes) -> Any:
    """Undo :func:`dumps`.

    Raises:
        CodecError: if another minor version of Python wrote it.
    """
    if data[:2] != _VERSION:
        raise CodecError(
            f"it holds byte code of Python {data[0]}.{data[1]}; define its functions and classes "
            "in a module, so that they are stored by name"
        )
    return _dill().loads(data[2:])


def loads_either(data: bytes, buffers: tuple[Any, ...]) -> Any:
    """Undo :func:`beside_pickle`: this main module's own classes, or else copies of them."""
    (size,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size
    try:
        return _ScriptUnpickler(BytesIO(data[start + size :]), buffers=buffers).load()
    except (AttributeError, ImportError):  # this main module has no such class
        return loads(data[start : start + size])


class _ScriptUnpickler(pickle.Unpickler):
    """Finds in the script what its worker process has stored as of ``__mp_main__``."""

    def find_class(self, module: str, name: str, /) -> Any:
        return super().find_class("__main__" if module == "__mp_main__" else module, name)


def _dump(value: object) -> bytes:
    file = BytesIO()
    # recurse: only the globals that a function uses, not all of its module's.
    pickler = _dill().Pickler(file, protocol=5, recurse=True)
    script = sys.modules.get("__mp_main__")
    if script is not None and script.__name__ == "__mp_main__":
        # This is a worker; to dill its script is a module like any other, unless told.
        pickler._session, pickler._main = True, script  # noqa: SLF001
    pickler.dump(value)
    return file.getvalue()


def _dill() -> ModuleType:
    try:
        import dill
    except ImportError as error:
        raise MissingExtra(
            "lambdas, closures and classes of __main__ are stored by dill, which is not installed; "
            "pip install dill",
            extra="dill",
        ) from error
    module: ModuleType = dill
    return module


def _culprit(value: object, path: str = "", depth: int = 8) -> tuple[str, object]:
    """The innermost part of ``value`` that dill refuses, and the way to it."""
    for step, part in _parts(value) if depth else ():
        try:
            _dump(part)
        except Exception:  # noqa: BLE001 - whatever it raises, it is not storable
            return _culprit(part, path + step, depth - 1)
    return path, value


def _parts(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((f"[{key!r}]", part) for key, part in value.items())
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((f"[{index}]", part) for index, part in enumerate(value))
    else:
        state = getattr(value, "__dict__", None)
        if isinstance(state, dict):
            yield from ((f".{name}", part) for name, part in state.items())


def _name(cls: type) -> str:
    return (
        cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
    )
