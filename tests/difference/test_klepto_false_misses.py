"""Calls that klepto computes again and again, and kigen once (reference/klepto.md, 3.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kigen import ConfigurationError, inf_cache, lfu_cache, lru_cache
from tests.programs import output

CACHES = pytest.mark.parametrize("cache", [inf_cache, lru_cache, lfu_cache], ids=repr)

PROGRAM = """
import sys
from kigen import lru_cache

@lru_cache(archive=sys.argv[1])
def f(x, y=(1, "a"), **more):
    return x

@lru_cache(archive=sys.argv[1], ignore="verbose")
def g(x, verbose=False):
    return x

f(1), f("a", y=2), f(2.5, z=frozenset("abc"), w={"b": 1}), g(1, verbose=True)
print(f.info().miss + g.info().miss, f.info().load + g.info().load, len(f.archive()))
"""


@pytest.mark.parametrize("where", ["memo/", "memo.db"])
def test_a_new_interpreter_with_another_hash_seed_finds_everything(
    where: str, tmp_path: Path
) -> None:
    runs = [output(PROGRAM, f"{tmp_path}/{where}", hash_seed=seed) for seed in (0, 1, 2)]
    assert runs == ["4 0 4\n", "0 4 4\n", "0 4 4\n"]


@CACHES
def test_the_order_of_keyword_arguments_is_no_matter(cache: Any) -> None:
    @cache
    def f(x: int, y: int) -> int:
        return x - y

    @cache
    def g(**more: int) -> int:
        return more["x"] - more["y"]

    assert f(x=1, y=2) == f(y=2, x=1) == g(x=1, y=2) == g(y=2, x=1) == -1
    assert f.info().miss == g.info().miss == 1


@CACHES
def test_equal_objects_need_not_be_the_same_object(cache: Any) -> None:
    f = cache(lambda x, y: 1)
    a, b = [1, "long string"], [1, f"long {'string'}"]
    f(a, a), f(a, b), f(b, a)
    assert f.info()[:2] == (2, 1)


@CACHES
def test_the_order_of_an_array_in_memory_is_no_matter(cache: Any) -> None:
    total = cache(lambda array: float(array.sum()))
    array = np.arange(12.0).reshape(3, 4)
    views = [array, np.asfortranarray(array), array.copy()[::1], np.repeat(array, 2, axis=0)[::2]]
    assert {total(view) for view in views} == {66.0}
    assert total.info()[:2] == (3, 1)


@CACHES
def test_a_nan_is_found_again(cache: Any) -> None:
    f = cache(lambda x: 1)
    nan = float("nan")
    for value in (nan, float("nan"), -nan, np.float64("nan"), np.float32("nan")):
        f(value)
    f((nan, 1)), f((float("nan"), 1.0)), f([nan]), f([float("nan")])
    assert f.info()[:2] == (6, 3)


@CACHES
def test_methods_are_cached_without_further_ado(cache: Any) -> None:
    class Model:
        @cache
        def run(self, func: int, ignored: int = 0) -> int:
            return func

    model = Model()
    assert model.run(1) == model.run(func=1) == model.run(1, ignored=0) == 1
    assert Model.run.info()[:2] == (2, 1)


@CACHES
def test_parameters_named_like_klepto_s_own_can_be_passed_by_name(cache: Any) -> None:
    @cache
    def f(self: int, func: int, ignored: int, keymap: int, user_function: int) -> int:
        return self + func + ignored + keymap + user_function

    arguments = {"self": 1, "func": 2, "ignored": 3, "keymap": 4, "user_function": 5}
    assert f(**arguments) == f(1, 2, 3, 4, 5) == 15
    assert f.info()[:2] == (1, 1)


@CACHES
def test_arguments_without_a_hash_are_keyed_by_content(cache: Any) -> None:
    f = cache(lambda x: str(x))
    for value in ([1], {"a": [1]}, {1, 2}, np.array([1, 2]), [{"a": {1}}], bytearray(b"a")):
        assert f(value) == f(value) == str(value)
    assert f.info()[:2] == (6, 6)


@CACHES
def test_numbers_that_are_equal_are_one_argument(cache: Any) -> None:
    f = cache(lambda x: 1)
    for value in (1, 1.0, True, 1 + 0j, np.int64(1), np.float32(1.0), np.True_):
        f(value)
    for value in ([1], [1.0], [True], [np.int8(1)]):
        f(value)
    assert f.info()[:2] == (9, 2)


@CACHES
def test_sets_and_bytes_meet_their_frozen_kin(cache: Any) -> None:
    f = cache(lambda x: 1)
    f({1, 2}), f(frozenset({2, 1})), f(b"ab"), f(bytearray(b"ab")), f({1, 2}), f(bytearray(b"ab"))
    assert f.info()[:2] == (4, 2)


def test_what_is_ignored_must_be_there() -> None:
    for wrong in ("no_such_name", 5, ["x", "z"]):
        with pytest.raises(ConfigurationError, match="no parameter"):
            inf_cache(ignore=wrong)(lambda x: x)
    f = inf_cache(ignore=-1)(lambda x, y: x)
    f(1, 2), f(1, 3)
    assert f.info()[:2] == (1, 1)


def test_what_a_module_run_as_a_script_defines_is_found_by_those_that_import_it(
    tmp_path: Path,
) -> None:
    """``python -m package.module`` and an import of it are one module, for every kind of thing."""
    package = tmp_path / "study"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "run.py").write_text(
        "import dataclasses\n"
        "from kigen import Key, Param, inf_cache, seeded_cache\n"
        f"place = {str(tmp_path / 'runs.db')!r}\n"
        "class Trial(Key):\n    x = Param()\n"
        "@dataclasses.dataclass(frozen=True)\n"
        "class Point:\n    x: int\n"
        "@inf_cache(archive=place)\n"
        "def f(x): return 1\n"
        "g = inf_cache(archive=place)(lambda x: 1)\n"
        "@seeded_cache(archive=place)\n"
        "def h(trial: Trial, rng): return rng.random()\n"
        "def main():\n"
        "    f(1), f(Trial(x=1)), f(Point(1)), f(Point), f(main), g(1), h(x=1)\n"
        "    for c in (f, g, h):\n"
        "        print(c.info().miss, end=' ')\n"
        "    print(list(h.results()))\n"
        "if __name__ == '__main__': main()\n"
    )
    as_script = (
        "import runpy, sys; sys.path.insert(0, sys.argv[1]);"
        "sys.argv = ['run']; runpy.run_module('study.run', run_name='__main__', alter_sys=True)"
    )
    imported = "import sys; sys.path.insert(0, sys.argv[1]); import study.run; study.run.main()"
    first, second, third = (output(code, tmp_path) for code in (as_script, imported, as_script))
    assert first.startswith("5 1 1 [(Trial(")
    assert second == third == first.replace("5 1 1", "0 0 0")
