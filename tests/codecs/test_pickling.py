"""Any value pickle can store, dill behind it, and a clear word about the rest."""

from __future__ import annotations

import builtins
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kigen import CodecError, MissingExtra
from kigen.codecs import LiveCodec, PickleCodec, decode, dilled
from tests.programs import ROOT, environment, output

codec = PickleCodec()


@pytest.mark.parametrize(
    "value",
    [None, 0.5, "text", b"bytes", {"a": [1, (2, {3})]}, ValueError("x"), range(3), 10**400],
    ids=repr,
)
def test_what_pickle_stores_is_a_plain_pickle(value):
    """Any tool that reads pickles reads it."""
    name, data, buffers = codec.encode(value)
    assert (name, buffers) == ("pickle", ())
    assert repr(pickle.loads(data)) == repr(value) == repr(codec.decode((name, data, buffers)))


def test_large_arrays_stay_outside_the_pickle_and_are_not_copied():
    """The buffer is the memory of the array; small arrays are inside."""
    large, small = np.arange(10_000.0), np.arange(10.0)
    name, data, buffers = codec.encode({"large": large, "small": small})
    assert name == "pickle"
    assert len(data) < 2_000
    assert [buffer.nbytes for buffer in buffers] == [80_000]
    assert np.shares_memory(np.frombuffer(buffers[0]), large)
    found = codec.decode((name, data, tuple(bytearray(b) for b in buffers)))
    assert np.array_equal(found["large"], large)
    assert np.array_equal(found["small"], small)


def test_dill_stores_what_pickle_cannot():
    """Lambdas, closures, local classes."""

    class Local:
        def double(self, x):
            return 2 * x

    factor = 3
    for function in (lambda x: x * factor, Local().double):
        payload = codec.encode(function)
        assert payload[0] == "dill"
        assert codec.decode(payload)(5) == function(5)


def test_what_neither_can_store_is_named_by_type_and_path():
    """Down to the innermost culprit, through mappings, sequences and attributes."""

    class Model:
        def __init__(self):
            self.layers = [1, {"hook": (n for n in ())}]

    with pytest.raises(CodecError, match=r"generator at .*hook") as caught:
        codec.encode({"model": Model()})
    assert caught.value.path == "['model'].layers[1]['hook']"
    assert isinstance(caught.value, TypeError)
    with pytest.raises(CodecError, match="type generator cannot be stored"):
        codec.encode(n for n in ())


class Hostile:
    def __reduce__(self):
        raise RuntimeError("no")


def test_a_class_that_refuses_to_be_stored_is_a_codec_error():
    """Whatever its __reduce__ raises."""
    with pytest.raises(CodecError, match="Hostile"):
        codec.encode([Hostile()])


def test_values_nested_too_deeply_are_a_codec_error():
    """And not a RecursionError out of a cached call."""
    value = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(CodecError):
        codec.encode(value)
    while value:
        value = value.pop()


def test_without_dill_the_error_says_what_to_install(monkeypatch):
    """Dill is a dependency of kigen, but somebody may have removed it."""
    real = builtins.__import__

    def absent(name, *rest):
        if name == "dill":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(CodecError) as caught:
        codec.encode(lambda: 1)
    assert isinstance(caught.value.__cause__, MissingExtra)
    assert "pip install dill" in str(caught.value.__cause__)


def test_byte_code_of_another_python_is_not_run(monkeypatch):
    """It may crash the interpreter: the error says so instead."""
    payload = codec.encode(lambda x: x)
    monkeypatch.setattr(dilled, "_VERSION", bytes([3, 99]))
    with pytest.raises(CodecError, match=r"byte code of Python 3\.\d+"):
        codec.decode(payload)


def test_another_codecs_payload_is_refused_by_name():
    """A newer kigen may have written it."""
    with pytest.raises(CodecError, match="'zstd'"):
        decode(("zstd", b"", ()))


def test_plain_values_do_not_import_dill():
    """It takes 50 ms."""
    program = (
        "import sys; from kigen.codecs import PickleCodec as C; c = C();"
        "c.decode(c.encode({'a': [1.5]})); print('dill' in sys.modules)"
    )
    assert output(program).strip() == "False"


SCRIPT = """
import sys
from dataclasses import dataclass
from kigen import archives

@dataclass
class Result:
    loss: float
    def doubled(self):
        return 2 * self.loss

def helper(x):
    return x + 1

archive = archives.open(sys.argv[1])
if "result" in archive:
    assert type(archive["result"]) is Result, type(archive["result"])
    assert archive["result"] == Result(0.25)
    assert archive["function"](1) == 2
    print("found")
else:
    archive["result"] = Result(0.25)
    archive["function"] = helper
    archive["lambda"] = lambda x: helper(x) * 2
    print("stored")
"""

ANOTHER_MAIN = """
import sys
from kigen import archives
archive = archives.open(sys.argv[1])
print(archive["result"].loss, archive["result"].doubled())
print(archive["function"](1), archive["lambda"](1))
"""


@pytest.mark.parametrize("path", ["runs.db", "runs/"])
def test_classes_of_main_are_found_again(tmp_path, path):
    """By the script that defined them, as its own; by any other interpreter, as copies."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)

    def run():
        done = subprocess.run(
            [sys.executable, script, tmp_path / path if path != "runs/" else f"{tmp_path}/runs/"],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert run() == "stored"
    assert run() == "found"
    assert output(ANOTHER_MAIN, f"{tmp_path}/{path}").split() == ["0.25", "0.5", "2", "4"]


def test_the_live_codec_keeps_the_object():
    """Anything, as it is."""
    lock = threading.Lock()
    assert LiveCodec().decode(LiveCodec().encode(lock)) is lock


def test_no_value_is_encoded_twice_for_nothing():
    """The documents promise one pickle for a value without arrays."""
    calls = []

    class Counted:
        def __reduce__(self):
            calls.append(1)
            return Path, ("x",)

    codec.encode(Counted())
    assert len(calls) == 1


WORKERS = """
import sys
from pathlib import Path
from kigen.codecs import PickleCodec

class Point:
    def __init__(self, x):
        self.x = x

def write(file):
    codec, data, buffers = PickleCodec().encode(Point(3))
    Path(file).write_bytes(data)

if __name__ == "__main__":
    file = sys.argv[1]
    if not Path(file).exists():
        import multiprocessing
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            pool.map(write, [file])
    else:
        point = PickleCodec().decode(("pickle+dill", Path(file).read_bytes(), ()))
        print(type(point) is Point, point.x)
"""


def test_what_a_worker_stores_of_its_script_is_found_by_the_script_and_by_others(tmp_path):
    """The script need not have workers when it reads; to other main modules it is a copy."""
    script, file = tmp_path / "script.py", tmp_path / "point"
    script.write_text(WORKERS)

    def run():
        command = [sys.executable, script, file]
        return subprocess.run(
            command, env=environment(), check=True, timeout=120, capture_output=True, text=True
        ).stdout

    assert [run(), run()] == ["", "True 3\n"]
    assert codec.decode(("pickle+dill", file.read_bytes(), ())).x == 3
