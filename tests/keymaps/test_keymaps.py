"""What every keymap does."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import dill
import numpy as np
import pytest

from kigen.errors import ConfigurationError, KeymapError
from kigen.keymaps import NOSENTINEL, SENTINEL, hashmap, keymap, picklemap, stringmap
from tests.programs import output

KINDS = pytest.mark.parametrize("kind", [keymap, hashmap, stringmap, picklemap])
MAPS: list[Any] = [
    keymap(),
    keymap(typed=True, flat=False),
    keymap(typed=True, sentinel=SENTINEL),
    hashmap(algorithm="sha256"),
    stringmap(encoding="utf_8", strict=None, sentinel="|"),
    picklemap(serializer="json", sort_keys=True),
    picklemap(serializer="dill", protocol=0) + hashmap(algorithm="md5"),
    stringmap() + (picklemap() + hashmap(algorithm="md5")),
]


# Keys


def test_the_shapes_of_a_key() -> None:
    """Flat or not, typed or not, with or without a mark."""
    assert keymap()(1, 2, b=4, a=3) == (1, 2, "a", 3, "b", 4)
    assert keymap(sentinel="|")(1, a=3) == (1, "|", "a", 3)
    assert keymap(typed=True, sentinel="|")(1, a=3.0) == (1, "|", "a", 3.0, "|", int, "|", float)
    assert keymap(flat=False)(1, a=3) == ((1,), {"a": 3})
    assert keymap(flat=False, typed=True)(1, b=4, a=3.0) == (
        *((1,), {"a": 3.0, "b": 4}, (int,), (float, int)),
    )


@pytest.mark.parametrize("value", [1, "x", b"x", frozenset({1}), None])
def test_a_single_plain_argument_is_its_own_key(value: Any) -> None:
    """Unless it is typed, or of another type."""
    assert keymap()(value) == value
    assert keymap(typed=True)(value) == (value, type(value))
    assert keymap(fasttypes=())(value) == (value,)
    assert keymap()(1.5) == (1.5,)
    assert keymap()(True) == (True,)


def test_typed_keys_tell_equal_numbers_apart() -> None:
    """By the types of the arguments, not of what they hold."""
    assert keymap()(x=3) == keymap()(x=3.0) == keymap()(x=3 + 0j)
    assert keymap(typed=True)(3) != keymap(typed=True)(3.0)
    assert keymap(typed=True)(x=3) != keymap(typed=True)(x=True)


def test_without_a_sentinel_names_and_values_mix() -> None:
    """klepto's key of f("x", 1) is that of f(x=1); a sentinel, or flat=False, keeps them apart."""  # noqa: D403
    assert keymap()("x", 1) == keymap()(x=1)
    for apart in (keymap(sentinel=SENTINEL), keymap(flat=False)):
        assert apart("x", 1) != apart(x=1)


@KINDS
def test_any_name_is_free_for_an_argument(kind: Any) -> None:
    """klepto raises TypeError for an argument named self."""  # noqa: D403
    names = {"self": 1, "args": 2, "kwds": 3, "obj": 4, "key": 5}
    assert kind()(**names) == kind()(**dict(reversed(names.items())))
    assert kind().encode(**names) == kind()(**names)


@KINDS
def test_encode_is_flat_and_encrypt_is_not(kind: Any) -> None:
    """Whichever of them a call uses."""
    options = {"algorithm": "md5"} if kind is hashmap else {}
    flat, nested = kind(**options), kind(flat=False, **options)
    assert flat(1, x=2) == nested.encode(1, x=2) == flat.encode(1, x=2)
    assert nested(1, x=2) == flat.encrypt(1, x=2) == nested.encrypt(1, x=2)
    assert flat(1) == flat.dumps(1) == nested.dumps(1)


@KINDS
def test_a_key_does_not_give_its_call_back(kind: Any) -> None:
    """As at klepto's."""
    for name in ("decode", "decrypt", "loads"):
        with pytest.raises(NotImplementedError, match="does not turn"):
            getattr(kind(), name)("key")


def test_hooks_replace_the_builtins() -> None:
    """All five."""
    calls: list[str] = []

    def spy(name: str, function: Any) -> Any:
        return lambda *args: [calls.append(name), function(*args)][1]

    hooks = {f.__name__: spy(f.__name__, f) for f in (sorted, tuple, type, len)}
    assert keymap(typed=True, **hooks)(1, b=2, a=1) == (1, "a", 1, "b", 2, int, int, int)
    assert keymap(**hooks)(1) == 1
    assert {*calls} == {"sorted", "tuple", "type", "len"}


