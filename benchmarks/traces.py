"""Sequences of calls to try caches on: made ones, and recorded ones."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from bisect import bisect
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

CALLS = 100_000  # at most

# Each recorder runs in an interpreter of its own and prints a line for each call. The large package
# is the first that is there.
_IMPORT = """
for package in ("pandas", "numpy", "asyncio"):
    try:
        __import__(package)
        break
    except ImportError:
        pass
"""

#: The files and folders that the import system looks at or reads.
FILES = f"""
import importlib._bootstrap_external as finders, sys
look = finders._path_stat
def stat(path):
    print(path)
    return look(path)
def record(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        print(arguments[0])
finders._path_stat = stat
sys.addaudithook(record)
{_IMPORT}
"""

#: The functions that run, by their place in the source.
FUNCTIONS = f"""
import sys
def record(frame, event, argument):
    if event == "call":
        code = frame.f_code
        print(code.co_filename, code.co_firstlineno)
sys.setprofile(record)
{_IMPORT}
sys.setprofile(None)
"""

#: The names in the source of the standard library, in the order in which they are read.
NAMES = """
import pathlib, sysconfig, tokenize
for path in sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py")):
    with open(path, "rb") as source:
        for token in tokenize.tokenize(source.readline):
            if token.type == tokenize.NAME:
                print(token.string)
"""


class Trace(NamedTuple):
    """The keys that are asked for, and how many entries the caches may hold."""

    keys: Sequence[Hashable]
    rooms: tuple[int, ...]


def traces() -> dict[str, Trace]:
    """Every trace by its name; the same at each run, on the same machine."""
    skewed = list(itertools.islice(zipf(random.Random(0)), CALLS))
    return {
        "Zipf, 20,000 keys": Trace(skewed, (200, 2000)),
        "the same, and scans": Trace(scanned(skewed), (200, 2000)),
        "a loop over 1,200 keys": Trace([i % 1200 for i in range(CALLS)], (600, 1000)),
        "files, import": recorded(FILES),
        "functions, import": recorded(FUNCTIONS),
        "names, source": recorded(NAMES),
    }


def zipf(rng: random.Random, keys: int = 20_000) -> Iterator[int]:
    """Draw keys of which the n-th most popular is asked for in proportion to 1/n."""
    weights = list(itertools.accumulate(1 / n for n in range(1, keys + 1)))
    while True:
        yield bisect(weights, rng.random() * weights[-1])


def scanned(keys: Sequence[Hashable]) -> list[Hashable]:
    """Replace the last 2,000 of each 5,000 keys by such as are never seen again."""
    return [("scan", i) if i % 5000 >= 3000 else key for i, key in enumerate(keys)]


def recorded(program: str) -> Trace:
    """What a recorder prints; the rooms are for 1 and 5 per cent of its keys."""
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"a trace cannot be recorded:\n{run.stderr}")
    keys = run.stdout.splitlines()[:CALLS]
    distinct = len(set(keys))
    return Trace(keys, (max(1, distinct // 100), max(1, distinct // 20)))
