"""The built-in containers: in order where order counts, sorted by their bytes where it does not."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kigen.fingerprint.refusal import Refusal, shown
from kigen.fingerprint.scalars import LARGE, head, plain_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import MappingProxyType

    from kigen.fingerprint.dispatch import Encoder
    from kigen.fingerprint.walk import Walk

__all__ = ["ENCODERS", "mapping", "sequence"]

BATCH = 10_000  # items between two looks at whether their bytes can be handed on

Keyed = tuple[bytes, Any, Any]  # a key's bytes, the key, what it leads to


def sequence(tag: bytes) -> Encoder:
    """The encoder of an ordered container: tag, number of items, items.

    The loop stands here and not in a method of the walk: each level of nesting costs two frames
    of Python's recursion limit instead of four.
    """

    def encode(value: Iterable[Any], walk: Walk) -> None:
        items = tuple(value)  # another thread may change a list while it is being read
        append, write, plain = walk.append, walk.write, walk.plain
        append(head(tag, len(items)))
        index = 0
        try:
            for start in range(0, len(items), BATCH):
                # A slice of all of a tuple is the tuple itself.
                for index, item in enumerate(items[start : start + BATCH], start):  # noqa: B007
                    leaf = plain.get(type(item))
                    if leaf is None:
                        write(item)
                    else:
                        append(leaf(item))
                walk.relieve()
        except Refusal as refusal:
            refusal.steps.append(f"[{index}]")
            raise

    return encode


def unordered(value: Iterable[Any], walk: Walk) -> None:
    """A set: number of elements, elements in the order of their bytes."""
    elements = list(value)
    walk.append(head(b"{", len(elements)))
    for piece in sorted([apart(element, walk) for element in elements]):
        walk.append(piece)


def mapping(
    tag: bytes,
    items: Callable[[Any], Iterable[tuple[Any, Any]]],
    *,
    ordered: bool = False,
    at_once: Callable[[Any], bytes] | None = None,
) -> Encoder:
    """The encoder of a dict: number of items, items in the order of their keys' bytes.

    ``at_once`` writes the same bytes for a small dict of scalars, as a Key's values are.
    """

    def encode(value: Any, walk: Walk) -> None:
        if at_once is not None and not walk.typed:
            try:
                walk.append(at_once(value))
                return
            except KeyError:
                pass
        keyed = [(apart(key, walk), key, item) for key, item in list(items(value))]
        append, plain = walk.append, walk.plain
        append(head(tag, len(keyed)))
        if not ordered:
            keyed = in_order(keyed, walk)
        key = None
        try:
            for encoded, key, item in keyed:  # noqa: B007 - the path needs it
                append(encoded)
                leaf = plain.get(type(item))
                if leaf is None:
                    walk.write(item)
                else:
                    append(leaf(item))
        except Refusal as refusal:
            refusal.steps.append(f"[{shown(key)}]")
            raise
        walk.relieve()

    return encode


def in_order(keyed: list[Keyed], walk: Walk) -> list[Keyed]:
    """The items sorted by key; what two NaN keys, which are one value, lead to settles theirs."""
    keyed.sort(key=first)
    if any(left[0] == right[0] for left, right in pairwise(keyed)):
        return sorted(keyed, key=lambda pair: (pair[0], walk.apart(pair[2])))
    return keyed


def apart(element: object, walk: Walk) -> bytes:
    """The bytes of a key or of an element of a set."""
    try:
        return walk.apart(element)
    except Refusal as refusal:
        refusal.steps.append(f"{{{shown(element)}}}")
        raise


def first(pair: Keyed) -> bytes:
    return pair[0]


def proxied(value: MappingProxyType[Any, Any], walk: Walk) -> None:
    """A read-only view is what it shows."""
    walk.write(value.copy())


def viewed(value: memoryview, walk: Walk) -> None:
    """A view of plain bytes is those bytes."""
    if value.format != "B" or value.ndim != 1:
        raise Refusal(value, "a memoryview of anything but plain bytes has no one meaning")
    octets(value if value.contiguous else value.tobytes(), walk)


def octets(value: bytes | bytearray | memoryview, walk: Walk) -> None:
    """Bytes as they are; many of them are hashed where they lie."""
    walk.append(head(b"b", len(value)))
    if len(value) > LARGE:
        walk.stream(memoryview(value))
    else:
        walk.append(bytes(value))


def spanned(value: range, walk: Walk) -> None:
    """A range is the sequence it stands for: length, first item, step; 0 where one has no say."""
    length = (value[-1] - value[0]) // value.step + 1 if value else 0
    walk.kind("range", length, value[0] if length else 0, value.step if length > 1 else 0)


def sliced(value: slice, walk: Walk) -> None:
    walk.kind("slice", value.start, value.stop, value.step)


ENCODERS: dict[type, Encoder] = {
    bytearray: octets,
    bytes: octets,
    dict: mapping(b":", dict.items, at_once=plain_dict),
    frozenset: unordered,
    list: sequence(b"["),
    memoryview: viewed,
    range: spanned,
    set: unordered,
    slice: sliced,
    tuple: sequence(b"("),
    type(type.__dict__): proxied,
}
