"""The forms of a key: dicts, JSON, JSON Schema, and merging one into another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from kigen.errors import FieldError
from kigen.fields.field import MISSING, Field

if TYPE_CHECKING:
    import inspect

    from kigen.key.key import Key

__all__ = ["Signature", "from_json", "json_schema", "overridden", "to_json", "unfolded"]

K = TypeVar("K", bound="Key")


class Signature:
    """What `inspect.signature` says of a key class: its fields, keyword-only, with defaults."""

    def __get__(self, key: Key | None, cls: type[Key]) -> inspect.Signature:
        import inspect

        if key is not None or cls._handwritten:
            raise AttributeError("__signature__")  # inspect goes on to the constructor itself
        return inspect.Signature(
            [
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_default(field))
                for name, field in cls.field_specs().items()
            ]
        )


def _default(field: Field[Any]) -> Any:
    import inspect

    if field.default is MISSING:
        return inspect.Parameter.empty if field.when is None else None
    return field.default


def unfolded(value: Any) -> Any:
    """Return a value with the keys in it as dicts."""
    if hasattr(type(value), "field_specs"):
        return value.to_dict()
    if type(value) is tuple and any(hasattr(type(item), "field_specs") for item in value):
        return tuple(map(unfolded, value))
    return value


def overridden(key: K, other: Key | Mapping[str, Any], changes: Mapping[str, Any]) -> K:
    """Return ``key`` with ``other`` and then ``changes`` merged into it."""
    for layer in (other, changes):
        if not isinstance(layer, Mapping) and not hasattr(type(layer), "field_specs"):
            raise FieldError(
                f"{type(key).__name__}: {layer!r} is no key and no mapping of values to merge",
                value=layer,
            )
    return key._built(_merged(key, _merged(_explicit(other), changes)))  # noqa: SLF001


def _merged(old: Any, change: Any) -> dict[str, Any]:
    """Return the explicit values of ``old`` with those of ``change`` on top, to be admitted."""
    values = _explicit(old)
    known = values if isinstance(old, Mapping) else old.__dict__
    for name, new in _explicit(change).items():
        before = known.get(name)
        deep = _holds_values(before) and (isinstance(new, Mapping) or type(new) is type(before))
        values[name] = _merged(before, new) if deep else new
    return values


def _holds_values(value: Any) -> bool:
    return isinstance(value, Mapping) or hasattr(type(value), "field_specs")


def _explicit(layer: Any) -> dict[str, Any]:
    return dict(layer) if isinstance(layer, Mapping) else layer._given()  # noqa: SLF001


def to_json(key: Key) -> str:
    """Return the values of ``key`` as JSON."""
    import json

    return json.dumps(dumped(key), ensure_ascii=False, allow_nan=False)


def dumped(key: Key) -> dict[str, Any]:
    """Return what `to_json` writes, as Python objects."""
    values = key.__dict__
    return {
        name: None if values[name] is None else field.dump(values[name])
        for name, field in key.field_specs().items()
    }


def from_json(cls: type[K], text: str) -> K:
    """Return the key that ``text`` holds."""
    import json

    try:
        data = json.loads(text)
    except ValueError as error:
        raise FieldError(f"{cls.__name__}: no JSON ({error})", value=text) from error
    if not isinstance(data, dict):
        raise FieldError(f"{cls.__name__}: JSON object expected, not {text[:40]!r}", value=text)
    return cls._built(loaded(cls, data))


def loaded(cls: type[Key], data: dict[str, Any]) -> dict[str, Any]:
    """Return the values that JSON data stands for; unknown names are left for the constructor."""
    fields = cls.field_specs()
    return {
        name: value if value is None or name not in fields else fields[name].load(value)
        for name, value in data.items()
    }


def json_schema(cls: type[Key]) -> dict[str, Any]:
    """Return the JSON Schema of the keys of ``cls``."""
    fields = cls.field_specs()
    required = [
        name for name, field in fields.items() if field.default is MISSING and field.when is None
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": cls.__name__,
        "type": "object",
        "properties": {name: _described(field) for name, field in fields.items()},
        "required": required,
        "additionalProperties": False,
    }


def _described(field: Any) -> dict[str, Any]:
    schema: dict[str, Any] = field.schema()
    if field.when is not None:
        schema = {"anyOf": [schema, {"type": "null"}]}
    if field.default is not MISSING:
        default = field.default
        schema = {**schema, "default": None if default is None else field.dump(default)}
    return schema
