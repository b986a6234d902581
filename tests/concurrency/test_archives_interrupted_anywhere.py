"""Ctrl-C at each single point of an operation: nothing acknowledged is lost, nothing stays held."""

from __future__ import annotations

import gc
import sqlite3
from itertools import count

import pytest

from kigen import archives
from kigen.fingerprint import fingerprint
from tests.concurrency.interrupts import interrupted
from tests.crowd import crowd

LARGE = "x" * 70_000
NAME = fingerprint("name")


def hold(archive):
    with archive.lock(NAME) as held:
        assert held


OPERATIONS = {
    "store": lambda archive: archive.__setitem__("new", 1),
    "replace": lambda archive: archive.__setitem__("small", 0),
    "store a large value": lambda archive: archive.__setitem__("new", LARGE),
    "replace a large value": lambda archive: archive.__setitem__("large", LARGE),
    "store many": lambda archive: archive.update({"new": 1, "newer": 2, "newest": LARGE}),
    "store if absent": lambda archive: archive.setdefault("new", LARGE),
    "read": lambda archive: archive["small"],
    "read a large value": lambda archive: archive["large"],
    "delete": lambda archive: archive.pop("doomed"),
    "read all": lambda archive: list(archive.items()),
    "hold a name": hold,
}


@pytest.fixture(params=["runs.db", "runs/"])
def url(request, tmp_path):
    return f"{tmp_path}/{request.param}"


# Python cannot raise in a weak reference's callback: it says that, and goes on.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_an_interrupt_interrupts_goes_on_as_if_nothing_had_been(url, name):
    """The traceback, and so what its frames hold, is kept meanwhile, as in the REPL."""
    gc.collect()  # others' finalizers are none of the points
    archive = archives.open(url)
    for point in count(1):
        acknowledged = {"small": 0, "large": LARGE, "doomed": 1}
        archive.update(acknowledged)
        error = interrupted(lambda: OPERATIONS[name](archive), point)
        if error is None:
            break
        if name == "delete":
            del acknowledged["doomed"]
        if name == "hold a name":
            error = None  # before the first line of __exit__, only the traceback's end lets go
        archive["next"] = point
        check(archive, url, {**acknowledged, "next": point})
        del error
    assert point > 5
    archive.close()


def check(archive, url, acknowledged):
    assert {key: archive.get(key) for key in acknowledged} == acknowledged
    assert crowd(1, lambda _: hold(archive)) == [None]
    if not url.endswith(".db"):
        return
    # No transaction is open: another process can write, and sees what was acknowledged.
    other = sqlite3.connect(url, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    names = {name for (name,) in other.execute("SELECT name FROM records")}
    other.execute("ROLLBACK")
    other.close()
    assert names.issuperset(map(fingerprint, acknowledged))
    assert crowd(1, lambda _: archive.close()) == [None]  # takes the lock of each connection


def test_a_lock_that_was_got_when_the_interrupt_came_goes_to_those_who_wait(tmp_path):
    """They know the slot, as we do here, and would wait for ever."""
    with archives.open(f"{tmp_path}/runs/") as archive:
        lock = archive.lock(NAME)
        for point in count(1):
            error = interrupted(lock.__enter__, point)
            slots = list(archive.backend._locks._slots.values())
            if error is None:
                break
            assert crowd(1, lambda _: hold(archive)) == [None]
        lock.__exit__(None, None, None)
        assert len(slots) == 1
