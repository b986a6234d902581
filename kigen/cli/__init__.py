"""What people type: ``python -m kigen COMMAND``."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from kigen import __version__
from kigen.cli import demo
from kigen.errors import KigenError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 (failed), 2 (bad input) or 130 (Ctrl-C)."""
    parser = argparse.ArgumentParser(
        prog="kigen", description="Run an expensive evaluation once, ever."
    )
    parser.add_argument("--version", action="version", version=f"kigen {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    demo.add_to(commands)
    options = parser.parse_args(arguments)
    if "run" not in options:
        parser.print_help()
        return 0
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file's name may hold any bytes
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status: int = options.run(options)
        sys.stdout.flush()  # here, where a closed pipe can still be answered
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KigenError, OSError) as error:  # OSError: such as a full disk under stdout
        print(f"kigen: {error}", file=sys.stderr)
        return 1
    return status
