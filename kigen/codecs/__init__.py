"""Objects to bytes and back: pickle with dill behind it; further codecs are one file each."""

from __future__ import annotations

from kigen.codecs.codec import Codec, Payload
from kigen.codecs.live import LiveCodec
from kigen.codecs.pickling import PickleCodec, decode

__all__ = ["Codec", "LiveCodec", "Payload", "PickleCodec", "decode"]
