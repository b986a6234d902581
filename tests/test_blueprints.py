"""Blueprints by name, and building them from others."""

import pytest

from kigen import Blueprint, Enum, Key, Param
from kigen.blueprints import Registry
from kigen.errors import ConfigurationError
from kigen.fields import Nested


class Tone(Key):
    pitch = Param(min=20, max=20_000)
    osc = Enum("sine", "saw")


class Loud(Tone):
    volume = Param(min=0, max=9)


class Mix(Key):
    left = Nested(Tone)


@pytest.fixture
def registry():
    registry = Registry()

    @registry.register
    def bass(top=200):
        """Low tones only.

        More of them.
        """
        return Blueprint(Tone).configure("pitch", Param(min=20, max=top))

    @registry.register(name="bass_saw", summary="Bass, sawtooth", owner="me")
    def _(top=100):
        return registry.bass(top).configure("osc", "saw")

    return registry


def test_blueprints_are_listed_described_and_made_by_name(registry):
    assert registry.list() == ["bass", "bass_saw"]
    assert registry.info("bass").summary == "Low tones only."
    assert registry.info("bass").parameters == {"top": 200}
    assert registry.info("bass_saw")[1:] == ("Bass, sawtooth", {"top": 100}, {"owner": "me"})
    assert registry.get("bass", top=50).overrides["pitch"].max == 50
    assert registry.bass(50).overrides["pitch"].max == 50
    assert "bass" in dir(registry)


def test_one_may_be_built_on_another(registry):
    assert set(registry.get("bass_saw").overrides) == {"pitch", "osc"}
    assert set(registry.get("bass").overrides) == {"pitch"}


def test_mistakes_are_told(registry):
    with pytest.raises(
        ConfigurationError, match="no blueprint is called 'bas'; did you mean 'bass'"
    ):
        registry.get("bas")
    with pytest.raises(AttributeError, match="did you mean 'bass'"):
        _ = registry.bas
    with pytest.raises(ConfigurationError, match="registered already"):
        registry.register(dict, name="bass")
    with pytest.raises(ConfigurationError, match="no identifier"):
        registry.register(lambda: None)
    with pytest.raises(TypeError, match="tpo"):
        registry.get("bass", tpo=3)
    registry.unregister("bass")
    assert registry.list() == ["bass_saw"]


def test_extending_keeps_what_was_configured():
    base = Blueprint(Tone).configure("osc", "saw")
    extended = base.extend(Loud).configure("volume", 3)
    assert extended.key_type is Loud
    assert extended.overrides == {"osc": "saw", "volume": 3}
    assert base.overrides == {"osc": "saw"}
    with pytest.raises(ConfigurationError, match="no subclass"):
        Blueprint(Loud).extend(Tone)


def test_merging_puts_the_later_on_top_nested_ones_in_depth():
    one = Blueprint(Mix).configure("left.osc", "saw").configure("left.pitch", 50)
    two = Blueprint(Mix).configure("left.pitch", 60)
    merged = one.merge(two)
    assert merged.overrides["left"].overrides == {"osc": "saw", "pitch": 60}
    assert one.overrides["left"].overrides == {"osc": "saw", "pitch": 50}
    assert merged.cardinality() == 1
