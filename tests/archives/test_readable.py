"""Results and fields as JSON that any SQL tool reads."""

from __future__ import annotations

import enum
import json
import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from kigen import archives
from kigen.archives.readable import readable_fields, readable_result
from kigen.fingerprint import fingerprint


class Colour(enum.Enum):
    RED = 1


class Rude:
    def __repr__(self):
        raise ValueError("no")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (0.1, 0.1),
        (1e300, 1e300),
        (-3, -3),
        (10**100, 10**100),
        ('quote " and \\ and \n é \U0001f600', 'quote " and \\ and \n é \U0001f600'),
        ("", ""),
        ([], []),
        ({}, {}),
        ((1, (2, 3)), [1, [2, 3]]),
        ({"loss": 0.5, "a b": [None, False]}, {"loss": 0.5, "a b": [None, False]}),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        ([float("inf")], ["Infinity"]),
        (np.float64(0.5), 0.5),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.bool_(True), True),
        ("\ud800", "\ud800"),
    ],
    ids=repr,
)
def test_plain_results_are_json(value, expected):
    """What another JSON reader reads is the value."""
    text = readable_result(value)
    assert text is not None
    assert json.loads(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1: 2},
        {1.5},
        b"bytes",
        np.arange(3),
        "x" * 3000,
        [0.5] * 3000,
        10**1000,
        [[[[[1]]]]],
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_not_plain_or_not_small_is_no_column(value):
    """The value itself is stored all the same."""
    assert readable_result(value) is None


def test_fields_are_always_readable():
    """What JSON has no word for is described."""
    fields = {
        "lr": 0.1,
        "colour": Colour.RED,
        "day": date(2024, 5, 1),
        "path": Path("a"),
        "money": Decimal("1.5"),
        "array": np.arange(2),
        "long": "x" * 5000,
        "rude": Rude(),
        "big": 10**1000,
        'name\nwith "': 1,
    }
    found = json.loads(readable_fields(fields))
    assert list(found) == list(fields)
    assert found["lr"] == 0.1
    assert found["colour"] == "RED"
    assert found["day"] == "2024-05-01"
    assert "1.5" in found["money"]
    assert found["array"] == "array([0, 1])"
    assert len(found["long"]) <= 2000
    assert found["rude"] == "<Rude: ValueError>"


def test_sql_tools_read_keys_and_results(tmp_path):
    """A cache is a table: fields and small results are columns."""
    with archives.open(tmp_path / "runs.db") as archive:
        for n in range(5):
            archive.store(
                fingerprint(n), n, {"loss": 1 / (n + 1)}, function="m.f", fields={"n": n}, elapsed=n
            )
    db = sqlite3.connect(tmp_path / "runs.db")
    rows = db.execute(
        "SELECT json_extract(fields, '$.n'), json_extract(result, '$.loss') FROM results"
        " WHERE function = 'm.f' ORDER BY 2"
    ).fetchall()
    assert rows == [(n, 1 / (n + 1)) for n in reversed(range(5))]
    (created,) = db.execute("SELECT created FROM results LIMIT 1").fetchone()
    assert created.startswith("20")
    db.close()
