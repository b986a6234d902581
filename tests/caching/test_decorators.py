"""The decorators: how they are used, and what they refuse."""

from __future__ import annotations

import functools
import pickle
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import (
    ArchiveError,
    ConfigurationError,
    Key,
    KeyFieldError,
    NotAnArchiveError,
    Param,
    archives,
    inf_cache,
    lfu_cache,
    lru_cache,
)
from kigen.caching import CacheInfo, StandardCacheInfo
from kigen.caching.options import DEFAULTS

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)


def double(x: int) -> int:
    return 2 * x


@CACHES
def test_a_decorator_is_used_bare_or_called(cache: Any) -> None:
    for cached in (cache(double), cache()(double), cache(maxsize=5)(double), cache(5)(double)):
        assert [cached(1), cached(1)] == [2, 2]
        assert cached.info()[:2] == (1, 1)


@pytest.mark.parametrize(
    ("made", "maxsize"),
    [
        (lru_cache, 100),
        (lru_cache(), 100),
        (lru_cache(7), 7),
        (lru_cache(maxsize=7), 7),
        (lfu_cache(), 100),
        (lfu_cache(3), 3),
        (lru_cache(None), None),
        (lfu_cache(maxsize=None), None),
        (lru_cache(0), 0),
        (lfu_cache(maxsize=0), 0),
        (inf_cache, None),
        (inf_cache(), None),
        (inf_cache(5), None),
    ],
)
def test_the_bound_is_what_was_asked_for(made: Any, maxsize: int | None) -> None:
    cached = made(double)
    assert [cached(x) for x in range(200)] == [2 * x for x in range(200)]
    size = 200 if maxsize is None else maxsize
    assert cached.info() == CacheInfo(0, 200, 0, maxsize, size)
    assert cached.cache_info() == StandardCacheInfo(0, 200, maxsize, size)
    assert cached.cache_parameters()["maxsize"] == maxsize


def test_no_bound_and_a_bound_of_zero_work_by_position_too() -> None:
    none, zero = lru_cache(None)(double), lru_cache(0)(double)
    assert [none(1), none(1), zero(1), zero(1)] == [2, 2, 2, 2]
    assert (none.info()[:2], zero.info()[:2]) == ((1, 1), (0, 2))


def test_the_standard_library_s_names_report_the_same() -> None:
    ours, theirs = lru_cache(maxsize=2)(double), functools.lru_cache(maxsize=2)(double)
    for x in (1, 2, 1, 3, 2, 1, 1):
        assert ours(x) == theirs(x)
    assert tuple(ours.cache_info()) == tuple(theirs.cache_info())
    assert ours.cache_info()._fields == theirs.cache_info()._fields
    assert ours.cache_parameters() == theirs.cache_parameters()
    ours.cache_clear()
    theirs.cache_clear()
    assert tuple(ours.cache_info()) == tuple(theirs.cache_info()) == (0, 0, 2, 0)


