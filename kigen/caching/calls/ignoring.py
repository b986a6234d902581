"""What of a call is no part of its key: ``ignore=``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from kigen.errors import ConfigurationError
from kigen.fingerprint.refusal import shown
from kigen.signature import NULL, Parameters

Ignore = str | int | Collection[str | int] | None


class Ignored(NamedTuple):
    """Whole parameters by ``names``; ``places`` within ``*rest`` and ``words`` within ``**more``.

    >>> Ignored.of(Parameters.of(lambda x, *rest, **more: ...), ("x", 2, "debug"))
    Ignored(names=frozenset({'x'}), places=(1,), words=('debug',))
    """

    names: frozenset[str] = frozenset()
    places: tuple[int, ...] = ()
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, parameters: Parameters, ignore: Ignore) -> Ignored:
        """Read ``ignore=``; raise `ConfigurationError` for what the function has no parameter for.

        As klepto has it, ``"*"``, ``"**"`` and ``"self"`` may find nothing to ignore.
        """
        if ignore is None:
            return cls()
        every = list(parameters.names())
        count = len(parameters.positional_only) + len(parameters.positional)
        stars = {"*": parameters.rest, "**": parameters.more}
        names, places, words = set[str | None](), set[int](), set[str]()
        for one in _each(ignore):
            if isinstance(one, str) and (one in stars or one in every):
                names.add(stars.get(one, one))
            elif isinstance(one, str) and parameters.more is not None:
                words.add(one)
            elif not isinstance(one, str) and parameters.rest is not None and one >= count:
                places.add(one - count)
            elif not isinstance(one, str) and -len(every) <= one < len(every):
                names.add(every[one])
            elif one != "self":
                raise ConfigurationError(
                    f"ignore={one!r} is no parameter of the function, which has "
                    f"{', '.join(every) or 'none'}",
                    ignore=one,
                )
        found = frozenset(name for name in names if name is not None)
        return cls(found, tuple(sorted(places)), tuple(sorted(words)))

    def rest_source(self, rest: str) -> str:
        """Return ``*rest`` as source, with `NULL` in each place that is ignored."""
        parts, start = [], 0
        for place in self.places:
            parts += [f"{rest}[{start}:{place}]", f"(({{NULL}},) if {rest}[{place}:] else ())"]
            start = place + 1
        return " + ".join([*parts, f"{rest}[{start}:]"]) if parts else rest

    def more_source(self, more: str) -> str:
        """Return ``**more`` as source, in the order of the names and without those ignored."""
        return f"{{pairs}}({more}, {self.words!r})" if self.words else f"{{pairs}}({more})"

    def within(self, keymap: Callable[..., Any]) -> Callable[..., Any]:
        """Return one of klepto's keymaps that gets `NULL` for what is ignored within the stars."""
        if not self.places and not self.words:
            return keymap
        places, words = frozenset(self.places), frozenset(self.words)

        def key(*args: Any, **kwds: Any) -> Any:
            shown = [NULL if i in places else value for i, value in enumerate(args)]
            return keymap(*shown, **{n: NULL if n in words else v for n, v in kwds.items()})

        # mypy knows no attributes of functions.
        key.lossy = getattr(keymap, "lossy", None)  # type: ignore[attr-defined]
        if hasattr(keymap, "strict"):
            key.strict = self.within(keymap.strict)  # type: ignore[attr-defined]
        return key


def _each(ignore: Any) -> Collection[str | int]:
    """Return what is to be ignored, one by one: names and positions."""
    each = ignore if isinstance(ignore, Collection) and not isinstance(ignore, str) else (ignore,)
    for one in each:
        if not isinstance(one, str) and (isinstance(one, bool) or not hasattr(one, "__index__")):
            raise ConfigurationError(
                f"ignore={shown(one)} is neither a name nor a position: give the names of "
                "parameters, or where they stand, as in ignore=('verbose', 2)",
                ignore=ignore,
            )
    return each


def pairs(more: dict[str, Any], without: Iterable[str] = ()) -> tuple[tuple[str, Any], ...]:
    """Return keyword arguments in the order of their names, which is no matter in a call.

    >>> pairs({"b": 1, "a": 2, "c": 3}, ("c",))
    (('a', 2), ('b', 1))
    """
    if without:
        more = {name: value for name, value in more.items() if name not in without}
    return tuple(sorted(more.items()))
