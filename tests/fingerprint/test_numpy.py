# ruff: noqa: DTZ001 - naive datetimes are among what is tested

from __future__ import annotations

import datetime as dt
import functools
import random
import subprocess
import sys
import tracemalloc
import warnings

import pytest

from kigen.errors import UnfingerprintableError
from kigen.fingerprint import digest, fingerprint, register

np = pytest.importorskip("numpy")

DTYPES = ["?", "i1", "u2", "i4", "i8", "f2", "f4", "f8", "g", "c8", "c16", "G", "M8[s]", "m8[ns]"]


def numbers(dtype, shape=(4, 6)):
    return np.arange(1, 1 + np.prod(shape)).reshape(shape).astype(dtype)


def test_a_scalar_is_the_value_it_is_worth(same, differ):
    kinds = [np.int8, np.uint64, np.float16, np.float32, np.float64, np.longdouble, np.complex64]
    same(1, np.bool_(True), np.clongdouble(1), *[kind(1) for kind in kinds])
    same(2.5, *[kind(2.5) for kind in kinds[2:]])
    same(0, np.float64(-0.0), np.float32(-0.0), np.complex128(complex(-0.0, -0.0)))
    same(float("nan"), np.float16("nan"), np.longdouble("nan"), -np.float64("nan"))
    same(float("inf"), np.float32("inf"), np.longdouble("inf"))
    same(1 + 2j, np.complex64(1 + 2j), np.clongdouble(1 + 2j))
    same("text", np.str_("text"))
    same(b"text", np.bytes_(b"text"))
    differ(0.1, np.float32(0.1), np.longdouble(1) / 10 if np.finfo("g").nmant > 52 else None)


def test_a_moment_is_the_same_in_every_unit(same, differ):
    same(
        dt.datetime(2020, 1, 1),
        *[np.datetime64("2020", unit) for unit in "YMDhms"],
        *[np.datetime64("2020", unit) for unit in ("ms", "us", "ns")],
    )
    same(dt.datetime(1899, 3, 1), np.datetime64("1899-03"), np.datetime64("1899-03-01T00:00"))
    same(np.datetime64("2020-01-02", "D"), np.datetime64("2020-01-02", "6h"))
    for year in (-290_000, -400, -1, 0, 399, 1600, 9999, 10_000, 290_000):
        moment = np.datetime64(year - 1970, "Y")
        same(moment, moment.astype("M8[M]"), moment.astype("M8[D]"), moment.astype("M8[s]"))
    differ(
        np.datetime64("2020", "ns"),
        np.datetime64("2020-01-01T00:00:00.000000001"),
        dt.date(2020, 1, 1),
    )


