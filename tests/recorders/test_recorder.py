"""Recorder: new or not, and written in batches."""

import gc
import tracemalloc

import pytest

from kigen import Enum, Key, Param, Recorder, Store
from kigen.errors import ConfigurationError, FrozenKeyError


class Tone(Key):
    pitch = Param(min=40, max=20_000)
    osc = Enum("sine", "saw")


def test_a_repeated_key_is_told_from_a_new_one(tmp_path):
    with Store(tmp_path / "my.db") as store:
        recorder = Recorder(name="ingest", store=store)
        assert recorder.record(Tone(pitch=440, osc="sine")) is True
        assert recorder.record(Tone(pitch=440.0, osc="sine")) is False
        recorder.flush()
        assert (recorder.gen_key, recorder.gen_type, recorder.cursor) == (
            "ingest:recorder",
            "recorder",
            1,
        )
        assert store.run_count("ingest:recorder") == 1
    with Store(tmp_path / "my.db") as store:
        again = Recorder(name="ingest", store=store)
        assert again.cursor == 1
        assert again.record(Tone(pitch=440, osc="sine")) is False


def test_keys_are_written_at_the_interval_at_flush_and_at_the_end_of_the_block(tmp_path):
    with Store(tmp_path / "my.db") as store:
        with Recorder(name="r", store=store, flush_interval=3) as recorder:
            counts = []
            for pitch in range(40, 45):
                recorder.record(Tone(pitch=pitch, osc="saw"))
                counts.append(store.run_count())
            assert counts == [0, 0, 3, 3, 3]
            assert recorder.cursor == 5
        assert store.run_count() == 5
        assert store.load_generator_by_key("r:recorder")["cursor"] == 5


def test_two_recorders_of_one_name_write_each_key_once(tmp_path):
    with Store(tmp_path / "my.db") as one, Store(tmp_path / "my.db") as two:
        first, second = Recorder(name="r", store=one), Recorder(name="r", store=two)
        for pitch in (40, 41):
            first.record(Tone(pitch=pitch, osc="saw"))
        for pitch in (41, 42):
            second.record(Tone(pitch=pitch, osc="saw"))
        first.flush()
        second.flush()
        assert one.run_count() == 3
        assert second.cursor == 3
        assert second.record(Tone(pitch=40, osc="saw")) is False


def test_a_recorded_key_is_frozen():
    key = Tone(pitch=440, osc="sine")
    Recorder(name="r").record(key)
    with pytest.raises(FrozenKeyError):
        key.pitch = 50


def test_without_a_store_nothing_is_kept_but_what_tells_keys_apart():
    recorder = Recorder(name="r")
    recorder.record(Tone(pitch=40, osc="saw"))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for pitch in range(41, 10_041):
        recorder.record(Tone(pitch=pitch, osc="saw"))
    gc.collect()
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert recorder.cursor == 10_001
    # 48 bytes of digest and a set's slots: 52 at its fullest, 131 just after it has grown.
    assert used / 10_000 < 48 + 131 + 5


def test_a_recorder_needs_a_name_and_a_sensible_interval(tmp_path):
    with pytest.raises(ConfigurationError, match="flush_interval"):
        Recorder(name="r", flush_interval=0)
    with pytest.raises(ConfigurationError, match="name"):
        _ = Recorder().gen_key


def test_a_key_of_another_class_with_the_same_values_is_new():
    class Other(Key):
        pitch = Param(min=40, max=20_000)
        osc = Enum("sine", "saw")

    recorder = Recorder(name="r")
    assert recorder.record(Tone(pitch=440, osc="sine"))
    assert recorder.record(Other(pitch=440, osc="sine"))
