"""`seeded_cache`: an evaluation of a typed key, run once for each key and seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    SupportsIndex,
    TypedDict,
    TypeVar,
    Unpack,
    overload,
)

from kigen.blueprint import Blueprint
from kigen.caching import Memoizer
from kigen.caching.kinds import refuse_kinds
from kigen.caching.options import refuse_unknown
from kigen.errors import ConfigurationError
from kigen.key import Key
from kigen.seeded.evaluation import Evaluation, checked_seed
from kigen.seeded.signature import read_shape
from kigen.seeded.sweep import Drawing, check_rengine

if TYPE_CHECKING:
    from kigen.caching.options import OnChange, Where
    from kigen.rengines import Rengine

K = TypeVar("K", bound=Key)
R = TypeVar("R")

_NO_EVALUATIONS = ("generator", "coroutine", "async generator")


class SeededOptions(TypedDict, total=False):
    """What `seeded_cache` takes beside the Key class."""

    seed: SupportsIndex
    archive: Where | None
    cache: Where | None
    blueprint: Blueprint[Any] | None
    rengine: Callable[[int], Rengine] | Rengine | None
    maxsize: int | None
    maxbytes: float | None
    weigh: Callable[[Any], float] | None
    policy: str
    name: str | None
    on_change: OnChange
    copy: bool | None


@overload  # a Key class is callable, too, and no evaluation
def seeded_cache(  # type: ignore[overload-overlap]
    key: type[K], **options: Unpack[SeededOptions]
) -> Callable[[Callable[..., R]], Evaluation[K, R]]: ...


@overload
def seeded_cache(
    key: None = None, **options: Unpack[SeededOptions]
) -> Callable[[Callable[Concatenate[K, ...], R]], Evaluation[K, R]]: ...


@overload
def seeded_cache(function: Callable[Concatenate[K, ...], R], /) -> Evaluation[K, R]: ...


def seeded_cache(
    key: Any = None,
    *,
    seed: SupportsIndex = 0,
    archive: Where | None = None,
    cache: Where | None = None,
    blueprint: Blueprint[Any] | None = None,
    rengine: Callable[[int], Rengine] | Rengine | None = None,
    maxsize: int | None = None,
    maxbytes: float | None = None,
    policy: str = "inf",
    **options: Any,
) -> Any:
    """Cache a function of a Key under (function, key, seed), and sweep over its keys.

    The Key class is ``key``, or the annotation of the first parameter. A parameter ``rng`` gets a
    generator made of key and seed alone (`numpy.random.Generator` if its annotation says so, else
    `random.Random`), a parameter ``seed`` an int in [0, 2**31): results depend on neither the
    order, nor the worker, nor the machine.

    Args:
        key: the Key class.
        seed: the seed, unless a call gives another.
        archive, cache, name, on_change, copy, weigh: as for `lru_cache`.
        blueprint: how a sweep draws keys, if not as the Key class declares.
        rengine: a sweep's engine, if not `RandomRengine`: a class or function, called with the
            seed, or an engine, of which each sweep uses a copy.
        maxsize, maxbytes: how many results stay in memory, and how many bytes of them; with one of
            the two, ``policy`` says which.
        policy: ``"inf"``, ``"lru"``, ``"lfu"``, or another of `kigen.policies`.

    Raises `kigen.errors.ConfigurationError` if there is no Key class, or an option makes no sense.

    >>> from kigen import Key, Param, seeded_cache
    >>> class Walk(Key):
    ...     steps = Param(min=1, max=1000)
    >>> @seeded_cache(seed=42)
    ... def distance(walk: Walk, rng):
    ...     return abs(sum(rng.choice((-1, 1)) for _ in range(walk.steps)))
    >>> distance(steps=100) == distance(Walk(steps=100))
    True
    >>> [key.steps for key, _ in distance.sweep(3)]
    [655, 115, 26]
    """
    bare = hasattr(key, "__get__") or (callable(key) and not isinstance(key, type))
    if not (key is None or bare or (isinstance(key, type) and issubclass(key, Key))):
        raise ConfigurationError(
            f"key={key!r} is no Key class; pass a subclass of kigen.Key", key=key
        )
    refuse_unknown("seeded_cache", options, ("key", *SeededOptions.__annotations__))
    bounded = maxsize is not None or maxbytes is not None
    policy = "lru" if policy == "inf" and bounded else policy
    memoizer = Memoizer(policy, maxsize, maxbytes=maxbytes, cache=cache, archive=archive, **options)
    chosen = checked_seed(seed)
    check_rengine(rengine)

    def decorate(function: Callable[..., R], depth: int = 1) -> Evaluation[Any, R]:
        if isinstance(function, staticmethod):
            function = function.__func__  # an evaluation binds to nothing anyway
        refuse_kinds(function, _NO_EVALUATIONS, "an evaluation returns its result")
        memoizer.check_name(function)
        shape = read_shape(function, None if bare else key, depth)
        plan = Blueprint(shape.key_type) if blueprint is None else blueprint
        _check_blueprint(plan, shape.key_type)
        return Evaluation(function, shape, memoizer, chosen, Drawing(plan, rengine))

    return decorate(key, depth=2) if bare else decorate


def _check_blueprint(blueprint: Any, key_type: type[Key]) -> None:
    if not isinstance(blueprint, Blueprint) or blueprint.key_type is not key_type:
        raise ConfigurationError(
            f"blueprint={blueprint!r} does not describe {key_type.__name__}; pass "
            f"Blueprint({key_type.__name__})",
            blueprint=blueprint,
        )
