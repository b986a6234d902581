"""What stands for a function goes to other processes as functions do: by name, or by value.

A pickle of a function is its name; dill and cloudpickle take its code along if nobody can import
it. An object cannot know which of them is at work, but a function that makes it need not: that is
what goes along, and each treats it as it treats functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kigen.fingerprint.names import found

_MAKER = "_made_again"


class Travelling:
    """An object under the name of the function that it stands for, if that has one."""

    def travels_by(self, build: Callable[..., Any], *parts: Any) -> None:
        """Let ``build(*parts)``, which makes another such object, be what is pickled."""

        # As defaults: dill fills in closures and globals when it is too late.
        def make(build: Any = build, parts: Any = parts) -> Any:
            return build(*parts)

        make.__module__ = self.__module__
        make.__qualname__ = f"{getattr(self, '__qualname__', '<nameless>')}.{_MAKER}"
        self._made_again: Callable[[], Any] = make

    def __reduce__(self) -> tuple[Any, ...]:
        return arrive, (self._made_again,)


def arrive(make: Any) -> Any:
    """Return the object that is here already by its name, or one made of what came along."""
    here = found(make.__module__, make.__qualname__.removesuffix(f".{_MAKER}"))
    return here if getattr(here, _MAKER, None) is make else make()
