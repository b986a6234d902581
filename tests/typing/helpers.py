"""klepto's tools: they keep a function's signature, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_type

import kigen
from kigen.keymaps import hashmap, keymap, picklemap, stringmap
from kigen.rounding import deep_round, shallow_round, simple_round


@simple_round(tol=2)
def half(x: float, *, note: str = "") -> float:
    return x / 2


@deep_round(tol=1)
def total(values: list[float]) -> float:
    return sum(values)


@shallow_round(tol=1)
def greatest(values: list[float]) -> float:
    return max(values)


def rounded() -> None:
    assert_type(half(1.234, note="a"), float)
    assert_type(total([1.23]), float)
    assert_type(greatest([1.23]), float)
    assert_type(kigen.lru_cache(half)(1.0), float)


def looked_at() -> None:
    assert_type(kigen.isvalid(half, 1.0), bool)
    maps = (keymap(), hashmap(algorithm="md5"), stringmap(flat=False), picklemap() + keymap())
    for one in maps:
        made: Callable[..., object] = one
        assert made(1) is not None


def mistakes() -> None:
    half("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    total(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    rounded()
    looked_at()
