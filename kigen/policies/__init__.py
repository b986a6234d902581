"""Which entry leaves memory when it is full: one policy a file."""

from __future__ import annotations

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


def make_policy(name: str, maxsize: int | None) -> Policy:
    """Make the policy called ``name``; ``maxsize=None`` is always inf, and ``0`` always no.

    Raises `ConfigurationError` for an unknown name or an impossible size.

    >>> make_policy("lru", None)
    INF()
    """
    if name not in POLICIES:
        known = ", ".join(sorted(POLICIES))
        raise ConfigurationError(f"policy={name!r} is none of {known}", policy=name)
    _check_size(maxsize)
    if maxsize is None or name == "inf":
        return INF()
    if maxsize == 0 or name == "no":
        return NO(0)
    return POLICIES[name](maxsize)


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
