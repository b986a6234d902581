from __future__ import annotations

import math
import random
import sys
import tracemalloc
from array import array
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from enum import StrEnum
from types import MappingProxyType, SimpleNamespace

import pytest

from kigen.errors import UnfingerprintableError
from kigen.fingerprint import digest, fingerprint


def test_the_singletons_are_themselves(differ):
    differ(None, ..., NotImplemented, 0, "", b"", (), [], set(), {}, "None")


def test_text_is_its_code_points(same, differ):
    class Label(str):
        __slots__ = ()

        def encode(self, *_):
            return b"something else"

    class Color(StrEnum):
        RED = "red"

    same("red", Color.RED, Label("red"))
    same("\ud800", "\ud800")
    differ("a", "a\0", "", "A", "é", "e\u0301", "\ud800\udc00", "\U00010000", "a" * 254, "a" * 255)


def test_byte_strings_are_their_bytes(same, differ):
    same(b"ab", bytearray(b"ab"), memoryview(b"ab"), memoryview(b"a.b.")[::2])
    differ(b"ab", "ab", [97, 98], b"abc")


@pytest.mark.parametrize("length", [254, 255, 65_536, 65_537, 1_000_000])
def test_many_bytes_are_hashed_as_few_are(same, differ, length):
    value = bytes(length)
    same(value, bytearray(value), memoryview(value), memoryview(bytes(2 * length))[::2])
    same((1, value, {"a": value}), (1, bytearray(value), {"a": bytearray(value)}))
    differ(value, value[1:] + b"x", value + b"\0", [value], (value,), value.decode())


def test_many_bytes_are_not_copied():
    value = bytes(20_000_000)
    tracemalloc.start()
    try:
        digest(value)
        digest({"x": [value, (1, value)]})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


def test_a_view_of_anything_but_bytes_is_refused(refused):
    refused(memoryview(array("d", [1.0])))
    refused([memoryview(b"abcd").cast("B", (2, 2))], "[0]")


def test_kinds_of_containers_are_told_apart_and_so_is_nesting(differ):
    differ((1, 2), [1, 2], {1, 2}, {1: 2}, deque([1, 2]), array("i", [1, 2]), range(1, 3))
    differ((), ((),), ((), ()), (((),),), [()], ([],), [[]])
    differ(("ab", "c"), ("a", "bc"), ("abc",), ("a", "b", "c"))
    differ((1, (2, 3)), ((1, 2), 3), (1, 2, 3))
    differ({1: (2, 3)}, {(1, 2): 3}, {1: 2, 3: None}, {1: {2: 3}})


def test_what_is_inside_counts_as_equality_says(same):
    same((1, 2.0), (True, 2))
    same([{"a": 1.0}], [{"a": True}])
    same({1, 2.5}, frozenset({1.0, 2.5}))


def test_dicts_and_sets_have_no_order(same):
    items = [(f"key{number}", number) for number in range(300)]
    shuffled = random.Random(0).sample(items, len(items))
    same(dict(items), dict(shuffled), MappingProxyType(dict(shuffled)))
    same({key for key, _ in items}, {key for key, _ in shuffled})
    same({"a": {"x": 1, "y": 2}, 1: 2}, {True: 2, "a": {"y": 2, "x": 1}})


def test_a_default_is_no_part_of_a_dict_but_an_order_may_be(same, differ):
    same({"a": 1}, defaultdict(list, a=1), defaultdict(int, a=1))
    same(OrderedDict(a=1, b=2), OrderedDict([("a", 1.0), ("b", 2)]))
    differ(OrderedDict(a=1, b=2), OrderedDict(b=2, a=1), {"a": 1, "b": 2}, Counter(a=1, b=2))
    same(MappingProxyType(OrderedDict(a=1)), OrderedDict(a=1))


def test_a_counter_does_not_tell_none_from_zero(same, differ):
    same(Counter(a=1), Counter(a=1, b=0), Counter({"b": 0, "a": 1.0}))
    differ(Counter(a=1), Counter(a=1, b=-1), Counter(a=2), Counter())


def test_keys_that_are_nan_are_one_key_wherever_they_stand(same, differ):
    first, second = float("nan"), float("nan")
    same({first: 1, second: 2}, {second: 2, first: 1}, {first: 2, second: 1})
    same({first, second}, {second, first})
    differ({first: 1, second: 2}, {first: 1}, {first: 1, second: 3})


def test_named_tuples_are_tuples_as_python_says(same):
    point = namedtuple("point", "x y")  # noqa: PYI024
    assert point(1, 2) == (1, 2)
    same(point(1, 2), (1, 2))


