"""What is still to be written, while others forget or replace it: the old never comes back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from kigen import archives, lru_cache
from tests.crowd import TIMEOUT, crowd


class Paused:
    """A method of an archive that waits, the first time, until something else is done."""

    def __init__(self, archive: Any, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._really = getattr(archive, method)
        self._began, self._go_on = threading.Event(), threading.Event()
        monkeypatch.setattr(archive, method, self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._began.is_set():
            self._began.set()
            self._go_on.wait(TIMEOUT)
        return self._really(*args, **kwargs)

    def overtake(self, first: Callable[[], Any], then: Callable[[], Any], *, blocks: bool) -> None:
        """Begin ``first``, do ``then`` in the middle of it, and let both end."""
        one = threading.Thread(target=first, daemon=True)
        other = threading.Thread(target=then, daemon=True)
        one.start()
        self._began.wait(TIMEOUT)
        other.start()
        other.join(0.05 if blocks else TIMEOUT)
        self._go_on.set()
        one.join(TIMEOUT)
        other.join(TIMEOUT)
        assert not one.is_alive()
        assert not other.is_alive()


@pytest.fixture
def made() -> Any:
    """A function of the state of the world, its archive, and the state."""
    archive, state = archives.open("memory://"), [0]

    @lru_cache(maxsize=2, cache=archive, name="f")
    def f(x: int) -> tuple[int, int]:
        return x, state[0]

    f(0)
    f(1)
    return f, archive, state


WAYS = {
    "invalidate": lambda f: f.invalidate(0),
    "invalidate, call": lambda f: (f.invalidate(0), f(0)),
    "refresh": lambda f: f.refresh(0),
}


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("what", ["dump", "dump one", "leave"])
def test_what_is_being_written_does_not_outlive_who_forgets_it_meanwhile(
    made: Any, what: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    f, archive, state = made
    first = {"dump": f.dump, "dump one": lambda: f.dump(f.key(0)), "leave": lambda: f(2)}[what]

    def then() -> None:
        state[0] = 1
        WAYS[how](f)

    Paused(archive, "store", monkeypatch).overtake(first, then, blocks=True)
    assert f(0) == (0, 1)
    for other in 7, 8, 9:
        f(other)
    assert f(0) == (0, 1), "from the archive, too"
    f.dump()
    f.clear()
    assert f(0) == (0, 1)


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("keys", [(), (0,)], ids=["all", "one"])
def test_what_is_being_loaded_does_not_outlive_who_forgets_it_meanwhile(
    made: Any, how: str, keys: tuple[int, ...]
) -> None:
    f, archive, state = made
    f.dump()
    f.clear()
    shelf_read = archive.entries, archive.fetch

    def then() -> None:
        archive.entries, archive.fetch = shelf_read
        state[0] = 1
        WAYS[how](f)

    def entries(identity: str) -> Any:
        for entry in list(shelf_read[0](identity)):
            if entry.value == (0, 0):
                crowd(1, lambda _: then())
            yield entry

    def fetch(name: str) -> Any:
        entry = shelf_read[1](name)
        crowd(1, lambda _: then())
        return entry

    archive.entries, archive.fetch = entries, fetch
    f.load(*keys)
    assert state == [1]
    assert f.peek(0) in (None, (0, 1))
    assert f(0) == (0, 1)
    f.dump()
    f.clear()
    assert f(0) == (0, 1)


def test_an_older_result_that_left_is_not_taken_for_the_one_that_came_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two leave at once: while the first is written, the second is computed anew."""
    archive, state = archives.open("memory://"), [0]

    @lru_cache(maxbytes=3, weigh=lambda value: value[2], cache=archive, name="f")
    def f(x: int, weight: int = 1) -> tuple[int, int, int]:
        return x, state[0], weight

    f(0), f(1)

    def then() -> None:
        state[0] = 1
        f.refresh(0), f.refresh(1)

    Paused(archive, "store", monkeypatch).overtake(lambda: f(2, 3), then, blocks=True)
    f(3, 3)
    assert (f(0), f(1)) == ((0, 1, 1), (1, 1, 1))


def test_results_of_other_keys_are_written_meanwhile(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    f, archive, state = made

    def then() -> None:
        state[0] = 1
        f.invalidate(1)
        f.dump(f.key(1))

    Paused(archive, "store", monkeypatch).overtake(f.dump, then, blocks=False)
    assert f(1) == (1, 1)
    assert f(0) == (0, 0)
