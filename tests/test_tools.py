"""klepto's small tools."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import kigen.caching.handle.info
from kigen import tools


@pytest.mark.parametrize(
    ("value", "answer"), [([], True), ("", True), (range(0), True), (3, False), (len, False)]
)
def test_iterable_is_what_iter_takes(value: Any, answer: bool) -> None:
    """Text is, a number is not."""
    assert tools.isiterable(value) is answer


def test_asking_an_iterator_takes_nothing_from_it() -> None:
    """The first item is still there."""
    numbers = iter([1, 2])
    assert tools.isiterable(numbers)
    assert next(numbers) == 1


def test_an_object_with_items_alone_is_iterable() -> None:
    """The old protocol of sequences counts, as it does for iter."""

    class Old:
        def __getitem__(self, index: int) -> int:
            return index

    assert tools.isiterable(Old())


def test_an_error_in_iter_is_the_users() -> None:
    """Only a TypeError says that an object is not iterable."""

    class Odd:
        def __iter__(self) -> Any:
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        tools.isiterable(Odd())


def test_cache_info_is_the_one_that_caches_give() -> None:
    """One class under two names."""
    assert tools.CacheInfo is kigen.caching.handle.info.CacheInfo


def test_other_names_are_not_there() -> None:
    """An unknown attribute is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="nonsense"):
        tools.nonsense  # noqa: B018 - the access is the test


def test_the_interpreter_and_bytes() -> None:
    """As klepto has them."""
    assert tools.IS_PYPY is (sys.implementation.name == "pypy")
    assert tools._b("aÿ") == b"a\xff"
