"""Exceptions in the place of results: what is kept of them, and what is raised again."""

from __future__ import annotations

import copyreg
import gc
import weakref

import pytest

import kigen
from kigen import cached_property, inf_cache


class Thing:
    pass


class Odd(ValueError):
    """One that cannot be made of its arguments."""

    def __init__(self, code: int, *, place: str) -> None:
        super().__init__(f"{code} at {place}")
        self.code = code


def test_a_kept_exception_keeps_none_of_the_frames_it_went_through() -> None:
    seen: list[weakref.ref[Thing]] = []

    def note() -> Thing:
        thing = Thing()
        seen.append(weakref.ref(thing))
        return thing

    @inf_cache(cache_exceptions=ValueError)
    def f(x: int) -> int:
        thing = note()
        try:
            raise KeyError(thing.__class__)
        except KeyError as cause:
            raise ValueError(x) from cause

    def caller() -> None:
        thing = note()
        with pytest.raises(ValueError):
            f(1)
        del thing

    caller()
    caller()
    gc.collect()
    assert len(seen) == 3
    assert [thing() for thing in seen] == [None] * 3
    assert f.info()[:2] == (1, 1)


def test_an_instance_is_not_kept_alive_by_what_its_property_raised() -> None:
    class Model:
        @cached_property(cache_exceptions=ValueError)
        def x(self) -> int:
            raise ValueError

    model = Model()
    for _ in range(2):
        with pytest.raises(ValueError):
            model.x  # noqa: B018
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    assert Model.x.info().size == 0


def test_what_others_have_told_copy_about_exceptions_does_not_count() -> None:
    """tblib, which dask brings, has copies of exceptions take their frames along."""

    class Told(ValueError):
        pass

    copyreg.pickle(Told, lambda error: (copied.append, (error,)))  # type: ignore[arg-type, return-value]
    copied: list[Told] = []

    @inf_cache(cache_exceptions=Told)
    def f() -> int:
        raise Told

    for _ in range(2):
        with pytest.raises(Told):
            f()
    assert not copied


@pytest.mark.parametrize(
    "error",
    [
        Odd(3, place="home"),
        kigen.FieldError("no", field="x"),
        OSError(2, "gone", "a.txt"),
        UnicodeDecodeError("ascii", b"x", 0, 1, "odd"),
        KeyError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_raised_again_says_the_same(error: Exception) -> None:
    @inf_cache(cache_exceptions=Exception)
    def f() -> int:
        raise error from KeyError("cause")

    raised = []
    for _ in range(3):
        with pytest.raises(type(error)) as caught:
            f()
        raised.append(caught.value)
    assert raised[0] is error
    assert raised[1] is not raised[2]
    for other in raised[1:]:
        assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))
        assert str(other.__cause__) == "'cause'"
    assert f.info()[:2] == (2, 1)
