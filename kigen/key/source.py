"""The methods that are written out for the fields of each key class.

A generic method loops over the fields; one that names them takes a third of the time. Each does
exactly what a general one does: `admission.admit`, or `fingerprint.digest`.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from kigen import fingerprint
from kigen.compile import compile_function
from kigen.fields.field import MISSING, Field
from kigen.fields.forms import readable
from kigen.fields.problems import BAD
from kigen.fields.sameness import token
from kigen.fingerprint.names import mark
from kigen.fingerprint.scalars import PLAIN, head, text

if TYPE_CHECKING:
    from kigen.key.key import Key

__all__ = ["comparer", "digester", "initializer", "tokenizer", "writer"]


def initializer(
    cls: type[Key], general: Callable[..., None], remember: Callable[..., None]
) -> Callable[..., None]:
    """Return ``__init__`` with the fields as keyword-only parameters.

    Whatever is not right is left to the ``general`` one, which says all that is wrong. ``remember``
    takes the key and, for each field, whether it was given.
    """
    fields = cls.field_specs()
    # The user's names are parameters, so every other name has a prefix.
    scope: dict[str, Any] = {
        "_kigen_missing": MISSING,
        "_kigen_bad": BAD,
        "_kigen_class": cls,
        "_kigen_general": general,
        "_kigen_remember": remember,
    }
    parameters = "".join(f"{name}=_kigen_missing, " for name in fields)
    lines = [
        f"def __init__(_kigen_self, /, {'*, ' if fields else ''}{parameters}**_kigen_unknown):",
        "    if not _kigen_unknown and _kigen_self.__class__ is _kigen_class:",
        "        _kigen_values = _kigen_self.__dict__",
        "        try:",
    ]
    required = [name for name, field in fields.items() if field.default is MISSING]
    if len(required) < len(fields):
        flags = "".join(f"{name} is not _kigen_missing, " for name in fields)
        lines.append(f"            _kigen_remember(_kigen_self, ({flags}))")
    for name, field in fields.items():
        lines += [f"            {line}" for line in _admitting(name, field, scope)]
    absent = " or ".join(f"{name} is _kigen_missing" for name in required) or "False"
    lines += [
        f"            if not ({absent}):",
        "                return",
        "        except _kigen_bad:",
        "            pass",
        "        _kigen_values.clear()",
        "    _kigen_general(",
        f"        _kigen_self, {''.join(f'{name}={name}, ' for name in fields)}**_kigen_unknown)",
    ]
    return compile_function("__init__", "\n".join(lines), scope, label=cls.identity())


def _admitting(name: str, field: Field[Any], scope: dict[str, Any]) -> list[str]:
    """Return the lines that put a parameter's value into the key."""
    lines = []
    if field.default is not MISSING:
        scope[f"_kigen_default_{name}"] = field.default
        lines.append(f"if {name} is _kigen_missing: {name} = _kigen_default_{name}")
    scope[f"_kigen_accept_{name}"] = field.accept
    admitted = f"_kigen_accept_{name}({name})"
    quick = field.quick() if field.draws_valid else None
    if quick is not None:
        scope[f"_kigen_type_{name}"] = quick.type
        scope[f"_kigen_low_{name}"], scope[f"_kigen_high_{name}"] = quick.low, quick.high
        scope[f"_kigen_options_{name}"] = quick.options
        test = f"_kigen_low_{name} <= {name} <= _kigen_high_{name}"
        if quick.options is not None:
            test = f"{name} in _kigen_options_{name}"
        admitted = f"{name} if type({name}) is _kigen_type_{name} and {test} else {admitted}"
    return [*lines, f"_kigen_values[{name!r}] = {admitted}"]


def tokenizer(cls: type[Key]) -> Callable[[Key], tuple[Any, ...]]:
    """Return a function from a key to the tuple that it is compared and hashed by."""
    fields = cls.field_specs()
    parts = "".join(
        f"values[{name!r}], " if field.plain_values else f"token(values[{name!r}]), "
        for name, field in fields.items()
    )
    source = f"def tokens(key):\n    values = key.__dict__\n    return (head, {parts})"
    scope: dict[str, Any] = {"head": (cls.identity(), *fields), "token": token}
    return compile_function("tokens", source, scope, label=cls.identity())


def comparer(cls: type[Key]) -> Callable[[Key, Key], bool]:
    """Return ``==`` for two keys of one class: of their tokens, one after the other."""
    parts = [
        f"a[{name!r}] == b[{name!r}]"
        if field.plain_values
        else f"token(a[{name!r}]) == token(b[{name!r}])"
        for name, field in cls.field_specs().items()
    ]
    source = (
        "def equal(key, other):\n"
        "    a, b = key.__dict__, other.__dict__\n"
        f"    return {' and '.join(parts) or 'True'}"
    )
    return compile_function("equal", source, {"token": token}, label=cls.identity())


def digester(cls: type[Key]) -> Callable[[Key], bytes]:
    """Return ``fingerprint.digest`` for keys of one class: no walk where values are plain."""
    fields = list(cls.field_specs())
    start = fingerprint.VERSION + b"o" + mark(cls) + head(b"(", len(fields))
    scope: dict[str, Any] = {"PLAIN": PLAIN, "blake2b": blake2b, "general": fingerprint.digest}
    pieces = []
    for number, name in enumerate(fields):
        scope[f"before_{number}"] = start + head(b"(", 2) + text(name)
        scope[f"name_{number}"] = name
        start = b""
        value = f"values[name_{number}]"
        pieces.append(f"before_{number}, PLAIN[type(v := {value})](v), ")
    source = (
        "def digest(key):\n"
        "    values = key.__dict__\n"
        "    try:\n"
        f"        pieces = ({''.join(pieces)})\n"
        "    except (KeyError, RecursionError):\n"
        "        return general(key)\n"
        "    return blake2b(b''.join(pieces), digest_size=16).digest()"
    )
    return compile_function("digest", source, scope, label=cls.identity())


def writer(cls: type[Key]) -> Callable[[Key], str]:
    """Return `readable` for keys of one class: no encoder where values are plain."""
    from json.encoder import encode_basestring_ascii as quoted

    def real(value: float) -> str:
        return repr(value) if value - value == 0 else quoted(str(value))

    words = {True: "true", False: "false", None: "null"}
    written = {int: repr, float: real, str: quoted, bool: words.get, type(None): words.get}
    fields = list(cls.field_specs())
    scope: dict[str, Any] = {"written": written, "general": readable}
    pieces = []
    for number, name in enumerate(fields):
        scope[f"before_{number}"] = ("{" if number == 0 else ", ") + quoted(name) + ": "
        scope[f"name_{number}"] = name
        pieces.append(f"before_{number}, written[type(v := values[name_{number}])](v), ")
    source = (
        "def write(key):\n"
        "    values = key.__dict__\n"
        "    try:\n"
        f"        return ''.join(({''.join(pieces)}'}}'))\n"
        "    except KeyError:\n"
        "        return general(key.to_dict())"
    )
    return compile_function("write", source, scope, label=cls.identity())
