"""A program written for ki-gen 1.0, run by ki-gen and by kigen.

ki-gen has kigen's import name: ``KI_GEN_PYTHON`` names an interpreter that has it installed.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.programs import environment

KI_GEN = os.environ.get("KI_GEN_PYTHON")

pytestmark = pytest.mark.skipif(KI_GEN is None, reason="KI_GEN_PYTHON names no interpreter")

STREAMS = """
import json
from kigen import Blueprint, Enum, Generator, Key, Param, Pool
class A(Key):
    a = Param(min=0, max=10)
    b = Enum("x", "y")
class B(Key):
    a = Param(min=0.0, max=10)
    b = Param(min=-3, max=7)
    c = Enum(1, 2, 3)
    d = Param(min=1, max=5.5)
    e = Param(min=5, max=25, step=5)
class C(Key):
    p = Pool()
    q = Param(min=-1.5, max=2)
C.p.populate(range(7))
blueprints = [Blueprint(A), Blueprint(B), Blueprint(C)]
blueprints.append(
    Blueprint(B).configure("a", 3.5).configure("b", Param(min=0, max=1)).configure("c", Enum(2, 3))
)
found = []
for blueprint in blueprints:
    for seed in range(30):
        generator = Generator(blueprint, seed=seed, max_consecutive_skips=300)
        found.append([list(key.to_dict().values()) for key in generator.generate_many(12)])
print(json.dumps(found))
"""

STORING = """
import json, sys
from kigen import Blueprint, Enum, Generator, Key, Param, Recorder, Store
class SoundKey(Key):
    pitch       = Param(min=20, max=20_000)
    sample_rate = Param(min=8000, max=96_000)
    osc         = Enum("sine", "square", "sawtooth", "triangle")
blueprint = Blueprint(SoundKey)
if "configured" in sys.argv:
    blueprint.configure("sample_rate", 44_100).configure("pitch", Param(min=1000, max=2000))
with Store(sys.argv[1]) as store:
    generator = Generator(blueprint, seed=42, store=store)
    before = generator.cursor
    keys = generator.generate_many(int(sys.argv[2]))
    generator.flush()
    recorder = Recorder(name="ingest", store=store)
    new = recorder.record(SoundKey(pitch=440, sample_rate=8000, osc="sine"))
    recorder.flush()
    print(json.dumps([before, store.run_count("SoundKey:RandomRengine:42"), new,
                      [key.to_dict() for key in keys]]))
"""


def run(python, program, *arguments):
    isolated = ["-I"] if python == KI_GEN else []
    done = subprocess.run(
        [python, *isolated, "-c", program, *map(str, arguments)],
        capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_keys_are_the_same():
    assert run(sys.executable, STREAMS) == run(KI_GEN, STREAMS)


@pytest.mark.parametrize("blueprint", ["plain", "configured"])
def test_a_database_is_taken_over_and_continued(tmp_path, blueprint):
    *_, whole = run(sys.executable, STORING, tmp_path / "whole.db", 100, blueprint)
    path = tmp_path / "keys.db"
    assert run(KI_GEN, STORING, path, 53, blueprint) == [0, 53, True, whole[:53]]
    assert run(sys.executable, STORING, path, 30, blueprint) == [53, 83, False, whole[53:83]]
    assert run(sys.executable, STORING, path, 17, blueprint) == [83, 100, False, whole[83:]]
