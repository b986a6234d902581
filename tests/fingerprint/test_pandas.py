# ruff: noqa: DTZ001 - naive datetimes are among what is tested

from __future__ import annotations

import datetime as dt
import random

import pytest

from kigen.fingerprint import digest

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")


def table(rows=60):
    return pd.DataFrame(
        {
            "i": range(rows),
            "f": [number / 7 for number in range(rows)],
            "g": [number / 3 for number in range(rows)],
            "b": [number % 2 == 0 for number in range(rows)],
            "s": [f"row {number}" for number in range(rows)],
            "o": [(number, "x") for number in range(rows)],
            "t": pd.date_range("2020", periods=rows),
            "z": pd.date_range("2020", periods=rows, tz="Europe/Paris"),
            "c": pd.Categorical(["red", "blue"] * (rows // 2)),
            "n": pd.array([None, *range(1, rows)], dtype="Int64"),
        }
    )


COLUMNS = {
    "Int64": pd.array([1, None, 3], dtype="Int64"),
    "Float64": pd.array([1.5, None, -0.0], dtype="Float64"),
    "boolean": pd.array([True, None, False], dtype="boolean"),
    "string": pd.array(["a", None, "é😀"], dtype="string[python]"),
    "object": np.array(["a", None, 3], dtype=object),
    "categories": pd.Categorical(["a", None, "b"]),
    "ordered": pd.Categorical([1, 2, 2], ordered=True),
    "moments": pd.date_range("2020", periods=3).array,
    "instants": pd.date_range("2020", periods=3, tz="UTC").array,
    "offsets": pd.date_range("2020", periods=3, tz=dt.timezone(dt.timedelta(hours=1))).array,
    "durations": pd.to_timedelta([1, None, 3], unit="s").array,
    "periods": pd.period_range("2020", periods=3, freq="M").array,
    "intervals": pd.interval_range(0, 3).array,
    "sparse": pd.arrays.SparseArray([0, 0, 1]),
}


def test_equal_frames_are_the_same_whatever_their_history(same):
    frame = table()
    grown = pd.DataFrame({"i": frame["i"]})
    for name in frame.columns[1:]:
        grown[name] = frame[name].copy()
    relabelled = frame.copy()
    relabelled.index = pd.Index(list(range(len(frame))))
    relabelled.attrs["note"] = "elsewhere"
    same(
        frame,
        grown,
        relabelled,
        frame.iloc[::-1].iloc[::-1],
        pd.concat([frame[:7], frame[7:]]),
        frame.rename(columns=str),
        frame[list(frame.columns)].copy(deep=True),
    )


def test_every_column_and_every_row_counts():
    frame = table()
    seen = {digest(frame)}
    positions = random.Random(0).sample(range(1, len(frame) - 1), 5)
    for name in frame.columns:
        for position in positions:
            changed = frame.copy()
            values = list(changed[name])
            values[position] = values[position - 1]
            changed[name] = pd.Series(values, dtype=frame[name].dtype)
            seen.add(digest(changed))
    assert len(seen) == 1 + len(frame.columns) * len(positions)


def test_labels_and_dtypes_count(differ):
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    differ(
        frame,
        frame[["b", "a"]],
        frame.rename(columns={"a": "z"}),
        frame.rename_axis("name"),
        frame.rename_axis("name", axis=1),
        frame.set_index("a"),
        frame.set_axis([1, 2]),
        frame.astype({"a": "int32"}),
        frame.astype({"a": "Int64"}),
        frame.astype(object),
        frame[:1],
        frame[:0],
        frame.to_numpy(),
        pd.DataFrame(),
    )
    differ(frame["a"], frame["a"].rename("z"), frame["a"].to_frame(), frame["a"].index, [1, 2])


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_of_every_kind_are_the_same_however_they_were_put_together(same, differ, kind):
    column = pd.Series(COLUMNS[kind])
    same(column, column.copy(), pd.concat([column[:1], column[1:]]))
    differ(column, column[::-1].reset_index(drop=True), column[:2], column.astype(object)[:1])
    same(pd.Index(column), pd.Index(column.copy()))
    same(column.array, column.array.copy())


def test_text_is_the_same_whichever_library_stores_it(same, differ):
    pytest.importorskip("pyarrow")
    words = ["a", None, "", "é😀", "b" * 300]
    plain = pd.Series(words, dtype="string[python]")
    arrow = pd.Series(words, dtype="string[pyarrow]")
    same(plain, arrow, pd.concat([arrow[:2], arrow[2:]]))
    same(plain[1:4], arrow[1:4])
    same(plain[:0], arrow[:0])
    differ(plain, plain.astype(object), pd.Series(["ab", None, "", "é😀", "b" * 299]))


@pytest.mark.parametrize(
    "values", [[1, None, 3], ["a", None], [[1], [2, 3]], [dt.date(2020, 1, 1)]]
)
def test_arrow_columns_are_exact(same, differ, values):
    pa = pytest.importorskip("pyarrow")
    column = pd.Series(values, dtype=pd.ArrowDtype(pa.array(values).type))
    same(column, column.copy(), pd.concat([column[:1], column[1:]]))
    differ(column, column[:-1], column.to_frame(), column.astype(object))


def test_an_index_is_its_labels_whatever_holds_them(same, differ):
    same(pd.RangeIndex(3), pd.Index([0, 1, 2]), pd.RangeIndex(6)[:3])
    same(pd.Index(["a", "b"], dtype=object), pd.Index(["a", "b"], dtype="string"))
    product = pd.MultiIndex.from_product([[1, 2], ["a", "b"]], names=["n", None])
    wider = pd.MultiIndex.from_product([[1, 2, 3], ["a", "b"]], names=["n", None])
    same(product, pd.MultiIndex.from_tuples(list(product), names=["n", None]), wider[:4])
    differ(product, product[::-1], product.rename([None, None]), product.droplevel(0))
    differ(pd.RangeIndex(3), pd.RangeIndex(1, 4), pd.RangeIndex(3, name="n"), pd.RangeIndex(4))


def test_a_long_range_of_labels_is_not_kept_in_memory():
    index = pd.RangeIndex(1_000_000)
    digest(index)
    assert "_data" not in index._cache


def test_the_order_of_categories_counts(differ):
    differ(
        pd.Series(pd.Categorical(["a"], ["a", "b"])),
        pd.Series(pd.Categorical(["a"], ["b", "a"])),
        pd.Series(pd.Categorical(["a"], ["a", "b"], ordered=True)),
        pd.Series(pd.Categorical(["a"], ["a"])),
    )


def test_scalars_are_the_moments_they_stand_for(same, differ):
    same(pd.Timestamp("2020-01-01"), dt.datetime(2020, 1, 1), np.datetime64("2020-01-01"))
    same(
        pd.Timestamp("2020-01-01T12", tz="UTC"),
        pd.Timestamp("2020-01-01T13", tz="Europe/Paris"),
        dt.datetime(2020, 1, 1, 12, tzinfo=dt.timezone.utc),  # noqa: UP017
    )
    nano = pd.Timestamp("2020-01-01T00:00:00.000000001")
    differ(nano, pd.Timestamp("2020-01-01"), nano.tz_localize("UTC"))
    same(nano, nano.to_datetime64())
    same(pd.Timestamp("2020").as_unit("s"), pd.Timestamp("2020").as_unit("ns"))
    same(pd.Timedelta("1h"), dt.timedelta(hours=1), np.timedelta64(60, "m"))
    same(pd.NaT, np.datetime64("NaT", "s"))
    differ(pd.NaT, pd.NA, None, float("nan"))
    differ(pd.Period("2020", "Y"), pd.Period("2020", "M"), pd.Period("2021", "Y"))
    differ(pd.Interval(0, 1), pd.Interval(0, 1, "left"), pd.Interval(0, 2))


def test_zones_of_one_name_are_one_zone(same, differ, refused):
    from zoneinfo import ZoneInfo

    naive = pd.Series(pd.date_range("2020", periods=2))
    same(naive.dt.tz_localize("UTC"), naive.dt.tz_localize(dt.timezone.utc))  # noqa: UP017
    same(naive.dt.tz_localize("Asia/Tokyo"), naive.dt.tz_localize(ZoneInfo("Asia/Tokyo")))
    east = dt.timezone(dt.timedelta(hours=1))
    differ(naive, naive.dt.tz_localize("UTC"), naive.dt.tz_localize(east))
    dateutil = pytest.importorskip("dateutil.tz")
    refused(naive.dt.tz_localize(dateutil.tzlocal()), ".dt.tz")


def test_what_a_frame_holds_is_named_when_it_is_refused(refused):
    refused(pd.DataFrame({"a": [1, object()]}), "df['a'].flat[1]", at="df")
    refused(pd.Series([1], index=[object()]), ".index.flat[0]")
    refused(pd.DataFrame({"a": [1]}).groupby("a"))

    class Geo(pd.DataFrame):
        crs = "EPSG:4326"

    refused([Geo({"a": [1]})], "[0]")
