"""How klepto's decorators fail (reference/klepto.md, 3.3): klepto's answer and kigen's.

A program gets the library, klepto or kigen, and is otherwise the same.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kigen
from kigen import ConfigurationError
from tests.difference.both import Program, answer, noting, same

klepto = pytest.importorskip("klepto", reason="klepto is not installed")

DEFECTS: list[Any] = []
defect = noting(DEFECTS)


@defect(theirs=True, ours=False)
def a_decorator_without_brackets(lib: Any, _: Path) -> Any:
    return callable(lib.inf_cache(same)(3))


@defect(theirs=TypeError, ours=3)
def a_bounded_decorator_without_brackets(lib: Any, _: Path) -> Any:
    return lib.lru_cache(same)(3)


@defect(theirs=AttributeError, ours=[(1, 1, 0, None, 1), (0, 2, 0, 0, 0)])
def a_size_of_none_or_zero_by_position(lib: Any, _: Path) -> Any:
    functions = [lib.lru_cache(size)(same) for size in (None, 0)]
    return [(f(1), f(1), tuple(f.info()))[2] for f in functions]


def overfilled(lib: Any, name: str) -> Any:
    place = lib.archives.dict_archive()
    options = {"cache": place, "keymap": lib.keymaps.stringmap()}
    f = lib.inf_cache(**options)(same)
    for x in range(4):
        f(x)
    f.dump(), f.clear()
    g = getattr(lib, name)(maxsize=2, **options)(same)
    g.load()
    return g


@defect(theirs=IndexError, ours=9)
def an_mru_cache_that_loaded_more_than_fits(lib: Any, _: Path) -> Any:
    return overfilled(lib, "mru_cache")(9)


@defect(theirs=[4, 4, 4], ours=[2, 2, 2])
def a_bounded_cache_that_loaded_more_than_fits(lib: Any, _: Path) -> Any:
    names = ("lru_cache", "lfu_cache", "rr_cache")
    return [overfilled(lib, name).info().size for name in names]


@defect(theirs=[1, 3], ours=[2, 3])
def what_was_loaded_and_not_called_leaves_in_its_turn(lib: Any, _: Path) -> Any:
    """klepto's queue does not know of it, and lets what was called go."""  # noqa: D403
    options = {"cache": lib.archives.dict_archive(), "keymap": lib.keymaps.stringmap()}
    f = lib.lru_cache(maxsize=2, **options)(same)
    f(1), f.dump(), f.clear(), f.load()
    f(2), f(3)
    return sorted(f.__cache__().values())


@defect(theirs=RuntimeError, ours=[1, 1])
def a_coroutine_function(lib: Any, _: Path) -> Any:
    @lib.inf_cache()
    async def f(x: int) -> int:
        return x

    async def twice() -> list[int]:
        return [await f(1), await f(1)]

    return asyncio.run(twice())


@defect(theirs=RecursionError, ours=800)
def a_recursion_that_goes_deeper_than_half_of_the_limit(lib: Any, _: Path) -> Any:
    @lib.inf_cache()
    def f(n: int) -> int:
        return f(n - 1) + 1 if n else 0

    return f(800)


@defect(theirs=[[1], []], ours=ConfigurationError)
def a_generator_function(lib: Any, _: Path) -> Any:
    @lib.inf_cache()
    def f(x: int) -> Iterator[int]:
        yield x

    return [list(f(1)), list(f(1))]


@defect(theirs=TypeError, ours=[1, 2])
def over_class_and_static_methods(lib: Any, _: Path) -> Any:
    class Model:
        @lib.inf_cache()
        @classmethod
        def one(cls, x: int) -> int:
            return x

        @lib.inf_cache()
        @staticmethod
        def two(x: int) -> int:
            return x

    return [Model.one(1), Model().two(2)]


@defect(theirs=KeyError, ours=type(None))
def what_an_exception_says_it_came_from(lib: Any, _: Path) -> Any:
    def f(x: int) -> int:
        raise LookupError(x)

    with pytest.raises(LookupError) as caught:
        lib.inf_cache()(f)(1)
    return type(caught.value.__context__)


