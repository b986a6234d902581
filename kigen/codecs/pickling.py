"""Pickle protocol 5, with large arrays beside the pickle, and dill behind it.

Three codec ids at rest:

``pickle``
    what the standard library stores.
``dill``
    what it cannot: lambdas, closures, local classes. Holds byte code, so it is read by the Python
    minor version that wrote it.
``pickle+dill``
    a pickle that refers to ``__main__``, or to ``__mp_main__``, as worker processes call it. A
    script that is run again finds its own classes through the pickle, an interpreter with another
    main module finds copies through the dill beside it.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

from kigen.errors import CodecError

if TYPE_CHECKING:
    from kigen.codecs.codec import Payload

__all__ = ["PickleCodec", "decode"]

PROTOCOL = 5

# A smaller buffer is copied into the pickle: up to here one write beats two, and a record without
# buffers is one row of a database.
OUT_OF_BAND = 1 << 16


class PickleCodec:
    """Pickle, with dill behind it for what pickle cannot store.

    >>> codec = PickleCodec()
    >>> codec.encode({"loss": 0.5})[0]
    'pickle'
    >>> codec.decode(codec.encode({"loss": 0.5}))
    {'loss': 0.5}
    >>> codec.decode(codec.encode(lambda x: x + 1))(2)
    3
    """

    def encode(self, value: object, /) -> Payload:
        buffers: list[pickle.PickleBuffer] = []
        try:
            data = pickle.dumps(value, PROTOCOL, buffer_callback=buffers.append)
            if buffers:
                data = _with_small_ones_inside(value, buffers)
        except Exception as error:  # noqa: BLE001 - a user's __reduce__ raises what it likes
            from kigen.codecs import dilled

            return "dill", dilled.dumps(value, error), ()
        if b"__main__" in data or b"__mp_main__" in data:
            from kigen.codecs import dilled

            return dilled.beside_pickle(data, _raw(buffers), value)
        return "pickle", data, _raw(buffers) if buffers else ()

    def decode(self, payload: Payload, /) -> Any:
        codec, data, buffers = payload
        if codec == "pickle":
            return pickle.loads(data, buffers=buffers) if buffers else pickle.loads(data)
        return decode(payload)


def decode(payload: Payload) -> Any:
    """The value of a payload with any of this module's codec ids.

    Raises:
        CodecError: for an id of somebody else's.
    """
    codec, data, buffers = payload
    if codec == "pickle":
        return pickle.loads(data, buffers=buffers)
    if codec in ("dill", "pickle+dill"):
        from kigen.codecs import dilled

        return dilled.loads(data) if codec == "dill" else dilled.loads_either(data, buffers)
    raise CodecError(f"no codec is called {codec!r}; was it written by a newer kigen?", codec=codec)


def _with_small_ones_inside(value: object, buffers: list[pickle.PickleBuffer]) -> bytes:
    """The pickle of ``value``; of its buffers, all found before, only large ones stay outside."""
    buffers.clear()

    def inside(buffer: pickle.PickleBuffer) -> bool:
        if buffer.raw().nbytes < OUT_OF_BAND:
            return True
        buffers.append(buffer)
        return False

    return pickle.dumps(value, PROTOCOL, buffer_callback=inside)


def _raw(buffers: list[pickle.PickleBuffer]) -> tuple[memoryview, ...]:
    return tuple(buffer.raw() for buffer in buffers)