# Options


@KINDS
def test_a_sentinel_can_be_set_and_taken_away(kind: Any) -> None:
    """None is a sentinel like any other."""
    made = kind()
    assert made.sentinel is NOSENTINEL
    made.sentinel = None
    assert made.sentinel is None
    assert made(1, x=2) == kind(sentinel=None)(1, x=2) != kind()(1, x=2)
    made.sentinel = NOSENTINEL
    assert made(1, x=2) == kind()(1, x=2)


def test_a_sentinel_may_be_anything() -> None:
    """Also what has no plain ==."""
    mark = np.array([1, 2])
    assert keymap(sentinel=mark).sentinel is mark
    assert "sentinel=" in repr(keymap(sentinel=mark))


@pytest.mark.parametrize("kind", [keymap, hashmap, stringmap])
def test_an_unknown_option_is_refused(kind: Any) -> None:
    """klepto takes any, and fails at the first call or not at all."""  # noqa: D403
    with pytest.raises(ConfigurationError, match="sentinal"):
        kind(sentinal=SENTINEL)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (hashmap, {"algorithm": "nonsense"}),
        (stringmap, {"encoding": "nonsense"}),
        (stringmap, {"encoding": "hex"}),
        (picklemap, {"serializer": "nonsense"}),
        (picklemap, {"serializer": ""}),
        (picklemap, {"serializer": 3}),
        (stringmap, {"encoding": ["utf_8"]}),
        (hashmap, {"algorithm": b"md5"}),
    ],
)
def test_what_does_not_exist_is_refused_when_the_keymap_is_made(kind: Any, options: Any) -> None:
    """klepto fails at the first call."""  # noqa: D403
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        kind(**options)


def test_what_kind_of_keymap_it_is_can_be_read() -> None:
    """klepto's attributes."""  # noqa: D403
    made: list[Any] = [hashmap(algorithm="md5"), stringmap(encoding="repr"), picklemap(), keymap()]
    assert [m.__type__ for m in made] == ["md5", "repr", None, None]
    assert [m.__stub__ for m in made] == ["algorithm", "encoding", "serializer", ""]
    assert picklemap(serializer=dill).__type__ == "dill"
    assert picklemap(serializer="dill", protocol=0)._config == {"byref": True, "protocol": 0}
    assert (made[3].typed, made[3].flat, made[3]._mark) == (False, True, None)
    assert made[3]._fasttypes == {int, str, bytes, frozenset, type(None)}


def test_a_keymap_prints_as_it_was_made() -> None:
    """A star says that it goes on with another one's keys."""
    assert [repr(m) for m in MAPS] == [
        "keymap()",
        "keymap(typed=True, flat=False)",
        "keymap(typed=True, sentinel=<SENTINEL>)",
        "hashmap(algorithm='sha256')",
        "stringmap(sentinel=|, encoding='utf_8')",
        "picklemap(serializer='json')",
        "hashmap(algorithm='md5')*",
        "hashmap(algorithm='md5')*",
    ]


@pytest.mark.parametrize("made", MAPS, ids=repr)
@pytest.mark.parametrize(
    "through", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)),
                lambda m: dill.loads(dill.dumps(m))]
)  # fmt: skip
def test_a_copy_makes_the_same_keys(made: Any, through: Any) -> None:
    """Copied, pickled or pickled by dill."""
    assert through(made)(1, "x", y=2) == made(1, "x", y=2)
    assert repr(through(made)) == repr(made)


# Sums


def test_a_sum_makes_a_key_of_a_key() -> None:
    """From left to right."""
    both = stringmap() + hashmap(algorithm="md5")
    assert both(1) == hashmap(algorithm="md5")(stringmap()(1)) == both.outer(both.inner(1))
    assert (repr(both.inner), repr(both.outer)) == ("stringmap()", "hashmap(algorithm='md5')")


