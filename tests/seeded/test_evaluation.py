"""seeded_cache: how an evaluation is declared and called, and what it remembers."""

from __future__ import annotations

import functools
import pickle
import random
import traceback
from pathlib import Path
from typing import Any, Optional

import numpy as np
import pytest

import tests.seeded.test_evaluation as this_module
from kigen import (
    Blueprint,
    ConfigurationError,
    Enum,
    FieldError,
    Key,
    KeyFieldError,
    Param,
    UnkeyableCall,
    archives,
    seeded_cache,
)
from kigen.seeded import Evaluation
from tests.crowd import crowd


class Trial(Key):
    x = Param(min=0, max=9)
    opt = Enum("adam", "sgd", default="adam")


@pytest.fixture(params=["memory only", "memory://", "runs/", "runs.db"])
def options(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Options for memory alone, and for each kind of archive."""
    monkeypatch.chdir(tmp_path)
    if request.param == "memory only":
        yield {}
    else:
        with archives.open(request.param) as archive:
            yield {"archive": archive}


def test_the_decorator_is_used_bare_or_called() -> None:
    def f(trial: Trial) -> int:
        return trial.x

    for evaluation in (seeded_cache(f), seeded_cache()(f), seeded_cache(Trial)(f)):
        assert type(evaluation) is Evaluation
        assert evaluation(x=3) == 3
        assert evaluation.key_type is Trial
        assert evaluation.seed == 0


def test_a_class_that_is_no_key_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="key=<class 'int'> is no Key class"):
        seeded_cache(key=int)  # type: ignore[call-overload]


def test_the_key_class_comes_from_the_annotation_or_the_option() -> None:
    class Local(Key):
        y = Param(min=0, max=9)

    @seeded_cache
    def local(key: Local) -> int:
        return key.y

    @seeded_cache
    def quoted(key: "Local") -> int:  # noqa: UP037 - quoted once more
        return key.y

    @seeded_cache
    def dotted(key: this_module.Trial) -> int:
        return key.x

    @seeded_cache(key=Local)
    def given(key) -> int:  # type: ignore[no-untyped-def]
        return key.y

    @seeded_cache(key=Local)
    def overruled(key: Trial) -> int:
        return key.y  # type: ignore[attr-defined,no-any-return]

    assert local(y=1) == quoted(y=1) == given(y=1) == overruled(y=1) == dotted(x=1) == 1


def test_annotations_may_be_objects_too() -> None:
    scope: dict[str, Any] = {
        "Trial": Trial,
        "seeded_cache": seeded_cache,
        "Generator": np.random.Generator,
    }
    exec("@seeded_cache\ndef f(t: Trial, rng: Generator): return t.x, type(rng)", scope)
    assert scope["f"](x=1) == (1, np.random.Generator)


def test_an_evaluation_is_called_with_a_key_or_with_its_fields(options: Any) -> None:
    ran = []

    @seeded_cache(**options, name="f")
    def f(trial: Trial) -> tuple[int, str]:
        ran.append(trial)
        return trial.x, trial.opt

    key = Trial(x=3)
    assert f(key) == f(x=3) == f(x=3, opt="adam") == f(x=3.0) == f(opt="adam", x=3) == (3, "adam")
    assert f(key.replace(opt="sgd")) == f(x=3, opt="sgd") == (3, "sgd")
    assert ran == [Trial(x=3), Trial(x=3, opt="sgd")]
    assert f.info().miss == 2


def test_fields_may_be_parameters_of_the_function() -> None:
    @seeded_cache(key=Trial)
    def f(x: int, *, opt: str, rng: random.Random, seed: int) -> tuple[Any, ...]:
        return x, opt, rng.random(), seed

    @seeded_cache(key=Trial)
    def some(x: int) -> int:
        return x

    @seeded_cache(key=Trial)
    def by_position(x: int, opt: str, rng: Any, /) -> tuple[Any, ...]:
        return x, opt, rng.random()

    @seeded_cache
    def key_by_position(trial: Trial, extra: int = 7, rng: Any = None, /, seed: int = 0) -> Any:
        return trial.x, extra, rng.random()

    whole = seeded_cache(key=Trial)(lambda t, rng: (t.x, t.opt, rng.random()))
    assert f(x=3)[:3] == f(Trial(x=3))[:3] == by_position(x=3) == whole(x=3)
    assert some(x=3, opt="sgd") == some(Trial(x=3)) == 3
    assert key_by_position(x=3) == (3, 7, whole(x=3)[2])


def test_parameters_with_defaults_of_their_own_keep_them() -> None:
    @seeded_cache
    def f(trial: Trial, scale: int = 2, *rest: int, more: int = 1, **options: int) -> int:
        return trial.x * scale + more

    assert f(x=3) == 7


def test_partials_lambdas_and_objects_may_be_evaluations() -> None:
    class Model:
        def __call__(self, trial: Trial) -> int:
            return trial.x

    offset = functools.partial(lambda n, trial: n + trial.x, 10)
    assert seeded_cache(key=Trial)(offset)(x=3) == 13
    assert seeded_cache(key=Trial)(lambda trial: trial.x)(x=3) == 3
    assert seeded_cache(key=Trial)(Model())(x=3) == 3


def declared(source: str, **options: Any) -> Any:
    """Declare an evaluation that somebody wrote."""
    scope: dict[str, Any] = {"Trial": Trial}
    exec(source, scope)
    return seeded_cache(**options)(scope["f"])


@pytest.mark.parametrize(
    ("source", "match"),
    [
        ("def f(trial): ...", r"annotate the first parameter.*seeded_cache\(key=Trial\)"),
        ("def f(): ...", "no parameter"),
        ("def f(trial: int): ...", "annotated with 'int'"),
        ("def f(trial: 'Nowhere'): ...", "'Nowhere'"),
        ("def f(rng, trial: Trial): ...", "'rng' has no annotation"),
        ("def f(trial: Trial, other): ...", "nothing fills other"),
        ("def f(trial: Trial, *, other): ...", "nothing fills other"),
        ("def f(*trials): ...", "no parameter"),
        ("async def f(trial: Trial): ...", "coroutine"),
        ("def f(trial: Trial): yield 1", "generator"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(source: str, match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        declared(source)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"key": int}, "subclass"),
        ({"key": Trial(x=1)}, "no Key class|not callable"),
        ({"seed": "a"}, "seed='a'"),
        ({"seed": 1.5}, r"seed=1\.5"),
        ({"seed": True}, "seed=True"),
        ({"seed": None}, "seed=None"),
        ({"policy": "oldest"}, "policy='oldest'"),
        ({"maxsize": -1}, "maxsize=-1"),
        ({"archive": "memory://", "cache": "memory://"}, "exclude each other"),
        ({"archive": {}}, "path or a URL"),
        ({"on_change": "perhaps"}, "on_change='perhaps'"),
        ({"rengine": 3}, "rengine=3"),
        ({"blueprint": 3}, r"Blueprint\(Trial\)"),
        ({"copy": "yes"}, "copy='yes'"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_at_decoration(options: Any, match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        declared("def f(trial: Trial): ...", **options)


def test_a_blueprint_of_another_class_is_refused() -> None:
    class Other(Key):
        x = Param(min=0, max=9)

    with pytest.raises(ConfigurationError, match="Trial"):
        declared("def f(trial: Trial): ...", blueprint=Blueprint(Other))


@pytest.mark.parametrize("name", ["rng", "seed"])
def test_a_field_with_the_name_of_what_an_evaluation_is_given_is_refused(name: str) -> None:
    made = type("Made", (Key,), {name: Param(min=0, max=9)})
    with pytest.raises(ConfigurationError, match="rename the field"):
        seeded_cache(key=made)(lambda key: 1)


@pytest.mark.parametrize(
    ("fields", "error", "match"),
    [
        ({"x": 99}, FieldError, "99 is above maximum 9"),
        ({"x": float("nan")}, FieldError, "x"),
        ({"x": 1.5}, FieldError, "x"),
        ({"x": 1, "opt": "rmsprop"}, FieldError, "opt"),
        ({}, KeyFieldError, "x"),
        ({"y": 1, "x": 1}, KeyFieldError, "'y'"),
    ],
)
def test_what_is_no_key_is_refused_before_anything_runs(
    fields: Any, error: Any, match: str
) -> None:
    @seeded_cache
    def f(trial: Trial) -> int:
        raise AssertionError

    with pytest.raises(error, match=match):
        f(**fields)
    assert f.info() == (0, 0, 0, None, 0)


def test_only_keys_of_the_class_are_taken() -> None:
    class Other(Key):
        x = Param(min=0, max=9)

    class Sub(Trial):
        y = Param(min=0, max=9, default=0)

    @seeded_cache
    def f(trial: Trial) -> int:
        raise AssertionError

    for wrong in (3, "x", {"x": 3}, Other(x=3), Sub(x=3), Trial):
        with pytest.raises(KeyFieldError, match="Trial"):
            f(wrong)
    with pytest.raises(KeyFieldError, match="replace"):
        f(Trial(x=3), opt="sgd")
    with pytest.raises(TypeError):
        f(3, "adam")  # type: ignore[call-arg]
    for wrong_seed in ("a", 1.5, True):
        with pytest.raises(ConfigurationError, match="seed="):
            f(x=1, seed=wrong_seed)  # type: ignore[arg-type]


def test_a_key_of_a_class_that_was_made_anew_under_its_name_is_taken() -> None:
    """As in a notebook, where a cell is run again."""

    def again() -> type[Key]:
        class Cell(Key):
            x = Param(min=0, max=9)

        return Cell

    first, second = again(), again()
    f = seeded_cache(key=first)(lambda key: key.x)
    assert f(second(x=3)) == f(first(x=3)) == 3
    assert f.info().miss == 1


def test_results_are_kept_by_function_key_and_seed(options: Any) -> None:
    memo = seeded_cache(key=Trial, seed=1, **options)
    f = memo(lambda trial, seed: ("f", seed))
    g = memo(lambda trial, seed: ("g", seed))
    assert f(x=1) == f(x=1, seed=1)
    assert f(x=1) != f(x=1, seed=2) != f(x=1, seed=3)
    assert f(x=1)[1] == g(x=1)[1]
    assert f(x=1)[0] != g(x=1)[0]
    assert f(x=1, seed=np.int64(2)) == f(x=1, seed=2)
    assert f.info().miss == 3


def test_a_result_is_evaluated_once_even_if_it_is_none_or_an_exception_came_first(
    options: Any,
) -> None:
    ran: list[int] = []

    @seeded_cache(**options, name="f")
    def f(trial: Trial) -> None:
        ran.append(trial.x)
        if len(ran) == 1:
            raise OSError

    with pytest.raises(OSError):
        f(x=1)
    assert [f(x=1), f(x=1)] == [None, None]
    assert ran == [1, 1]


def test_threads_evaluate_a_key_once() -> None:
    ran = []

    @seeded_cache
    def f(trial: Trial, rng: random.Random) -> float:
        ran.append(trial)
        return rng.random()

    assert len(set(crowd(16, lambda n: f(x=n % 2)))) == 2
    assert len(ran) == 2


def test_a_caller_cannot_poison_a_result(options: Any) -> None:
    @seeded_cache(**options)
    def f(trial: Trial) -> list[int]:
        return [trial.x]

    f(x=1).append(666)
    f.lookup(x=1).append(666)
    for _, result in f.sweep(10):
        result.append(666)
    for _, result in f.results():
        result.append(666)
    f.clear()
    assert f(x=1) == [1]
    assert all(len(result) == 1 for _, result in f.sweep(10))


def test_an_archive_serves_evaluations_of_one_key_class_apart(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    f = seeded_cache(archive=path, key=Trial, name="f")(lambda trial: ("f", trial.x))
    g = seeded_cache(archive=path, key=Trial, name="g")(lambda trial: ("g", trial.x))
    assert [f(x=1), g(x=1)] == [("f", 1), ("g", 1)]
    assert [dict(e.results()) for e in (f, g)] == [{Trial(x=1): ("f", 1)}, {Trial(x=1): ("g", 1)}]


@pytest.mark.parametrize("place", ["runs.db", "runs/"])
def test_results_of_a_key_class_that_had_other_fields_are_left_out(
    place: str, tmp_path: Path
) -> None:
    def evaluation(**fields: Any) -> Evaluation[Any]:
        key = type("Growing", (Key,), {**fields, "__module__": __name__})
        return seeded_cache(archive=f"{tmp_path}/{place}", key=key, name="f")(lambda key: key.x)

    assert evaluation(x=Param())(x=1) == 1
    grown = evaluation(x=Param(), opt=Enum("a", "b", default="a"))
    assert list(grown.results()) == []
    assert grown(x=1) == 1
    assert [key.to_dict() for key, _ in grown.results()] == [{"x": 1, "opt": "a"}]
    assert len(grown.to_frame()) == 1


def test_looking_up_never_evaluates(options: Any) -> None:
    ran = []

    @seeded_cache(**options, name="f")
    def f(trial: Trial) -> int:
        ran.append(trial)
        return trial.x

    assert not f.has(x=1)
    with pytest.raises(KeyError):
        f.lookup(x=1)
    f(x=1)
    assert f.has(x=1)
    assert f.has(Trial(x=1))
    assert not f.has(x=1, seed=1)
    assert f.lookup(Trial(x=1)) == 1
    assert len(ran) == 1


def test_write_back_waits_for_a_dump(tmp_path: Path) -> None:
    def declare() -> Any:
        return seeded_cache(cache=tmp_path / "runs.db", key=Trial, name="f")(lambda trial: trial.x)

    f = declare()
    f(x=1), f(x=2)
    assert len(f.archive()) == 0
    f.dump()
    assert len(f.archive()) == 2
    g = declare()
    g.load()
    assert [g(x=1), g(x=2)] == [1, 2]
    assert g.info()[:3] == (2, 0, 0)


def test_an_archive_may_be_given_later_parked_and_resumed(tmp_path: Path) -> None:
    f = seeded_cache(key=Trial)(lambda trial: trial.x)
    f(x=1)
    assert f.archived() is False
    f.archive(tmp_path / "runs.db")
    f.archived(False)
    f(x=2)
    f.archived(True)
    f.dump()
    assert len(f.archive()) == 2


def test_a_bound_says_how_many_results_stay_in_memory() -> None:
    for policy in ("inf", "lru", "lfu"):
        f = seeded_cache(key=Trial, maxsize=3, policy=policy)(lambda trial: trial.x)
        assert [f(x=x) for x in range(10)] == list(range(10))
        assert f.info()[3:] == (3, 3)


def test_all_results_are_listed_with_their_keys(options: Any) -> None:
    @seeded_cache(**options, name="f")
    def f(trial: Trial) -> int:
        return -trial.x

    f(x=1), f(x=2), f(x=2, seed=5)
    assert sorted((key.x, result) for key, result in f.results()) == [(1, -1), (2, -2), (2, -2)]
    assert [(key.x, result) for key, result in f.results(seed=5)] == [(2, -2)]
    assert all(type(key) is Trial for key, _ in f.results())
    f.clear()
    assert len(list(f.results())) == (3 if options else 0)


def test_an_evaluation_looks_like_its_function() -> None:
    def study(trial: Trial) -> int:
        """Evaluate it."""
        return 1

    study.clear = study.seed = study.info = "an attribute of the function"  # type: ignore[attr-defined]
    f = seeded_cache(seed=3)(study)
    assert (f.__name__, f.__doc__, f.__wrapped__) == ("study", "Evaluate it.", study)
    assert "Trial" in repr(f)
    assert (f(x=1), f.seed, f.info().miss) == (1, 3, 1), "which do not hide the evaluation's own"


@seeded_cache
def module_level(trial: Trial) -> int:
    return trial.x


def test_an_evaluation_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(module_level)) is module_level


def test_an_evaluation_over_a_value_with_no_fingerprint_needs_a_name(tmp_path: Path) -> None:
    handle = object()

    def f(trial: Trial) -> bool:
        return handle is not None

    with pytest.raises(UnkeyableCall, match="name="):
        seeded_cache(archive=tmp_path / "runs.db")(f)(x=1)
    assert seeded_cache(archive=tmp_path / "runs.db", name="f")(f)(x=1) is True


def test_evaluations_over_different_values_do_not_meet(tmp_path: Path) -> None:
    def study(scale: int) -> Any:
        @seeded_cache(archive=tmp_path / "runs.db")
        def f(trial: Trial) -> int:
            return trial.x * scale

        return f

    assert [study(2)(x=3), study(10)(x=3)] == [6, 30]


def test_a_key_of_values_without_a_hash_is_a_key() -> None:
    class Listed(Key):
        layers = Enum([64, 64], [128])

    @seeded_cache
    def f(key: Listed) -> int:
        return sum(key.layers)

    assert [f(layers=[64, 64]), f(layers=[64, 64]), f(layers=[128])] == [128, 128, 128]
    assert f.info()[:2] == (1, 2)
    assert len(dict(f.sweep(2))) == len(dict(f.results())) == 2


@pytest.mark.parametrize(
    "annotation",
    [
        np.random.Generator,
        Optional[np.random.Generator],  # noqa: UP045 - as many write it
        np.random.Generator | None,
        "np.random.Generator",
        "numpy.random.Generator | None",
        "Generator",
    ],
)
def test_the_annotation_of_rng_may_ask_for_numpy_s_generator(annotation: Any) -> None:
    def f(trial: Trial, rng):  # type: ignore[no-untyped-def]
        return type(rng)

    f.__annotations__["rng"] = annotation
    assert seeded_cache(f)(x=1) is np.random.Generator


@pytest.mark.parametrize("annotation", [None, random.Random, Any, "random.Random", "Rng"])
def test_otherwise_rng_is_the_standard_library_s(annotation: Any) -> None:
    def f(trial: Trial, rng):  # type: ignore[no-untyped-def]
        return type(rng)

    f.__annotations__["rng"] = annotation
    assert seeded_cache(f)(x=1) is random.Random


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="no option 'ignore'.*on_change"):
        seeded_cache(ignore="x")


def test_each_kind_of_callable_becomes_an_evaluation_or_is_refused() -> None:
    class Model:
        def __init__(self, n: int) -> None:
            self.n = n

        def run(self, trial: Trial) -> int:
            return self.n * trial.x

        @staticmethod
        @seeded_cache
        def below(trial: Trial) -> int:
            return trial.x

        @seeded_cache(seed=1)
        @staticmethod
        def above(trial: Trial) -> int:
            return trial.x

    def scaled(trial: Trial, by: int) -> int:
        return by * trial.x

    trial = Trial(x=3)
    two, three = seeded_cache(Model(2).run), seeded_cache(Model(3).run)
    assert (two(trial), three(trial)) == (6, 9)
    assert (
        Model.below(trial) == Model(1).below(trial) == Model.above(trial) == Model(1).above(trial)
    )
    fives = seeded_cache(Trial)(functools.partial(scaled, by=5))
    assert fives(trial) == 15
    assert "scaled" in repr(fives)
    assert seeded_cache(Trial)(lambda key: key.x)(trial) == 3
    for what in (property(scaled), classmethod(scaled), Model(1)):
        with pytest.raises(ConfigurationError):
            seeded_cache(what)  # type: ignore[call-overload]


def test_a_traceback_goes_from_the_caller_to_the_evaluation() -> None:
    @seeded_cache
    def broken(trial: Trial) -> float:
        return 1 / 0

    with pytest.raises(ZeroDivisionError) as caught:
        broken(x=1)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names == ["test_a_traceback_goes_from_the_caller_to_the_evaluation", "broken"]
    with pytest.raises(FieldError) as refused:
        broken(x=99)
    assert len(refused.traceback) > 1, "what kigen raises comes from kigen"
