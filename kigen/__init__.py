"""Run an expensive evaluation once, ever.

A typed, seeded :class:`~kigen.key.Key` says what was run; the same Key is the cache key. Names
load their modules on first use, so that ``import kigen`` costs next to nothing.

>>> import kigen
>>> @kigen.lru_cache(maxsize=100)
... def square(x):
...     return x * x
>>> square(3), square(x=3)
(9, 9)
>>> square.info().hit
1
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as type checkers know it; typing itself would be half of the import

if TYPE_CHECKING:
    from kigen import archives as archives
    from kigen import blueprints as blueprints
    from kigen import caching as caching
    from kigen import crypto as crypto
    from kigen import errors as errors
    from kigen import fields as fields
    from kigen import fingerprint as fingerprint
    from kigen import keymaps as keymaps
    from kigen import recorders as recorders
    from kigen import rengines as rengines
    from kigen import rounding as rounding
    from kigen import safe as safe
    from kigen import tools as tools
    from kigen.about import citation, license  # noqa: A004 - klepto has it
    from kigen.blueprint import Blueprint
    from kigen.caching import (
        cached_property,
        disabled,
        inf_cache,
        lfu_cache,
        lru_cache,
        mru_cache,
        no_cache,
        rr_cache,
        s3fifo_cache,
        sieve_cache,
    )
    from kigen.errors import (
        ArchiveError,
        ChangedFunctionWarning,
        CodecError,
        ConfigurationError,
        DamagedRecordError,
        DamagedRecordWarning,
        FastForwardNotSupported,
        FieldError,
        FrozenKeyError,
        KeyFieldError,
        KeymapError,
        KigenError,
        KigenWarning,
        MissingExtra,
        NotAnArchiveError,
        PoolError,
        ReentrantCall,
        SpaceExhaustedError,
        StorageWarning,
        UnfingerprintableError,
        UnkeyableCall,
    )
    from kigen.fields import Date, Each, Enum, Field, Flag, Nested, Param, Pool, Text
    from kigen.key import Key
    from kigen.keymaps.keygen import keygen
    from kigen.recorders import Generator, Recorder
    from kigen.rengines import (
        GridRengine,
        HaltonRengine,
        LatinHypercubeRengine,
        PhiloxRengine,
        RandomRengine,
        Rengine,
        SobolRengine,
    )
    from kigen.seeded import dedup, seeded_cache
    from kigen.signature import NULL, isvalid, signature, strip_markup, validate
    from kigen.store import Store

__version__ = "0.1.0"

__all__ = [
    "ArchiveError",
    "Blueprint",
    "ChangedFunctionWarning",
    "CodecError",
    "ConfigurationError",
    "DamagedRecordError",
    "DamagedRecordWarning",
    "Date",
    "Each",
    "Enum",
    "FastForwardNotSupported",
    "Field",
    "FieldError",
    "Flag",
    "FrozenKeyError",
    "Generator",
    "GridRengine",
    "HaltonRengine",
    "Key",
    "KeyFieldError",
    "KeymapError",
    "KigenError",
    "KigenWarning",
    "LatinHypercubeRengine",
    "MissingExtra",
    "NULL",
    "Nested",
    "NotAnArchiveError",
    "Param",
    "PhiloxRengine",
    "Pool",
    "PoolError",
    "RandomRengine",
    "Recorder",
    "ReentrantCall",
    "Rengine",
    "SobolRengine",
    "SpaceExhaustedError",
    "StorageWarning",
    "Store",
    "Text",
    "UnfingerprintableError",
    "UnkeyableCall",
    "archives",
    "cached_property",
    "citation",
    "crypto",
    "dedup",
    "disabled",
    "inf_cache",
    "isvalid",
    "keygen",
    "keymaps",
    "lfu_cache",
    "license",
    "lru_cache",
    "mru_cache",
    "no_cache",
    "rounding",
    "rr_cache",
    "s3fifo_cache",
    "safe",
    "seeded_cache",
    "sieve_cache",
    "signature",
    "strip_markup",
    "tools",
    "validate",
]

# Where a name lives; the errors, which are many, are looked for in kigen.errors.
_HOMES = {
    "Blueprint": "blueprint",
    "Date": "fields",
    "Each": "fields",
    "Enum": "fields",
    "Field": "fields",
    "Flag": "fields",
    "Generator": "recorders",
    "GridRengine": "rengines",
    "HaltonRengine": "rengines",
    "Key": "key",
    "LatinHypercubeRengine": "rengines",
    "NULL": "signature",
    "Nested": "fields",
    "Param": "fields",
    "PhiloxRengine": "rengines",
    "Pool": "fields",
    "RandomRengine": "rengines",
    "Recorder": "recorders",
    "Rengine": "rengines",
    "SobolRengine": "rengines",
    "Store": "store",
    "Text": "fields",
    "__author__": "about",
    "__license__": "about",
    "_keygen": "signature",  # klepto's, which has no __all__
    "cached_property": "caching",
    "citation": "about",
    "dedup": "seeded",
    "disabled": "caching",
    "inf_cache": "caching",
    "isvalid": "signature",
    "keygen": "keymaps.keygen",
    "lfu_cache": "caching",
    "license": "about",
    "lru_cache": "caching",
    "mru_cache": "caching",
    "no_cache": "caching",
    "rr_cache": "caching",
    "s3fifo_cache": "caching",
    "seeded_cache": "seeded",
    "sieve_cache": "caching",
    "strip_markup": "signature",
    "validate": "signature",
}

# Submodules that users reach as attributes: kigen.archives.open(...), kigen.signature(f)
_ROOMS = frozenset(
    {
        "archives",
        "blueprints",
        "caching",
        "crypto",
        "errors",
        "fields",
        "fingerprint",
        "keymaps",
        "recorders",
        "rengines",
        "rounding",
        "safe",
        "signature",
        "tools",
    }
)


if not TYPE_CHECKING:  # to which a name that is none would be an object of unknown type

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name in _ROOMS:
            return import_module(f"kigen.{name}")
        home = _HOMES.get(name, "errors")
        if home == "errors" and name not in __all__:
            said = f"module 'kigen' has no attribute {name!r}"
            raise AttributeError(said, name=name, obj=sys.modules[__name__])
        value: object = getattr(import_module(f"kigen.{home}"), name)
        globals()[name] = value  # the next look-up does not come here
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ROOMS})
