"""``kigen demo``: which compressor settings suit these files?

A real job for :func:`~kigen.seeded.seeded_cache`: a setting is a Key, a trial is evaluated once,
ever, and the second run computes nothing.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kigen.errors import ArchiveError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from kigen.archives import Archive
    from kigen.cli.corpus import Corpus
    from kigen.cli.trials import Trial

__all__ = ["add_to"]

_MOST = 1000  # trials in one search; zlib alone has 2835 settings


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Make this one of the command line's commands."""
    parser = commands.add_parser(
        "demo",
        help="find the compressor settings that suit your files, each tried once, ever",
        description="Tries settings of zlib, bz2 and lzma on the files and shows the best. Results "
        "are kept by the files' content: a second run computes nothing, and a run that was "
        "interrupted goes on where it stopped.",
    )
    option = parser.add_argument
    option(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="files or folders (default: 5 MB of Python's own standard library)",
    )
    option("--trials", type=_count, default=60, metavar="N", help="settings to try (default: 60)")
    option("--seed", type=int, default=0, metavar="S", help="which are drawn (default: 0)")
    option(
        "--archive",
        type=Path,
        metavar="PATH",
        help="where results are kept (default: demo.db in KIGEN_CACHE_DIR or the user's cache)",
    )
    option("--list", action="store_true", help="show every result that is kept, compute nothing")
    parser.set_defaults(run=run, refuse=parser.error)


def run(options: Namespace) -> int:
    """Evaluate what is missing and show the best; 130 if Ctrl-C ended it."""
    from kigen.cli.trials import measurements

    corpus = _corpus(options)
    path = options.archive or _cache_folder() / "demo.db"
    with _archive(path, options) as archive:
        print(_bold(f"Which compressor settings suit {corpus.description}?"), flush=True)
        measured = measurements(corpus.content, seed=options.seed, archive=archive)
        status = _list(measured) if options.list else _search(measured, options.trials)
        print(f"archive: {path}")
    return status


def _list(measured: dict[Any, Any]) -> int:
    from kigen.cli.trials import Trial, front

    trials = [Trial(*kept) for measure in measured.values() for kept in measure.results()]
    _show(trials, best=list(front(trials)))
    print(f"\n{len(trials)} results are kept for this content.")
    return 0


def _search(measured: dict[Any, Any], number: int) -> int:
    from kigen.cli.progress import Progress
    from kigen.cli.trials import front, search

    progress = Progress(number)
    try:
        with progress:
            trials = search(measured, number, progress.step)
    except KeyboardInterrupt:
        print(
            f"\nInterrupted. All {progress.done} finished trials are kept: "
            "the same command goes on from there.",
            file=sys.stderr,
        )
        return 130
    best = list(front(trials))
    _show(best, best)
    computed = sum(measure.info().miss for measure in measured.values())
    print(
        f"\n{len(trials)} settings tried in {progress.elapsed:.1f} s: "
        f"{computed} computed, {len(trials) - computed} found in the archive."
    )
    if computed:
        print("Run it again: what is kept is not computed again.")
    return 0


def _show(trials: list[Trial], best: list[Trial]) -> None:
    print(_bold(f"\n{'':52}{'ratio':>7}{'pack MB/s':>11}{'unpack MB/s':>13}"))
    for trial in sorted(trials, key=lambda trial: -trial.figures["ratio"]):
        print(_line(trial) + _remark(trial, best))
    print("\n* no other setting tried is both smaller and faster")


def _line(trial: Trial) -> str:
    figures = trial.figures
    return (
        f"{_settings(trial):52}{figures['ratio']:7.2f}"
        f"{figures['packing']:11.1f}{figures['unpacking']:13.1f}"
    )


def _settings(trial: Trial) -> str:
    fields = " ".join(f"{name}={value}" for name, value in trial.settings.to_dict().items())
    return f"{type(trial.settings).__name__.lower():5}{fields}"


def _remark(trial: Trial, best: list[Trial]) -> str:
    if trial not in best:
        return ""
    return " *" + " smallest" * (trial == best[0]) + " fastest" * (trial == best[-1])


def _bold(text: str) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain or not sys.stdout.isatty() else f"\x1b[1m{text}\x1b[0m"


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to {_MOST}")
    return int(text)


def _corpus(options: Namespace) -> Corpus:
    from kigen.cli.corpus import InputError, read, standard_library

    try:
        return read(options.files) if options.files else standard_library()
    except InputError as error:
        options.refuse(str(error))
        raise  # refuse() does not return, but only argparse knows


def _archive(path: Path, options: Namespace) -> Archive:
    from kigen import archives

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return archives.open(path)
    except (ArchiveError, OSError) as error:
        options.refuse(f"{error}\nanother place: --archive PATH")
        raise


def _cache_folder() -> Path:
    if folder := os.environ.get("KIGEN_CACHE_DIR"):
        return Path(folder)
    if folder := os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA"):
        return Path(folder, "kigen")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "kigen"
