"""One timing harness for all benchmarks: contenders take turns, and ratios are what is reported.

A machine speeds up and slows down while one measures. So each round runs every contender once, in
a new random order, and a contender's figure is its median over all rounds: whatever disturbed the
run disturbed all of them. Compare ratios within one table, never seconds between two.

A benchmark module has one function ``run(rounds) -> Iterator[Table]``; ``python -m benchmarks``
finds it by that.
"""

from __future__ import annotations

import gc
import importlib
import os
import platform
import random
import statistics
import sys
import time
import timeit
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from types import FrameType

Runner = Callable[[], float]
"""Does its work once and returns the seconds that one operation took."""


LOOP = "for {each} in items:\n    {source}"
AWAITED = "async def go():\n    for {each} in items:\n        {source}\nrun(go())"
"""The ways to execute a statement for each item; the second needs the name ``run``."""


def statement(
    source: str,
    names: Mapping[str, object],
    *,
    each: str,
    of: Sequence[object],
    loop: str = LOOP,
    seconds: float = 0.02,
) -> Runner:
    """A runner for a statement that takes nanoseconds: seconds for one execution, loop deducted.

    The statement runs once for ``each`` (a loop target, such as ``"a, b"``) of a list of items, as
    often as it takes for a round of so many ``seconds``.
    """
    full, empty = _timers(source, {**names, "items": of}, each, loop)
    full.timeit(1)  # what the first round computes, the others find
    number = max(1, round(seconds / max(min(full.repeat(3, 1)), 1e-7)))

    def runner() -> float:
        return (full.timeit(number) - empty.timeit(number)) / (number * len(of))

    return runner


def once(
    source: str,
    names: Mapping[str, object],
    *,
    each: str,
    of: Callable[[], Sequence[object]],
    loop: str = LOOP,
) -> Runner:
    """A runner for a statement that is to see no item twice: ``of`` gives new ones each round."""
    space = dict(names)
    full, empty = _timers(source, space, each, loop)

    def runner() -> float:
        items = space["items"] = of()
        nothing = empty.timeit(1)
        return (full.timeit(1) - nothing) / len(items)

    return runner


def _timers(
    source: str, space: dict[str, object], each: str, loop: str
) -> tuple[timeit.Timer, timeit.Timer]:
    full, empty = (
        timeit.Timer(loop.format(each=each, source=one), globals=space) for one in (source, "pass")
    )
    return full, empty


def runs(work: Callable[[], object], function: Callable[..., object]) -> int:
    """How often a function written in Python runs during some work, in this thread."""
    code, count = function.__code__, 0

    def look(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code is code

    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def timed(work: Callable[[], object], operations: int) -> Runner:
    """A runner for work that takes long enough for one clock reading around it."""

    def runner() -> float:
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) / operations

    return runner


@dataclass
class Race:
    """The samples of every contender, in seconds an operation."""

    samples: dict[str, list[float]]

    def median(self, name: str) -> float:
        """The contender's median, in seconds."""
        return statistics.median(self.samples[name])

    def ratio(self, name: str, baseline: str) -> float:
        """How many times the baseline's median the contender's is."""
        return self.median(name) / self.median(baseline)


def race(runners: Mapping[str, Runner], *, rounds: int = 15, seed: int = 0) -> Race:
    """Run every runner once a round, in a new order each round, with the collector off."""
    order = random.Random(seed)
    samples: dict[str, list[float]] = {name: [] for name in runners}
    names = list(runners)
    try:
        for _ in range(rounds):
            gc.collect()
            gc.freeze()  # what is there by now need not be looked through after each runner
            order.shuffle(names)
            for name in names:
                samples[name].append(_undisturbed(runners[name]))
    finally:
        gc.unfreeze()
    return Race(samples)


def _undisturbed(runner: Runner) -> float:
    gc.collect()
    gc.disable()
    try:
        return runner()
    finally:
        gc.enable()


@dataclass
class Table:
    """Contenders down, cases across: a median and its ratio to the baseline in each cell."""

    title: str
    baseline: str
    unit: str  # ns, us or ms
    races: dict[str, Race] = field(default_factory=dict)  # by case
    note: str = ""

    def cell(self, name: str, case: str) -> str:
        """One contender's figure for one case; a dash where it did not take part."""
        race = self.races[case]
        if name not in race.samples:
            return "-"
        scale = {"ns": 1e9, "us": 1e6, "ms": 1e3}[self.unit]
        figure = f"{race.median(name) * scale:,.{0 if self.unit == 'ns' else 2}f}"
        if self.baseline not in race.samples:
            return figure
        return f"{figure} (x{race.ratio(name, self.baseline):.2f})"

    def markdown(self) -> str:
        """The table as Markdown, in the order in which the contenders were named."""
        names = dict.fromkeys(name for race in self.races.values() for name in race.samples)
        rounds = min(len(s) for race in self.races.values() for s in race.samples.values())
        lines = [
            f"## {self.title}",
            "",
            f"Median of {rounds} interleaved rounds, {self.unit} an operation "
            f"(ratio to {self.baseline}).{' ' + self.note if self.note else ''}",
            "",
            "| | " + " | ".join(self.races) + " |",
            "|---|" + "---|" * len(self.races),
        ]
        lines += [
            f"| {name} | " + " | ".join(self.cell(name, case) for case in self.races) + " |"
            for name in names
        ]
        return "\n".join(lines) + "\n"


def installed(*modules: str) -> bool:
    """Whether a contender's modules can be imported; one that cannot is left out, and said so."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            print(f"left out, not installed: {module}", file=sys.stderr)
            return False
    return True


def circumstances(distributions: Iterable[str]) -> str:
    """When, on what and with which versions the figures were taken, as Markdown."""
    versions = []
    for name in distributions:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return (
        f"Taken on {time.strftime('%Y-%m-%d')} with {platform.python_implementation()} "
        f"{platform.python_version()} on {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores ({_processor()}). Against: {', '.join(versions) or 'nothing'}.\n"
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = [
                line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
            ]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or "unknown processor"