def test_brackets_in_a_sum_do_not_matter() -> None:
    """klepto drops the middle of p + (h + s), whose key is then that of p + s."""  # noqa: D403
    p, h, s = picklemap(serializer="pickle"), hashmap(algorithm="md5"), stringmap()
    assert (p + (h + s))(1) == ((p + h) + s)(1) == s(h(p(1)))
    assert (p + (h + s))(1) != str(p(1))
    assert ((p + h) + (s + h))(1) == (p + (h + (s + h)))(1) == h(s(h(p(1))))


def test_a_sum_leaves_its_parts_as_they_were() -> None:
    """And later changes of a part do not reach it."""
    a, b = stringmap(), keymap()
    both = a + b
    a.typed = True
    assert (a.inner, b.inner, b.outer) == (None, None, None)
    assert both(1) == "1"


@pytest.mark.parametrize("other", [None, len, "x", keymap])
def test_only_keymaps_can_be_added(other: Any) -> None:
    """Anything else is a TypeError."""
    with pytest.raises(TypeError):
        keymap() + other


@pytest.mark.parametrize("name", ["inner", "outer"])
def test_the_parts_of_a_sum_cannot_be_set(name: str) -> None:
    """They are made by +."""
    with pytest.raises(NotImplementedError, match=r"\+"):
        setattr(keymap(), name, keymap())


# What a cache must know


@pytest.mark.parametrize("made", [hashmap(), stringmap(), picklemap(), keymap(), *MAPS], ids=repr)
def test_a_keymap_says_whether_two_calls_may_have_one_key(made: Any) -> None:
    """Only arguments kept as they are, names and values apart, are always told apart."""
    exact = type(made) is keymap and (not made.flat or made.sentinel is SENTINEL)
    assert made.lossy is not exact


def test_an_own_hook_or_class_makes_a_keymap_lossy() -> None:
    """Nobody knows what they do."""

    class Own(keymap):
        pass

    assert not keymap(flat=False).lossy
    assert keymap(flat=False, sorted=list).lossy
    assert keymap(sentinel=SENTINEL, fasttypes={tuple}).lossy
    assert Own(flat=False).lossy
    assert (keymap(flat=False) + keymap(flat=False)).lossy


@pytest.mark.parametrize(
    ("made", "one", "other"),
    [
        (hashmap(), -1, -2),
        (hashmap(), 0, 2**61 - 1),
        (hashmap(), float("inf"), 314159),
        (stringmap(), np.zeros(2000), np.r_[np.zeros(1000), 7, np.zeros(999)]),
        (hashmap(algorithm="md5"), np.array([1.0000000001]), np.array([1.0])),
        (picklemap(serializer="json"), (1, 2), [1, 2]),
    ],
)
def test_different_calls_with_one_key_come_from_lossy_keymaps(
    made: Any, one: Any, other: Any
) -> None:
    """klepto's wrong answers, with its own keys: a cache has to look at the arguments as well."""  # noqa: D403
    assert made(x=one) == made(x=other)
    assert made.lossy


def test_printed_and_pickled_keys_are_the_same_in_each_interpreter() -> None:
    """Python's hash of text is not."""
    program = (
        "from kigen.keymaps import *\n"
        "maps = (stringmap(), hashmap(algorithm='md5'), picklemap(serializer='pickle'),"
        " hashmap(algorithm='md5', sentinel=SENTINEL, typed=True))\n"
        "print([m(1, 'x', y='z') for m in maps])"
    )
    assert output(program, hash_seed=1) == output(program, hash_seed=2)


# Refusals


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (hashmap(), [1]),
        (hashmap(flat=False), 1),
        (stringmap(encoding="latin_1"), "\u1234"),
        (picklemap(serializer="json"), {1}),
        (picklemap(serializer="pickle"), lambda: 1),
    ],
)
def test_a_call_that_has_no_key_is_refused_with_what_to_do(made: Any, value: Any) -> None:
    """By an error of kigen's, which is a TypeError, with the cause behind it."""
    with pytest.raises(KeymapError, match=r"choose|leave") as caught:
        made(value)
    assert caught.value.__cause__ is not None


def test_a_subclass_may_make_keys_its_own_way() -> None:
    """By overriding encode, as klepto's users do."""

    class Upper(stringmap):
        def encode(self, /, *args: Any, **kwds: Any) -> Any:
            return super().encode(*args, **kwds).upper()

    assert Upper()("a", x=1) == "('A', 'X', 1)"
    assert (Upper() + hashmap(algorithm="md5"))("a") == hashmap(algorithm="md5")("A")
