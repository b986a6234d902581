"""The public names: sorted, complete, lazy, and the same for a type checker."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from types import ModuleType

import pytest

import kigen
from kigen import errors


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


def test_type_checkers_see_the_public_names() -> None:
    """The imports that only a type checker reads name what __all__ names."""
    tree = ast.parse(inspect.getsource(kigen))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    names = {
        alias.name
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert names == {*kigen.__all__}


@pytest.mark.parametrize("name", sorted(kigen._ROOMS))
def test_rooms_are_reached_as_attributes(name: str) -> None:
    """``kigen.archives.open(...)`` needs no import of its own."""
    room = getattr(kigen, name)
    assert isinstance(room, ModuleType)
    assert room.__name__ == f"kigen.{name}"


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    """A misspelt name fails as it does on any module."""
    with pytest.raises(AttributeError, match="lru_cash"):
        kigen.lru_cash  # noqa: B018 - the access is the test


def test_every_module_names_what_it_exports() -> None:
    """Each public module has an __all__ whose names exist."""
    for info in pkgutil.walk_packages(kigen.__path__, "kigen."):
        if info.name != "kigen.__main__":
            module = __import__(info.name, fromlist=["__all__"])
            missing = [name for name in module.__all__ if not hasattr(module, name)]
            assert not missing, info.name


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
