"""Where klepto's keys, signatures and rounding are wrong: klepto's answer, and kigen's.

reference: the guide's table "What differs from klepto" (docs/guide/keymaps.md).
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import kigen.signature as ours
from kigen import crypto, keymaps, rounding
from kigen.errors import ConfigurationError
from kigen.keymaps.keygen import keygen

# Its modules crypto, keymaps and rounding come along.
klepto = pytest.importorskip("klepto", reason="klepto is not installed")


def test_a_sum_in_brackets_keeps_its_middle() -> None:
    """What klepto gives is the key without h."""

    def key(k: Any) -> Any:
        p, h, s = k.picklemap(serializer="pickle"), k.hashmap(algorithm="md5"), k.stringmap()
        return (p + (h + s))(1), ((p + h) + s)(1), (p + s)(1)

    brackets, left, without = key(klepto.keymaps)
    assert brackets == without != left
    brackets, left, without = key(keymaps)
    assert brackets == left != without


def test_parameters_may_be_named_like_internals() -> None:
    """A call that is fine for the function has a key."""

    def f(self, func, ignored): ...

    names = {"self": 1, "func": 2, "ignored": 3}
    for broken in (klepto.keymaps.keymap(), functools.partial(klepto._keygen, f, ())):
        with pytest.raises(TypeError, match="multiple values"):
            broken(**names)
    assert keymaps.keymap()(**names) == ("func", 2, "ignored", 3, "self", 1)
    assert ours._keygen(f, (), **names) == ((), names)


def test_an_ignored_name_must_be_there() -> None:
    """A typing error is not found out by a cache that never hits."""

    def f(x, verbose=False): ...

    assert klepto.keygen("verbos")(f)(1) == ("verbose", False, "x", 1)
    with pytest.raises(ConfigurationError):
        keygen("verbos")(f)


def test_validity_knows_every_kind_of_parameter() -> None:
    """Keyword-only and positional-only ones, and constructors."""

    def required(*, k): ...
    def positional(x, /): ...

    class Owner:
        def __init__(self, a): ...

    calls: list[Any] = [
        *((required, (), {}), (required, (), {"k": 1})),
        *((positional, (), {"x": 1}), (Owner, (1,), {})),
    ]
    assert [klepto.isvalid(f, *a, **k) for f, a, k in calls] == [True, False, True, False]
    assert [ours.isvalid(f, *a, **k) for f, a, k in calls] == [False, True, False, True]


def test_validity_is_told_without_a_call() -> None:
    """What klepto cannot inspect it tries."""
    for isvalid, expected in ((klepto.isvalid, [1]), (ours.isvalid, [])):
        done: list[int] = []

        class Odd(type):
            def __call__(cls, *args: Any, log: Any = done) -> Any:
                log.append(*args)

        class Unreadable(metaclass=Odd):
            __signature__ = "none"

        isvalid(Unreadable, 1)
        assert done == expected


def test_a_set_survives_the_question_whether_it_could_be_updated() -> None:
    """klepto tries what does not tell its parameters."""  # noqa: D403
    for isvalid, left in ((klepto.isvalid, {1}), (ours.isvalid, set[int]())):
        numbers = set[int]()
        assert isvalid(numbers.update, [1])
        assert numbers == left


def test_stars_leave_keyword_only_parameters_in_the_key() -> None:
    """klepto's key of a call with k is that of a call with any other k."""  # noqa: D403

    def f(x, *, k): ...

    assert klepto._keygen(f, "**", 1, k=2) == ((), {"x": 1})
    assert ours._keygen(f, "**", 1, k=2) == ((), {"x": 1, "k": 2})


def test_two_arguments_of_one_name_are_both_in_the_key() -> None:
    """A positional-only parameter leaves its name to ``**more``."""

    def f(x, /, **more): ...

    assert klepto._keygen(f, (), 1, x=2) == klepto._keygen(f, (), 1, x=3)
    assert ours._keygen(f, (), 1, x=2) != ours._keygen(f, (), 1, x=3)


