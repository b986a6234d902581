"""Many evaluations: draw the keys, run what is missing, show how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from operator import index
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from kigen.errors import ConfigurationError
from kigen.key import Key

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from kigen.blueprint import Blueprint
    from kigen.rengines import Rengine
    from kigen.seeded.evaluation import Evaluation

K = TypeVar("K", bound=Key)
R = TypeVar("R")

#: Called with (done, total) after each evaluation.
Progress = Callable[[int, int], None]


class Drawing(NamedTuple, Generic[K]):
    """Where the keys of a sweep come from."""

    blueprint: Blueprint[K]
    rengine: Callable[[int], Rengine] | Rengine | None

    def keys(self, n: Any, seed: int) -> list[K]:
        """Return the first ``n`` keys of the seed: always the same ones."""
        from kigen.recorders import Generator

        try:
            count = -1 if isinstance(n, bool) else index(n)
        except TypeError:
            count = -1
        if count < 0:
            raise ConfigurationError(f"n={n!r} is not a number of keys: give an int from 0", n=n)
        engine: Any = self.rengine
        made = engine(seed) if _makes_engines(engine) else deepcopy(engine)
        return Generator(self.blueprint, seed=seed, rengine=made).generate_many(count)


def check_rengine(rengine: Any) -> None:
    """Raise `ConfigurationError` for what is neither an engine nor makes one of a seed."""
    if not (rengine is None or hasattr(rengine, "randint") or _makes_engines(rengine)):
        raise ConfigurationError(
            f"rengine={rengine!r} is no engine; pass one, or its class, or a function of the seed",
            rengine=rengine,
        )


def _makes_engines(rengine: Any) -> bool:
    return isinstance(rengine, type) or (callable(rengine) and not hasattr(rengine, "randint"))


def run(
    evaluation: Evaluation[K, R],
    keys: Sequence[K],
    seed: int,
    executor: Executor | None,
    progress: bool | Progress | None,
) -> list[tuple[K, R]]:
    """Evaluate the keys; return (key, result) pairs in their order."""
    report, finish = _reporter(progress)
    results = (
        (evaluation(key, seed=seed) for key in keys)
        if executor is None
        else _parallel(evaluation, keys, seed, executor)
    )
    pairs: list[tuple[K, R]] = []
    try:
        for key, result in zip(keys, results, strict=True):
            pairs.append((key, result))
            report(len(pairs), len(keys))
    finally:
        finish()
    return pairs


def _parallel(
    evaluation: Evaluation[K, R], keys: Sequence[K], seed: int, executor: Executor
) -> Iterator[R]:
    """Submit what is missing; on an error or an interrupt, keep what is done, call off the rest."""
    futures: dict[K, Future[R]] = {}
    try:
        for key in keys:
            if not evaluation.has(key, seed=seed):
                futures[key] = executor.submit(evaluation, key, seed=seed)
        for key in keys:
            if key not in futures:
                yield evaluation(key, seed=seed)
                continue
            result = futures.pop(key).result()
            evaluation.remember(key, seed, result)
            yield result
    finally:
        for key, future in futures.items():
            if not future.cancel() and future.done() and future.exception() is None:
                evaluation.remember(key, seed, future.result())


def _reporter(progress: bool | Progress | None) -> tuple[Progress, Callable[[], None]]:
    if callable(progress):
        return progress, _nothing
    shown = sys.stderr.isatty() if progress is None else progress
    return (_show, _end_line) if shown else (_nothing, _nothing)


def _nothing(*_: int) -> None:
    pass


def _show(done: int, total: int) -> None:
    """Redraw one line."""
    filled = 30 * done // total
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{total}")
    sys.stderr.flush()


def _end_line() -> None:
    sys.stderr.write("\n")
