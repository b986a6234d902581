"""Where klepto's decorators go wrong (reference/klepto.md, 3.1 and 3.2): its answer and kigen's.

A program gets the library, klepto or kigen, and is otherwise the same. Others stand in
test_klepto_decorator_defects.py and, for keymaps and signatures, test_klepto_keymap_defects.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kigen
from kigen import ConfigurationError
from tests.difference.both import Program, answer, noting, same
from tests.programs import output

klepto = pytest.importorskip("klepto", reason="klepto is not installed")

DEFECTS: list[Any] = []
defect = noting(DEFECTS)


# Wrong answers: two calls that are one to klepto.


@defect(theirs=[-1, -1], ours=[-1, -2])
def k1_numbers_of_one_hash(lib: Any, _: Path) -> Any:
    f = lib.lru_cache()(same)
    return [f(-1), f(-2)]


@defect(theirs=[0, 0, float("inf"), float("inf")], ours=[0, 2**61 - 1, float("inf"), 314159])
def k2_large_numbers_and_infinity(lib: Any, _: Path) -> Any:
    f = lib.inf_cache()(same)
    return [f(0), f(2**61 - 1), f(float("inf")), f(314159)]


@defect(theirs=[(("x", 1), {}), (("x", 1), {})], ours=[(("x", 1), {}), ((), {"x": 1})])
def k3_positional_arguments_that_look_like_a_keyword(lib: Any, _: Path) -> Any:
    f = lib.inf_cache(keymap=lib.keymaps.stringmap())(lambda *args, **kwds: (args, kwds))
    return [f("x", 1), f(x=1)]


@defect(theirs=["f", "f"], ours=["f", "g"])
def k4_two_functions_under_one_decorator(lib: Any, _: Path) -> Any:
    memo = lib.inf_cache()
    f, g = memo(lambda x: "f"), memo(lambda x: "g")
    return [f(1), g(1)]


@defect(theirs=("f", 1), ours=("g", 0))
def k5_two_functions_on_one_archive(lib: Any, folder: Path) -> Any:
    f = lib.inf_cache(cache=lib.archives.dir_archive(str(folder / "memo")))(lambda x: "f")
    f(1), f.dump()
    g = lib.inf_cache(cache=lib.archives.dir_archive(str(folder / "memo")))(lambda x: "g")
    return g(1), g.info().load


class Thing:
    def __init__(self, number: int) -> None:
        self.number = number


@defect(theirs=[True, True], ours=[False, False])
def k6_new_objects_at_old_addresses(lib: Any, _: Path) -> Any:
    functions = [home.inf_cache()(lambda thing: thing.number) for home in (lib, lib.safe)]
    return [any(f(Thing(n)) != n for n in range(100)) for f in functions]


@defect(theirs=[0.0, 0.0], ours=[0.0, 7.0])
def k7_long_arrays_that_differ_in_one_cell(lib: Any, _: Path) -> Any:
    total = lib.safe.inf_cache()(lambda array: float(array.sum()))
    zeros, one = np.zeros(2000), np.zeros(2000)
    one[1000] = 7
    return [total(zeros), total(one)]


@defect(theirs=[1.0000000001, 1.0000000001], ours=[1.0000000001, 1.0])
def k8_arrays_that_differ_beyond_the_printed_digits(lib: Any, _: Path) -> Any:
    md5 = lib.keymaps.hashmap(algorithm="md5")
    first = lib.inf_cache(keymap=md5)(lambda array: float(array[0]))
    return [first(np.array([x])) for x in (1.0000000001, 1.0)]


@defect(theirs=["tuple", "tuple"], ours=["tuple", "list"])
def k9_a_tuple_and_a_list_in_json(lib: Any, _: Path) -> Any:
    json = lib.keymaps.picklemap(serializer="json")
    kind = lib.inf_cache(keymap=json)(lambda x: type(x).__name__)
    return [kind((1, 2)), kind([1, 2])]


def edition(number: int) -> Any:
    if number == 1:

        def f(x: int) -> int:
            return x + 1
    else:

        def f(x: int) -> int:
            return x * 100

    return f


@defect(theirs=[3, 3], ours=[3, 200])
def k10_a_function_whose_body_was_edited(lib: Any, folder: Path) -> Any:
    results = []
    for number in (1, 2):
        place = lib.archives.dir_archive(str(folder / "memo"))
        f = lib.inf_cache(cache=place, keymap=lib.keymaps.stringmap())(edition(number))
        results.append(f(2))
        f.dump()
    return results


@defect(theirs=["poison"], ours=[])
def k11_a_result_that_its_caller_changes(lib: Any, _: Path) -> Any:
    f = lib.inf_cache()(lambda x: [])
    f(1).append("poison")
    return f(1)


@defect(theirs=[2, 2], ours=[2, 3])
def a_keyword_only_argument_beside_ignored_keywords(lib: Any, _: Path) -> Any:
    def f(x: int, *, k: int, **more: int) -> int:
        return k

    g = lib.inf_cache(ignore="**")(f)
    return [g(1, k=2), g(1, k=3)]


# False misses: how many computations one call takes.


@defect(theirs=2, ours=1)
def keywords_in_another_order(lib: Any, _: Path) -> Any:
    f = lib.safe.inf_cache()(lambda x, y: x)
    f(x=1, y=2), f(y=2, x=1)
    return f.info().miss


@defect(theirs=[2, 2], ours=[1, 1])
def equal_arguments_that_are_other_objects(lib: Any, _: Path) -> Any:
    """Their pickles differ, which is all that klepto asks; an array's order in memory, too."""
    pickled = {"keymap": lib.keymaps.picklemap(serializer="dill")} if lib is klepto else {}
    f, g = (lib.inf_cache(**pickled)(lambda x, y=0: 1) for _ in range(2))
    a, b = "long string", f"long {'string'}"
    f(a, a), f(a, b)
    array = np.arange(6.0).reshape(2, 3)
    g(array), g(np.asfortranarray(array))
    return [f.info().miss, g.info().miss]


