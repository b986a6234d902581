"""Keys that are hashes."""

from __future__ import annotations

from typing import Any, ClassVar

from kigen import crypto
from kigen.errors import KeymapError
from kigen.keymaps.flattening import keymap
from kigen.signature.marker import NOSENTINEL

__all__ = ["hashmap"]


class hashmap(keymap):  # noqa: N801 - klepto's name
    """Make a key by hashing: an int by Python's ``hash``, or the digest of the arguments' repr.

    Python's hash, the default as it is klepto's, is fast and weak: ``f(-1)`` and ``f(-2)`` have
    one key, and a call with text has another one in each interpreter. An ``algorithm``
    (`kigen.crypto.algorithms`) is as good as the repr of the arguments.

    Raises `kigen.errors.ConfigurationError` for an unknown algorithm, and, called with what
    Python cannot hash, `kigen.errors.KeymapError`.

    >>> hashmap()(-1) == hashmap()(-2), hashmap().lossy
    (True, True)
    >>> hashmap(algorithm="md5")("x")
    '6fb94ab447e2224a422e2cd0271d66c1'
    """

    __stub__: ClassVar[str] = "algorithm"

    def __init__(
        self, typed: bool = False, flat: bool = True, sentinel: object = NOSENTINEL, **kwds: Any
    ) -> None:
        self.__type__: str | None = kwds.pop("algorithm", None)
        crypto.check_algorithm(self.__type__)
        super().__init__(typed=typed, flat=flat, sentinel=sentinel, **kwds)

    def _finish(self, key: Any) -> Any:
        if self.__type__ is not None:
            return crypto.hash(key, self.__type__)
        try:
            return crypto.hash(key)
        except TypeError as error:
            raise KeymapError(
                f"{self!r}: {error}; give it an algorithm, as in hashmap(algorithm='md5'), or "
                "leave keymap= out: kigen's own keys take lists, dicts and arrays"
            ) from error
