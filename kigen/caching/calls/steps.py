"""What a code object does, step by step, without what it notes about its place and prose."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType
from typing import Any, Final

#: What a class body notes about its place and prose, and not about what it does.
_NOTES: Final = frozenset({"__doc__", "__firstlineno__"})

_JUMPS: Final = frozenset(dis.hasjrel) | frozenset(dis.hasjabs)

#: What a function that is made has beside its code: whether closure and annotations are there.
_ANNOTATIONS: Final = 4
_CLOSURE: Final = 8


def steps(code: CodeType) -> tuple[list[tuple[str, Any]], list[tuple[int, ...]]]:
    """Return the steps (name, value), and the ranges of steps that handle exceptions.

    Left out are notes of a class body, and annotations of functions that are made on the way. What
    goes to a step says its number, which does not change with what was left out before it.
    """
    found = list(dis.get_instructions(code))
    left_out = set(_notes(found)) | set(_annotations(found))
    numbers: dict[int, int] = {}  # of the step that is the first from an offset on
    kept: list[dis.Instruction] = []
    for place, step in enumerate(found):
        numbers[step.offset] = len(kept)
        if place not in left_out and step.opname != "EXTENDED_ARG":
            kept.append(step)
    numbers[len(code.co_code)] = len(kept)
    handlers: Any = dis.Bytecode(code)  # typeshed does not know its exception_entries
    table: list[tuple[int, ...]] = [
        (numbers[each.start], numbers[each.end], numbers[each.target], each.depth, each.lasti)
        for each in handlers.exception_entries
    ]
    return [(step.opname, _value(step, code, numbers)) for step in kept], table


def _value(step: dis.Instruction, code: CodeType, numbers: dict[int, int]) -> Any:
    if step.opcode in _JUMPS:
        return numbers[step.argval]
    if step.opname == "KW_NAMES":  # of keyword arguments; dis leaves them out up to Python 3.12
        return code.co_consts[step.arg or 0]
    if step.opname == "MAKE_FUNCTION" and step.arg:
        return step.arg & ~_ANNOTATIONS
    return step.argval


def _notes(found: list[dis.Instruction]) -> Iterator[int]:
    for place, step in enumerate(found):
        if step.opname == "STORE_NAME" and step.argval in _NOTES:
            yield from (place - 1, place)


def _annotations(found: list[dis.Instruction]) -> Iterator[int]:
    """Iterate over the steps that put the annotations of a function together.

    They lie on the stack below its closure, and that below its code. Python 3.13 sets what a
    function has beside its code in steps of their own.
    """
    for place, step in enumerate(found):
        if step.opname != "MAKE_FUNCTION":
            continue
        beside, last = step.arg or 0, place
        while last + 1 < len(found) and found[last + 1].opname == "SET_FUNCTION_ATTRIBUTE":
            last += 1
            beside |= found[last].arg or 0
        if beside & _ANNOTATIONS:
            end = _begin(found, place)
            end = _begin(found, end) if beside & _CLOSURE else end
            yield from range(_begin(found, end), end)
            yield from (at for at in range(place + 1, last + 1) if found[at].arg == _ANNOTATIONS)


def _begin(found: list[dis.Instruction], end: int) -> int:
    """Return where the steps begin whose outcome lies on top of the stack before ``end``.

    Where they branch, it is the last branch that begins there.
    """
    height = 0
    for place in range(end - 1, -1, -1):
        step = found[place]
        height += dis.stack_effect(step.opcode, step.arg, jump=False)
        if height == 1:
            return place
    return end
