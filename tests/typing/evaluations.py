"""seeded_cache: an evaluation knows its key class and its result."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import assert_type

from kigen import Blueprint, Key, Param, RandomRengine, seeded_cache
from kigen.caching import CacheInfo
from kigen.seeded import Evaluation


class Trial(Key):
    lr = Param(min=0.0, max=1.0)
    depth = Param(min=1, max=9)


class Other(Key):
    depth = Param(min=1, max=9)


@seeded_cache
def bare(trial: Trial, rng: Random) -> float:
    return trial.lr + rng.random()


@seeded_cache(seed=42, maxsize=100, blueprint=Blueprint(Trial), rengine=RandomRengine)
def with_options(trial: Trial) -> str:
    return str(trial.depth)


@seeded_cache(Trial, on_change="ignore")
def unpacked(lr: float, depth: int) -> list[float]:
    return [lr] * depth


def calls() -> None:
    trial = Trial(lr=0.5, depth=3)
    assert_type(bare, Evaluation[Trial, float])
    assert_type(with_options, Evaluation[Trial, str])
    assert_type(unpacked, Evaluation[Trial, list[float]])
    assert_type(bare(trial), float)
    assert_type(bare(lr=0.5, depth=3, seed=7), float)
    assert_type(unpacked(lr=0.5, depth=3), list[float])
    assert_type(bare.lookup(trial), float)
    assert_type(bare.has(lr=0.5, depth=3), bool)
    assert_type(bare.info(), CacheInfo)
    assert_type(bare.key_type, type[Trial])
    assert_type(bare.__name__, str)
    assert_type(with_options.__wrapped__(trial), str)


def sweeps() -> None:
    pairs = with_options.sweep(3)
    assert_type(pairs, list[tuple[Trial, str]])
    for trial, result in pairs:
        assert_type(trial.lr, float)
        assert_type(result, str)
    assert_type(with_options.results(seed=42), Iterator[tuple[Trial, str]])
    assert_type(next(with_options.results())[0].depth, int)


def mistakes() -> None:
    bare(3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    bare(Other(depth=1))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    bare.sweep("3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare.sweep(3)[0][0].colour  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    seeded_cache(sed=42)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    seeded_cache(int)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]


if __name__ == "__main__":
    calls()
    sweeps()
