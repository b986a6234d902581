"""The timing harness: a fair race, and a table that says what was measured."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

from benchmarks.interleave import Race, Table, race, statement


def test_every_round_runs_each_contender_once_in_a_changing_order() -> None:
    """Whatever disturbs the machine for a while disturbs all contenders alike."""
    ran: list[str] = []

    def runner(name: str) -> float:
        ran.append(name)
        return float(len(ran))

    names = ["a", "b", "c", "d"]
    result = race({name: lambda name=name: runner(name) for name in names}, rounds=20)
    rounds = [ran[i : i + 4] for i in range(0, len(ran), 4)]
    assert len(rounds) == 20
    assert all(sorted(order) == names for order in rounds)
    assert len({tuple(order) for order in rounds}) > 1
    assert all(len(samples) == 20 for samples in result.samples.values())


def test_the_collector_is_off_while_a_contender_runs_and_on_afterwards() -> None:
    """One contender's garbage is not collected on another's time, even if one fails."""
    states = []
    race({"a": lambda: states.append(gc.isenabled()) or 0.0}, rounds=1)
    assert states == [False]
    assert gc.isenabled()


def test_a_statement_is_run_for_every_item_before_and_in_each_sample() -> None:
    """The first time, which computes, is not measured; all items take turns."""
    seen: list[int] = []
    runner = statement("seen.append(x)", {"seen": seen}, each="x", of=[1, 2, 3])
    before = len(seen)
    assert set(seen) == {1, 2, 3}
    runner()
    assert len(seen) > before


def test_a_table_gives_medians_ratios_and_dashes() -> None:
    """Each cell is a median and its ratio to the baseline's in the same race."""
    table = Table("Title", "base", "us")
    table.races["one"] = Race({"base": [2e-6, 1e-6, 9e-6], "other": [5e-6, 5e-6, 5e-6]})
    table.races["two"] = Race({"base": [1e-6, 1e-6, 1e-6]})
    lines = table.markdown().splitlines()
    assert "| base | 2.00 (x1.00) | 1.00 (x1.00) |" in lines
    assert "| other | 5.00 (x2.50) | - |" in lines
    assert any("3 interleaved rounds" in line for line in lines)


def test_the_command_knows_the_benchmarks_and_refuses_others() -> None:
    """``python -m benchmarks`` lists what there is; a misspelt name is an error, not a no-op."""
    command = [sys.executable, "-m", "benchmarks"]
    root = Path(__file__).parents[1]
    listed = subprocess.run([*command, "--help"], cwd=root, capture_output=True, text=True)
    assert all(name in listed.stdout for name in ("archives", "fingerprints", "hits"))
    refused = subprocess.run([*command, "hitz"], cwd=root, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "hitz" in refused.stderr
