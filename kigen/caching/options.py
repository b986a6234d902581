"""The options of the cache decorators: one list, for them and for who reads their signature."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypedDict, get_args

from kigen.errors import ConfigurationError
from kigen.fingerprint.refusal import shown
from kigen.signature import kind

if TYPE_CHECKING:
    from inspect import Signature
    from os import PathLike

    from kigen.archives import Archive, cache
    from kigen.caching.calls.ignoring import Ignore
    from kigen.caching.misses.events import Farewell, Listener
    from kigen.caching.results.rules import Span, Ttl

    #: An archive, or where one is: a path or a URL.
    Where = Archive | cache | str | PathLike[str]

OnChange = Literal["recompute", "warn", "ignore"]


class PropertyOptions(TypedDict, total=False):
    """What makes sense for a single result, that of a property."""

    archive: Where | None
    name: str | None
    on_change: OnChange
    copy: bool | None
    typed: bool
    ttl: Ttl
    stale: Span
    condition: Callable[[Any], object] | None
    cache_exceptions: type[Exception] | tuple[type[Exception], ...]
    on_hit: Listener
    on_miss: Listener
    on_load: Listener
    version: object


class Options(PropertyOptions, total=False):
    """What a cache decorator takes by name alone."""

    on_evict: Farewell
    maxbytes: float | None
    weigh: Callable[[Any], float] | None


class AllOptions(Options, total=False):
    """Those, klepto's, which may also follow maxsize by position, and one that changes the type."""

    cache: Where | dict[Any, Any] | None
    keymap: Callable[..., Any] | None
    ignore: Ignore
    tol: int | None
    deep: bool
    purge: bool
    materialize: bool


POSITIONAL: Final = ("cache", "keymap", "ignore", "tol", "deep", "purge")

DEFAULTS: Final[AllOptions] = {
    "cache": None,
    "keymap": None,
    "ignore": None,
    "tol": None,
    "deep": False,
    "purge": False,
    "archive": None,
    "name": None,
    "on_change": "recompute",
    "copy": None,
    "materialize": False,
    "typed": False,
    "ttl": None,
    "stale": 0.0,
    "condition": None,
    "cache_exceptions": (),
    "on_hit": None,
    "on_miss": None,
    "on_load": None,
    "on_evict": None,
    "version": None,
    "maxbytes": None,
    "weigh": None,
}

#: Functions of the user's whose answer, or effect, is wanted at once.
_CALLED: Final = ("ttl", "condition", "weigh", "on_hit", "on_miss", "on_load", "on_evict")

_SWITCHES: Final = ("deep", "purge", "typed", "materialize")


def check_kinds(options: AllOptions) -> None:
    """Raise `ConfigurationError` for a value that is of no kind the option takes."""
    for option in _SWITCHES:
        value: Any = options[option]
        if not isinstance(value, int) or value not in (0, 1):
            _refuse(option, value, "is neither True nor False: give one of the two")
    refuse_unawaited(options, _CALLED)
    name, on_change = options["name"], options["on_change"]
    if name == "" or (name is not None and not isinstance(name, str)):
        _refuse("name", name, "is no name: give a text, or None for the function's own")
    if on_change not in get_args(OnChange):
        _refuse("on_change", on_change, f"is none of {', '.join(get_args(OnChange))}")


def refuse_unawaited(options: Mapping[str, Any], called: Iterable[str]) -> None:
    """Raise `ConfigurationError` for a coroutine or generator function, which no call runs."""
    for option in called:
        function = options.get(option)
        what = kind(function)
        if what:
            article = "an" if what.startswith("a") else "a"
            reason = f"is {article} {what} function, which nobody would run: give a plain one"
            _refuse(option, function, reason)


def _refuse(option: str, value: object, reason: str) -> NoReturn:
    raise ConfigurationError(f"{option}={shown(value)} {reason}", **{option: value})


def refuse_unknown(decorator: str, given: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise TypeError for an option that the decorator does not have; name the nearest it has."""
    unknown = next((name for name in given if name not in known), None)
    if unknown is None:
        return
    from kigen.fields.problems import suggestion

    nearest = suggestion(unknown, known) or f"; it has {', '.join(known)}"
    raise TypeError(f"{decorator}() has no option {unknown!r}{nearest}")


def signature(maxsize: int | None) -> Signature:
    """Return the signature of a decorator, for `help` and editors, given the default maxsize."""
    from inspect import Parameter, Signature

    defaults = {"maxsize": maxsize, **DEFAULTS}
    return Signature(
        [
            Parameter(
                name,
                Parameter.POSITIONAL_OR_KEYWORD
                if name == "maxsize" or name in POSITIONAL
                else Parameter.KEYWORD_ONLY,
                default=default,
            )
            for name, default in defaults.items()
        ]
    )
