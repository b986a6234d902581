"""Keys that are serialized."""

from __future__ import annotations

from typing import Any, ClassVar

from kigen import crypto
from kigen.errors import ConfigurationError, KeymapError, MissingExtra
from kigen.keymaps.flattening import keymap
from kigen.signature.marker import NOSENTINEL

__all__ = ["picklemap"]


class picklemap(keymap):  # noqa: N801 - klepto's name
    """Make a key by serializing the arguments.

    ``serializer`` is a module that has ``dumps``, or its name (`kigen.crypto.serializers`);
    without one the key is the repr. Other options are passed on to ``dumps``, among them
    ``byref=True``, which dill understands; a serializer that refuses one of them is given none.
    Such are ``pickle`` and ``json``, whose keys do not depend on ``protocol`` therefore.

    A pickle tells whether two arguments are one object or two that are equal, and how an array
    lies in memory: equal calls may get two keys. ``json`` makes one key of a tuple and a list.

    Raises `kigen.errors.ConfigurationError` for an unknown serializer, and, called with what it
    cannot serialize, `kigen.errors.KeymapError`.

    >>> picklemap(serializer="json")([1, 2], y=None)
    '[[1, 2], "y", null]'
    """

    __stub__: ClassVar[str] = "serializer"

    def __init__(
        self, typed: bool = False, flat: bool = True, sentinel: object = NOSENTINEL, **kwds: Any
    ) -> None:
        serializer = kwds.pop("serializer", None)
        if serializer is not None:
            serializer = getattr(serializer, "__name__", serializer)
            crypto.check_serializer(serializer)
        self.__type__ = serializer
        super().__init__(typed=typed, flat=flat, sentinel=sentinel, **{"byref": True, **kwds})

    def _options(self, kwds: dict[str, Any]) -> dict[str, Any]:
        return kwds

    def _finish(self, key: Any) -> Any:
        try:
            return crypto.pickle(key, self.__type__, **self._config)
        except (ConfigurationError, MissingExtra):
            raise
        except Exception as error:  # serializers raise what they like
            raise KeymapError(
                f"{self!r}: {error}; choose another serializer, such as 'dill', or leave "
                "keymap= out"
            ) from error
