"""For the same options and arguments klepto and kigen make the same keys.

An archive whose keys klepto made is hit only if each key is the same, byte for byte. What differs
on purpose stands in tests/keymaps, with both answers.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import kigen.signature
from kigen import crypto, keymaps, rounding
from kigen.errors import KigenError

klepto = pytest.importorskip("klepto", reason="klepto is not installed")

from klepto import _keygen as klepto_keygen  # noqa: E402
from klepto import crypto as klepto_crypto  # noqa: E402
from klepto import keymaps as klepto_keymaps  # noqa: E402
from klepto import rounding as klepto_rounding  # noqa: E402

# Arguments. Text beyond ASCII, empty containers, equal but different numbers, signed zeros.

ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=4),
    st.binary(max_size=4),
    st.sampled_from([int, len, Ellipsis, frozenset({1}), range(3)]),
)
HASHABLE = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=6)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), inner, max_size=3),
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(["x", "y", "args", "kwds", "key", "ß"])


def calls(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[list[Any], dict[str, Any]]]:
    return st.tuples(st.lists(values, max_size=4), st.dictionaries(NAMES, values, max_size=3))


# Options. A sentinel is given by name, as each side has its own.

SHAPES = st.fixed_dictionaries(
    {},
    optional={
        "typed": st.booleans(),
        "flat": st.booleans(),
        "sentinel": st.sampled_from(["SENTINEL", "NOSENTINEL", None, 0, "|"]),
        "fasttypes": st.sampled_from([set(), {int, str}, {float, tuple}]),
        "sorted": st.just(functools.partial(sorted, reverse=True)),
        "tuple": st.just(list),
        "type": st.sampled_from([repr]),
    },
)
# klepto's own list: codecs that are builtins' names (ascii), or that Python has under two names.
ENCODINGS = [
    *(None, "repr", "str", "ascii", "utf_8", "utf-8", "latin_1", "cp437", "utf_16_le", "utf_7"),
    *("unicode_escape", "punycode"),
]
KINDS = st.one_of(
    st.tuples(st.just("keymap"), st.just({})),
    st.tuples(st.just("hashmap"), st.just({})),
    st.tuples(
        st.just("hashmap"),
        st.fixed_dictionaries({"algorithm": st.sampled_from([None, "md5", "sha256", "blake2b"])}),
    ),
    st.tuples(
        st.just("stringmap"),
        st.fixed_dictionaries(
            {"encoding": st.sampled_from(ENCODINGS)},
            optional={"strict": st.sampled_from([True, False, None])},
        ),
    ),
    st.tuples(
        st.just("picklemap"),
        st.fixed_dictionaries(
            {"serializer": st.sampled_from([None, "pickle", "json", "dill"])},
            optional={
                "protocol": st.sampled_from([0, 2, 4]),
                "byref": st.booleans(),
                "sort_keys": st.just(True),
            },
        ),
    ),
)


def build(module: types.ModuleType, kind: str, options: Mapping[str, Any]) -> Any:
    """The keymap of one side."""
    options = dict(options)
    if options.get("sentinel") in {"SENTINEL", "NOSENTINEL"}:
        options["sentinel"] = getattr(module, options["sentinel"])
    if kind != "stringmap" or options.get("encoding") is None:
        options.pop("strict", None)  # klepto's str() takes no such option
    return getattr(module, kind)(**options)


def outcome(function: Callable[..., Any], *args: Any, **kwds: Any) -> Any:
    """What a call returns, NaN equal to itself, or that it fails."""
    try:
        result = function(*args, **kwds)
    except Exception:  # noqa: BLE001 - klepto raises whatever comes up
        return "fails"
    return type(result), repr(result).replace("klepto.", "kigen.")


@given(KINDS, SHAPES, calls(VALUES))
def test_a_keymap_makes_kleptos_key(
    kind: tuple[str, dict[str, Any]],
    shape: dict[str, Any],
    call: tuple[list[Any], dict[str, Any]],
) -> None:
    """Each of the four, with all options, in both shapes; where klepto fails, kigen fails."""
    name, options = kind
    if name == "hashmap" and options.get("algorithm") is None:
        # The hash of a sentinel is an address at klepto's.
        assume(shape.get("sentinel") != "SENTINEL")
    if name == "picklemap" and options["serializer"] in {"pickle", "dill"}:
        # A sentinel's pickle names the module it is from.
        assume(shape.get("sentinel") != "SENTINEL")
    theirs = build(klepto_keymaps, name, {**options, **shape})
    ours = build(keymaps, name, {**options, **shape})
    args, kwds = call
    assert outcome(ours, *args, **kwds) == outcome(theirs, *args, **kwds)
    assert outcome(ours.encode, *args, **kwds) == outcome(theirs.encode, *args, **kwds)
    assert outcome(ours.encrypt, *args, **kwds) == outcome(theirs.encrypt, *args, **kwds)
    assert repr(ours) == repr(theirs)


@given(st.lists(st.tuples(KINDS, SHAPES), min_size=2, max_size=4), calls(HASHABLE))
def test_a_sum_from_the_left_makes_kleptos_key(
    parts: list[tuple[tuple[str, dict[str, Any]], dict[str, Any]]],
    call: tuple[list[Any], dict[str, Any]],
) -> None:
    """What klepto adds from the left, kigen adds from either side."""
    for (_, options), shape in parts:
        assume(shape.get("sentinel") != "SENTINEL")
        assume(options.get("algorithm", "") is not None)
    theirs = [build(klepto_keymaps, n, {**o, **shape}) for (n, o), shape in parts]
    ours = [build(keymaps, n, {**o, **shape}) for (n, o), shape in parts]
    left = functools.reduce(lambda a, b: a + b, ours)
    right = functools.reduce(lambda a, b: b + a, reversed(ours))
    args, kwds = call
    expected = outcome(functools.reduce(lambda a, b: a + b, theirs), *args, **kwds)
    assert outcome(left, *args, **kwds) == expected
    assert outcome(right, *args, **kwds) == expected


# Calls of functions with every kind of parameter.


def plain(x, y, z=3): ...
def defaults(x=1, y=2): ...
def varargs(x, y=2, *rest): ...
def keywords(x, y=2, **more): ...
def everything(x, y=2, *rest, k=5, **more): ...
def keyword_only(*, k, j=1): ...
def nothing(): ...


class Owner:
    def method(self, x, y=2): ...
    def variadic(self, *rest, **more): ...
    @property
    def watched(self):
        raise AssertionError("a key was made by running a property")


FUNCTIONS: list[Callable[..., Any]] = [
    *(plain, defaults, varargs, keywords, everything, keyword_only, nothing, len, max, int),
    *(Owner().method, Owner().variadic, lambda x, y=0: ...),
    *(functools.partial(plain, 0), functools.partial(everything, y=9)),
    *(functools.partial(varargs, 1, y=3), functools.partial(plain, 0, x=1)),
    functools.partial(everything, 0, z=4),
]
IGNORED = st.lists(
    st.sampled_from(["x", "y", "z", "k", "w", "*", "**", 0, 1, 2, 3, 4]), max_size=3
).map(tuple)


def common(value: Any) -> Any:
    """A bound call with klepto's NULL replaced by kigen's."""
    args, kwds = value

    def one(v: Any) -> Any:
        return kigen.signature.NULL if v is klepto.NULL else v

    return tuple(map(one, args)), {name: one(v) for name, v in kwds.items()}


@given(
    st.sampled_from(FUNCTIONS),
    IGNORED,
    st.lists(st.integers(), max_size=5),
    st.dictionaries(st.sampled_from(["x", "y", "z", "k", "w"]), st.integers(), max_size=4),
)
def test_a_call_is_bound_as_klepto_binds_it(
    function: Callable[..., Any],
    ignored: tuple[str | int, ...],
    args: list[Any],
    kwds: dict[str, Any],
) -> None:
    """Names, defaults, varargs, what is ignored: also for calls that the function would refuse."""
    parameters = kigen.signature.Parameters.of(function)
    named = {*parameters.keyword_only, *getattr(function, "keywords", {})}
    assume("**" not in ignored or not named & kwds.keys())  # klepto drops those then
    ours = kigen.signature._keygen(function, ignored, *args, **kwds)
    assert ours == common(klepto_keygen(function, ignored, *args, **kwds))


@pytest.mark.parametrize("function", [plain, defaults, varargs, keywords, everything, keyword_only])
@given(data=st.data())
def test_a_call_by_position_gives_kleptos_order_of_keywords(
    function: Callable[..., Any], data: st.DataObject
) -> None:
    """What a keymap with ``flat=False`` prints depends on it. Other calls have klepto vary it."""
    parameters = kigen.signature.Parameters.of(function)
    count = len(parameters.positional)
    args = data.draw(st.lists(st.integers(), min_size=count, max_size=count + 2))
    args = args if parameters.rest else args[:count]
    kwds = {"k": 7} if parameters.keyword_only else {}
    kwds |= {"v": 1, "w": 2} if parameters.more else {}
    ignored = data.draw(st.sampled_from([(), ("x",), ("y",), ("k",), (1,), ("*",)]))
    theirs = common(klepto_keygen(function, ignored, *args, **kwds))
    ours = kigen.signature._keygen(function, ignored, *args, **kwds)
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f not in {max, int}])
@pytest.mark.parametrize("variadic", [True, False])
@pytest.mark.parametrize("markup", [True, False])
@pytest.mark.parametrize("safe", [True, False])
def test_a_signature_reads_as_kleptos(
    function: Callable[..., Any], variadic: bool, markup: bool, safe: bool
) -> None:
    """Names, defaults and marks, for functions, methods and partials."""
    options = {"variadic": variadic, "markup": markup, "safe": safe}
    try:
        expected = klepto.signature(function, **options)
    except TypeError:
        with pytest.raises(TypeError):
            kigen.signature.signature(function, **options)
    else:
        found = kigen.signature.signature(function, **options)
        assert found == expected
        if found[0] is not None:
            assert kigen.signature.strip_markup(*found[:2]) == klepto.strip_markup(*expected[:2])


@given(
    st.sampled_from([f for f in FUNCTIONS if f not in {max, len, int, keyword_only}]),
    st.lists(st.integers(), max_size=5),
    st.dictionaries(st.sampled_from(["x", "y", "z", "w"]), st.integers(), max_size=4),
)
def test_validity_is_what_a_call_says(
    function: Callable[..., Any], args: list[Any], kwds: dict[str, Any]
) -> None:
    """Compared with the call itself, whose functions do nothing, as klepto's answer is not one."""
    try:
        function(*args, **kwds)
        fits = True
    except TypeError:
        fits = False
    assert kigen.signature.isvalid(function, *args, **kwds) is fits