def test_a_duration_is_the_same_in_every_unit(same, differ):
    same(dt.timedelta(hours=1), np.timedelta64(1, "h"), np.timedelta64(3600 * 10**9, "ns"))
    same(np.timedelta64(1, "Y"), np.timedelta64(12, "M"))
    same(np.timedelta64("NaT", "D"), np.timedelta64("NaT", "s"), np.datetime64("NaT", "Y"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy is about to give up durations without a unit
        differ(np.timedelta64(1, "Y"), np.timedelta64(365, "D"), np.timedelta64(1), 1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_array_is_the_same_in_every_layout(same, dtype):
    array = numbers(dtype)
    wide = np.zeros((8, 12), dtype)
    wide[::2, ::2] = array
    spaced = np.frombuffer(b"x" + array.tobytes(), dtype, offset=1).reshape(array.shape)
    same(
        array,
        np.asfortranarray(array),
        array[::-1, ::-1].copy()[::-1, ::-1],
        wide[::2, ::2],
        array.T.copy().T,
        array.astype(array.dtype.newbyteorder(">")),
        array.astype(array.dtype.newbyteorder("<")),
        spaced,
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_cell_of_an_array_counts(dtype):
    array = numbers(dtype)
    seen = {digest(array)}
    for cell in np.ndindex(array.shape):
        changed = array.copy()
        changed[cell] = np.zeros((), dtype)
        seen.add(digest(changed))
    assert len(seen) == array.size + 1


def test_one_changed_cell_of_a_million_counts(differ):
    array = np.zeros(1_000_000)
    others = []
    for cell in random.Random(0).sample(range(array.size), 20):
        other = array.copy()
        other[cell] = 5e-324
        others.append(other)
    differ(array, *others)


def test_shape_and_dtype_count(differ):
    array = np.zeros(6)
    differ(
        array, array.reshape(2, 3), array.reshape(3, 2), array.reshape(1, 6), array[:5],
        array.astype("f4"), array.astype("i8"), array.astype("c16"), array.astype("M8[s]"),
        array.astype("M8[ms]"), array.astype(object), array.tolist(), tuple(array.tolist()),
    )  # fmt: skip
    differ(np.float64(1), np.array(1.0), np.array([1.0]), np.array([[1.0]]))
    differ(np.zeros(0), np.zeros((0, 3)), np.zeros((3, 0)), np.zeros((0, 0)), [], None)


def test_there_is_one_zero_and_one_nan_in_an_array(same):
    for dtype, payload in [("f4", "u4"), ("f8", "u8"), ("c16", "u8")]:
        quiet = np.array([np.nan, 0, 1], dtype)
        signalling = quiet.copy()
        signalling.view(payload)[0] = {"u4": 0xFF800001, "u8": 0xFFF0000000000001}[payload]
        same(quiet, signalling, np.array([np.nan, -0.0, 1], dtype))
    same(np.zeros(100_000), -np.zeros(100_000))


def test_true_is_true_whatever_byte_it_is(same):
    same(np.array([True, False]), np.array([7, 0], "u1").view(bool))


def test_text_arrays_are_their_text(same, differ):
    same(np.array(["a", "bé"]), np.array(["a", "bé"]).astype(">U2"))
    differ(np.array(["a", "b"]), np.array(["a", "c"]), np.array([b"a", b"b"]), ["a", "b"])
    same(np.array(["", ""]), np.array(["", ""]))
    if hasattr(np.dtypes, "StringDType"):
        words = np.array(["a", "x" * 100], np.dtypes.StringDType())
        same(words, words.copy())
        differ(words, words[::-1], words.astype("U100"))


def test_object_arrays_are_their_elements(same, differ, refused):
    same(np.array([1, "a", None], object), np.array([1.0, "a", None], object))
    differ(np.array([1, "a"], object), np.array(["a", 1], object), np.array([[1, "a"]], object))
    refused({"w": np.array([[1, 2], [3, object()]], object)}, "x['w'].flat[3]", at="x")
    ring = np.empty(1, object)
    ring[0] = [ring]
    assert "cycle" in str(refused(ring, ".flat[0][0]"))


def test_records_are_their_fields_and_not_the_gaps_between_them(same, differ):
    packed = np.array([(1, 2.0), (3, -0.0)], [("a", "i1"), ("b", "f8")])
    aligned = np.empty(2, np.dtype([("a", "i1"), ("b", "f8")], align=True))
    aligned.view("u1")[:] = 0xAB
    aligned["a"], aligned["b"] = packed["a"], [2.0, 0.0]
    same(packed, aligned, packed.astype([("a", "i1"), ("b", ">f8")]), packed.view(np.recarray))
    same(packed[0], aligned[0])
    differ(packed, packed[["a"]], packed.astype([("x", "i1"), ("b", "f8")]), packed[0], packed[:1])
    nested = np.zeros(2, [("p", [("x", "f4", (2,)), ("y", object)])])
    changed = nested.copy()
    changed["p"]["x"][1, 1] = 1
    differ(nested, changed)
    changed["p"]["y"] = object()
    with pytest.raises(UnfingerprintableError) as caught:
        digest(changed)
    assert caught.value.path == "['p']['y'].flat[0]"


def test_what_lies_under_a_mask_does_not_count(same, differ, refused):
    masked = np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0])
    same(masked, np.ma.array([1.0, 99.0, 3.0], mask=[0, 1, 0], fill_value=7))
    same(np.ma.array([1, 2]), np.ma.array([1, 2], mask=[0, 0]))
    differ(masked, masked.data, np.ma.array([1.0, 2.0, 3.0]), ~masked.mask, np.ma.masked)
    assert masked.data[1] == 2
    refused(np.ma.array([(1,)], dtype=[("a", int)]))


def test_an_array_on_disk_is_an_array(same, tmp_path):
    np.save(tmp_path / "a.npy", numbers("f8"))
    same(numbers("f8"), np.load(tmp_path / "a.npy", mmap_mode="r"))


def test_a_subclass_may_mean_anything_else_so_it_is_refused(refused):
    class Quantity(np.ndarray):
        unit = "m"

    value = np.zeros(3).view(Quantity)
    refused([value], "[0]")
    register(Quantity, lambda quantity: (quantity.unit, np.asarray(quantity)))
    fingerprint(value)


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_generators_are_refused(refused, make):
    refused({"rng": make(0)}, "['rng']")


def test_dtypes_and_functions_are_known(same, differ):
    same(np.dtype("f8"), np.dtype(float), np.dtype("<f8"))
    differ(np.dtype("f8"), np.dtype(">f8"), np.dtype("f4"), np.dtype([("a", "f8")]), "<f8")
    differ(np.dtype("i1,f8"), np.dtype("i1,f8", align=True))
    differ(np.add, np.mean, np.linalg.norm, np.float64, np.ndarray, functools.partial(np.sum))


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_large_array_is_not_copied(order):
    array = np.zeros((2000, 1000), order=order)
    digest(array)
    tracemalloc.start()
    try:
        digest({"x": [array]})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < array.nbytes / 8


def test_a_fingerprint_does_not_depend_on_how_numpy_treats_errors(same):
    with np.errstate(all="raise"):
        signalling = np.array([0x7FF0000000000001], "u8").view("f8")
        assert digest(signalling) == digest(np.array([np.nan]))


def test_numpy_is_not_imported_for_a_value_that_is_not_its_own():
    script = (
        "import sys, datetime, decimal; from kigen.fingerprint import digest\n"
        "digest([1, 2.5, {'a': datetime.date.today(), 'b': decimal.Decimal('1.5')}])\n"
        "sys.exit('numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
