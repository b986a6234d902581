"""Random numbers for an evaluation, made of its key and seed alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kigen import fingerprint
from kigen.key import Key

#: Gives the ``rng`` of an evaluation.
RngMaker = Callable[[Key, int], Any]


def entropy(key: Key, seed: int) -> int:
    """Return 128 bits that depend on the key and the seed, and on nothing else."""
    return int.from_bytes(fingerprint.digest(("kigen.rng", key, seed)), "big")


def derived_seed(key: Key, seed: int) -> int:
    """Return an int in [0, 2**31), which every library takes for a seed."""
    return entropy(key, seed) >> 97


def standard_rng(key: Key, seed: int) -> Any:
    """Return a `random.Random`."""
    import random

    return random.Random(entropy(key, seed))


def numpy_rng(key: Key, seed: int) -> Any:
    """Return a `numpy.random.Generator` over PCG64, whose stream NumPy keeps stable."""
    from kigen.errors import MissingExtra

    try:
        import numpy as np
    except ImportError as error:
        raise MissingExtra(
            "rng: numpy.random.Generator needs NumPy; run: pip install 'kigen[numpy]'"
        ) from error
    return np.random.Generator(np.random.PCG64(entropy(key, seed)))


def choose_rng(annotation: Any) -> RngMaker:
    """Return what makes the generator that the annotation of ``rng`` asks for.

    >>> choose_rng("np.random.Generator") is numpy_rng, choose_rng(None) is standard_rng
    (True, True)
    """
    if isinstance(annotation, str):
        text = annotation
    else:
        text = f"{getattr(annotation, '__module__', '')} {annotation!r}"
    # As a string it may be np.random.Generator or Generator | None, which nobody has resolved.
    asks_numpy = "Generator" in re.findall(r"\w+", text) and (text is annotation or "numpy" in text)
    return numpy_rng if asks_numpy else standard_rng