# Rounding.

FLOATS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)
ROUNDABLE = st.recursive(
    st.one_of(FLOATS, st.integers(), st.text(max_size=3), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3),
        st.sets(FLOATS, max_size=3),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("depth", ["simple", "deep"])
@given(st.integers(-3, 12), st.lists(ROUNDABLE, max_size=3), st.dictionaries(NAMES, ROUNDABLE))
def test_rounding_is_kleptos(depth: str, tol: int, args: list[Any], kwds: dict[str, Any]) -> None:
    """On everything that klepto rounds without raising."""
    ours = getattr(rounding, f"{depth}_round")(tol)(lambda *a, **k: (a, k))(*args, **kwds)
    factory = getattr(rounding, f"{depth}_round_factory")(tol)
    theirs = getattr(klepto_rounding, f"{depth}_round")(tol)(lambda *a, **k: (a, k))(*args, **kwds)
    assert repr(ours) == repr(theirs) == repr(factory(*args, **kwds))


@given(
    st.integers(-3, 12),
    st.lists(ROUNDABLE.filter(lambda v: type(v) not in {dict, str}), max_size=3),
)
def test_shallow_rounding_is_kleptos(tol: int, args: list[Any]) -> None:
    """But for a dict, whose values klepto leaves alone, and text, which it prints as a list."""
    ours = rounding.shallow_round_factory(tol)(*args)
    assert repr(ours) == repr(klepto_rounding.shallow_round_factory(tol)(*args))


# The functions beneath.


@given(VALUES, st.sampled_from([None, "md5", "sha1", "sha3_256", "nonsense"]))
def test_a_hash_is_kleptos(value: Any, algorithm: str | None) -> None:
    """With Python's own and with digests."""
    ours = outcome(crypto.hash, value, algorithm=algorithm)
    assert ours == outcome(klepto_crypto.hash, value, algorithm=algorithm)


@given(VALUES, st.sampled_from([*ENCODINGS, "nonsense"]), st.sampled_from([True, None, False]))
def test_a_string_is_kleptos(value: Any, encoding: str | None, strict: bool | None) -> None:
    """With codecs, and with the names of ways to print."""
    ours = outcome(crypto.string, value, encoding=encoding, strict=strict)
    assert ours == outcome(klepto_crypto.string, value, encoding=encoding, strict=strict)


@given(VALUES, st.sampled_from([None, "pickle", "json", "dill", "nonsense"]))
def test_a_pickle_is_kleptos(value: Any, serializer: str | None) -> None:
    """Byte for byte."""
    ours = outcome(crypto.pickle, value, serializer=serializer)
    assert ours == outcome(klepto_crypto.pickle, value, serializer=serializer)


@pytest.mark.parametrize("names", ["algorithms", "encodings", "serializers"])
def test_what_kigen_lists_klepto_lists_too(names: str) -> None:
    """And only what works: some of klepto's codecs encode no text, some of its hashes fail."""
    assert {*getattr(crypto, names)()} <= {*getattr(klepto_crypto, names)()}


def test_errors_are_kigens() -> None:
    """What kigen refuses it refuses by an error of its own."""
    with pytest.raises(KigenError):
        keymaps.hashmap()([1])
    with pytest.raises(KigenError):
        keymaps.stringmap(encoding="latin_1")("\u1234")
    with pytest.raises(KigenError):
        keymaps.picklemap(serializer="json")({1})
