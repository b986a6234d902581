"""The options of the decorators: one list, and what is said about a wrong one."""

from __future__ import annotations

import functools
import inspect
import pydoc
from collections.abc import Iterator
from typing import Any

import pytest

import kigen
from kigen import safe
from kigen.caching import Memoizer
from kigen.caching.options import DEFAULTS, POSITIONAL, AllOptions, PropertyOptions

DECORATORS = [
    *(kigen.inf_cache, kigen.lru_cache, kigen.lfu_cache, kigen.mru_cache, kigen.rr_cache),
    *(kigen.no_cache, kigen.sieve_cache, kigen.s3fifo_cache),
    *(safe.inf_cache, safe.lru_cache, safe.lfu_cache, safe.mru_cache, safe.rr_cache, safe.no_cache),
]


def test_every_option_has_a_default() -> None:
    """The two lists, of types and of defaults, name the same options."""
    assert DEFAULTS.keys() == AllOptions.__annotations__.keys()
    assert list(DEFAULTS)[: len(POSITIONAL)] == list(POSITIONAL)


@pytest.mark.parametrize("decorator", DECORATORS, ids=repr)
def test_a_misspelt_option_is_named_with_the_decorator_and_the_nearest_right_one(
    decorator: Any,
) -> None:
    with pytest.raises(TypeError) as caught:
        decorator(maxsiz=5)
    said = str(caught.value)
    assert said == f"{decorator.__name__}() has no option 'maxsiz'; did you mean 'maxsize'?"


@pytest.mark.parametrize(
    ("decorator", "options", "said"),
    [
        (
            kigen.seeded_cache,
            {"sed": 3},
            "seeded_cache() has no option 'sed'; did you mean 'seed'?",
        ),
        (
            kigen.cached_property,
            {"materialise": True},
            "cached_property() has no option 'materialise'; did you mean 'materialize'?",
        ),
    ],
)
def test_the_other_decorators_say_so_in_the_same_words(
    decorator: Any, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError) as caught:
        decorator(**options)
    assert str(caught.value) == said


def test_an_option_that_is_like_none_is_answered_with_the_list() -> None:
    with pytest.raises(TypeError, match="has no option 'colour'; it has maxsize, cache, keymap"):
        kigen.lru_cache(colour="red")
    with pytest.raises(TypeError, match=r"^Memoizer\(\) has no option 'colour'"):
        Memoizer("lru", 3, colour="red")


def test_a_misspelt_option_beside_a_function_is_named_too() -> None:
    with pytest.raises(TypeError, match="did you mean 'typed'"):
        kigen.lru_cache(len, type=True)


@pytest.mark.parametrize("decorator", DECORATORS, ids=repr)
def test_the_signature_of_a_decorator_shows_its_options_and_their_defaults(decorator: Any) -> None:
    shown = inspect.signature(decorator).parameters
    assert list(shown) == ["maxsize", *DEFAULTS]
    assert {name: shown[name].default for name in DEFAULTS} == DEFAULTS
    by_position = inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert [n for n in shown if shown[n].kind is by_position] == ["maxsize", *POSITIONAL]


@pytest.mark.parametrize(
    ("decorator", "maxsize"), [(kigen.inf_cache, None), (kigen.lru_cache, 100), (kigen.no_cache, 0)]
)
def test_the_signature_shows_the_size_that_a_bare_decorator_has(
    decorator: Any, maxsize: int | None
) -> None:
    assert inspect.signature(decorator).parameters["maxsize"].default == maxsize


@pytest.mark.parametrize("decorator", DECORATORS, ids=repr)
def test_help_explains_every_option(decorator: Any) -> None:
    text = pydoc.render_doc(decorator, renderer=pydoc.plaintext)
    explained = text.partition("Args:")[2].partition("Raises")[0]
    missing = [n for n in DEFAULTS if f" {n}:" not in explained and f" {n}," not in explained]
    assert not missing


