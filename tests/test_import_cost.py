"""``import kigen`` costs next to nothing: what it loads is counted, by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each costs a millisecond or more, or pulls in others that do.
HEAVY = {
    "argparse",
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "datetime",
    "decimal",
    "fractions",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "multiprocessing",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "sqlite3",
    "subprocess",
    "tempfile",
    "uuid",
}

LOADS = """
import sys
before = set(sys.modules)
{source}
print(*sorted(set(sys.modules) - before))
"""


def loaded_by(source: str) -> set[str]:
    """The modules that a new interpreter loads for the source."""
    # -I: neither the user's site directory nor .pth files of the environment's packages interfere
    # with what "before" means; kigen is found through the path that this interpreter has.
    code = f"import sys; sys.path[:] = {sys.path!r}\n" + LOADS.format(source=source)
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "source",
    [
        "import kigen",
        "from kigen import lru_cache, lfu_cache, inf_cache",
        "from kigen import Key, Param, Enum, Pool",
        "from kigen import Key, seeded_cache",
    ],
)
def test_importing_loads_no_third_party_and_no_heavy_module(source: str) -> None:
    """Neither the package nor its main names load more than light parts of the standard library."""
    loaded = loaded_by(source)
    tops = {name.partition(".")[0] for name in loaded}
    assert tops - set(sys.stdlib_module_names) == {"kigen"}
    assert not loaded & HEAVY


def test_importing_the_package_alone_loads_no_room() -> None:
    """A name's module is loaded when the name is first used, not before."""
    assert {name for name in loaded_by("import kigen") if name.startswith("kigen")} == {"kigen"}


def test_decorating_and_calling_loads_no_third_party_module() -> None:
    """A cache of plain values needs the standard library alone."""
    loaded = loaded_by("import kigen; f = kigen.lru_cache(lambda x: x); f(1), f([1]), f(x=1)")
    assert {name.partition(".")[0] for name in loaded} <= {*sys.stdlib_module_names, "kigen"}
