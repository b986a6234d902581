"""Archives: mappings over a place, klepto's factories, and memory over an archive."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, assert_type

from kigen import archives
from kigen.archives import Archive, cache


def archive() -> None:
    memory = archives.open("memory://")
    assert_type(memory, Archive)
    memory["key"] = [1, 2]
    assert_type(memory["key"], Any)
    assert_type("key" in memory, bool)
    assert_type(len(memory), int)
    assert_type(memory.url, str)
    for entry in memory.entries():
        assert_type(entry.name, str)
        assert_type(entry.created, float)
        assert_type(entry.elapsed, float | None)
        assert_type(entry.fields, dict[str, Any] | None)
    mapping: MutableMapping[Any, Any] = memory
    assert mapping == {"key": [1, 2]}
    with memory.lock(next(memory.names())) as held:
        assert_type(held, bool)
    memory.close()


def over_an_archive() -> None:
    over = cache({"a": 1}, archive=archives.open("memory://"))
    over.dump()
    over.load("a")
    assert_type(over.archived(), bool | None)
    assert_type(over["a"], Any)


def klepto(cached: bool = True) -> None:
    assert_type(archives.dict_archive("results", {"a": 1}), cache)
    assert_type(archives.dict_archive("results", {"a": 1}, True), cache)
    assert_type(archives.dict_archive("results", cached=False), Archive)
    assert_type(archives.null_archive(cached=cached), Any)
    for made in (archives.dict_archive(), archives.null_archive(cached=False)):
        made["a"] = 1
        made.popkeys(["a"], None)


def places(directory: Path) -> None:
    assert_type(archives.open(directory / "runs.db"), Archive)
    assert_type(archives.dir_archive(str(directory), sync="full"), cache)
    assert_type(archives.sqlite_archive("runs.db", cached=False, timeout=3.0), Archive)
    with archives.open(str(directory)) as opened:
        assert_type(opened, Archive)


def mistakes() -> None:
    archives.open(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    archives.open("memory://").fetch("name").key  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


if __name__ == "__main__":
    archive()
    over_an_archive()
    klepto()
