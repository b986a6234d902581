"""The other Pythons of this machine, for what must be the same in all of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

OLDEST = (3, 11)
NEWEST_LOOKED_FOR = 15
ASK = "import sys; print(*sys.version_info[:2])"


@cache
def others() -> list[str]:
    """Executables of CPython 3.11 or later, one for each version that is not the running one."""
    found = {sys.version_info[:2]: sys.executable}
    for candidate in candidates():
        version = version_of(candidate)
        if version is not None and version >= OLDEST:
            found.setdefault(version, candidate)
    del found[sys.version_info[:2]]
    return [found[version] for version in sorted(found)]


def candidates() -> list[str]:
    named = [shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], NEWEST_LOOKED_FOR)]
    managed = sorted(pyenv().glob("versions/3.*/bin/python"))
    return [name for name in named if name] + [str(path) for path in managed]


def pyenv() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def version_of(executable: str) -> tuple[int, ...] | None:
    """Its version, or None if it does not run: pyenv's shims stand where nothing is behind."""
    try:
        done = subprocess.run(
            [executable, "-I", "-c", ASK], capture_output=True, text=True, timeout=60, check=True
        )
        return tuple(map(int, done.stdout.split()))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
