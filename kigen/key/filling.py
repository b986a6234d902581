"""Filling: drawing many keys, each once, in one loop that is written out for the fields.

A loop that knows its fields draws, tells new from old and builds a key in a quarter of the time
that calls per key, field and engine take. It draws what `Space.draw` draws, number by number.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kigen.compile import compile_function
from kigen.fields.recipe import Recipe
from kigen.fields.sameness import token

if TYPE_CHECKING:
    from kigen.key.key import Key
    from kigen.key.space import Space

__all__ = ["TOKEN", "Fill", "filler", "identifier", "packer"]

TOKEN = 15
"""Bytes of a digest that are kept to tell keys apart: with the object's head they fill 48, and 16
would fill 64. 120 bits take 10**16 keys for a chance of one in a thousand that two look alike."""

_LONGEST = 31
"""Bytes that fill 64 with the object's head: longer packed values are digested."""

Fill = Callable[..., tuple[int, int]]
"""fill(rng, index, keys, n, seen, opened, skips, limit) -> (index, skips)

Draws from element ``index`` on until there are ``n`` keys, or ``limit`` duplicates came in a row
(``skips`` of them before); new keys are appended to ``keys``, what tells them apart to
``opened`` and ``seen``."""


def packer(recipes: dict[str, Recipe]) -> struct.Struct | None:
    """Return how the values of a key are packed into few bytes, if they can be."""
    if not all(recipe.code for recipe in recipes.values()):
        return None
    packed = struct.Struct("<" + "".join(recipe.code for recipe in recipes.values()))
    return packed if packed.size <= _LONGEST else None


def identifier(space: Space[Any]) -> Callable[[Key], bytes] | None:
    """Return what `filler` tells keys apart by, for any key; ``None`` if that is the digest.

    A key that the space does not have is told by its digest.
    """
    recipes = space.recipes()
    packed = packer(recipes)
    if packed is None:
        return None
    coders = [(name, _coder(recipe)) for name, recipe in recipes.items()]
    pack, key_type = packed.pack, space.key_type

    def identify(key: Key) -> bytes:
        if type(key) is key_type:
            values = key.__dict__
            try:
                return pack(*[code(values[name]) for name, code in coders])
            except (LookupError, struct.error, TypeError, OverflowError):
                pass  # a value that the space does not have
        return key._freeze()[:TOKEN]  # noqa: SLF001

    return identify


def _coder(recipe: Recipe) -> Callable[[Any], Any]:
    if recipe.way in ("pick", "same"):
        same = recipe.way == "same"
        positions = {token(o): b"" if same else p for p, o in enumerate(recipe.options)}
        return lambda value: positions[token(value)]
    return _float if recipe.code == "d" else _itself


def _itself(value: Any) -> Any:
    return value


def _float(value: Any) -> float:
    number = float(value) + 0.0
    if number != value:
        raise OverflowError(value)  # an int that is no float
    return number


def filler(space: Space[Any], *, inline: bool, startable: bool, digests: bool) -> Fill:
    """Return the loop for a space without conditions.

    ``inline`` writes out what `RandomRengine` does; ``startable`` asks the engine for each element
    by its index; ``digests`` tells keys apart by fingerprint even where packed values would do.
    """
    recipes = space.recipes()
    scope: dict[str, Any] = {"cls": space.key_type, "new": space.key_type.__new__}
    draws: list[str] = []
    for number, (name, recipe) in enumerate(recipes.items()):
        scope[f"sample_{number}"] = space.producer(name)
        scope[f"low_{number}"], scope[f"high_{number}"] = recipe.low, recipe.high
        scope[f"options_{number}"] = recipe.options
        scope[f"positions_{number}"] = range(recipe.choices)
        draws += _drawing(number, recipe, inline)
    build = ["key = new(cls); values = key.__dict__"]
    build += [f"values[{name!r}] = v{number}" for number, name in enumerate(recipes)]
    packed = None if digests else packer(recipes)
    if packed is not None:
        scope["pack"] = packed.pack
        parts = {"pick": "r{}", "same": "b''"}
        values = [parts.get(r.way, "v{}").format(n) for n, r in enumerate(recipes.values())]
        identify, build_first = [f"token = pack({', '.join(values)})"], []
    else:
        scope["freeze"] = space.key_type._freeze  # noqa: SLF001
        identify = [f"token = freeze(key)[:{TOKEN}]"]
        build_first, build = build, []
    body = [*draws, *build_first, *identify]
    return compile_function(
        "fill",
        "\n".join(_loop(body, build, inline=inline, startable=startable)),
        scope,
        label=f"generation of {space.key_type.identity()}",
    )


def _loop(body: list[str], build: list[str], *, inline: bool, startable: bool) -> list[str]:
    return [
        "def fill(rng, index, keys, n, seen, opened, skips, limit):",
        "    bits, unit = rng.bits, rng.unit"
        if inline
        else "    uniform, randint, choice = rng.uniform, rng.randint, rng.choice",
        *(["    start = rng.start"] if startable else []),
        "    while n:",
        *(["        start(index)"] if startable else []),
        "        index += 1",
        *[f"        {line}" for line in body],
        "        if token in seen:",
        "            skips += 1",
        "            if skips < limit: continue",
        "            break",
        "        skips = 0",
        "        opened.append(token); seen.add(token)",
        *[f"        {line}" for line in build],
        "        keys.append(key)",
        "        n -= 1",
        "    return index, skips",
    ]


def _drawing(number: int, recipe: Recipe, inline: bool) -> list[str]:
    """Return the lines that set v (the value) and, for a pick, r (its position)."""
    v, r, width = f"v{number}", f"r{number}", recipe.choices.bit_length()
    if recipe.way == "same":
        return [f"{v} = options_{number}[0]"]
    if recipe.way == "call":
        return [f"{v} = sample_{number}(rng)"]
    if recipe.way == "line":
        low, high = f"low_{number}", f"high_{number}"
        drawn = f"{low} + ({high} - {low}) * unit()" if inline else f"uniform({low}, {high})"
        return [f"{v} = {drawn} + 0.0", f"if {v} > {high}: {v} = {high}"]
    if inline:
        below = [f"{r} = bits({width})", f"while {r} >= {recipe.choices}: {r} = bits({width})"]
        value = f"options_{number}[{r}]" if recipe.way == "pick" else f"{r} + low_{number}"
        return [*below, f"{v} = {value}"]
    if recipe.way == "pick":
        return [f"{r} = choice(positions_{number})", f"{v} = options_{number}[{r}]"]
    return [f"{v} = randint(low_{number}, high_{number})"]
