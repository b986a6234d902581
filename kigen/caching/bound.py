"""How type checkers tell what a cached function becomes on its way out of a class.

Both look at nothing but the first parameter: a class method's takes the class, a method's the
instance, and a static method's is its own. One that takes anything at all is that of a static
method: checkers know the type of ``self`` and ``cls`` though nobody writes it down.
"""

from __future__ import annotations

from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


class OfNothing(Protocol[R_co]):
    """What can be called without an argument."""

    def __call__(self) -> R_co: ...


class OfOne(Protocol[T_contra, R_co]):
    """What can be called with one argument."""

    def __call__(self, argument: T_contra, /) -> R_co: ...


class OfAnything(Protocol):
    """What can be called with anything first."""

    def __call__(self, first: object, /, *args: Any, **kwargs: Any) -> object: ...


class OfClass(Protocol[T_contra, P]):
    """What takes a class first."""

    def __call__(self, cls: type[T_contra], /, *args: P.args, **kwargs: P.kwargs) -> object: ...


class OfInstance(Protocol[T_contra, P]):
    """What takes an instance first."""

    def __call__(self, instance: T_contra, /, *args: P.args, **kwargs: P.kwargs) -> object: ...


class Refreshed(Protocol[R_co]):
    """What is computed anew for an instance; a property's type says as what."""

    def refresh(self, instance: Any) -> R_co: ...
