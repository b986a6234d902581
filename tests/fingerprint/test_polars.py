# ruff: noqa: DTZ001 - naive datetimes are among what is tested

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import pytest

np = pytest.importorskip("numpy")
pl = pytest.importorskip("polars")

COLUMNS = {
    "int": pl.Series([1, None, 3]),
    "float": pl.Series([1.5, None, float("nan")]),
    "float32": pl.Series([1.5, None, 2], dtype=pl.Float32),
    "uint8": pl.Series([1, None, 3], dtype=pl.UInt8),
    "bool": pl.Series([True, None, False]),
    "string": pl.Series(["a", None, "é😀"]),
    "binary": pl.Series([b"a", None, b"c"]),
    "date": pl.Series([dt.date(2020, 1, 1), None, dt.date(2020, 1, 3)]),
    "time": pl.Series([dt.time(1), None, dt.time(3)]),
    "datetime": pl.Series([dt.datetime(2020, 1, 1), None, dt.datetime(2020, 1, 3)]),
    "duration": pl.Series([dt.timedelta(1), None, dt.timedelta(3)]),
    "categories": pl.Series(["a", None, "b"], dtype=pl.Categorical),
    "enum": pl.Series(["a", None, "b"], dtype=pl.Enum(["a", "b"])),
    "decimal": pl.Series([Decimal("1.5"), None, Decimal("2.5")]),
    "list": pl.Series([[1, 2], None, []]),
    "struct": pl.Series([{"a": 1}, {"a": 2}, {"a": None}]),
    "array": pl.Series([[1, 2], [3, 4], None], dtype=pl.Array(pl.Int64, 2)),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_of_every_kind_are_the_same_however_they_are_chunked(same, differ, kind):
    column = COLUMNS[kind]
    chunked = pl.concat([column[:1], column[1:]], rechunk=False)
    assert chunked.n_chunks() == 2
    same(column, column.clone(), chunked)
    differ(column, column.reverse(), column[:2], column.rename("named"), column.to_list())


def test_names_dtypes_and_order_count(same, differ):
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    same(frame, pl.concat([frame[:1], frame[1:]], rechunk=False), frame.clone())
    differ(
        frame,
        frame.rename({"a": "c"}),
        frame.select("b", "a"),
        frame.select("a"),
        frame[:1],
        frame[:0],
        frame.cast({"a": pl.Int32}),
        frame["a"],
        pl.DataFrame(),
        pl.DataFrame({"a": [1, 2], "b": ["x", ""]}),
    )


def test_there_is_one_zero_and_one_nan(same):
    same(pl.Series([0.0, float("nan")]), pl.Series([-0.0, -float("nan")]))


def test_without_numpy_the_error_says_what_to_install():
    script = (
        "import sys; sys.modules['numpy'] = None\n"
        "import polars; from kigen.errors import UnfingerprintableError\n"
        "from kigen.fingerprint import digest\n"
        "try: digest([polars.Series([1])])\n"
        "except UnfingerprintableError as error: print(error.path, error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.startswith("[0] [0]"), done.stderr
    assert "pip install numpy" in done.stdout


def test_a_plan_is_refused_and_so_is_what_is_not_known(refused):
    refused(pl.DataFrame({"a": [1]}).lazy())
    refused({"f": pl.DataFrame({"a": pl.Series([object()], dtype=pl.Object)})}, "['f']['a'][0]")
