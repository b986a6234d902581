"""What of a call makes its key: each argument under its name, however the call was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any, NamedTuple

from kigen.errors import ConfigurationError
from kigen.signature.marker import NULL
from kigen.signature.reading import Reading, readable

__all__ = ["Ignored", "_keygen"]

Bound = tuple[tuple[Any, ...], dict[str, Any]]


class Ignored(NamedTuple):
    """What is no part of a key: parameters by name or index, all of ``*args``, all of ``**kwds``.

    >>> Ignored.of(("x", 2, "*"))
    Ignored(names=frozenset({'x'}), indices=frozenset({2}), rest=True, more=False)
    """

    names: frozenset[str]
    indices: frozenset[int]
    rest: bool
    more: bool

    @classmethod
    def of(cls, ignored: str | int | Iterable[str | int] | None) -> Ignored:
        """Read klepto's ``ignore=``: a name, an index, ``"*"``, ``"**"``, or several of them."""
        each: Iterable[object] = (ignored,)
        if ignored is None:
            each = ()
        elif isinstance(ignored, Iterable) and not isinstance(ignored, str):
            each = tuple(ignored)
        names = {one for one in each if isinstance(one, str)}
        indices = frozenset(_index(one) for one in each if not isinstance(one, str))
        return cls(frozenset(names - {"*", "**"}), indices, "*" in names, "**" in names)

    def check(self, function: Callable[..., Any]) -> None:
        """Raise `ConfigurationError` for what ``function`` has no parameter for.

        ``"*"``, ``"**"`` and ``"self"`` may find nothing to ignore. A function with ``**kwds`` may
        be given any name, one with ``*args`` any index.
        """
        if not any(self):
            return
        reading = readable(function)
        if reading is None:
            raise ConfigurationError(
                f"ignore= needs to know the parameters of {function!r}, which does not tell them; "
                "wrap it in a function that names them"
            )
        parameters, names = reading.parameters, reading.names
        unknown: list[str | int] = []
        if parameters.more is None:
            known = {*names, *parameters.keyword_only, *reading.defaults}
            unknown += sorted(self.names - known - {"self"})
        limit = float("inf") if parameters.rest else len(names)
        unknown += sorted(i for i in self.indices if not -len(names) <= i < limit)
        if unknown:
            raise ConfigurationError(
                f"ignore={unknown[0]!r} is no parameter of {function!r}, which has "
                f"{', '.join(parameters.names()) or 'none'}",
                ignore=unknown[0],
            )


def _keygen(
    func: Callable[..., Any],
    ignored: str | int | Iterable[str | int] | None,
    /,
    *args: Any,
    **kwds: Any,
) -> Bound:
    """Return a call as (varargs, keywords): what is named under its name, defaults filled in.

    What is ignored is `NULL`, ``"*"`` drops the varargs, ``"**"`` the keywords without a
    parameter, and the first parameter, ignored by name, drops out of a method. The order of the
    keywords does not depend on how the call was written. A builtin's arguments stay as they are.

    >>> def f(x, y=2, *rest): ...
    >>> _keygen(f, "y", 1, 5, 6)
    ((6,), {'y': NULL, 'x': 1})
    """
    return bind(func, Ignored.of(ignored), args, kwds)


def bind(
    func: Callable[..., Any], ignored: Ignored, args: tuple[Any, ...], kwds: dict[str, Any]
) -> Bound:
    """Do what `_keygen` does, with `Ignored` read beforehand."""
    reading = readable(func)
    if reading is None:
        return args, dict(kwds)
    names = reading.names
    if args and names and names[0] in ignored.names and _is_method(func, args[0]):
        own, names, args = names[0], names[1:], args[1:]
        reading = reading._replace(defaults=_without(reading.defaults, own))
        kwds = _without(kwds, own)
    hidden = ignored.names.union(_named(names, ignored.indices))
    rest = () if ignored.rest else _hide_at(args[len(names) :], len(names), ignored.indices)
    by_name = _without(kwds, *reading.parameters.positional_only) if kwds else kwds
    given = by_name | dict(zip(names, args, strict=False))
    bound = _keywords(reading, names, kwds, drop=ignored.more)
    # The order is that of klepto's keys for calls by position: what has no default comes last,
    # and before that what is ignored, given or not.
    bound.update((name, NULL) for name in names if name in hidden)
    bound.update((name, NULL) for name in hidden.intersection(bound))
    bound.update((name, given[name]) for name in names if name in given and name not in hidden)
    return rest, bound


def _keywords(
    reading: Reading, names: tuple[str, ...], kwds: dict[str, Any], *, drop: bool
) -> dict[str, Any]:
    """Return the defaults, what keyword-only parameters are given, and ``**kwds`` by name."""
    bound = dict(reading.defaults)
    if not kwds:
        return bound
    parameters = reading.parameters
    bound.update((name, kwds[name]) for name in parameters.keyword_only if name in kwds)
    if not drop:
        single = parameters.positional_only
        more = kwds.keys() - {*names, *parameters.keyword_only}.difference(single)
        # f(1, x=2) of f(x, /, **kwds) has two arguments named x.
        bound.update((f"**{name}" if name in single else name, kwds[name]) for name in sorted(more))
    return bound


def _named(names: tuple[str, ...], indices: Iterable[int]) -> Iterable[str]:
    return (names[i] for i in indices if -len(names) <= i < len(names))


def _hide_at(rest: tuple[Any, ...], start: int, indices: frozenset[int]) -> tuple[Any, ...]:
    if not indices:
        return rest
    return tuple(NULL if i in indices else value for i, value in enumerate(rest, start))


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _index(one: Any) -> int:
    from operator import index

    try:
        return index(one)
    except TypeError:
        raise ConfigurationError(
            f"ignore={one!r} is neither a parameter's name nor its index", ignore=one
        ) from None


def _is_method(function: Callable[..., Any], owner: object) -> bool:
    """Whether ``owner`` has a method of the function's name; nothing of ``owner`` is run."""
    if type(function) is not FunctionType:
        return False
    kind = owner if isinstance(owner, type) else type(owner)
    for base in kind.__mro__:
        if function.__name__ in vars(base):
            found = vars(base)[function.__name__]
            if isinstance(owner, type):
                return isinstance(found, classmethod)
            return callable(found) and hasattr(type(found), "__get__")
    return False
