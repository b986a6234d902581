"""Copies of exceptions: they say the same, hold no frames, and share nothing that can change."""

from __future__ import annotations

import traceback
from typing import Any, Self

import pytest

import kigen
from kigen import inf_cache
from kigen.caching.results.unframed import unframed


class Formatted(Exception):
    """One whose argument is not what it is made of."""

    def __init__(self, name: str) -> None:
        super().__init__(f"bad {name}")


class Slotted(Exception):
    __slots__ = ("code", "unset")

    def __init__(self, code: int) -> None:
        super().__init__("message")
        self.code = code


class Odd(OSError):
    def __init__(self, path: str, *, tries: int) -> None:
        super().__init__(5, "odd", path)
        self.tries = tries


class Undecodable(UnicodeDecodeError):
    def __init__(self, start: int) -> None:
        super().__init__("ascii", b"abc", start, 3, "odd")


class Both(kigen.FieldError, OSError):
    """A ValueError too, but with the shape of an OSError."""


class Made(Exception):
    def __new__(cls, *, needed: int) -> Self:
        return super().__new__(cls, needed)

    def __init__(self, *, needed: int) -> None:
        self.needed = needed


class Several(ExceptionGroup[Exception]):
    def __new__(cls, errors: list[Exception]) -> Self:
        made = super().__new__(cls, "several", errors)
        made.number = len(errors)
        return made

    number: int


def raised(code: str) -> BaseException:
    try:
        exec(code, {})
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError


MAKE: dict[str, Any] = {
    "plain": lambda: ValueError(1, "a"),
    "formatted": lambda: Formatted("a"),
    "slots": lambda: Slotted(3),
    "attribute": lambda: raised("object.gone"),
    "name": lambda: raised("gone"),
    "import": lambda: raised("import gone_for_good"),
    "syntax": lambda: raised("x = = 2"),
    "key": lambda: KeyError("x"),
    "stop": lambda: StopIteration([1]),
    "exit": lambda: SystemExit(3),
    "os": lambda: OSError(2, "gone", "a.txt"),
    "os with two": lambda: OSError(2, "gone", "a.txt", None, "b.txt"),
    "os without": lambda: OSError(2, "gone"),
    "os, text": lambda: OSError("gone"),
    "blocked": lambda: BlockingIOError(11, "would block", 7),
    "odd": lambda: Odd("a.txt", tries=3),
    "unicode": lambda: UnicodeDecodeError("ascii", b"x", 0, 1, "odd"),
    "unicode, formatted": lambda: Undecodable(2),
    "two bases": lambda: Both("no", field="x"),
    "made": lambda: Made(needed=3),
    "no arguments": lambda: Formatted.__new__(Formatted),
    "group": lambda: ExceptionGroup("g", [ValueError(1), ExceptionGroup("h", [Odd("a", tries=1)])]),
    "several": lambda: Several([ValueError(1), Formatted("x")]),
}


def told(error: BaseException) -> list[Any]:
    """What can be seen of an exception."""
    seen: list[Any] = [type(error), str(error), repr(error), vars(error).keys()]
    for name in dir(error):
        if name not in ("obj", "args", "exceptions", "__dict__", "__traceback__", "__context__"):
            value = getattr(error, name, None)
            if not callable(value) and not isinstance(value, BaseException):
                seen.append((name, value))
    seen += [told(part) for part in getattr(error, "exceptions", ())]
    return seen


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_a_copy_says_what_the_exception_says(make: Any) -> None:
    error = make()
    error.add_note("seen")
    twin = unframed(unframed(error))
    assert twin is not error
    assert told(twin) == told(error)
    assert twin.__traceback__ is None
    assert twin.__context__ is None
    assert repr(twin.args) == repr(error.args)


@pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
def test_what_is_kept_says_the_same_each_time_it_is_raised(make: Any) -> None:
    error = make()

    @inf_cache(cache_exceptions=Exception)
    def f() -> None:
        raise error

    if not isinstance(error, Exception):
        return
    for _ in range(3):
        with pytest.raises(type(error)) as caught:
            f()
        assert told(caught.value) == told(error)
    assert f.info().miss == 1


def test_nobody_can_poison_what_is_kept() -> None:
    @inf_cache(cache_exceptions=Exception)
    def f() -> None:
        error = StopIteration([1], {"a": [2]})
        error.add_note("kept")
        error.more = [3]  # type: ignore[attr-defined]
        raise error

    for _ in range(3):
        with pytest.raises(StopIteration) as caught:
            f()
        error: Any = caught.value
        assert error.args == ([1], {"a": [2]})
        assert (error.value, error.__notes__, error.more) == ([1], ["kept"], [3])
        for each in (error.args[0], error.args[1]["a"], error.value, error.__notes__, error.more):
            each.append("poison")


def test_causes_come_along_and_may_go_round_in_a_circle() -> None:
    first, second, third = ValueError(1), KeyError(2), OSError(3)
    first.__cause__, second.__cause__, third.__cause__ = second, third, second
    twin = unframed(first)
    second_twin = twin.__cause__
    assert second_twin is not None
    assert repr(second_twin) == "KeyError(2)"
    assert second_twin is not second
    assert second_twin.__cause__ is not None
    assert second_twin.__cause__.__cause__ is second_twin


def test_a_cause_may_hold_the_group_that_it_is_in() -> None:
    part = ValueError()
    group = ExceptionGroup("g", [part])
    part.__cause__, part.args = group, (group, part)
    twin = unframed(part)
    assert isinstance(twin.__cause__, ExceptionGroup)
    assert twin.__cause__.exceptions == (twin,)
    assert twin.args == (twin.__cause__, twin)


def test_long_chains_of_causes_are_copied() -> None:
    first: BaseException = ValueError()
    error = first
    for _ in range(20_000):
        error.__cause__ = ValueError()
        error = error.__cause__
    twin: BaseException | None = unframed(first)
    length = 0
    while twin is not None:
        twin, length = twin.__cause__, length + 1
    assert length == 20_001
    while (cause := first.__cause__) is not None:  # unravelled, as Python does not do for itself
        first.__cause__, first = None, cause


def test_from_none_is_kept() -> None:
    @inf_cache(cache_exceptions=ValueError)
    def f() -> None:
        try:
            raise KeyError
        except KeyError:
            raise ValueError from None

    for _ in range(2):
        with pytest.raises(ValueError) as caught:
            f()
        assert caught.value.__suppress_context__
        assert "KeyError" not in "".join(traceback.format_exception(caught.value))


def test_exceptions_among_the_attributes_lose_their_frames_too() -> None:
    inner = raised("1 / 0")
    error: Any = ValueError(inner)
    error.reason, error.errors = inner, [inner, [inner, 1]]
    twin: Any = unframed(error)
    assert twin.errors == [twin.reason, [twin.reason, 1]]
    assert twin.args[0] is twin.reason is not inner
    assert isinstance(twin.reason, ZeroDivisionError)
    assert twin.reason.__traceback__ is None


def test_what_lacked_an_attribute_is_left_behind() -> None:
    error = raised("object.gone")
    twin = unframed(error)
    assert isinstance(error, AttributeError)
    assert isinstance(twin, AttributeError)
    assert (error.obj, twin.obj, twin.name) == (object, None, "gone")
