"""The timing harness: a fair race, and a table that says what was measured."""

from __future__ import annotations

import functools
import gc
import itertools
import subprocess
import sys
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks import hit_ratios, hits, options, traces
from benchmarks.contenders import UNCACHED, contenders
from benchmarks.interleave import AWAITED, Race, Table, once, race, runs, statement


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


def test_a_statement_that_is_to_see_each_item_once_gets_new_ones_each_round() -> None:
    seen: list[int] = []
    numbers = itertools.count()
    runner = once(
        "seen.append(x)",
        {"seen": seen},
        each="x",
        of=lambda: list(itertools.islice(numbers, 5)),
    )
    runner()
    runner()
    assert seen == list(range(10))


def test_a_statement_may_be_awaited() -> None:
    seen: list[int] = []

    async def see(x: int) -> None:
        seen.append(x)

    run = hits._loop().run_until_complete
    names = {"see": see, "run": run}
    once("await see(x)", names, each="x", of=lambda: [1, 2], loop=AWAITED)()
    assert seen == [1, 2]


def test_it_is_counted_how_often_a_function_runs() -> None:
    def function(x: int) -> int:
        return x

    def other(x: int) -> int:
        return function(x)

    assert runs(lambda: [other(x) for x in range(5)], function) == 5
    assert runs(lambda: None, function) == 0
    assert sys.getprofile() is None


def test_the_collector_has_its_objects_back_after_a_race() -> None:
    before = gc.get_freeze_count()
    race({"a": lambda: 0.0}, rounds=2)
    assert gc.get_freeze_count() <= before


OURS = {name: make for name, make in contenders(hits.MAXSIZE).items() if "kigen" in name}


@pytest.mark.parametrize("case", hits.SHAPES)
@pytest.mark.parametrize("name", OURS)
def test_each_of_our_policies_takes_part_in_each_shape(name: str, case: str) -> None:
    """A dash in the tables is a peer's, but for no_cache, which has no hits."""
    shape = hits.SHAPES[case]
    assert hits.finds(name, case, shape, OURS[name]) == (name != "kigen.no_cache")
    names = shape.names(OURS[name]())
    few = shape.calls(range(7))
    hits.expect(7, shape, names, few, "misses")
    with pytest.raises(AssertionError, match="7 calls ran"):
        hits.expect(3, shape, names, shape.calls(range(7, 14)), "misses")


def test_who_does_not_find_a_result_again_is_left_out_and_told_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shape = hits.SHAPES["f(1)"]
    assert not hits.finds("made up", "f(1)", shape, lambda: lambda f: functools.partial(f))
    assert "left out, made up, f(1): 9 calls, made twice, ran 9 and 9 times" in (
        capsys.readouterr().err
    )
    assert hits.finds(UNCACHED, "f(1)", shape, lambda: lambda f: f)


def test_each_option_answers_from_memory_what_it_was_asked_before(tmp_path: Path) -> None:
    for name, (function, target) in options.cached(str(tmp_path), [3]).items():
        first, again = options.halves(range(9)), options.halves(range(9))
        options.expect(9, function, target, first, name)
        options.expect(0, function, target, again, name)


@pytest.mark.parametrize("maxsize", [1, 2, 3])
def test_no_way_to_choose_who_leaves_is_better_than_the_best(maxsize: int) -> None:
    """Against all ways there are, on all short traces of three keys, and some longer ones."""
    for trace in itertools.product("abcd", repeat=6):
        assert round(6 * hit_ratios.best(trace, maxsize)) == most(trace, frozenset(), maxsize)


@functools.cache
def most(trace: tuple[str, ...], kept: frozenset[str], maxsize: int) -> int:
    """The most hits that any choice gives."""
    if not trace:
        return 0
    all_of_them = kept | {trace[0]}
    rest = [all_of_them] if len(all_of_them) <= maxsize else []
    rest += [] if rest else [all_of_them - {one} for one in all_of_them]
    return (trace[0] in kept) + max(most(trace[1:], each, maxsize) for each in rest)


def test_the_hit_ratios_are_of_calls_that_did_not_compute() -> None:
    trace: Sequence[Hashable] = [1, 2, 1, 3, 1, ("scan", 4), 1]
    found = {name: hit_ratios.hit_ratio(d, trace) for name, d in hit_ratios.contenders(2).items()}
    assert {name for name in found if name.startswith("kigen")} == {
        f"kigen.{policy}_cache" for policy in hit_ratios.POLICIES
    }
    assert found["kigen.lru_cache"] == found["functools.lru_cache"] == pytest.approx(3 / 7)
    assert found["kigen.no_cache"] == 0
    assert max(found.values()) == hit_ratios.best(trace, 2) == found["kigen.inf_cache"]
    with pytest.raises(AssertionError, match="wrong result"):
        hit_ratios.hit_ratio(lambda f: lambda key: None, trace)


def test_a_trace_is_what_its_recorder_prints() -> None:
    trace = traces.recorded("for i in range(500): print(i % 200)")
    assert trace.keys[:3] == ["0", "1", "2"]
    assert (len(trace.keys), trace.rooms) == (500, (2, 10))
    with pytest.raises(SystemExit, match="cannot be recorded"):
        traces.recorded("raise ValueError")


def test_an_import_looks_at_files_again_and_again() -> None:
    files: Any = traces.recorded(traces.FILES).keys
    assert any("numpy" in path or "asyncio" in path for path in files)
    assert len(set(files)) < 0.9 * len(files)


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
