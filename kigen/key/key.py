"""The class Key."""

from __future__ import annotations

from collections.abc import Mapping
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kigen import fingerprint as _fingerprint
from kigen.errors import (
    FieldError,
    FrozenKeyError,
    KeyFieldError,
    UnfingerprintableError,
)
from kigen.fields.field import MISSING, Field
from kigen.fields.problems import suggestion
from kigen.fields.sameness import token
from kigen.key import forms, source
from kigen.key.admission import active, admit, check_definition, collect
from kigen.key.space import Space

__all__ = ["Key"]


class Key:
    """A set of named values, each admitted by its field; declare the fields in a subclass.

    Keys are equal when their classes have the same name in the same module and their values are
    equal; 3 and 3.0 are equal, and so are two NaNs. A key that has been hashed, fingerprinted or
    recorded has been used as a key and is frozen; before that, assignments are validated.

    Raises:
        FieldError: values that their fields do not admit (a `ValueError`; all of them, with path,
            message and value, in ``errors``).
        KeyFieldError: unknown or missing fields (a `TypeError`; ``errors`` as above).

    >>> from kigen import Enum, Param
    >>> class Trial(Key):
    ...     depth = Param(min=2, max=12)
    ...     opt = Enum("adam", "sgd", default="adam")
    >>> trial = Trial(depth=3)
    >>> trial.depth, trial.opt, trial == Trial(opt="adam", depth=3.0)
    (3, 'adam', True)
    >>> trial.replace(opt="sgd").to_dict()
    {'depth': 3, 'opt': 'sgd'}
    >>> trial.depth = 13
    Traceback (most recent call last):
    kigen.errors.FieldError: depth: 13 is above maximum 12
    """

    # The instance __dict__ holds the values, by field, and nothing else.
    __slots__ = ("__dict__", "__weakref__", "_digest", "_explicit", "_hash")

    if TYPE_CHECKING:
        __match_args__: ClassVar[tuple[str, ...]]
        _digest: bytes
        _explicit: tuple[bool, ...]
        _hash: int

    __signature__: ClassVar[forms.Signature] = forms.Signature()

    _fields: ClassVar[dict[str, Field[Any]]] = {}
    _conditional: ClassVar[bool] = False
    _handwritten: ClassVar[bool] = False
    """Whether a constructor of the user's own builds the keys."""
    _written_out: ClassVar[bool] = False
    """Whether methods are compiled for the fields of the class."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._fields = collect(cls, Key)
        cls._conditional = any(field.when for field in cls._fields.values())
        cls._handwritten = any(
            "__init__" in vars(base) and not hasattr(vars(base)["__init__"], "__kigen__")
            for base in cls.__mro__[: cls.__mro__.index(Key)]
        )
        cls.__match_args__ = tuple(cls._fields)  # type: ignore[misc]  # mypy takes it for a constant
        # Those of a base class are compiled for the fields of that class.
        for name in ("_tokens", "_equal", "_make_digest", "_readable"):
            setattr(cls, name, getattr(Key, name))
        cls._written_out = not (cls._handwritten or cls._conditional) and all(
            name.isidentifier() and not iskeyword(name) for name in cls._fields
        )
        check_definition(cls.__name__, cls._fields)

    def __init__(self, /, **given: Any) -> None:
        cls = type(self)
        self._take(given)
        if cls._written_out and "__init__" not in vars(cls):
            made: Any = source.initializer(cls, Key.__init__, _remember)
            made.__kigen__ = True
            cls.__init__ = made  # type: ignore[method-assign]  # written for these fields

    def _take(self, given: Mapping[str, Any]) -> None:
        cls = type(self)
        given = {name: value for name, value in given.items() if value is not MISSING}
        self.__dict__.update(admit(cls.__name__, cls._fields, given))
        _set(self, "_explicit", tuple([name in given for name in cls._fields]))

    @classmethod
    def field_specs(cls) -> dict[str, Field[Any]]:
        """Return the fields by name, in declared order; those of base classes come first."""
        return dict(cls._fields)

    @classmethod
    def identity(cls) -> str:
        """Return the name by which the class is known in fingerprints: module and qualified name.

        >>> Key.identity()
        'kigen.key.key.Key'
        """
        return ".".join(_fingerprint.identity(cls))

    @classmethod
    def _space(cls) -> Space[Self]:
        return Space(cls)

    @classmethod
    def _built(cls, given: Mapping[str, Any]) -> Self:
        """Return a key of values that are to be admitted."""
        key = cls.__new__(cls)
        key._take(given)  # noqa: SLF001
        return key

    @classmethod
    def _drawn(cls, values: dict[str, Any]) -> Self:
        """Return a key of values that are known to be valid."""
        if cls._handwritten:
            return cls(**values)  # a constructor of the user's own has its say
        key = cls.__new__(cls)
        key.__dict__.update(values)
        return key

    # Copies

    def explicit(self) -> dict[str, Any]:
        """Return the values that were given, without those that are defaults or inactive."""
        return self._given()

    def _given(self) -> dict[str, Any]:
        flags = getattr(self, "_explicit", None) or (True,) * len(self._fields)
        values = self.__dict__
        return {
            name: values[name]
            for (name, field), flag in zip(self._fields.items(), flags, strict=True)
            if flag and active(field, values)
        }

    def replace(self, /, **changes: Any) -> Self:
        """Return a copy with some values changed; the copy is not frozen."""
        return self._built({**self._given(), **changes})

    __replace__ = replace

    def override(self, other: Key | Mapping[str, Any] | None = None, /, **changes: Any) -> Self:
        """Return a copy into which ``other`` and ``changes`` are merged, nested keys in depth.

        A key contributes the values it was explicitly given, not its defaults.
        """
        return forms.overridden(self, other or {}, changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the values by field, in declared order; nested keys as dicts."""
        values = self.__dict__
        return {name: forms.unfolded(values[name]) for name in self._fields}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the key that `to_dict` made ``values`` of, or that a person wrote them for."""
        if not isinstance(values, Mapping):
            raise FieldError(
                f"{cls.__name__}: {values!r} is no mapping of values by field; see to_dict()",
                value=values,
            )
        return cls._built(values)

    def to_json(self) -> str:
        """Return the values as JSON, to be read by `from_json`."""
        return forms.to_json(self)

    def _readable(self) -> str:
        """Return the values as JSON for people and SQL tools."""
        cls = type(self)
        if cls is Key:
            return "{}"
        cls._readable = source.writer(cls)  # type: ignore[assignment, method-assign]  # as above
        return cls._readable(self)

    def _dumped(self) -> dict[str, Any]:
        return forms.dumped(self)

    @classmethod
    def _loaded(cls, data: dict[str, Any]) -> dict[str, Any]:
        return forms.loaded(cls, data)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the key that `to_json` made ``text`` of."""
        return forms.from_json(cls, text)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of what `to_json` writes."""
        return forms.json_schema(cls)

    # Sameness

    @property
    def id(self) -> str:
        """The first 12 digits of the fingerprint, which are the same in every interpreter."""
        return self._peek().hex()[:12]

    def _peek(self) -> bytes:
        """Return the digest without freezing the key."""
        try:
            return self._digest
        except AttributeError:
            return self._make_digest()

    def _freeze(self) -> bytes:
        """Return the digest; from now on the key is frozen."""
        try:
            digest = self._peek()
        except UnfingerprintableError:
            self._name_culprit()
            raise
        _set(self, "_digest", digest)
        return digest

    def fingerprint(self) -> str:
        """Return 32 hexadecimal digits, equal for equal keys in every interpreter; freezes the key.

        Raises:
            UnfingerprintableError: a value has no canonical bytes.
        """
        return self._freeze().hex()

    def __fingerprint__(self) -> object:
        values = self.__dict__
        return tuple(
            (name, values[name]) for name, field in self._fields.items() if active(field, values)
        )

    def __eq__(self, other: object) -> bool:
        if type(self) is type(other):
            return self._equal(other)
        if not isinstance(other, Key):
            return NotImplemented
        return self._tokens() == other._tokens()  # classes of one name are one class

    def _equal(self, other: Key) -> bool:
        cls = type(self)
        if cls is Key or cls._conditional:
            return self._tokens() == other._tokens()
        cls._equal = source.comparer(cls)  # type: ignore[assignment, method-assign]  # as above
        return cls._equal(self, other)

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            try:
                hashed = hash(self._tokens())
            except UnfingerprintableError:
                self._name_culprit()
                raise
            _set(self, "_hash", hashed)
            return hashed

    def _name_culprit(self) -> None:
        """Raise `UnfingerprintableError` with a path that begins with the field."""
        for name, value in self._given().items():
            _fingerprint.digest(value, at=name)

    def _tokens(self) -> tuple[Any, ...]:
        cls = type(self)
        if cls is not Key and not cls._conditional:
            cls._tokens = source.tokenizer(cls)  # type: ignore[assignment, method-assign]  # as above
            return cls._tokens(self)
        values = self.__dict__
        names = [name for name, field in cls._fields.items() if active(field, values)]
        return ((cls.identity(), *names), *[token(values[name]) for name in names])

    def _make_digest(self) -> bytes:
        cls = type(self)
        own = cls.__fingerprint__ is not Key.__fingerprint__
        if own or cls is Key or cls._conditional:
            return _fingerprint.digest(self)
        cls._make_digest = source.digester(cls)  # type: ignore[assignment, method-assign]  # as above
        return cls._make_digest(self)

    # The object

    def __setattr__(self, name: str, value: Any) -> None:
        _check_assignable(self, name)
        # All over again, because another field's condition may look at this one.
        Key.__init__(self, **{**self._given(), name: value})

    def __delattr__(self, name: str) -> None:
        raise FrozenKeyError(
            f"{type(self).__name__}.{name} cannot be deleted: a key has all its fields", field=name
        )

    # A pickle names the key's class and nothing of kigen's, so that archives outlive its modules.
    def __getstate__(self) -> tuple[Any, ...]:
        return self.__dict__.copy(), getattr(self, "_explicit", None)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if state[0].keys() != self._fields.keys():  # it would be neither the old key nor a new one
            raise KeyFieldError(
                f"{type(self).__name__} had other fields when the key was pickled: "
                f"{', '.join(state[0])}; it has {', '.join(self._fields)}",
                fields=list(state[0]),
            )
        self.__dict__.update(state[0])
        if state[1] is not None:
            _set(self, "_explicit", state[1])

    def __repr__(self) -> str:
        shown = {name: self.__dict__[name] for name in self._fields}
        try:
            shown = {"id": self._peek().hex()[:12], **shown}
        except UnfingerprintableError:
            pass  # a key that cannot be used as one can still be shown
        values = ", ".join(f"{name}={value!r}" for name, value in shown.items())
        return f"{type(self).__name__}({values})"


_set = object.__setattr__


def _remember(key: Key, explicit: tuple[bool, ...]) -> None:
    _set(key, "_explicit", explicit)


def _check_assignable(key: Key, name: str) -> None:
    if name not in key._fields:
        # typing notes X[int] in what it builds, and expects an AttributeError if it must not.
        kind = FrozenKeyError if name.startswith("__") else KeyFieldError
        raise kind(
            f"{type(key).__name__} has no field {name!r}{suggestion(name, key._fields)}",
            field=name,
        )
    if hasattr(key, "_hash") or hasattr(key, "_digest"):
        raise FrozenKeyError(
            f"{type(key).__name__}.{name}: the key has been used as a key and is frozen; "
            f"make a changed copy with key.replace({name}=...)",
            field=name,
        )
