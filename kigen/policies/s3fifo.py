"""What was used once only leaves soon; what was used again stays long."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from typing import ClassVar

from kigen.policies.lined import Lined
from kigen.policies.policy import Entry


class S3FIFO(Lined):
    """S3-FIFO: three queues, of which the small one filters out what is used once.

    New entries enter the small queue (a tenth of the room). Those used more than once until they
    reach its end move to the main queue, the others leave, and their keys are remembered for a
    while: a key that comes back in that time enters the main queue at once. In the main queue an
    entry goes round again once for each use, of which three count at most.

    Source: Yang, Zhang, Qiu, Yue, Rashmi: "FIFO Queues are All You Need for Cache Eviction",
    SOSP 2023.

    >>> policy = S3FIFO(2)
    >>> policy.add("a", 1, now=1.0), policy.add("b", 2, now=2.0)
    ((), ())
    >>> policy.find("a", now=3.0), policy.find("a", now=4.0)
    (Result('a', 1), Result('a', 1))
    >>> policy.add("c", 3, now=5.0)[0].key
    'b'
    """

    __slots__ = ("gone", "main", "share", "small")

    mark: ClassVar[str] = "{entry}.mark += 1.0"

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize)
        self.small: deque[Entry] = deque()
        self.main: deque[Entry] = deque()
        self.share: float = maxsize / 10  # how many make the small queue a full one
        self.gone: dict[Hashable, None] = {}  # keys that left the small queue, oldest first

    def note(self, entry: Entry, now: float) -> None:
        entry.mark += 1.0

    def arrive(self, entry: Entry) -> None:
        if entry.key in self.gone:
            del self.gone[entry.key]
            self.main.append(entry)
        else:
            self.small.append(entry)

    def line_up(self, entries: Iterable[Entry]) -> None:
        self.main.extend(entries)

    def sweep(self) -> object:
        return self.weed(self.small), self.weed(self.main)

    def clear(self) -> None:
        super().clear()
        with self.lock:
            gone, self.gone = self.gone, {}
        del gone

    def call(self) -> Entry | None:
        if len(self.small) >= self.share or not self.main:
            entry = self._from_small()
            if entry is not None:
                return entry
        return self._from_main()

    def _from_small(self) -> Entry | None:
        while True:
            try:
                entry = self.small.popleft()
            except IndexError:  # asked for afterwards, as a finalizer may empty it between
                return None
            if entry.mark > 1:
                entry.mark = 0.0
                self.main.append(entry)
                continue
            if entry.arrived is not None:  # one dropped by hand is not known to have been used once
                self.gone[entry.key] = None
                if len(self.gone) > len(self.memory):
                    del self.gone[next(iter(self.gone))]
            return entry

    def _from_main(self) -> Entry | None:
        while self.main:
            entry = self.main.popleft()
            if not entry.mark:
                return entry
            entry.mark = min(entry.mark, 3.0) - 1.0
            self.main.append(entry)
        return None
