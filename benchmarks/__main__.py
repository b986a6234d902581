"""Run the benchmarks and write their tables to benchmarks/results/."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from benchmarks.interleave import circumstances

PEERS = ("numpy", "pandas", "cachetools", "cachebox", "klepto", "diskcache", "joblib", "optuna")
HERE = Path(__file__).parent


def benchmarks() -> dict[str, ModuleType]:
    """Every module of this package that can run(), by name."""
    found = {}
    for info in pkgutil.iter_modules([str(HERE)]):
        if info.name != "__main__":
            module = importlib.import_module(f"benchmarks.{info.name}")
            if hasattr(module, "run"):
                found[info.name] = module
    return found


def report(name: str, module: ModuleType, rounds: int, results: Path) -> None:
    """Run one module, print each table as it is finished, and keep them all in one file."""
    parts = [f"# {(module.__doc__ or name).splitlines()[0]}\n", circumstances(PEERS)]
    print(parts[0], flush=True)
    for table in module.run(rounds):
        parts.append(table.markdown())
        print(parts[-1], flush=True)
    results.mkdir(exist_ok=True)
    (results / f"{name}.md").write_text("\n".join(parts), encoding="utf-8")


def main() -> None:
    """Run the named benchmarks, or all of them."""
    modules = benchmarks()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"one of: {', '.join(modules)} (default: all)")
    parser.add_argument("--rounds", type=int, default=15, help="rounds a table (default: 15)")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where tables go")
    arguments = parser.parse_args()
    if unknown := set(arguments.name) - set(modules):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    for name in arguments.name or modules:
        report(name, modules[name], arguments.rounds, arguments.results)


if __name__ == "__main__":
    main()
