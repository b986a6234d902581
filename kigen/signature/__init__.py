"""A callable's parameters, read once: what a call binds to, and what of it makes a key.

`Parameters` is what kigen's wrappers are compiled from; the rest are klepto's names for looking
at a function without calling it. The module itself can be called: ``kigen.signature(f)`` is
klepto's `signature`, whichever of the two was imported first.
"""

from __future__ import annotations

import sys
from types import ModuleType

from kigen.signature.binding import Ignored, _keygen
from kigen.signature.marker import NULL, Marker
from kigen.signature.parameters import Parameters, full_name, kind
from kigen.signature.reading import signature, strip_markup
from kigen.signature.validity import isvalid, validate

__all__ = [
    "NULL",
    "Ignored",
    "Marker",
    "Parameters",
    "_keygen",
    "full_name",
    "isvalid",
    "kind",
    "signature",
    "strip_markup",
    "validate",
]


class _Module(ModuleType):
    """A module that answers calls, as importing it hides the function of the same name."""

    __call__ = staticmethod(signature)


sys.modules[__name__].__class__ = _Module
