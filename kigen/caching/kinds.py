"""Which kinds of functions there are to cache, and what is done about each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from kigen.caching.results.guard import is_iterator
from kigen.caching.travel import Travelling
from kigen.errors import ConfigurationError
from kigen.signature import full_name, kind


def is_method(function: Any) -> bool:
    """Tell whether a function was defined in the body of a class."""
    owner = (full_name(function) or "").rpartition(".")[0]
    return bool(owner) and not owner.endswith("<locals>")


def refuse_kinds(function: Any, kinds: Collection[str], remedy: str) -> None:
    """Raise `ConfigurationError` for what is no function, or a function of one of the ``kinds``."""
    if _is_property(function):
        raise ConfigurationError(
            f"{function!r} is a property, and no function: put @cached_property, which takes the "
            "same options, in place of both"
        )
    if not callable(function):
        in_a_class = hasattr(function, "__get__")  # singledispatchmethod, partialmethod
        remedy = (
            "decorate the functions that it is made of"
            if in_a_class
            else "there is nothing to cache"
        )
        raise ConfigurationError(f"{function!r} is not callable: {remedy}")
    what = kind(function)
    if what in kinds:
        name = full_name(function) or repr(function)
        article = "an" if what.startswith("a") else "a"
        raise ConfigurationError(
            f"{name} is {article} {what} function, whose result can be used up only once: {remedy}"
        )


def _is_property(function: Any) -> bool:
    """Tell whether it is a property; ours can be called, to decorate."""
    no_call = not callable(function) or isinstance(function, Travelling)
    return isinstance(function, property) or (no_call and hasattr(function, "__set_name__"))


def refuse_comparison(method: Any) -> None:
    """Raise `ConfigurationError` for a method by which keys are compared that hold its instance."""
    if getattr(method, "__name__", "") in ("__eq__", "__hash__"):
        raise ConfigurationError(
            f"{method.__qualname__} is what finds an instance in a cache, which would ask itself; "
            "keep what it goes by in a cached_property"
        )


def materialized(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what collects all that a generator brings, and returns it as a tuple.

    So it does with any iterator that a plain function returns: a decorator may hide the generator.
    It leaves no frame in the traceback of what the generator raises: the wrapper's is there.
    """
    what = kind(function)
    if what in ("generator", ""):

        def collect(*args: Any, **kwargs: Any) -> Any:
            try:
                made = function(*args, **kwargs)
                return tuple(made) if is_iterator(made) else made
            except BaseException as error:
                error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
                raise

        return collect
    if what != "async generator":
        return function

    async def collect_later(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
        found = []
        try:
            async for item in function(*args, **kwargs):
                found.append(item)  # noqa: PERF401 - up to 3.11 a comprehension is a frame, too
            return tuple(found)
        except BaseException as error:
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            raise

    return collect_later
