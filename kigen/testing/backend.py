"""The contract of a backend, as tests: subclass it, say how one is made, and pytest does the rest.

::

    class TestMyBackend(BackendContract):
        def make(self, where):
            return MyBackend(where / "records")
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from kigen.backends import Backend, Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["BackendContract", "a_record", "plain"]

NAMES = [f"{n:032x}" for n in (0, 1, 0xABCDEF, 1 << 127, (1 << 128) - 1)]


def a_record(name: str = NAMES[2], data: bytes = b"value", **facts: Any) -> Record:
    """A record with something in every field."""
    record = Record(
        name,
        function="module.function",
        code="body:0123",
        created=1_700_000_000.25,
        elapsed=0.125,
        fields='{"lr": 0.1, "name": "\\u00e9"}',
        result="[1, 2]",
        key=b"\x00key\xff",
        codec="pickle",
        data=data,
        buffers=(),
    )
    return record._replace(**facts)


def plain(record: Record | None) -> Record | None:
    """The record with its bytes as ``bytes``, to compare."""
    if record is None or not isinstance(record, Record):
        return record
    return record._replace(
        key=bytes(record.key),
        data=bytes(record.data),
        buffers=tuple(bytes(memoryview(buffer)) for buffer in record.buffers),
    )


class BackendContract:
    """What every backend does. A test that fails says which sentence is not true."""

    keeps = True
    """Whether what has been written can be read; false for a backend that keeps nothing."""

    durable = True
    """Whether another backend at the same place finds the records."""

    def make(self, where: Path) -> Backend:
        """A backend whose place is in the folder ``where``; called twice, it is the same place."""
        raise NotImplementedError

    @pytest.fixture
    def backend(self, tmp_path: Path) -> Iterator[Backend]:
        """A new backend."""
        if not self.keeps:
            pytest.skip("keeps nothing")
        backend = self.make(tmp_path)
        yield backend
        backend.close()

    def test_what_is_not_there_is_none(self, backend: Backend) -> None:
        """Absence is None, False or nothing at all, and never an exception."""
        assert backend.read(NAMES[0]) is None
        assert backend.read_value(NAMES[0]) is None
        assert backend.delete(NAMES[0]) is False
        assert list(backend.names()) == []
        assert list(backend.read_many(NAMES)) == []
        assert backend.count() == 0

    @pytest.mark.parametrize(
        "facts",
        [
            {},
            {"data": b""},
            {"data": b"x" * 5_000},
            {"data": b"x" * 65_535},
            {"data": bytes(range(256)) * 1_000},
            {"buffers": (b"a" * 70_000,)},
            {"data": b"y" * 100_000, "buffers": (b"a" * 65_536, b"b" * 131_073)},
            {"key": b""},
            {"key": b"k" * 200_000},
            {"fields": None, "result": None, "elapsed": None},
            {"function": "", "code": "", "fields": "{}", "result": "null"},
            {"function": 'quotes " and \\ and\nlines, é and \U0001f600'},
            {"codec": "another codec"},
        ],
        ids=lambda facts: "-".join(facts) or "all",
    )
    def test_what_is_written_is_read_back_whole(
        self, backend: Backend, facts: dict[str, Any]
    ) -> None:
        """Every field comes back as it was, the value alone too."""
        record = a_record(**facts)
        backend.write(record)
        assert plain(backend.read(record.name)) == plain(record)
        codec, data, buffers = backend.read_value(record.name) or ("", b"", ())
        assert (codec, bytes(data)) == (record.codec, bytes(record.data))
        assert [bytes(memoryview(b)) for b in buffers] == [bytes(b) for b in record.buffers]

    @pytest.mark.parametrize("old", [b"old", b"o" * 100_000], ids=["small", "large"])
    @pytest.mark.parametrize("new", [b"new", b"n" * 100_000], ids=["small", "large"])
    def test_a_write_takes_the_place_of_an_older_one(
        self, backend: Backend, old: bytes, new: bytes
    ) -> None:
        """Whatever the sizes; there is one record of a name."""
        backend.write(a_record(data=old))
        backend.write(a_record(data=new))
        found = backend.read(NAMES[2])
        assert found is not None
        assert bytes(found.data) == new
        assert list(backend.names()) == [NAMES[2]]

    @pytest.mark.parametrize("data", [b"v", b"v" * 100_000], ids=["small", "large"])
    def test_what_is_deleted_is_gone_and_can_be_written_again(
        self, backend: Backend, data: bytes
    ) -> None:
        """Delete says whether there was something."""
        backend.write(a_record(data=data))
        assert backend.delete(NAMES[2]) is True
        assert backend.read(NAMES[2]) is None
        assert backend.delete(NAMES[2]) is False
        backend.write(a_record(data=data))
        assert backend.count() == 1

    def test_names_are_all_names_once(self, backend: Backend) -> None:
        """Listed, counted, and left alone by deletes during the listing."""
        for name in NAMES:
            backend.write(a_record(name))
        assert sorted(backend.names()) == sorted(NAMES)
        assert backend.count() == len(NAMES)
        for name in backend.names():
            backend.delete(name)
        assert backend.count() == 0

    def test_names_of_a_function_contain_all_of_its_records(self, backend: Backend) -> None:
        """And perhaps others': a backend may not be able to tell."""
        backend.write(a_record(NAMES[0], function="f"))
        backend.write(a_record(NAMES[1], function="g"))
        assert NAMES[0] in set(backend.names("f"))
        assert NAMES[1] in set(backend.names("g"))

    def test_many_are_read_in_the_order_asked_for(self, backend: Backend) -> None:
        """Without those that are not there; without values, keys are there."""
        backend.write_many(a_record(name, key=name.encode()) for name in NAMES[1:])
        backend.write(a_record(NAMES[1], data=b"z" * 100_000, key=b"large"))
        asked = [NAMES[3], NAMES[0], NAMES[1]]
        found = list(backend.read_many(asked))
        assert [name for name, _ in found] == [NAMES[3], NAMES[1]]
        assert plain(found[0][1]) == plain(backend.read(NAMES[3]))  # type: ignore[arg-type]  # whole
        keys = [record.key for _, record in backend.read_many(asked, values=False)]  # type: ignore[union-attr]  # key
        assert keys == [NAMES[3].encode(), b"large"]

    def test_many_are_written(self, backend: Backend) -> None:
        """As if each had been written by itself, in order: the last of a name stays."""
        records = [a_record(f"{n:032x}", data=str(n).encode()) for n in range(1_200)]
        records += [a_record(NAMES[4], data=b"b" * 70_000), a_record(NAMES[4], data=b"last")]
        backend.write_many(iter(records))
        assert backend.count() == 1_201
        assert (backend.read(f"{1_199:032x}") or a_record()).data == b"1199"
        assert (backend.read(NAMES[4]) or a_record()).data == b"last"

    @pytest.mark.parametrize("data", [b"v", b"v" * 100_000], ids=["small", "large"])
    def test_of_many_that_write_anew_one_does(self, backend: Backend, data: bytes) -> None:
        """Eight threads, one True, and its record stays."""
        winners: list[bytes] = []
        barrier = threading.Barrier(8)

        def attempt(n: int) -> None:
            mine = data + str(n).encode()
            barrier.wait()
            if backend.write_new(a_record(data=mine)):
                winners.append(mine)

        _in_threads(attempt, 8)
        found = backend.read(NAMES[2])
        assert found is not None
        assert [bytes(found.data)] == winners

    def test_what_is_set_aside_is_out_of_the_way(self, backend: Backend) -> None:
        """It is no longer found or listed, and nothing is said when there is nothing."""
        backend.write(a_record())
        backend.set_aside(NAMES[2])
        assert backend.read(NAMES[2]) is None
        assert list(backend.names()) == []
        backend.set_aside(NAMES[2])

    def test_a_name_has_one_holder(self, backend: Backend) -> None:
        """Another thread waits, or is told not to; an exception in the block lets go."""
        order: list[str] = []

        def second(_: int) -> None:
            with backend.lock(NAMES[0], wait=False) as held:
                order.append(f"held {held}")
            with backend.lock(NAMES[1]) as other:
                order.append(f"other {other}")
            waiting.set()
            with backend.lock(NAMES[0]):
                order.append("second")

        waiting = threading.Event()
        thread = threading.Thread(target=second, args=(0,))
        try:
            with backend.lock(NAMES[0]) as held:
                assert held
                thread.start()
                waiting.wait()
                order.append("first")
                raise ZeroDivisionError
        except ZeroDivisionError:
            thread.join()
        assert order == ["held False", "other True", "first", "second"]

    def test_clear_removes_all_records(self, backend: Backend) -> None:
        """Small and large."""
        backend.write_many([a_record(NAMES[0]), a_record(NAMES[1], data=b"x" * 100_000)])
        backend.clear()
        assert list(backend.names()) == []
        backend.write(a_record())
        assert backend.count() == 1

    def test_a_closed_backend_opens_again(self, backend: Backend) -> None:
        """Closing lets go of resources, not of records."""
        backend.write(a_record())
        backend.close()
        backend.close()
        assert plain(backend.read(NAMES[2])) == plain(a_record())

    def test_threads_share_a_backend(self, backend: Backend) -> None:
        """What four threads write at the same time is all there."""

        def work(number: int) -> None:
            for n in range(50):
                name = f"{number:016x}{n:016x}"
                backend.write(a_record(name, data=name.encode()))
                assert backend.read(name) is not None

        _in_threads(work, 4)
        assert backend.count() == 200

    def test_another_backend_at_the_same_place_finds_the_records(
        self, backend: Backend, tmp_path: Path
    ) -> None:
        """At once, and also when this one arrived pickled."""
        if not self.durable:
            pytest.skip("lives in one object")
        backend.write(a_record())
        other = self.make(tmp_path)
        arrived = pickle.loads(pickle.dumps(backend))
        assert plain(other.read(NAMES[2])) == plain(a_record())
        assert plain(arrived.read(NAMES[2])) == plain(a_record())
        other.write(a_record(NAMES[0]))
        assert backend.count() == 2
        other.close()
        arrived.close()


def _in_threads(work: Callable[[int], object], number: int) -> None:
    """Call ``work(0)``, ``work(1)``, ... at once; raise what any of them raised."""
    raised: list[BaseException] = []

    def guarded(n: int) -> None:
        try:
            work(n)
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
