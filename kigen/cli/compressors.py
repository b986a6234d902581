"""The compressors of the standard library, their settings as keys."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Protocol

from kigen.fields import Enum, Param
from kigen.key import Key

__all__ = ["COMPRESSORS", "Bz2", "Lzma", "Settings", "Zlib"]

_CHUNK = 1 << 18  # bytes between two chances for Ctrl-C; larger ones compress no better


class Compressor(Protocol):
    """What the three modules' compressor objects have in common."""

    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


class Settings(Key):
    """One way to compress: the class says with what, the fields how."""

    def compressor(self) -> Compressor:
        """A new compressor object with these settings."""
        raise NotImplementedError

    def decompress(self, packed: bytes) -> bytes:
        """What was compressed."""
        raise NotImplementedError

    def compress(self, data: bytes) -> bytes:
        """The data, compressed."""
        compressor = self.compressor()
        pieces = [compressor.compress(data[i : i + _CHUNK]) for i in range(0, len(data), _CHUNK)]
        return b"".join((*pieces, compressor.flush()))


class Zlib(Settings):
    """DEFLATE: fast, everywhere."""

    level: Param[int] = Param(min=1, max=9, step=1)
    window: Param[int] = Param(min=9, max=15, step=1)  # log2 of the bytes it looks back
    memory: Param[int] = Param(min=1, max=9, step=1)
    strategy: Enum[str] = Enum("default", "filtered", "huffman", "rle", "fixed")

    def compressor(self) -> Compressor:
        strategy = ("default", "filtered", "huffman", "rle", "fixed").index(self.strategy)
        return zlib.compressobj(self.level, zlib.DEFLATED, self.window, self.memory, strategy)

    def decompress(self, packed: bytes) -> bytes:
        return zlib.decompress(packed)


class Bz2(Settings):
    """Burrows-Wheeler: strong on text."""

    level: Param[int] = Param(min=1, max=9, step=1)  # blocks of so many hundred kilobytes

    def compressor(self) -> Compressor:
        return bz2.BZ2Compressor(self.level)

    def decompress(self, packed: bytes) -> bytes:
        return bz2.decompress(packed)


class Lzma(Settings):
    """LZMA2: small, at a price."""

    dictionary: Param[int] = Param(min=16, max=23, step=1)  # log2 of the bytes it looks back
    finder: Enum[str] = Enum("hc3", "hc4", "bt4")
    mode: Enum[str] = Enum("fast", "normal")
    nice: Param[int] = Param(min=8, max=128, step=8)  # a match this long is good enough

    def compressor(self) -> Compressor:
        options = {
            "id": lzma.FILTER_LZMA2,
            "dict_size": 1 << self.dictionary,
            "mf": {"hc3": lzma.MF_HC3, "hc4": lzma.MF_HC4, "bt4": lzma.MF_BT4}[self.finder],
            "mode": {"fast": lzma.MODE_FAST, "normal": lzma.MODE_NORMAL}[self.mode],
            "nice_len": self.nice,
        }
        return lzma.LZMACompressor(filters=[options])

    def decompress(self, packed: bytes) -> bytes:
        return lzma.decompress(packed)


COMPRESSORS: tuple[type[Settings], ...] = (Zlib, Bz2, Lzma)
