"""How an evaluation takes its key, its rng and its seed: read once, at decoration."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from kigen.errors import ConfigurationError
from kigen.key import Key
from kigen.seeded.rng import RngMaker, choose_rng, derived_seed
from kigen.signature import Parameters

K = TypeVar("K", bound=Key)
R = TypeVar("R")

_OFFERED = ("rng", "seed")


class Shape(NamedTuple, Generic[K]):
    """What an evaluation function is called with.

    ``unpacked``: with the key's fields, one parameter each, instead of the key itself.
    ``by_position``: the parameters that cannot be passed by name, with their defaults.
    """

    key_type: type[K]
    unpacked: tuple[str, ...]
    by_position: tuple[tuple[str, Any], ...]
    rng: RngMaker | None
    wants_seed: bool

    def call(self, function: Callable[..., R], key: K, seed: int) -> R:
        """Call ``function`` with what it wants of the key and the seed."""
        wanted: dict[str, Any] = {name: getattr(key, name) for name in self.unpacked}
        if self.rng is not None:
            wanted["rng"] = self.rng(key, seed)
        if self.wants_seed:
            wanted["seed"] = derived_seed(key, seed)
        named = self.by_position if self.unpacked else self.by_position[1:]
        args = [wanted.pop(name, default) for name, default in named]
        return function(*args, **wanted) if self.unpacked else function(key, *args, **wanted)


def read_shape(function: Callable[..., Any], key_type: Any, depth: int) -> Shape[Any]:
    """Read the shape of ``function``; ``depth`` frames up is where it was defined.

    Raises `ConfigurationError` if there is no Key class, or a parameter that nothing fills.
    """
    parameters = Parameters.of(function)
    named = parameters.positional_only + parameters.positional
    where = sys._getframe(depth + 1)  # noqa: SLF001 - the one way to see a local Key class
    annotations = _annotations(function, where.f_locals)
    first = named[0] if named else ""
    key_type = annotations.get(first) if key_type is None else key_type
    _check_key_type(function, key_type, first)
    fields = key_type.field_specs()
    unpacks = first in fields and annotations.get(first) is not key_type
    unpacked = tuple(n for n in parameters.names() if n in fields) if unpacks else ()
    _check_filled(function, parameters, unpacked or named[:1], fields)
    offered = [name for name in _OFFERED if name in parameters.names()]
    return Shape(
        key_type,
        unpacked,
        tuple(zip(parameters.positional_only, _aligned(parameters), strict=False)),
        choose_rng(annotations.get("rng")) if "rng" in offered else None,
        "seed" in offered,
    )


def _aligned(parameters: Parameters) -> tuple[Any, ...]:
    """Return a default for each parameter that can be passed by position; None if it has none."""
    count = len(parameters.positional_only) + len(parameters.positional)
    return (None,) * (count - len(parameters.defaults)) + parameters.defaults


def _annotations(function: Callable[..., Any], local: dict[str, Any]) -> dict[str, Any]:
    """Return the annotations; those that are strings are resolved if they can be."""
    found = dict(getattr(function, "__annotations__", {}))
    for name, annotation in found.items():
        if isinstance(annotation, str):
            found[name] = _resolve(annotation, getattr(function, "__globals__", {}), local)
    return found


def _resolve(annotation: str, *scopes: dict[str, Any]) -> Any:
    """Look a dotted name up, without evaluating anything."""
    first, *rest = annotation.strip(" '\"").split(".")  # quoted once more under PEP 563
    for scope in reversed(scopes):
        if first in scope:
            found: Any = scope[first]
            for name in rest:
                found = getattr(found, name, None)
            return annotation if found is None else found
    return annotation


def _check_key_type(function: Callable[..., Any], key_type: Any, first: str) -> None:
    name = getattr(function, "__qualname__", repr(function))
    if not (isinstance(key_type, type) and issubclass(key_type, Key)):
        where = f"parameter {first!r} is annotated with {key_type!r}" if first else "no parameter"
        where = where if key_type is not None or not first else f"{first!r} has no annotation"
        raise ConfigurationError(
            f"{name}: there is no Key class ({where}); annotate the first parameter with a "
            "subclass of kigen.Key, or pass it: seeded_cache(key=Trial)",
            function=name,
        )
    for reserved in _OFFERED:
        if reserved in key_type.field_specs():
            raise ConfigurationError(
                f"{name}: {key_type.__name__} has a field named {reserved!r}, which is what the "
                "evaluation's own generator and seed are called; rename the field",
                field=reserved,
            )


def _check_filled(
    function: Callable[..., Any], parameters: Parameters, filled: tuple[str, ...], fields: Any
) -> None:
    plain = parameters.positional_only + parameters.positional
    optional = {*plain[len(plain) - len(parameters.defaults) :], *parameters.keyword_defaults}
    variadic = {parameters.rest, parameters.more}
    empty = [
        name
        for name in parameters.names()
        if name not in optional and name not in variadic and name not in (*filled, *_OFFERED)
    ]
    if empty or not filled:
        name = getattr(function, "__qualname__", repr(function))
        raise ConfigurationError(
            f"{name}: nothing fills {', '.join(empty) or 'the key'}; an evaluation takes its key "
            f"(or the fields {', '.join(fields)}), and rng and seed if it wants them",
            function=name,
        )
