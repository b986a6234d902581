"""Coroutine functions: calls are awaited; what the handle finds is the result itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import assert_type

import kigen


@kigen.lru_cache
async def bare(x: int) -> str:
    return str(x)


@kigen.lru_cache(maxsize=3, ttl=60)
async def with_options(x: int, *, y: str = "") -> list[str]:
    return [str(x), y]


@kigen.inf_cache(materialize=True)
async def pages(n: int) -> AsyncIterator[str]:
    for page in range(n):
        yield str(page)


class Client:
    @kigen.lru_cache
    async def get(self, url: str) -> bytes:
        return url.encode()


async def calls() -> None:
    assert_type(await bare(1), str)
    assert_type(await with_options(1, y="a"), list[str])
    assert_type(await pages(2), tuple[str, ...])
    client = Client()
    assert_type(await client.get("a"), bytes)
    assert_type(client.get.peek(client, "a"), bytes | None)

    assert_type(bare.lookup(1), str)
    assert_type(bare.peek(2), str | None)
    assert_type(with_options.lookup(1, y="a"), list[str])
    assert_type(pages.lookup(2), tuple[str, ...])
    assert_type(await bare.refresh(1), str)
    assert_type(await asyncio.gather(*bare.map([1, 2])), list[str])
    assert bare.lookup(1) == "1"
    assert pages.lookup(2) == ("0", "1")


async def mistakes() -> None:
    bare("1")  # type: ignore[arg-type, unused-coroutine]  # pyright: ignore[reportArgumentType, reportUnusedCoroutine]
    await bare.lookup(1)  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    bare(1).upper()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


if __name__ == "__main__":
    asyncio.run(calls())