@defect(theirs=8, ours=1)
def many_threads_with_one_call(lib: Any, _: Path) -> Any:
    ran = []
    start = threading.Barrier(8)

    @lib.inf_cache()
    def f(x: int) -> int:
        ran.append(x)
        time.sleep(0.3)
        return x

    def work() -> None:
        start.wait()
        f(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(ran)


@defect(theirs=[False, 1, 0], ours=[True, 2, 1])
def an_archive_that_is_the_cache_itself(lib: Any, folder: Path) -> Any:
    """What no_cache, an eviction and clear() leave of it."""
    mine = lib.archives.dir_archive(str(folder / "memo"), cached=False)
    mine["mine"] = 1
    lib.no_cache(cache=mine)(same)(1)
    evicted = lib.archives.dict_archive(cached=False)
    f = lib.lru_cache(maxsize=1, cache=evicted)(same)
    f(1), f(2)
    cleared = lib.archives.dict_archive(cached=False)
    g = lib.inf_cache(cache=cleared)(same)
    g(1), g.clear()
    return ["mine" in mine, len(evicted), len(cleared)]


@defect(theirs=None, ours=ConfigurationError)
def an_archive_that_is_none(lib: Any, _: Path) -> Any:
    return lib.inf_cache()(same).archive({})


@defect(theirs=AttributeError, ours=ConfigurationError)
def a_cache_that_is_none(lib: Any, _: Path) -> Any:
    return lib.inf_cache(cache=OrderedDict())(same)


class Handle:
    def __reduce__(self) -> Any:
        raise TypeError("a handle stays where it is")


@defect(theirs=TypeError, ours=2)
def a_result_that_cannot_be_stored_when_it_leaves(lib: Any, folder: Path) -> Any:
    place = lib.archives.dir_archive(str(folder / "memo"))
    f = lib.safe.lru_cache(maxsize=1, cache=place)(lambda x: Handle() if x == 1 else x)
    f(1)
    return f(2)


@defect(theirs=KeyError, ours=1)
def a_look_up_after_dump_and_clear(lib: Any, _: Path) -> Any:
    f = lib.inf_cache(cache=lib.archives.dict_archive())(same)
    f(1), f.dump(), f.clear()
    return f.lookup(1)


@defect(theirs=2, ours=3)
def an_lfu_cache_lets_several_go(lib: Any, _: Path) -> Any:
    f = lib.lfu_cache(maxsize=3)(same)
    for x in range(4):
        f(x)
    return f.info().size


@defect(theirs=[False, False], ours=[True, True])
def an_rr_cache_lets_the_newest_go_and_draws_from_the_programs_numbers(lib: Any, _: Path) -> Any:
    random.seed(0)
    drawn = random.random()
    random.seed(0)
    f = lib.rr_cache(maxsize=1)(same)
    kept = [f(x) in f.__cache__().values() for x in range(20)]
    return [all(kept), random.random() == drawn]


# Archives, as far as the decorators need them.


@defect(theirs=[None, AttributeError], ours=[KeyError, [1]])
def what_is_not_there_and_what_is(lib: Any, folder: Path) -> Any:
    """Deleted from a folder; taken out of an archive in memory, several at once."""
    place = lib.archives.dir_archive(str(folder / "memo"), cached=False)
    memory = lib.archives.dict_archive(None, {"a": 1}, cached=False)
    return [
        answer(lambda lib, _: place.__delitem__("nothing"), lib, folder / "deleted"),
        answer(lambda lib, _: memory.popkeys(["a"]), lib, folder / "popped"),
    ]


# No defects: kigen means something else, and says so in docs/guide/klepto.md.


@defect(theirs=(1, 0, 0, None, 1), ours=(0, 1, 0, None, 1))
def a_cache_object_that_is_given_twice(lib: Any, _: Path) -> Any:
    """Each decorated function has a memory of its own, be it one function decorated again."""
    options = {"cache": lib.archives.dict_archive(), "keymap": lib.keymaps.stringmap()}
    f, g = lib.inf_cache(**options)(same), lib.inf_cache(**options)(same)
    f(1), g(1)
    return tuple(g.info())


@defect(theirs=0, ours=1)
def two_archives_in_memory_of_one_name(lib: Any, _: Path) -> Any:
    first = lib.archives.dict_archive("a name", {"x": 1}, cached=False)
    return len(first) and len(lib.archives.dict_archive("a name", cached=False))


@defect(theirs=["('x', 1)"], ours=["Call"])
def what_an_archive_lists(lib: Any, folder: Path) -> Any:
    """Function and arguments, since others' results are in it as well."""
    place = lib.archives.dir_archive(str(folder / "memo"), cached=False)
    f = lib.inf_cache(cache=place, keymap=lib.keymaps.stringmap())(same)
    f(1)
    return [key if isinstance(key, str) else type(key).__name__ for key in place]


@pytest.mark.filterwarnings("ignore::kigen.KigenWarning")
@pytest.mark.parametrize(("program", "theirs", "ours"), DEFECTS)
def test_klepto_says_one_thing_and_kigen_the_right_one(
    program: Program, theirs: Any, ours: Any, tmp_path: Path
) -> None:
    assert answer(program, klepto, tmp_path / "klepto") == theirs
    assert answer(program, kigen, tmp_path / "kigen") == ours
