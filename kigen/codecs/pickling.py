"""Pickle protocol 5, with large arrays beside the pickle, and dill behind it.

Three codec ids at rest:

``pickle``
    what the standard library stores.
``dill``
    what it cannot: lambdas, closures, local classes. Holds byte code, so it is read by the Python
    minor version that wrote it.
``pickle+dill``
    a pickle that refers to ``__main__``. A script that is run again finds its own classes through
    the pickle, an interpreter with another main module finds copies through the dill beside it.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

from kigen.codecs.codec import Payload
from kigen.errors import CodecError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PickleCodec", "decode"]

PROTOCOL = 5

# A smaller buffer is copied into the pickle: up to here one write beats two, and a record without
# buffers is one row of a database.
OUT_OF_BAND = 1 << 16


class PickleCodec:
    """Pickle, with dill behind it for what pickle cannot store.

    >>> codec = PickleCodec()
    >>> codec.encode({"loss": 0.5}).codec
    'pickle'
    >>> codec.decode(codec.encode({"loss": 0.5}))
    {'loss': 0.5}
    >>> codec.decode(codec.encode(lambda x: x + 1))(2)
    3
    """

    def encode(self, value: object, /) -> Payload:
        buffers: list[Any] = []

        def beside(buffer: pickle.PickleBuffer) -> bool:
            raw = buffer.raw()
            if raw.nbytes < OUT_OF_BAND:
                return True
            buffers.append(raw)
            return False

        try:
            data = pickle.dumps(value, PROTOCOL, buffer_callback=beside)
        except Exception as error:  # noqa: BLE001 - a user's __reduce__ raises what it likes
            from kigen.codecs import dilled

            return Payload("dill", dilled.dumps(value, error))
        if b"__main__" in data:
            from kigen.codecs import dilled

            return dilled.beside_pickle(Payload("pickle", data, tuple(buffers)), value)
        return Payload("pickle", data, tuple(buffers))

    def decode(self, payload: tuple[str, Any, tuple[Any, ...]], /) -> Any:
        return decode(payload)


def decode(payload: tuple[str, Any, tuple[Any, ...]]) -> Any:
    """The value of a payload with any of this module's codec ids.

    Raises:
        CodecError: for an id of somebody else's.
    """
    codec, data, buffers = payload
    if codec == "pickle":
        return loads(data, buffers)
    if codec in ("dill", "pickle+dill"):
        from kigen.codecs import dilled

        return dilled.loads(data) if codec == "dill" else dilled.loads_either(data, buffers)
    raise CodecError(f"no codec is called {codec!r}; was it written by a newer kigen?", codec=codec)


def loads(data: Any, buffers: Iterable[Any] = ()) -> Any:
    """Unpickle ``data``, whose large arrays become views of ``buffers``, without a copy."""
    return pickle.loads(data, buffers=buffers)
