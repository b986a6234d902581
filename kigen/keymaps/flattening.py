"""The keymap that keeps arguments as they are, and what all keymaps have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, NoReturn, Self

from kigen.errors import ConfigurationError
from kigen.signature.marker import NOSENTINEL, SENTINEL

__all__ = ["keymap"]

_FAST = (int, str, bytes, frozenset, type(None))
_TOOLS = ("sorted", "tuple", "type", "len")


class keymap:  # noqa: N801 - klepto's name
    """Make a key of a call: its arguments themselves, in one tuple.

    ``typed`` adds the types of the arguments. ``flat=False`` keeps ``(args, kwds)`` apart instead
    of in one tuple, which no dict takes for a key. ``sentinel`` stands between the parts of a flat
    key; without one, ``f("x", 1)`` and ``f(x=1)`` have the same. A single argument whose type is
    in ``fasttypes`` is its own key. ``sorted``, ``tuple``, ``type`` and ``len`` replace the
    builtins that the key is made with.

    ``a + b`` makes the key of the key: ``b`` of what ``a`` made. ``inner`` and ``outer`` are the
    two, and None in a keymap that is no sum.

    Raises `kigen.errors.ConfigurationError` for an option that the keymap does not have.

    >>> keymap()(1, 2, z=3), keymap()(1), keymap(typed=True)(1)
    ((1, 2, 'z', 3), 1, (1, <class 'int'>))
    >>> keymap(sentinel=SENTINEL)(1, z=3), keymap(flat=False)(1, z=3)
    ((1, <SENTINEL>, 'z', 3), ((1,), {'z': 3}))
    """

    __stub__: ClassVar[str] = ""  # the option that says what becomes of the tuple
    __type__: str | None = None  # what that option was
    __inner__: keymap | None = None
    __outer__: keymap | None = None
    _mark: tuple[object] | None

    def __init__(
        self, typed: bool = False, flat: bool = True, sentinel: object = NOSENTINEL, **kwds: Any
    ) -> None:
        self.typed = typed
        self.flat = flat
        self.sentinel = sentinel
        self._exact = not {"fasttypes", *_TOOLS} & kwds.keys()
        self._fasttypes = kwds.pop("fasttypes", set(_FAST))
        self._sorted: Callable[..., Any] = kwds.pop("sorted", sorted)
        self._tuple: Callable[..., Any] = kwds.pop("tuple", tuple)
        self._type: Callable[..., Any] = kwds.pop("type", type)
        self._len: Callable[..., Any] = kwds.pop("len", len)
        self._config = self._options(kwds)

    def _options(self, kwds: dict[str, Any]) -> dict[str, Any]:
        """Return the options that are left and passed on; here there are none."""
        if kwds:
            raise ConfigurationError(
                f"{type(self).__name__}({next(iter(kwds))}=...) is no option of that keymap",
                option=next(iter(kwds)),
            )
        return kwds

    def __call__(self, /, *args: Any, **kwds: Any) -> Any:
        return self.encode(*args, **kwds) if self.flat else self.encrypt(*args, **kwds)

    def encode(self, /, *args: Any, **kwds: Any) -> Any:
        """Make a key of one tuple, whatever ``flat`` says."""
        key = self._flatten(args, kwds)
        return self._finish(key if self.__inner__ is None else self.__inner__(key))

    def encrypt(self, /, *args: Any, **kwds: Any) -> Any:
        """Make a key of ``(args, kwds)``, whatever ``flat`` says."""
        key: tuple[Any, ...] = (args, kwds)
        if self.typed:
            key += (self._types(args), self._types(v for _, v in self._sorted(list(kwds.items()))))
        return self._finish(key if self.__inner__ is None else self.__inner__(key))

    def dumps(self, obj: Any, /, **kwds: Any) -> Any:
        """Make a key of one object, by the name that serializers have for it."""
        return self.encode(obj, **kwds)

    def decode(self, key: Any) -> NoReturn:
        """Raise `NotImplementedError`: a key does not give its call back."""
        raise NotImplementedError(f"{self!r} does not turn keys back into calls")

    decrypt: Final = decode
    loads: Final = decode

    @property
    def sentinel(self) -> object:
        """What stands between the parts of a flat key; `NOSENTINEL` for nothing."""
        return NOSENTINEL if self._mark is None else self._mark[0]

    @sentinel.setter
    def sentinel(self, mark: object) -> None:
        self._mark = None if mark is NOSENTINEL else (mark,)

    @property
    def inner(self) -> keymap | None:
        """What makes the key that this keymap goes on with; read-only."""
        return self.__inner__

    @inner.setter
    def inner(self, _: object) -> NoReturn:
        raise NotImplementedError("inner and outer are made by +: keymap + keymap")

    @property
    def outer(self) -> keymap | None:
        """This keymap without its inner one; read-only."""
        return self.__outer__

    @outer.setter
    def outer(self, _: object) -> NoReturn:
        raise NotImplementedError("inner and outer are made by +: keymap + keymap")

    @property
    def lossy(self) -> bool:
        """Whether two different calls may get one key; a cache then keeps the call, too."""
        apart = not self.flat or self.sentinel is SENTINEL
        return not (type(self) is keymap and self.__inner__ is None and self._exact and apart)

    def __add__(self, other: keymap) -> keymap:
        if not isinstance(other, keymap):
            return NotImplemented
        if other.__inner__ is not None and other.__outer__ is not None:
            return self + other.__inner__ + other.__outer__
        total = other._copy()
        total.__inner__ = self._copy()
        total.__outer__ = other._copy()
        return total

    def __repr__(self) -> str:
        shown = [f"typed={self.typed}"] if self.typed else []
        shown += [] if self.flat else [f"flat={self.flat}"]
        shown += [f"sentinel={self.sentinel}"] if self._mark else []
        shown += [f"{self.__stub__}={self.__type__!r}"] if self.__type__ is not None else []
        star = "*" if self.__inner__ is not None else ""
        return f"{type(self).__name__}({', '.join(shown)}){star}"

    def _copy(self) -> Self:
        from copy import copy

        return copy(self)

    def _flatten(self, args: tuple[Any, ...], kwds: dict[str, Any]) -> Any:
        mark = self._mark or ()
        key, items = args, list[tuple[str, Any]]()
        if kwds:
            items = self._sorted(list(kwds.items()))
            key += mark
            for item in items:
                key += item
        if self.typed:
            key += mark + self._types(args)
            if kwds:
                key += mark + self._types(value for _, value in items)
        elif self._len(key) == 1 and self._type(key[0]) in self._fasttypes:
            return key[0]
        return key

    def _types(self, values: Any) -> Any:
        return self._tuple(self._type(value) for value in values)

    def _finish(self, key: Any) -> Any:
        """Turn the arguments into what a key of this kind is."""
        return key
