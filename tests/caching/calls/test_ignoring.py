"""``ignore=``: whole parameters, places in ``*rest``, names in ``**more``."""

from __future__ import annotations

from typing import Any

import pytest

from kigen import ConfigurationError, inf_cache
from kigen.keymaps import stringmap


def function(x: Any, y: Any = 2, *rest: Any, k: Any = 5, **more: Any) -> Any:
    return x, y, rest, k, more


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((2,), {}),
    ((1, 3), {}),
    ((1, 2, 7), {}),
    ((1, 2, 8), {}),
    ((1, 2, 7, 9), {}),
    ((1, 2, 7, 0), {}),
    ((1,), {"k": 6}),
    ((1,), {"w": 1}),
    ((1,), {"w": 2}),
    ((1,), {"v": 1, "w": 2}),
]


@pytest.mark.parametrize(
    ("ignore", "misses"),
    [
        (None, 11),
        ("x", 10),
        (1, 10),
        ("*", 7),
        ("**", 8),
        (("*", "**"), 4),
        (2, 10),
        (3, 10),
        ((2, 3), 9),
        ("w", 9),
        (("w", "v"), 8),
        ("k", 10),
        ("rest", 7),
        ("self", 11),
        ((0, "y", "*", "**", "k"), 1),
    ],
)
def test_a_call_is_the_same_whatever_stands_where_it_is_ignored(ignore: Any, misses: int) -> None:
    f = inf_cache(ignore=ignore)(function)
    for args, kwds in CALLS * 2:
        f(*args, **kwds)
    assert f.info()[:2] == (22 - misses, misses)


def test_instances_that_are_ignored_by_name_are_no_part_of_a_keymaps_key() -> None:
    class Model:
        @inf_cache(keymap=stringmap(), ignore="self")
        def run(self, x: int) -> int:
            return x

    assert Model.run.key(Model(), 1) == "('x', 1)"
    assert [Model().run(1), Model().run(1)] == [1, 1]
    assert Model.run.info()[:2] == (1, 1)
    f = inf_cache(keymap=stringmap(), ignore="self")(lambda self, x: x)
    assert f.key("a function's, if it is no method", 1) == "('self', NULL, 'x', 1)"


def test_parameters_may_have_the_names_that_the_source_uses() -> None:
    f = inf_cache(ignore=(1, 3))(lambda pairs, *NULL, **more: (pairs, NULL, more))
    assert f(1, 2, 3, 4) == f(1, 5, 3, 6) == (1, (2, 3, 4), {})
    assert f(1, 2, 4, 4) == (1, (2, 4, 4), {})
    g = inf_cache(ignore="zip")(lambda more, found=0, **key: key)
    assert g(1, zip=1) == g(1, zip=2) == {"zip": 1}


@pytest.mark.parametrize("ignore", ["verbos", 2, -3, ("x", "z")])
def test_what_is_no_parameter_is_refused(ignore: Any) -> None:
    with pytest.raises(ConfigurationError, match="which has x, y"):
        inf_cache(ignore=ignore)(lambda x, y: x)
