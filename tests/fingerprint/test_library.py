# ruff: noqa: UP006, UP007, UP045 - the old spellings are what is tested

from __future__ import annotations

import re
import typing
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from uuid import UUID, SafeUUID


def test_a_uuid_is_its_number(same, differ):
    one = UUID(int=1)
    same(one, UUID("00000000-0000-0000-0000-000000000001"), UUID(int=1, is_safe=SafeUUID.safe))
    differ(one, UUID(int=2), one.bytes, str(one), 1)


def test_a_path_is_its_text_and_its_flavour(same, differ):
    same(PurePosixPath("a/b"), PurePosixPath("a") / "b", PurePosixPath("a//b/"))
    same(Path("a/b"), PurePath("a/b"))
    same(PureWindowsPath("A\\b"), PureWindowsPath("a/B"))
    differ(PurePosixPath("a"), PurePosixPath("A"), PureWindowsPath("a"), "a", PurePosixPath("/a"))
    same(PurePosixPath("\udcff"))


def test_a_pattern_is_its_source_and_flags(same, differ):
    same(re.compile("a", re.I), re.compile("a", re.IGNORECASE))
    differ(re.compile("a"), re.compile("b"), re.compile("a", re.I), re.compile(b"a"), "a")


def test_aliases_and_unions_of_types(same, differ):
    same(list[int], list[int])
    same(int | str, str | int, typing.Union[int, str])
    same(typing.Optional[int], int | None)
    differ(list[int], typing.List[int], list[str], list, typing.Dict[str, int], dict[str, int])
