"""Running a program in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def environment(hash_seed: int | None = None) -> dict[str, str]:
    """This process's environment, with the package on the path and a hash seed."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    seed = "random" if hash_seed is None else str(hash_seed)
    return {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed}


def output(program: str, *arguments: object, hash_seed: int | None = None) -> str:
    """What a program prints; a failure shows what it wrote to stderr."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(hash_seed),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
