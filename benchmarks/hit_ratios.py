"""How many calls each policy answers from memory, on four traces."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from bisect import bisect
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.interleave import installed

MAXSIZE = 1000
CALLS = 100_000

Decorator = Callable[[Callable[..., object]], Callable[..., object]]

# Run in an interpreter of its own: prints a line for each function called while a large package
# is imported, as a number for its place in the source. The package is the first that is there.
_RECORD = """
import sys
places = {}
def record(frame, event, argument):
    if event == "call":
        code = frame.f_code
        print(places.setdefault((code.co_filename, code.co_firstlineno), len(places)))
sys.setprofile(record)
for package in ("pandas", "numpy", "asyncio"):
    try:
        __import__(package)
        break
    except ImportError:
        pass
sys.setprofile(None)
"""


def zipf(rng: random.Random, keys: int = 20 * MAXSIZE) -> Iterator[int]:
    """Draw keys of which the n-th most popular is asked for in proportion to 1/n."""
    weights = list(itertools.accumulate(1 / n for n in range(1, keys + 1)))
    while True:
        yield bisect(weights, rng.random() * weights[-1])


def traces() -> dict[str, Sequence[Hashable]]:
    """The sequences of keys that the policies are tried on; the same at each run."""
    rng = random.Random(0)
    skewed = list(itertools.islice(zipf(rng), CALLS))
    mixed: list[Hashable] = []
    for start in range(0, CALLS, 5000):  # a scan of 2,000 keys never seen again, every 5,000 calls
        mixed += skewed[start : start + 3000]
        mixed += [("scan", start + i) for i in range(2000)]
    run = subprocess.run(
        [sys.executable, "-c", _RECORD], capture_output=True, text=True, check=True
    )
    imported = [int(line) for line in run.stdout.split()[:CALLS]]
    return {
        "Zipf, 20,000 keys": skewed,
        "loop over 1,200 keys": [i % 1200 for i in range(CALLS)],
        "Zipf, and scans": mixed,
        "functions called by an import": imported,
    }


def contenders(maxsize: int) -> dict[str, Decorator]:
    """Every policy as a decorator."""
    from kigen import caching

    names = ("lru", "lfu", "mru", "rr", "sieve", "s3fifo")
    found: dict[str, Decorator] = {
        f"kigen.{name}_cache": getattr(caching, f"{name}_cache")(maxsize) for name in names
    }
    for library, policies in (
        ("cachetools", ("LRUCache", "LFUCache", "RRCache", "FIFOCache")),
        ("cachebox", ("LRUCache", "LFUCache", "RRCache", "FIFOCache")),
    ):
        if installed(library):
            module = __import__(library)
            for policy in policies:
                cache = getattr(module, policy)(maxsize)
                found[f"{library} {policy.removesuffix('Cache')}"] = module.cached(cache)
    return found


def hit_ratio(decorate: Decorator, trace: Sequence[Hashable]) -> float:
    """The share of calls for which the function did not run."""
    ran = 0

    @decorate
    def f(key: Hashable) -> None:
        nonlocal ran
        ran += 1

    for key in trace:
        f(key)
    return 1 - ran / len(trace)


def room(name: str, trace: Sequence[Hashable]) -> int:
    """How many entries the caches may hold: a tenth of the keys, where the trace is short."""
    distinct = len(set(trace))
    return distinct // 10 if name.startswith("functions") else MAXSIZE


@dataclass
class Shares:
    """Policies down, traces across: the share of calls answered from memory."""

    heads: list[str]
    rows: dict[str, list[float]]

    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [
            "## Calls answered from memory",
            "",
            f"In per cent of {CALLS:,} calls at most; the number behind a trace is the room.",
            "",
            "| | " + " | ".join(self.heads) + " |",
            "|---|" + "---|" * len(self.heads),
        ]
        lines += [
            f"| {policy} | " + " | ".join(f"{100 * share:.1f}" for share in shares) + " |"
            for policy, shares in self.rows.items()
        ]
        return "\n".join(lines) + "\n"


def run(rounds: int) -> Iterator[Shares]:
    """One table; the traces are the same each round, so one round is enough."""
    columns = traces()
    rooms = {name: room(name, trace) for name, trace in columns.items()}
    rows = {
        policy: [
            hit_ratio(contenders(rooms[name])[policy], trace) for name, trace in columns.items()
        ]
        for policy in contenders(1)
    }
    yield Shares([f"{name} ({rooms[name]})" for name in columns], rows)
