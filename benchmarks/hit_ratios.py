"""How many calls each policy answers from memory, on made and on recorded traces."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from benchmarks.interleave import installed
from benchmarks.traces import CALLS, traces

Decorator = Callable[[Callable[..., object]], Callable[..., object]]

POLICIES = ("inf", "lru", "lfu", "mru", "rr", "sieve", "s3fifo", "no")
PEERS = ("LRUCache", "LFUCache", "RRCache", "FIFOCache")
BOUND = "the best there is"


def contenders(maxsize: int) -> dict[str, Decorator]:
    """Every policy as a decorator."""
    from kigen import caching

    found: dict[str, Decorator] = {}
    for name in POLICIES:
        decorator = getattr(caching, f"{name}_cache")
        found[f"kigen.{name}_cache"] = decorator() if name in ("inf", "no") else decorator(maxsize)
    found["functools.lru_cache"] = functools.lru_cache(maxsize)
    for library in ("cachetools", "cachebox"):
        if installed(library):
            module = __import__(library)
            for policy in PEERS:
                cache = getattr(module, policy)(maxsize)
                found[f"{library} {policy.removesuffix('Cache')}"] = module.cached(cache)
    return found


def hit_ratio(decorate: Decorator, trace: Sequence[Hashable]) -> float:
    """The share of calls for which the function did not run."""
    ran = 0

    @decorate
    def f(key: Hashable) -> Hashable:
        nonlocal ran
        ran += 1
        return key

    if any(f(key) != key for key in trace):
        raise AssertionError(f"{decorate} gives a wrong result")
    return (len(trace) - ran) / len(trace)


def best(trace: Sequence[Hashable], maxsize: int) -> float:
    """The share that no policy can exceed: who is asked for last of all leaves, or does not enter.

    Source: L. A. Belady: "A study of replacement algorithms for a virtual-storage computer",
    IBM Systems Journal 5 (2), 1966.
    """
    never = len(trace)
    again = [never] * len(trace)  # where the key of a place comes next
    last: dict[Hashable, int] = {}
    for place in reversed(range(len(trace))):
        again[place] = last.get(trace[place], never)
        last[trace[place]] = place
    kept: dict[Hashable, int] = {}
    latest: list[tuple[int, int, Hashable]] = []  # the last of all first, and outdated ones
    hits = 0
    for place, key in enumerate(trace):
        hits += key in kept
        kept[key] = again[place]
        heappush(latest, (-again[place], place, key))
        while len(kept) > maxsize:
            due, _, victim = heappop(latest)
            if kept.get(victim) == -due:
                del kept[victim]
    return hits / len(trace)


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
            f"In per cent of {CALLS:,} calls at most. The number behind a trace is the room: how "
            "many results may be kept (inf keeps all). None that keeps so many can be better than "
            "the last row, for which one has to know the future.",
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
    heads: list[str] = []
    rows: dict[str, list[float]] = {name: [] for name in (*contenders(1), BOUND)}
    for name, trace in traces().items():
        for room in trace.rooms:
            heads.append(f"{name} ({room:,})")
            for policy, decorate in contenders(room).items():
                rows[policy].append(hit_ratio(decorate, trace.keys))
            rows[BOUND].append(best(trace.keys, room))
    yield Shares(heads, rows)