@CACHES
def test_two_functions_under_one_decorator_object_share_nothing(cache: Any) -> None:
    memo = cache(maxsize=10)

    @memo
    def f(x: int) -> str:
        return f"f{x}"

    @memo
    def g(x: int) -> str:
        return f"g{x}"

    assert [f(1), g(1), f(1), g(1)] == ["f1", "g1", "f1", "g1"]
    f.clear()
    assert (f.info().size, g.info().size) == (0, 1)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"maxsize": -1}, "maxsize=-1"),
        ({"maxsize": 1.5}, r"maxsize=1\.5"),
        ({"maxsize": "big"}, "maxsize='big'"),
        ({"maxsize": True}, "maxsize=True"),
        ({"on_change": "sometimes"}, "recompute, warn, ignore"),
        ({"cache": "memory://", "archive": "memory://"}, "exclude each other"),
        ({"copy": "deep"}, "copy='deep'"),
        ({"ignore": "z"}, "ignore='z'.* x, y"),
        ({"ignore": ["x", "z"]}, "ignore='z'"),
        ({"ignore": 2}, "ignore=2"),
        ({"ignore": -3}, "ignore=-3"),
        ({"keymap": 3}, "keymap=3"),
        ({"keymap": Key, "ignore": "x"}, "exclude each other"),
        ({"archive": 3}, "path or a URL"),
        ({"archive": object()}, "path or a URL"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_at_decoration(options: Any, match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):

        @lru_cache(**options)
        def f(x: int, y: int) -> int:
            return x + y


def test_options_that_no_decorator_has_are_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        lru_cache(colour="red")
    with pytest.raises(TypeError, match="by position"):
        lru_cache(100, None, None, None, None, False, False, "more")
    with pytest.raises(TypeError):
        lru_cache(double, 3)


def test_what_cannot_be_called_is_refused() -> None:
    for what in (3, None, property(double)):
        with pytest.raises(ConfigurationError):
            lru_cache()(what)


def test_a_generator_function_is_refused_with_the_remedy() -> None:
    def numbers() -> Any:
        yield 1

    async def numbers_later() -> Any:
        yield 1

    class Numbers:
        def __call__(self) -> Any:
            yield 1

        def run(self) -> Any:
            yield 1

    for function in (numbers, numbers_later, functools.partial(numbers), Numbers(), Numbers().run):
        with pytest.raises(ConfigurationError, match="only once"):
            inf_cache(function)
        with pytest.raises(ConfigurationError, match="only once"):
            lru_cache(maxsize=3)(function)


def test_an_archive_that_cannot_be_written_is_an_error_at_decoration(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("occupied")
    for where in (tmp_path / "file" / "runs.db", f"{tmp_path}/file/runs/"):
        with pytest.raises(ArchiveError):
            lru_cache(archive=where)
        with pytest.raises(ArchiveError):
            lru_cache(cache=where)


def test_a_file_that_is_no_archive_is_an_error_at_decoration_and_stays_as_it_is(
    tmp_path: Path,
) -> None:
    foreign = tmp_path / "notes.db"
    foreign.write_text("a shopping list, and nothing else " * 100)
    before = foreign.read_bytes()
    with pytest.raises(NotAnArchiveError):
        lru_cache(archive=foreign)
    assert foreign.read_bytes() == before


def test_an_unknown_url_is_an_error_at_decoration() -> None:
    with pytest.raises(kigen.KigenError):
        lru_cache(archive="gopher://runs")


@pytest.mark.parametrize("ignore", ["verbose", 1, -1, ["verbose"], {"verbose"}, (1,)])
def test_ignored_arguments_are_no_part_of_the_key(ignore: Any) -> None:
    @lru_cache(ignore=ignore)
    def f(x: int, verbose: Any = False) -> tuple[int, Any]:
        return x, verbose

    assert f(1, True) == f(1, verbose=[2]) == f(1) == f(x=1, verbose=object()) == (1, True)
    assert f.info()[:2] == (3, 1)


def test_ignoring_the_object_shares_a_method_s_results() -> None:
    class Model:
        @lru_cache(ignore="self")
        def square(self, x: int) -> int:
            return x * x

    assert [Model().square(3), Model().square(3)] == [9, 9]
    assert Model.square.info()[:2] == (1, 1)


def test_variadic_arguments_are_ignored_by_their_stars() -> None:
    @inf_cache(ignore="*")
    def f(x: int, *rest: int, **more: int) -> Any:
        return x, rest, more

    assert f(1, 2) == f(1, 3, 4) == (1, (2,), {})
    assert f(1, 2, a=1) == (1, (2,), {"a": 1})

    @inf_cache(ignore="**")
    def g(x: int, *rest: int, **more: int) -> Any:
        return x, rest, more

    assert g(1, a=1) == g(1, b=2) == (1, (), {"a": 1})
    assert g(1, 2, a=1) == (1, (2,), {"a": 1})


def test_all_arguments_may_be_ignored() -> None:
    @inf_cache(ignore=["x", "*", "**"])
    def f(x: int, *rest: int, **more: int) -> int:
        return x

    assert [f(1), f(2), f(3, 4, a=5)] == [1, 1, 1]


class Trial(Key):
    lr = Param(min=1e-4, max=1e-1)
    depth = Param(min=2, max=12, default=3)


def test_a_key_class_binds_validates_and_keys_the_call() -> None:
    ran = []

    @lru_cache(keymap=Trial)
    def train(lr: float, depth: int = 3, verbose: bool = False) -> tuple[float, int]:
        ran.append(verbose)
        return lr, depth

    assert train(0.01) == train(lr=0.01, depth=3) == train(0.01, 3.0, verbose=True) == (0.01, 3)
    assert ran == [False], "an argument that is no field is not part of the key"
    assert train.key(0.01) == Trial(lr=0.01, depth=3)
    for wrong in ((1.0,), (float("nan"),), (0.01, 13), (0.01, 2.5), ("a",)):
        with pytest.raises(kigen.FieldError):
            train(*wrong)
    assert len(ran) == 1, "validation comes before the function"
    assert train.info() == CacheInfo(2, 1, 0, 100, 1)


def test_a_field_that_no_parameter_fills_is_an_error_at_decoration() -> None:
    with pytest.raises(KeyFieldError, match="lr") as caught:

        @lru_cache(keymap=Trial)
        def train(depth: int) -> None: ...

    assert caught.value.fields == ["lr"]


def test_a_field_with_a_default_needs_no_parameter() -> None:
    @lru_cache(keymap=Trial)
    def train(lr: float) -> float:
        return lr

    assert train(0.01) == 0.01
    assert train.key(0.01) == Trial(lr=0.01)


def test_keyword_arguments_at_large_fill_fields_too() -> None:
    @lru_cache(keymap=Trial)
    def train(**n: float) -> dict[str, float]:
        return n

    assert train(lr=0.01, v=1) == train(v=2, lr=0.01) == {"lr": 0.01, "v": 1}
    with pytest.raises(KeyFieldError):
        train(depth=3)


def test_a_method_may_have_a_key_class_which_knows_nothing_of_the_object() -> None:
    class Study:
        @lru_cache(keymap=Trial)
        def train(self, lr: float, depth: int) -> float:
            return lr

    assert Study().train(0.01, 3) == Study().train(lr=0.01, depth=3) == 0.01
    assert Study.train.info()[:2] == (1, 1)


def test_any_callable_may_make_the_key() -> None:
    @inf_cache(keymap=lambda name, *, case=False: name if case else name.lower())
    def greet(name: str, *, case: bool = False) -> str:
        return f"Hello {name}"

    assert greet("Ann") == greet("ANN") == "Hello Ann"
    assert greet("ANN", case=True) == "Hello ANN"
    assert greet.key("ANN") == "ann"


def test_a_keymap_may_make_a_key_that_has_no_hash() -> None:
    @inf_cache(keymap=lambda xs: sorted(xs))
    def total(xs: list[int]) -> int:
        return sum(xs)

    assert [total([1, 2]), total([2, 1]), total((2, 1))] == [3, 3, 3]
    assert total.info()[:2] == (2, 1)


def test_what_a_keymap_raises_reaches_the_caller_and_nothing_is_counted() -> None:
    @inf_cache(keymap=lambda x: 1 // x)
    def f(x: int) -> int:
        return x

    with pytest.raises(ZeroDivisionError):
        f(0)
    assert f.info()[:3] == (0, 0, 0)
    assert f(1) == 1


@lru_cache(maxsize=3)
def pickled(x: int) -> int:
    return x


def test_a_decorated_function_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(pickled)) is pickled


def test_one_archive_object_serves_many_functions(tmp_path: Path) -> None:
    with archives.open(tmp_path / "runs.db") as archive:
        f = lru_cache(archive=archive)(lambda x: ("f", x))
        g = lru_cache(archive=archive)(lambda x: ("g", x))
        assert [f(1), g(1)] == [("f", 1), ("g", 1)]
        assert len(archive) == 2


def test_a_cache_over_nothing_is_no_archive() -> None:
    cached = inf_cache(cache=archives.null_archive())(double)
    assert cached(1) == 2
    assert cached.archive() is None
    assert cached.archived() is False


def test_decorators_show_what_they_are() -> None:
    assert repr(lru_cache) == "kigen.lru_cache"
    assert repr(kigen.safe.lru_cache) == "kigen.safe.lru_cache"
    assert lru_cache.__name__ == "lru_cache"
    assert "least recently" in lru_cache.__doc__


def test_a_decorator_with_options_shows_them() -> None:
    assert repr(kigen.lru_cache()) == "kigen.lru_cache(maxsize=100)"
    assert repr(kigen.safe.rr_cache(3, ttl=60)) == "kigen.safe.rr_cache(maxsize=3, ttl=60)"


def test_help_on_a_decorator_has_each_option_with_one_indentation() -> None:
    """Editors show the docstring of the call, `help` that of the object; docs are made of both."""
    lines = (lru_cache.__doc__ or "").splitlines()
    assert "Args:" in lines
    for option in ("maxsize", *DEFAULTS):
        assert any(line.startswith(f"    {option}: ") for line in lines), option


def test_one_name_is_not_given_to_two_functions() -> None:
    memo = kigen.lru_cache(name="f")

    @memo
    def f(x: int) -> int:
        return x

    with pytest.raises(ConfigurationError, match="name='f' is that of .*f already"):

        @memo
        def g(x: int) -> int:
            return -x
