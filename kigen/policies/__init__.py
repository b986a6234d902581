"""Which entry leaves memory when it is full: one policy a file."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any

from kigen.errors import ConfigurationError
from kigen.policies.bounded import Bounded
from kigen.policies.inf import INF
from kigen.policies.lfu import LFU
from kigen.policies.lru import LRU
from kigen.policies.mru import MRU
from kigen.policies.no import NO
from kigen.policies.policy import MISSING, Policy
from kigen.policies.rr import RR
from kigen.policies.s3fifo import S3FIFO
from kigen.policies.sieve import SIEVE

__all__ = [
    "INF",
    "LFU",
    "LRU",
    "MISSING",
    "MRU",
    "NO",
    "POLICIES",
    "Policy",
    "RR",
    "S3FIFO",
    "SIEVE",
    "make_policy",
]

#: The policies by name; those with a bound are made with it.
POLICIES: dict[str, type[Bounded | INF]] = {
    "inf": INF,
    "lfu": LFU,
    "lru": LRU,
    "mru": MRU,
    "no": NO,
    "rr": RR,
    "s3fifo": S3FIFO,
    "sieve": SIEVE,
}


def make_policy(
    name: str,
    maxsize: int | None,
    maxbytes: float | None = None,
    weigh: Callable[[Any], float] | None = None,
) -> Policy:
    """Make the policy called ``name``, which for ``inf`` and ``no`` says it all: to the others
    ``maxsize=0`` is no, and ``None`` inf, unless there is a ``maxbytes``, which bounds the sum of
    what ``weigh`` gives for the values.

    Raises `ConfigurationError` for an unknown name or an impossible bound.

    >>> make_policy("lru", None), make_policy("lru", None, maxbytes=1e6)
    (INF(), WeighedLRU(None, maxbytes=1000000))
    """
    if name not in POLICIES:
        known = ", ".join(sorted(POLICIES))
        raise ConfigurationError(f"policy={name!r} is none of {known}", policy=name)
    _check_size(maxsize)
    if maxbytes is not None or weigh is not None:
        return _make_weighed(name, maxsize, maxbytes, weigh)
    if name == "no" or (maxsize == 0 and name != "inf"):
        return NO(0)
    if maxsize is None or name == "inf":
        return INF()
    return POLICIES[name](maxsize)


def _make_weighed(name: str, maxsize: int | None, maxbytes: float | None, weigh: Any) -> Policy:
    from kigen.policies import scales
    from kigen.policies.weighed import WEIGHED

    if maxbytes is None:
        raise ConfigurationError(
            f"weigh={weigh!r} without maxbytes=: nothing is weighed; give the bound too",
            weigh=weigh,
        )
    if weigh is not None and not callable(weigh):
        raise ConfigurationError(
            f"weigh={weigh!r} cannot be called with a result; give a function of it", weigh=weigh
        )
    bound = _bytes(maxbytes)
    if name not in WEIGHED:
        raise ConfigurationError(
            f"maxbytes={maxbytes!r} needs a policy that says which result leaves, and {name!r} is "
            "none: use lru_cache, or another that takes maxbytes",
            maxbytes=maxbytes,
            policy=name,
        )
    return NO(0) if maxsize == 0 else WEIGHED[name](maxsize, bound, weigh or scales.weigh)


def _bytes(maxbytes: Any) -> int:
    try:
        number = maxbytes if isinstance(maxbytes, float) else index(maxbytes)
    except TypeError:
        number = 0
    if 1 <= number < float("inf") and not isinstance(maxbytes, bool):
        return int(number)
    raise ConfigurationError(
        f"maxbytes={maxbytes!r} is no number of bytes: give one above 0, such as 100_000_000, or "
        "None for no bound on the weight",
        maxbytes=maxbytes,
    )


def _check_size(maxsize: object) -> None:
    if maxsize is None or (
        isinstance(maxsize, int) and not isinstance(maxsize, bool) and maxsize >= 0
    ):
        return
    raise ConfigurationError(
        f"maxsize={maxsize!r} is no size: give the number of entries to keep, None to keep all, "
        "or 0 to keep none",
        maxsize=maxsize,
    )
