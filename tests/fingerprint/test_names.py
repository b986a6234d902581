from __future__ import annotations

import collections
import datetime as dt
import functools
import math
import operator
import os
import pathlib
import subprocess
import sys
import types

import pytest

from kigen.errors import UnfingerprintableError
from kigen.fingerprint import canonical, fingerprint, identity

IN_TWO_PROCESSES = """
import multiprocessing
from dataclasses import dataclass
from kigen.fingerprint import fingerprint

@dataclass
class Point:
    x: int

def function(): pass

def fingerprints(_):
    return [fingerprint(value) for value in (function, Point, Point(1))]

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(fingerprints, [0]) == [fingerprints(0)]
    print("the same")
"""


def module_level(): ...


def decorated_by(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


@decorated_by
@decorated_by
def decorated(): ...


@functools.cache
def cached(): ...


renamed = module_level
a_lambda = lambda: None


class Outer:
    class Inner:  # noqa: D106
        def method(self): ...

        @staticmethod
        def static(): ...

        @classmethod
        def of_class(cls): ...

    def __fingerprint__(self):
        return "outer"


def test_functions_and_classes_are_the_name_that_imports_them(same, differ):
    same(module_level, renamed)
    differ(module_level, decorated, cached, Outer, Outer.Inner, Outer.Inner.method, "Outer")
    differ(Outer.Inner.static, Outer.Inner.of_class, identity, math.sin, math.cos, len, int)
    assert canonical(len) == b"\x01gs\x08builtinss\x03len"


@pytest.mark.parametrize(
    "known",
    [
        object, type, types.FunctionType, type(None), type(...), types.ModuleType, dict.fromkeys,
        str.upper, str.maketrans, int.__add__, "".join, [].append, dt.datetime.now, os.path.join,
        functools.reduce, operator.add, collections.OrderedDict, collections.abc.Mapping, math,
        pathlib.PurePosixPath, pathlib.PosixPath.exists, functools.partial, property,
    ],
    ids=repr,
)  # fmt: skip
def test_what_comes_with_python_has_a_name(same, known):
    same(known)


def test_a_decorated_function_is_the_function_inside(same):
    same(decorated, decorated.__wrapped__, decorated.__wrapped__.__wrapped__)
    same(cached, cached.__wrapped__)


def test_a_cache_around_a_function_does_not_make_it_another(same):
    same(module_level, functools.lru_cache(maxsize=None)(module_level))


def test_another_decoration_of_a_known_function_is_another_function(refused):
    refused(decorated_by(module_level))


def test_what_no_name_leads_to_is_refused(refused):
    def local(): ...

    class Local: ...

    assert "<lambda>" in str(refused(a_lambda))
    refused({"f": local}, "a['f']", at="a")
    refused([Local], "[0]")
    refused(Local())
    refused(types.ModuleType("unheard_of"))


def test_a_name_that_leads_to_something_else_is_refused(refused, monkeypatch):
    original = module_level
    monkeypatch.setattr(sys.modules[__name__], "module_level", len)
    refused(original)


def test_a_bound_method_is_its_function_and_its_object(same, differ, refused):
    class Local:
        def __init__(self, value):
            self.value = value

        def __fingerprint__(self):
            return self.value

        def method(self): ...

        def other(self): ...

    same(Local(1).method, Local(1.0).method)
    differ(Local(1).method, Local(2).method, Local(1).other, Local(1))
    same(Outer.Inner.of_class, Outer.Inner.of_class)
    differ("a".join, "b".join, "a".split)
    refused(Local(object()).method, ".__self__")
    stray = types.MethodType(lambda self: None, 1)
    refused(stray, ".__func__")


def test_a_partial_is_its_function_and_arguments(same, differ, refused):
    same(functools.partial(int, base=2), functools.partial(int, base=2.0))
    same(functools.partial(print, sep="", end=""), functools.partial(print, end="", sep=""))
    differ(functools.partial(int, "1"), functools.partial(int, "2"), functools.partial(float, "1"))
    differ(functools.partial(functools.partial(int), "1"), functools.partial(int), int)
    refused(functools.partial(print, object()), ".args[0]")
    refused(functools.partial(print, end=[lambda: 0]), ".keywords['end'][0]")
    refused(functools.partial(lambda: 0), "f.func", at="f")


def test_an_identity_is_the_same_in_every_version_of_python():
    assert identity(pathlib.PosixPath) == ("pathlib", "PosixPath")
    assert identity(Outer.Inner) == (__name__, "Outer.Inner")


def test_a_script_and_its_worker_processes_agree(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(IN_TWO_PROCESSES)
    root = pathlib.Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.stdout == "the same\n", done.stderr


def test_an_object_whose_attributes_raise_is_refused_and_not_called():
    class Hostile:
        def __call__(self):
            raise AssertionError

        def __getattr__(self, name):
            raise AttributeError(name)

    with pytest.raises(UnfingerprintableError):
        fingerprint(Hostile())
