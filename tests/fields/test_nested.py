"""Nested and Each: keys within keys."""

import pytest

from kigen import Blueprint, Enum, Generator, Key, Param, RandomRengine
from kigen.errors import ConfigurationError, FieldError, FrozenKeyError, KeyFieldError, KigenError
from kigen.fields import Each, Nested


class Layer(Key):
    units = Param(min=1, max=4)
    act = Enum("relu", "tanh", default="relu")


class Net(Key):
    lr = Param(min=0.0, max=1.0)
    head = Nested(Layer)
    body = Each(Layer, 2)


def net(**changes):
    return Net(**{"lr": 0.5, "head": {"units": 1}, "body": [{"units": 2}, {"units": 3}], **changes})


def test_a_nested_key_is_given_as_a_key_or_as_a_mapping():
    assert net(head=Layer(units=1)) == net()
    assert net().head.act == "relu"
    assert net().body == (Layer(units=2), Layer(units=3))


def test_errors_inside_are_told_with_their_path():
    with pytest.raises(KeyFieldError) as caught:
        net(head={"unit": 3}, body=[{"units": 9}, 7], lr=2)
    assert [problem.path for problem in caught.value.errors] == [
        "head.unit",
        "head.units",
        "lr",
        "body[0].units",
        "body[1]",
    ]
    assert "body[0].units: 9 is above maximum 4" in str(caught.value)
    assert "did you mean 'units'?" in str(caught.value)


@pytest.mark.parametrize("value", [[], [{"units": 1}], 3, "ab", None, {"units": 1}])
def test_each_asks_for_a_sequence_of_its_length(value):
    with pytest.raises(FieldError, match="no sequence of 2 values"):
        net(body=value)


def test_a_nested_key_is_frozen():
    key = net()
    with pytest.raises(FrozenKeyError):
        key.head.units = 2


def test_override_merges_in_depth_and_takes_only_what_was_given():
    key = net(head={"units": 1, "act": "tanh"})
    assert key.override(head={"units": 4}).head == Layer(units=4, act="tanh")
    assert key.override(head=Layer(units=4)).head == Layer(units=4, act="tanh")
    assert key.override({"lr": 0.1}, head={"act": "relu"}).to_dict() == {
        **key.to_dict(),
        "lr": 0.1,
        "head": {"units": 1, "act": "relu"},
    }
    assert key == net(head={"units": 1, "act": "tanh"})


def test_a_blueprint_configures_dotted_paths():
    blueprint = (
        Blueprint(Net)
        .configure("head.units", 3)
        .configure("head.act", Enum("tanh"))
        .configure("lr", 0.5)
    )
    key = blueprint.build(RandomRengine(seed=1))
    assert key.head == Layer(units=3, act="tanh")
    assert blueprint.cardinality() == 64
    with pytest.raises(ConfigurationError, match="no field 'unit'"):
        Blueprint(Net).configure("head.unit", 3)
    with pytest.raises(ConfigurationError, match="no nested key"):
        Blueprint(Net).configure("lr.x", 3)
    with pytest.raises(FieldError):
        Blueprint(Net).configure("head.units", 9)


def test_configuring_inside_does_not_change_a_blueprint_given_before():
    inner = Blueprint(Layer).configure("units", 1)
    outer = Blueprint(Net).configure("head", inner).configure("head.act", "tanh")
    assert inner.overrides == {"units": 1}
    assert outer.build(RandomRengine(seed=1)).head == Layer(units=1, act="tanh")


def test_a_structured_space_is_drawn_completely():
    blueprint = Blueprint(Net).configure("lr", 0.5)
    drawn = Generator(blueprint, seed=1).generate_many(blueprint.cardinality())
    assert set(drawn) == set(blueprint.combinations())
    assert len(drawn) == 8**3


def test_json_and_dict_forms_come_back_as_the_same_key():
    key = net()
    assert Net.from_json(key.to_json()) == Net.from_dict(key.to_dict()) == key
    assert Net.json_schema()["properties"]["body"]["items"]["required"] == ["units"]


def test_what_is_neither_field_nor_key_class_is_refused():
    for definition in (lambda: Nested(int), lambda: Each(int, 2), lambda: Each(Param(), 0)):
        with pytest.raises(ConfigurationError):
            definition()


def test_override_tells_all_that_is_wrong_with_its_path():
    with pytest.raises(KigenError) as caught:
        net(head={"units": 1}).override(head={"unit": 4}, lr="fast")
    assert [problem.path for problem in caught.value.errors] == ["head.unit", "lr"]
    with pytest.raises(FieldError, match="no key and no mapping"):
        net(head={"units": 1}).override(3)


def test_override_reaches_into_a_nested_default():
    class Outer(Key):
        head = Nested(Layer, default=Layer(units=3, act="tanh"))

    assert Outer().override(head={"units": 2}).head == Layer(units=2, act="tanh")
    assert Outer().override({"head": {"units": 2}}, head={"act": "relu"}).head == Layer(
        units=2, act="relu"
    )


def test_a_nested_key_of_a_subclass_is_refused_because_its_dict_could_not_be_read_back():
    class Wider(Layer):
        extra = Param(min=0, max=1, default=0)

    with pytest.raises(FieldError, match="is no Layer"):
        net(head=Wider(units=1))
