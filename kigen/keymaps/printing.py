"""Keys that are text."""

from __future__ import annotations

from typing import Any, ClassVar

from kigen import crypto
from kigen.errors import KeymapError
from kigen.keymaps.flattening import keymap
from kigen.signature.marker import NOSENTINEL

__all__ = ["stringmap"]


class stringmap(keymap):  # noqa: N801 - klepto's name
    """Make a key by printing the arguments: their ``str``, or their repr encoded as bytes.

    ``encoding`` is a codec, or ``"repr"`` for the repr itself (`kigen.crypto.encodings`). What the
    codec does not know is refused, unless ``strict`` is False (it is replaced by a mark) or None
    (it is left out). An array longer than a thousand numbers prints as its ends, so that two such
    arrays may have one key.

    Raises `kigen.errors.ConfigurationError` for an unknown encoding, and, called with what the
    codec does not know, `kigen.errors.KeymapError`.

    >>> stringmap()(1), stringmap(encoding="utf_8")("x", y=2)
    ('1', b"('x', 'y', 2)")
    """

    __stub__: ClassVar[str] = "encoding"

    def __init__(
        self, typed: bool = False, flat: bool = True, sentinel: object = NOSENTINEL, **kwds: Any
    ) -> None:
        self.__type__: str | None = kwds.pop("encoding", None)
        crypto.check_encoding(self.__type__)
        super().__init__(typed=typed, flat=flat, sentinel=sentinel, **kwds)

    def _options(self, kwds: dict[str, Any]) -> dict[str, Any]:
        passed = {"strict": kwds.pop("strict")} if "strict" in kwds else {}
        return passed | super()._options(kwds)

    def _finish(self, key: Any) -> Any:
        try:
            return crypto.string(key, self.__type__, **self._config)
        except UnicodeError as error:
            raise KeymapError(
                f"{self!r}: {error}; choose encoding='utf_8', or strict=False to replace what is "
                "not in the encoding"
            ) from error
