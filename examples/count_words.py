"""Count the words of files, each content once: a plain cached function over a folder archive.

A file that was renamed or copied is known; one whose content changed is counted again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import kigen


@kigen.inf_cache(archive="words/")
def count(content: bytes) -> dict[str, int]:
    """How often each word occurs."""
    words: dict[str, int] = {}
    for word in content.decode("utf-8", "replace").lower().split():
        words[word] = words.get(word, 0) + 1
    return words


if __name__ == "__main__":
    for name in sys.argv[1:] or [__file__]:
        found = count(Path(name).read_bytes())
        word = max(found, key=lambda word: found[word])
        print(f"{name}: {sum(found.values())} words, {word!r} most often")
    print(f"{count.info().miss} computed")
