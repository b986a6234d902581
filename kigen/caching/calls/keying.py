"""How a function's calls become keys: the source of the key, for the compiler of wrappers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from kigen.caching.calls.call import know_key_type
from kigen.caching.calls.ignoring import Ignore, Ignored
from kigen.errors import ConfigurationError, KeyFieldError
from kigen.signature import Parameters


class Keying(NamedTuple):
    """The source of the key, and the names of the values in it.

    In the source ``{pairs}`` stands for the function of that name: ``**more`` counts in any order.
    ``exact`` is what stands beside a keymap's key that does not tell calls apart.
    ``owned``: the function is a method, whose instance is held weakly. ``values`` are the sources
    of the single values, and ``tol`` the decimal places to which floats among them are rounded.

    ``names`` is None where a keymap makes the key. One name alone is its own key: a tuple around
    it would double the time of a hit.
    """

    parameters: Parameters
    source: str
    names: tuple[str, ...] | None = None
    keymap: Callable[..., Any] | None = None
    typed: bool = False
    owned: bool = False
    exact: Keying | None = None
    values: tuple[str, ...] = ()
    tol: int | None = None

    @classmethod
    def of(
        cls,
        parameters: Parameters,
        keymap: Callable[..., Any] | None,
        ignore: Ignore,
        typed: bool = False,
        method: bool = False,
    ) -> Keying:
        """Choose the key: by ``keymap`` if there is one, else all arguments that are not ignored.

        ``method`` says that the first parameter is the instance.

        Raises `ConfigurationError` for an ignored name that is no parameter, and `KeyFieldError`
        for a Key class some field of which no parameter can fill.
        """
        if keymap is None:
            return cls._of_arguments(parameters, Ignored.of(parameters, ignore), typed)
        if typed:
            raise ConfigurationError(
                f"typed=True and keymap={keymap!r} exclude each other: the keymap alone says what "
                "the key is made of"
            )
        if not callable(keymap):
            raise ConfigurationError(
                f"keymap={keymap!r} is neither a Key class nor callable: give one of the two, or "
                "one of kigen.keymaps, such as stringmap()",
                keymap=keymap,
            )
        if isinstance(keymap, type) and hasattr(keymap, "lossy"):
            raise ConfigurationError(
                f"keymap={keymap.__name__} is the class and no keymap; call it: "
                f"keymap={keymap.__name__}()",
                keymap=keymap,
            )
        if hasattr(keymap, "lossy"):
            return cls._of_keymap(parameters, keymap, Ignored.of(parameters, ignore), method)
        if ignore is not None:
            raise ConfigurationError(
                f"ignore={ignore!r} and keymap={keymap!r} exclude each other: the keymap alone "
                "says what the key is made of"
            )
        fields = getattr(keymap, "field_specs", None)
        if fields is None:
            return cls(parameters, parameters.forwarding(), keymap=keymap)
        key_type: Any = keymap
        know_key_type(key_type)
        return cls(parameters, _fill(keymap, parameters), keymap=keymap)

    @classmethod
    def _of_arguments(cls, parameters: Parameters, ignored: Ignored, typed: bool) -> Keying:
        names = tuple(name for name in parameters.names() if name not in ignored.names)
        forms = {parameters.rest: ignored.rest_source, parameters.more: ignored.more_source}
        values = tuple(forms[name](name) if name in forms else name for name in names)
        return cls(parameters, _joined(values, names, typed), names, typed=typed, values=values)

    @classmethod
    def _of_keymap(
        cls, parameters: Parameters, keymap: Callable[..., Any], ignored: Ignored, method: bool
    ) -> Keying:
        """Call one of klepto's keymaps as klepto does: what has a name, by name.

        A keymap that may give two calls one key gets the call beside it, so that no result is
        taken for another's.
        """
        hidden = ignored.names
        plain = (*parameters.positional_only, *parameters.positional)
        required = plain[: len(plain) - len(parameters.defaults)]
        optional = (*plain[len(required) :], *parameters.keyword_only)
        if method and plain[:1] and plain[0] in hidden:
            required = required[1:]  # an instance that is ignored is not even NULL
        # In klepto's order, which some of its keys show: what has a default comes first.
        parts = [f"*{parameters.rest}"] if {parameters.rest} - hidden - {None} else []
        parts += [f"{n}={{NULL}}" if n in hidden else f"{n}={n}" for n in optional]
        parts += [f"**{parameters.more}"] if {parameters.more} - hidden - {None} else []
        parts += [f"{n}={{NULL}}" if n in hidden else f"{n}={n}" for n in required]
        lossy = getattr(keymap, "lossy", False)
        exact = cls._of_arguments(parameters, ignored, typed=False) if lossy else None
        return cls(parameters, ", ".join(parts), keymap=ignored.within(keymap), exact=exact)

    @property
    def beside(self) -> bool | None:
        """Whether the call stands beside the key, if one of klepto's keymaps makes it; else None.

        >>> from kigen.keymaps import stringmap
        >>> Keying.of(Parameters.of(lambda x: ...), stringmap(), None).beside
        True
        """
        return self.exact is not None if hasattr(self.keymap, "lossy") else None

    def strict(self) -> Keying:
        """Return what raises for a call without a key, in a safe cache, too."""
        return self._replace(keymap=getattr(self.keymap, "strict", self.keymap))

    @property
    def bare(self) -> bool:
        """Whether the key is the one value itself, and not a tuple of values."""
        return len(self.names or ()) == 1 and not self.typed

    def lookup_source(self) -> str:
        """Return the source of the key as it is looked up in memory."""
        names = self.names or ()
        values = [self._looked_up(*pair) for pair in zip(names, self.values, strict=True)]
        return _joined(values, names, self.typed)

    def _looked_up(self, name: str, value: str) -> str:
        if self.owned and name == "self":
            return "{ref}(self)"
        if self.tol is None or self.tol < 0 or name in (self.parameters.rest, self.parameters.more):
            return value  # to round to tens and hundreds may overflow
        return f"({{round}}({name}, {self.tol}) if {name}.__class__ is {{float}} else {name})"

    def rounding(self, rounded: Callable[..., Any]) -> Callable[[Any], Any]:
        """Return what rounds a key: its values, those in ``*rest`` and in ``**more`` one by one.

        ``rounded`` returns its arguments, rounded, as a tuple.
        """
        if self.exact is not None:  # the keymap has rounded its part
            beside = self.exact.rounding(rounded)
            return lambda key: (key[0], beside(key[1]))
        names, rest, more = self.names or (), self.parameters.rest, self.parameters.more

        def part(name: str, value: Any) -> Any:
            if name == rest:
                return rounded(*value)
            if name == more:
                return tuple(
                    zip([n for n, _ in value], rounded(*[v for _, v in value]), strict=True)
                )
            return rounded(value)[0]

        def round_key(key: Any) -> Any:
            values = (key,) if self.bare else key
            parts = [part(name, value) for name, value in zip(names, values, strict=False)]
            if self.bare:
                return parts[0]
            return (*parts, *map(type, parts)) if self.typed else tuple(parts)

        return round_key


def _joined(values: Sequence[str], names: Sequence[str], typed: bool) -> str:
    if typed:
        values = [*values, *(f"{name}.__class__" for name in names)]
    return values[0] if len(values) == 1 else f"({', '.join(values)})"


def _fill(key_type: Any, parameters: Parameters) -> str:
    """Return the arguments, as source, that fill the fields of a Key from the parameters."""
    named = set(parameters.names()) - {parameters.rest, parameters.more}
    specs = key_type.field_specs()
    lacking = [n for n, spec in specs.items() if n not in named and not _has_default(spec)]
    if lacking and parameters.more is None:
        raise KeyFieldError(
            f"keymap={key_type.__name__} needs {', '.join(lacking)}, for which the function has "
            "no parameter; add it, or give the field a default",
            fields=lacking,
        )
    filled = [f"{name}={name}" for name in specs if name in named]
    if parameters.more is not None:
        others = sorted(set(specs) - named)
        filled.append(f"**{{n: v for n, v in {parameters.more}.items() if n in {others!r}}}")
    return ", ".join(filled)


def _has_default(spec: Any) -> bool:
    from kigen.fields.field import MISSING

    return spec.default is not MISSING
