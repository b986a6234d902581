"""The public names: sorted, complete, lazy, and the same for a type checker."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import kigen
from kigen import errors

SIX = ("inf", "lru", "lfu", "mru", "rr", "no")


def test_all_is_sorted_and_without_repeats() -> None:
    """A reader finds a name where the alphabet puts it."""
    assert kigen.__all__ == sorted(set(kigen.__all__))


@pytest.mark.parametrize("name", kigen.__all__)
def test_every_public_name_resolves_and_is_listed(name: str) -> None:
    """What __all__ promises is there, and dir() shows it."""
    assert getattr(kigen, name) is not None
    assert name in dir(kigen)


def test_star_import_brings_exactly_the_public_names() -> None:
    """``from kigen import *`` works, as klepto's users write it."""
    space: dict[str, object] = {}
    exec("from kigen import *", space)
    assert {*space} - {"__builtins__"} == {*kigen.__all__}


def test_star_import_brings_the_modules_that_klepto_s_does() -> None:
    """``from klepto import *`` and then ``keymaps.stringmap()``: it has no __all__."""
    space: dict[str, object] = {}
    exec("from kigen import *", space)
    for name in ("archives", "crypto", "keymaps", "rounding", "safe", "tools"):
        assert space[name] is importlib.import_module(f"kigen.{name}")


def test_type_checkers_see_the_public_names() -> None:
    """The imports that only a type checker reads name what __all__ names, and the rooms."""
    tree = ast.parse(inspect.getsource(kigen))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    names = {
        alias.name
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert names == {*kigen.__all__, *kigen._ROOMS}


@pytest.mark.parametrize("name", sorted(kigen._ROOMS))
def test_rooms_are_reached_as_attributes(name: str) -> None:
    """``kigen.archives.open(...)`` needs no import of its own."""
    room = getattr(kigen, name)
    assert isinstance(room, ModuleType)
    assert room.__name__ == f"kigen.{name}"


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    """A misspelt name fails as it does on any module."""
    with pytest.raises(AttributeError, match="lru_cash") as caught:
        kigen.lru_cash  # noqa: B018 - the access is the test
    assert caught.value.name == "lru_cash"  # from which Python says: Did you mean: 'lru_cache'?
    assert caught.value.obj is kigen


def reference() -> str:
    """The source of the API reference."""
    pages = (Path(__file__).parents[1] / "docs" / "reference" / "api").glob("*.md")
    return "\n".join(page.read_text("utf-8") for page in pages)


def public_modules() -> list[str]:
    """The modules that have a place in the API reference."""
    return re.findall(r"automodule:: (\S+)", reference())


@pytest.mark.parametrize("name", public_modules())
def test_a_public_module_names_what_it_exports(name: str) -> None:
    """Its __all__ is there, its names exist, and what can be called has a docstring."""
    module = importlib.import_module(name)
    for exported in module.__all__:
        value = getattr(module, exported)
        assert inspect.getdoc(value) or not callable(value), exported


def shown_by_automodule(module: str) -> set[str]:
    """What Sphinx describes by itself: classes and functions, and no other object."""
    here = importlib.import_module(module)
    names: list[str] = here.__all__
    kinds = type, FunctionType
    return {f"{module}.{name}" for name in names if isinstance(getattr(here, name), kinds)}


def test_every_public_name_is_in_the_reference() -> None:
    """What can be imported from the top level, or a room, can be looked up."""
    modules = public_modules()
    shown = set[str]().union(*map(shown_by_automodule, modules))
    shown |= {*re.findall(r"auto(?:function|data):: (\S+)", reference())}
    rooms = {module.removeprefix("kigen.") for module in modules}
    assert {*kigen.__all__} <= rooms | {name.rpartition(".")[2] for name in shown}
    decorators = {
        f"{room}.{name}_cache" for room in ("kigen.caching", "kigen.safe") for name in SIX
    }
    assert decorators | {"kigen.caching.sieve_cache", "kigen.caching.s3fifo_cache"} <= shown


def test_what_klepto_has_without_listing_it_is_found_too() -> None:
    """``from klepto import _keygen`` works after s/klepto/kigen/."""
    assert callable(kigen._keygen)
    assert "_keygen" not in kigen.__all__


def drawn_tree() -> dict[str, str]:
    """The tree in the docstring of kigen.errors: each class and the class above it."""
    above: list[tuple[int, str]] = []
    parents = {}
    for line in (errors.__doc__ or "").splitlines():
        drawn = re.fullmatch(r"    ([│ ]*[├└]── )?(\w+)(?:\((\w+)\))?(?:  .*)?", line)
        if drawn is None:
            continue
        depth = len(drawn[1] or "")
        while above and above[-1][0] >= depth:
            above.pop()
        parents[drawn[2]] = f"{above[-1][1] if above else 'Exception'},{drawn[3] or ''}"
        above.append((depth, drawn[2]))
    return parents


def test_the_drawn_tree_of_errors_is_the_real_one() -> None:
    """A reader may trust the drawing: every class, its parent, and the builtin beside it."""
    real = {}
    for name in errors.__all__:
        first, *others = getattr(errors, name).__bases__
        real[name] = f"{first.__name__},{others[0].__name__ if others else ''}"
    drawn = drawn_tree()
    drawn["KigenWarning"] = (
        "UserWarning," if drawn["KigenWarning"] == "Exception,UserWarning" else ""
    )
    assert drawn == real


def test_every_error_is_public() -> None:
    """Whoever catches an error finds it at the top level."""
    assert {*errors.__all__} <= {*kigen.__all__}
