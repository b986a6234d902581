"""Which entry leaves memory when it is full: one policy a file."""

from __future__ import annotations

from kigen.errors import ConfigurationError
from kigen.policies.inf import INF
from kigen.policies.lfu import LFU
from kigen.policies.lru import LRU
from kigen.policies.no import NO
from kigen.policies.policy import MISSING, Policy

__all__ = ["INF", "LFU", "LRU", "MISSING", "NO", "POLICIES", "Policy", "make_policy"]

POLICIES: dict[str, type[INF | LRU | LFU | NO]] = {"inf": INF, "lru": LRU, "lfu": LFU, "no": NO}


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
