"""Many threads at once, none of which may hang."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TIMEOUT = 60


def crowd(size: int, work: Callable[[int], Any]) -> list[Any]:
    """Return what ``work(0)``, ``work(1)``, ... return, or the exceptions that they raise.

    All start at once. A thread that is not done in time is a failure.
    """
    start = threading.Barrier(size)
    results: list[Any] = [None] * size

    def run(number: int) -> None:
        start.wait(TIMEOUT)
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - handed to the test
            results[number] = error

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return results


@contextmanager
def eager_threads() -> Iterator[None]:
    """Let threads take turns as often as the interpreter allows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