def test_help_names_every_option_of_a_property() -> None:
    said = inspect.getdoc(kigen.cached_property) or ""
    assert [
        n for n in (*PropertyOptions.__annotations__, "materialize") if f"``{n}``" not in said
    ] == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("deep", "x"), ("purge", None), ("typed", "no"), ("materialize", 2), ("deep", 1.0)),
        *(("name", 5), ("name", b"f"), ("on_change", "x"), ("on_change", ["warn"])),
        *(("condition", 3), ("cache_exceptions", 3), ("stale", 3), ("ttl", "x"), ("ignore", 3.5)),
        *(("ignore", [["x"]]), ("ignore", (None,)), ("ignore", iter("x")), ("ignore", True)),
        *(("copy", 5), ("tol", "a"), ("on_hit", 3), ("weigh", len), ("maxbytes", "x")),
        *(("version", object()), ("name", ""), ("ttl", True), ("keymap", 3)),
        *(("keymap", kigen.keymaps.hashmap), ("cache_exceptions", KeyboardInterrupt)),
    ],
    ids=repr,
)
def test_a_senseless_value_is_refused_at_decoration_with_its_option_and_a_remedy(
    option: str, value: Any
) -> None:
    with pytest.raises(kigen.ConfigurationError, match=rf"^{option}\b.*([;:] |is none of )"):
        kigen.lru_cache(lambda x: x, **{option: value})


@pytest.mark.parametrize("value", [0, 1, False, True])
@pytest.mark.parametrize("option", ["deep", "purge", "typed", "materialize"])
def test_a_switch_may_be_a_number_as_flags_often_are(option: str, value: int) -> None:
    assert kigen.lru_cache(lambda x: x, **{option: value})(2) == 2


async def later(*facts: object) -> None:
    """Is run by whoever awaits it, and nobody does."""


def one_by_one(*facts: object) -> Iterator[object]:
    yield from facts


@pytest.mark.parametrize("function", [later, one_by_one, functools.partial(later, 1)])
@pytest.mark.parametrize(
    "option", ["ttl", "condition", "weigh", "on_hit", "on_miss", "on_load", "on_evict"]
)
def test_a_function_that_a_call_would_not_run_is_refused(option: str, function: Any) -> None:
    bound = {"maxbytes": 10} if option == "weigh" else {}
    with pytest.raises(kigen.ConfigurationError, match=rf"^{option}=.* function.*a plain one"):
        kigen.lru_cache(**bound, **{option: function})
    if option not in ("weigh", "on_evict"):
        with pytest.raises(kigen.ConfigurationError, match=rf"^{option}=.* function"):
            kigen.cached_property(**{option: function})


def test_a_function_may_come_with_its_size_by_name() -> None:
    """As with every other option: ``lru_cache(f, maxsize=3)``."""
    assert kigen.lru_cache(lambda x: x, maxsize=3).info().maxsize == 3
    assert kigen.lru_cache(lambda x: x, maxsize=None).info().maxsize is None


@pytest.mark.parametrize(
    ("args", "options", "said"),
    [
        ((len, 3), {}, r"lru_cache\(\) takes the function alone by position, and got \(3,\)"),
        ((3, *[None] * 6, 9), {}, r"takes maxsize, cache, .* by position, and got \(9,\) besides"),
        ((3,), {"maxsize": 4}, r"got maxsize by position \(3\) and by name; give one of the two"),
        ((3, "a.db"), {"cache": "b.db"}, r"got cache by position \('a.db'\) and by name"),
    ],
)
def test_what_cannot_be_by_position_is_named(
    args: tuple[Any, ...], options: dict[str, Any], said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        kigen.lru_cache(*args, **options)


def test_a_time_that_may_be_0_is_not_said_to_be_above_it() -> None:
    with pytest.raises(kigen.ConfigurationError, match="stale=-3 is no time: give seconds, from 0"):
        kigen.lru_cache(ttl=3, stale=-3)