def test_the_order_of_keywords_is_no_part_of_a_printed_key() -> None:
    """With ``flat=False``, klepto's safe default."""

    def f(x, y): ...

    def keys(bind: Any, make: Any) -> set[Any]:
        bound = [bind(f, (), **kwds) for kwds in ({"x": 1, "y": 2}, {"y": 2, "x": 1})]
        return {make(*args, **kwds) for args, kwds in bound}

    assert len(keys(klepto._keygen, klepto.keymaps.stringmap(flat=False))) == 2
    assert len(keys(ours._keygen, keymaps.stringmap(flat=False))) == 1


def test_defaults_are_rounded_like_arguments() -> None:
    """The call without the argument is the call with its default."""

    def f(x=1.26): ...

    theirs, own = klepto.keygen(tol=1)(f), keygen(tol=1)(f)
    assert (theirs(), theirs(1.26)) == (("x", 1.26), ("x", 1.3))
    assert (own(), own(1.26)) == (("x", 1.3), ("x", 1.3))


def test_making_a_key_runs_nothing_of_an_argument() -> None:
    """klepto gets the attribute of the function's name, a property's code among it."""  # noqa: D403
    for bind, expected in ((klepto._keygen, ["ran"]), (ours._keygen, [])):
        ran: list[str] = []

        class Owner:
            @property
            def f(self, log: Any = ran) -> None:
                log.append("ran")

        def f(this, x): ...

        bind(f, ("this",), Owner(), 1)
        assert ran == expected


def test_a_hash_of_null_is_no_address() -> None:
    """One more copy of klepto's has another hash; kigen's cannot be copied."""
    import copy

    assert hash(copy.copy(klepto.NULL)) != hash(klepto.NULL)
    assert hash(copy.copy(ours.NULL)) == hash(ours.NULL)


def test_an_encoding_is_looked_up() -> None:
    """klepto evaluates it."""  # noqa: D403
    program = "(lambda x: 'evaluated')"
    assert klepto.crypto.string("x", program, strict=False) == "evaluated"
    with pytest.raises(ConfigurationError):
        crypto.string("x", program, strict=False)


# Rounding: klepto's answer or error, and kigen's.


class Pair(NamedTuple):
    x: float
    y: int


def rounded(value: Any, module: Any, factory: str = "deep_round_factory") -> Any:
    try:
        return getattr(module, factory)(1)(value)[0][0]
    except Exception as error:  # noqa: BLE001 - klepto's are what they are
        return type(error)


@pytest.mark.parametrize(
    ("value", "klepto_says", "expected"),
    [
        ({1: 1.26}, TypeError, {1: 1.3}),
        (range(3), TypeError, range(3)),
        (Pair(1.26, 2), TypeError, Pair(1.3, 2)),
        (1.26 + 0j, 1.26 + 0j, 1.3 + 0j),
        (np.float32(1.26), np.float32(1.26), np.float32(1.3)),
    ],
)
def test_deep_rounding_takes_everything(value: Any, klepto_says: Any, expected: Any) -> None:
    """Keys of a dict, ranges, numbers of every kind."""
    assert rounded(value, klepto.rounding) == klepto_says
    assert rounded(value, rounding) == expected


def test_deep_rounding_takes_arrays() -> None:
    """Of floats, and of whole numbers."""
    assert rounded(np.array([1.26]), klepto.rounding) is TypeError
    assert rounded(np.array((1, 2, 3)), klepto.rounding).shape == (1, 2, 3)
    assert rounded(np.array([1.26]), rounding) == [1.3]
    assert rounded(np.array((1, 2, 3)), rounding).tolist() == [1, 2, 3]


def test_shallow_rounding_neither_reads_iterators_nor_prints_text(tmp_path: Path) -> None:
    """And it knows the values of a dict."""
    for module, left, text, mapping in (
        (klepto.rounding, [], "['a', 'b']", {"x": 1.26}),
        (rounding, [1.26], "ab", {"x": 1.3}),
    ):
        numbers = (x for x in [1.26])
        rounded(numbers, module, "shallow_round_factory")
        assert list(numbers) == left
        assert rounded("ab", module, "shallow_round_factory") == text
        assert rounded({"x": 1.26}, module, "shallow_round_factory") == mapping
