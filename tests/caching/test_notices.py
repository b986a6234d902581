"""Warnings point at the user's line."""

from __future__ import annotations

import sys
import warnings
from os.path import dirname
from typing import Any

import pytest

import kigen
from kigen import KigenWarning, StorageWarning, lru_cache
from kigen.caching.notices import warn


def test_a_warning_names_the_line_that_called_into_kigen() -> None:
    with pytest.warns(StorageWarning) as caught:
        warn("look here", StorageWarning)
    assert caught[0].filename == __file__


def test_a_user_s_module_whose_path_begins_like_kigen_s_is_still_the_user_s() -> None:
    path = f"{dirname(kigen.__file__)}_study.py"
    scope: dict[str, Any] = {"warn": warn, "category": StorageWarning}
    exec(compile("def call(): warn('here', category)", path, "exec"), scope)
    with pytest.warns(StorageWarning) as caught:
        scope["call"]()
    assert caught[0].filename == path


def test_a_warning_through_recursive_calls_names_the_innermost_line_of_the_user() -> None:
    class Handle:
        def __reduce__(self) -> None:
            raise TypeError

    @lru_cache(archive="memory://", name="f")
    def f(x: int) -> object:
        if x:
            return f(x - 1)
        warn("from the bottom", KigenWarning)
        return Handle()

    with pytest.warns(KigenWarning) as caught:
        f(3)
    assert caught[0].filename == __file__
    assert caught[0].lineno == sys._getframe().f_lineno - 6


def test_a_warning_without_any_user_s_line_is_still_given() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        eval(
            compile("warn('x', category)", "<kigen test 1>", "eval"),
            {"warn": warn, "category": KigenWarning},
        )
    assert len(caught) == 1