def test_subclasses_are_what_they_hold_whatever_else_they_override(same):
    class Listed(list):
        def __iter__(self):
            return iter("lies")

        def __len__(self):
            return 99

    class Mapped(dict):
        def items(self):
            return [("lies", 0)]

        def __iter__(self):
            return iter(["lies"])

    class Bag(set):
        def __iter__(self):
            return iter("lies")

    class Frozen(frozenset):
        def __iter__(self):
            return iter("lies")

    class Row(tuple):
        __slots__ = ()

        def __iter__(self):
            return iter("lies")

    class Raw(bytes):
        __slots__ = ()

        def __len__(self):
            return 99

    same(Listed([1]), [1])
    same(Mapped(a=1), {"a": 1})
    same(Bag({1}), Frozen({1}), {1})
    same(Row((1, 2)), (1, 2))
    same(Raw(b"ab"), b"ab")


def test_ranges_are_the_sequences_they_stand_for(same, differ):
    same(range(0, 3, 2), range(0, 4, 2))
    same(range(0), range(5, 5), range(9, 3))
    same(range(7, 8), range(7, 100, 100))
    same(range(3, 0, -2), range(3, -1 + 1, -2))
    same(range(10**30), range(0, 10**30, 1))
    differ(range(3), range(1, 4), range(0, 6, 2), range(0), range(1), [0, 1, 2])


def test_slices_queues_arrays_and_namespaces(same, differ):
    same(slice(1, 2, None), slice(1.0, 2))
    differ(slice(1), slice(1, None), slice(None, None, 1), slice("a", [1]))
    same(deque([1, 2]), deque([1, 2], maxlen=5))
    same(array("i", [1, 2]), array("d", [1, 2]))
    same(SimpleNamespace(a=1, b=2), SimpleNamespace(b=2, a=1))
    differ(SimpleNamespace(a=1), {"a": 1}, SimpleNamespace(a=2), SimpleNamespace())
    differ(deque([1, 2]), deque([2, 1]), array("i", [1, 2]), array("i", [2, 1]))


@pytest.mark.parametrize(
    "wrap", [lambda inner: [inner], lambda inner: (inner,), lambda inner: {"k": inner}]
)
def test_nesting_hundreds_of_levels_deep_is_no_trouble(wrap, differ):
    def nested(depth):
        value = 1
        for _ in range(depth):
            value = wrap(value)
        return value

    differ(nested(299), nested(300), nested(301))


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: (inner,)])
def test_nesting_without_end_is_an_error_and_not_a_crash(wrap):
    value = 1
    for _ in range(100_000):
        value = wrap(value)
    with pytest.raises(UnfingerprintableError, match="nested more deeply") as caught:
        digest(value, at="tree")
    assert caught.value.path == "tree"


def test_where_too_many_calls_are_under_way_it_is_python_that_says_so():
    """A small value is not at fault."""

    def deeper():
        digest([[1]])
        deeper()

    with pytest.raises(RecursionError):
        deeper()


def test_a_cycle_is_an_error_that_says_where_it_closes(refused):
    ring: list[object] = [1]
    ring.append(ring)
    assert "cycle" in str(refused(ring, "x[1]", at="x"))
    house: dict[str, object] = {}
    house["rooms"] = ({"of": house},)
    assert "cycle" in str(refused(house, "['rooms'][0]['of']"))
    queue: deque[object] = deque()
    queue.append([queue])
    refused(queue, "[0][0]")


def test_a_cycle_costs_no_more_than_its_first_round():
    big = b"x" * 1_000_000
    ring: list[object] = [big]
    ring.append(ring)
    before = sys.getrecursionlimit()
    with pytest.raises(UnfingerprintableError, match="cycle"):
        digest(ring)
    assert sys.getrecursionlimit() == before


def test_what_is_shared_is_no_cycle(same):
    leaf = [1]
    same([leaf, leaf, (leaf, {"a": leaf})], [[1], [1], ([1], {"a": [1]})])
    value: object = leaf
    for _ in range(12):
        value = [value, value]
    fingerprint(value)


def test_a_value_changed_by_its_own_fingerprint_is_read_as_it_was():
    class Meddler:
        def __fingerprint__(self):
            target.append(1)
            mapping[len(mapping)] = 1
            return "meddler"

    target: list[object] = [Meddler(), 2, 3]
    mapping: dict[object, object] = {"a": Meddler(), "b": 2}
    untouched = len(target)
    digest(target)
    assert len(target) > untouched
    digest(mapping)


def test_many_items_are_hashed_as_their_bytes_say(same):
    same(list(range(25_000)), [float(number) for number in range(25_000)])
    same(dict.fromkeys(range(25_000)), dict.fromkeys(reversed(range(25_000))))
    same([[number] for number in range(12_000)])


def test_long_and_short_tuples_are_written_alike(same, differ):
    same((math.nan,) * 64, tuple([math.nan] * 64))
    differ(*[(1,) * length for length in (63, 64, 65, 254, 255, 256)])
    same((1, (2, [3])), (1.0, (2.0, [3.0])))
