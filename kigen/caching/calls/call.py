"""A call as an archive knows it."""

from __future__ import annotations

import sys
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakValueDictionary

from kigen.fingerprint.names import found, identity

if TYPE_CHECKING:
    from kigen.key import Key

#: Key classes that cached functions use, by module and qualified name; the last one counts. A
#: class made inside a function cannot be imported, and one made anew in a notebook is not the old
#: one: both are found here.
_key_types: WeakValueDictionary[tuple[str, str], type[Key]] = WeakValueDictionary()


class Call(NamedTuple):
    """A function and its arguments; the fingerprint is the name of the record.

    ``arguments`` are (name, value) pairs in the order of the parameters, or the key that a keymap
    made of them. A Key among them is pickled as the name of its class and its state.
    """

    function: str
    arguments: Any

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = self.arguments
        if is_key(arguments):
            return _restore_keyed, (self.function, _pack(arguments))
        if not _are_pairs(arguments):
            return Call, (self.function, arguments)
        packed = tuple((name, _pack(value)) for name, value in arguments)
        return _restore, (self.function, packed)


def _are_pairs(arguments: Any) -> bool:
    """Tell whether they stand under names; what a keymap makes and looks so does no harm."""
    return type(arguments) is tuple and all(
        type(pair) is tuple and len(pair) == 2 and type(pair[0]) is str for pair in arguments
    )


def is_key(value: Any) -> bool:
    """Tell whether it is a Key, or a Key class; nothing is where their module was never loaded."""
    module = sys.modules.get("kigen.key")
    if module is None:
        return False
    return issubclass(value if isinstance(value, type) else type(value), module.Key)


def know_key_type(key_type: type[Key]) -> None:
    """Let keys of this class be found when they are unpickled."""
    _key_types[identity(key_type)] = key_type


class _Packed(NamedTuple):
    """A Key on its way through a pickle."""

    module: str
    qualname: str
    state: Any


def _pack(value: Any) -> Any:
    if not is_key(value):
        return value
    return _Packed(*identity(type(value)), value.__getstate__())


def _unpack(value: Any) -> Any:
    if not isinstance(value, _Packed):
        return value
    key_type = _key_types.get((value.module, value.qualname)) or _import(value)
    key = key_type.__new__(key_type)
    key.__setstate__(value.state)
    return key


def _import(packed: _Packed) -> type[Key]:
    script: Any = found("__main__", packed.qualname)
    if isinstance(script, type) and identity(script) == (packed.module, packed.qualname):
        return script  # it may be run with -m, and have another name than the one that it has here
    __import__(packed.module)
    kind: Any = reduce(getattr, packed.qualname.split("."), sys.modules[packed.module])
    key_type: type[Key] = kind
    return key_type


def _restore(function: str, arguments: tuple[tuple[str, Any], ...]) -> Call:
    return Call(function, tuple((name, _unpack(value)) for name, value in arguments))


def _restore_keyed(function: str, arguments: _Packed) -> Call:
    return Call(function, _unpack(arguments))


def snapshot(call: Any) -> Any:
    """Return a copy of a call with arguments that can change."""
    from copy import deepcopy

    try:
        return deepcopy(call)
    except Exception:  # noqa: BLE001 - its own classes raise what they like; pickle fails likewise
        return call