@defect(theirs=2, ours=1)
def not_a_number(lib: Any, _: Path) -> Any:
    f = lib.inf_cache()(lambda x: 1)
    for nan in [float("nan"), float("nan")]:
        f(nan)
    return f.info().miss


@defect(theirs=[2, 2], ours=[1, 1])
def an_ignored_keyword_and_an_ignored_last_argument(lib: Any, _: Path) -> Any:
    f = lib.inf_cache(ignore="debug")(lambda x, **more: x)
    f(1), f(1, debug=True)
    g = lib.inf_cache(ignore=-1)(lambda x, y: x)
    g(1, 2), g(1, 3)
    return [f.info().miss, g.info().miss]


@defect(theirs=2, ours=1)
def a_default_that_is_rounded(lib: Any, _: Path) -> Any:
    f = lib.inf_cache(tol=1)(lambda x=1.26: x)
    f(), f(1.26)
    return f.info().miss


@defect(theirs=TypeError, ours=[1, 1])
def a_method(lib: Any, _: Path) -> Any:
    class Model:
        @lib.inf_cache()
        def run(self, x: int) -> int:
            return x

    model = Model()
    return [model.run(1), Model.run.info().miss]


@defect(theirs=(0, 2, 0, None, 0), ours=(1, 1, 0, None, 1))
def a_method_under_a_safe_cache(lib: Any, _: Path) -> Any:
    class Model:
        @lib.safe.inf_cache()
        def run(self, x: int) -> int:
            return x

    model = Model()
    model.run(1), model.run(1)
    return tuple(Model.run.info())


@defect(theirs=2, ours=1)
def a_parameter_called_func_under_a_safe_cache(lib: Any, _: Path) -> Any:
    f = lib.safe.inf_cache()(lambda func: func)
    f(func=1), f(func=1)
    return f.info().miss


@defect(theirs=TypeError, ours=1)
def a_parameter_called_func(lib: Any, _: Path) -> Any:
    return lib.inf_cache()(lambda func, ignored=0: func)(func=1)


@defect(theirs=[TypeError] * 3, ours=[3, 3, 3])
def arguments_without_a_hash(lib: Any, folder: Path) -> Any:
    """A list, a dict and an array."""
    total = lib.inf_cache()(lambda numbers: int(sum(numbers)))
    arguments = [1, 2], {1: 1, 2: 2}, np.array([1, 2])
    return [
        answer(lambda _lib, _folder, x=x: total(x), lib, folder / str(n))
        for n, x in enumerate(arguments)
    ]


@defect(theirs=[2, TypeError], ours=[1, 1])
def keys_that_are_not_flat(lib: Any, folder: Path) -> Any:
    def misses(home: Any) -> int:
        f = home.inf_cache(keymap=lib.keymaps.keymap(flat=False))(same)
        f(1), f(1)
        return int(f.info().miss)

    return [misses(lib.safe), answer(lambda lib, _: misses(lib), lib, folder / "std")]


@defect(theirs=1, ours=ConfigurationError)
def an_ignored_name_that_no_parameter_has(lib: Any, _: Path) -> Any:
    return lib.inf_cache(ignore="verbos")(lambda x, verbose=False: x)(1)


@defect(theirs=[2, 2], ours=[1, 2])
def marks_that_come_back_from_a_file(lib: Any, folder: Path) -> Any:
    """NULL is another object then, at klepto's; and so the entry is there twice."""
    place = lib.archives.dir_archive(str(folder / "memo"))
    f = lib.inf_cache(cache=place, keymap=lib.keymaps.keymap(), ignore="x")(lambda x, y: y)
    f(1, 2), f.dump(), f.load()
    size = f.info().size
    f(1, 3)
    return [size, f.info().miss]


@pytest.mark.filterwarnings("ignore::kigen.KigenWarning")
@pytest.mark.parametrize(("program", "theirs", "ours"), DEFECTS)
def test_klepto_says_one_thing_and_kigen_the_right_one(
    program: Program, theirs: Any, ours: Any, tmp_path: Path
) -> None:
    assert answer(program, klepto, tmp_path / "klepto") == theirs
    assert answer(program, kigen, tmp_path / "kigen") == ours


HASH_SEEDS = """
import sys
import {library} as library
@library.inf_cache(cache=library.archives.dir_archive(sys.argv[1]))
def f(x):
    return x
f(1), f.dump()
print(f.info().load, len(f.__cache__().archive))
"""


@pytest.mark.parametrize(("library", "loads"), [("klepto", 0), ("kigen", 1)])
def test_another_interpreter_finds_what_was_stored(
    library: str, loads: int, tmp_path: Path
) -> None:
    """klepto's default key is a hash of the parameter's name, another one each time."""  # noqa: D403
    program = HASH_SEEDS.format(library=library)
    runs = [output(program, tmp_path / "memo", hash_seed=seed) for seed in (1, 2)]
    assert runs == ["0 1\n", f"{loads} {2 - loads}\n"]
