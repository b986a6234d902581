"""An evaluation of keys, each run once, ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import update_wrapper
from operator import index
from typing import TYPE_CHECKING, Any, Generic, SupportsIndex, TypeVar, overload

from kigen.caching import CacheInfo, Memoizer
from kigen.caching.calls.call import know_key_type
from kigen.caching.calls.keying import Keying
from kigen.caching.calls.naming import Naming
from kigen.caching.notices import show_users_frames
from kigen.caching.travel import Travelling
from kigen.errors import ConfigurationError, KeyFieldError
from kigen.key import Key
from kigen.seeded.signature import Shape
from kigen.signature import Parameters

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pandas import DataFrame

    from kigen.archives import Archive
    from kigen.caching.options import Where
    from kigen.seeded.sweep import Drawing, Progress

K = TypeVar("K", bound=Key)
R = TypeVar("R")


class _SeededNaming(Naming):
    """The fields of the key and the seed, side by side, for people to read."""

    def fields(self, key: Any) -> dict[str, Any]:
        trial, seed = key
        return {**trial.to_dict(), "seed": seed}


class Evaluation(Travelling, Generic[K, R]):
    """A function of a Key whose results are kept under (function, key, seed); see `seeded_cache`.

    Call it with a key, or with the values of its fields; ``seed=`` overrides the decorator's.
    """

    __name__: str
    __qualname__: str
    __wrapped__: Callable[..., R]

    def __init__(
        self,
        function: Callable[..., R],
        shape: Shape[K],
        memoizer: Memoizer,
        seed: int,
        drawing: Drawing[K],
    ) -> None:
        def evaluate(key: K, seed: int) -> R:
            return shape.call(function, key, seed)

        keying = Keying.of(Parameters.of(evaluate), None, None)
        naming = _SeededNaming(function, keying.names, memoizer.name)
        self._cached, self._control = memoizer.memoize(evaluate, keying, naming)
        self._drawing = drawing
        self.key_type: type[K] = shape.key_type
        know_key_type(shape.key_type)
        self.seed = seed
        self.__name__ = self.__qualname__ = repr(function)  # for a partial, which has none
        update_wrapper(self, function, updated=())  # whose attributes would hide our methods
        self.travels_by(Evaluation, function, shape, memoizer, seed, drawing)

    @overload
    def __call__(self, key: K, /, *, seed: SupportsIndex | None = None) -> R: ...

    @overload
    def __call__(self, /, *, seed: SupportsIndex | None = None, **fields: Any) -> R: ...

    def __call__(
        self, key: K | None = None, /, *, seed: SupportsIndex | None = None, **fields: Any
    ) -> R:
        """Return the result for a key: remembered, archived, or evaluated now.

        Raises `kigen.errors.FieldError` and `kigen.errors.KeyFieldError` for a key that is none,
        before anything is evaluated.
        """
        try:
            result: R = self._cached(self._key(key, fields), self._seed(seed))
        except BaseException as error:
            show_users_frames(error)
            raise
        return result

    def __repr__(self) -> str:
        return f"<evaluation {self.__qualname__} of {self.key_type.__name__}>"

    def _kigen_settings(self) -> Any:
        """Return what tells this evaluation from others of its function: see `identify`."""
        return "seeded_cache", self.key_type.identity(), self.seed

    def sweep(
        self,
        n: int,
        *,
        seed: SupportsIndex | None = None,
        executor: Executor | None = None,
        progress: bool | Progress | None = None,
    ) -> list[tuple[K, R]]:
        """Draw ``n`` distinct keys, evaluate those that are missing, return (key, result) pairs.

        The keys are those of ``seed``, always in the same order, and fewer are a prefix of more:
        a sweep that was interrupted, however, goes on where it stopped when it is called again.
        An ``executor`` (threads or processes) evaluates in parallel, with the same results.
        ``progress`` shows a line on stderr (None: if that is a terminal), or is called with
        (done, total).

        Raises `kigen.errors.SpaceExhaustedError` if there are fewer keys, before any evaluation.
        """
        from kigen.seeded.sweep import run

        chosen = self._seed(seed)
        keys = self._drawing.keys(n, chosen)
        return run(self, keys, chosen, executor, progress)

    def results(self, *, seed: SupportsIndex | None = None) -> Iterator[tuple[K, R]]:
        """Iterate over all (key, result) pairs in the archive, of every seed or of one.

        Without an archive: over those in memory.
        """
        return ((key, result) for key, _, result, _ in self._rows(seed))

    def to_frame(self, *, seed: SupportsIndex | None = None) -> DataFrame:
        """Return a pandas frame: a row an evaluation, a column a field, then seed and result.

        A result that is a mapping with string keys is spread over a column each. ``elapsed`` is
        in seconds, and NaN where nothing is known of it.

        Raises `kigen.errors.MissingExtra` without pandas.
        """
        from kigen.seeded.frame import make_frame

        return make_frame(self.key_type, self._rows(seed))

    def info(self) -> CacheInfo:
        """Return how many calls were answered from memory, evaluated, and loaded."""
        return self._control.info()

    def clear(self, keepstats: bool = False) -> None:
        """Empty the memory; the archive stays as it is."""
        self._control.clear(keepstats)

    def archive(self, archive: Where | None = None) -> Archive | None:
        """Return the archive in use; given one, use that, to be written when you `dump`."""
        return self._control.archive(archive)

    def archived(self, *on: bool) -> bool:
        """Return whether an archive is in use; switch it off and on again."""
        return self._control.archived(*on)

    def load(self) -> None:
        """Bring the archived results into memory."""
        self._control.load()

    def dump(self) -> None:
        """Write what is not yet written to the archive."""
        self._control.dump()

    @overload
    def lookup(self, key: K, /, *, seed: SupportsIndex | None = None) -> R: ...

    @overload
    def lookup(self, /, *, seed: SupportsIndex | None = None, **fields: Any) -> R: ...

    def lookup(
        self, key: K | None = None, /, *, seed: SupportsIndex | None = None, **fields: Any
    ) -> R:
        """Return a result that is there already; raises KeyError, and never evaluates."""
        result: R = self._control.lookup(self._key(key, fields), self._seed(seed))
        return result

    @overload
    def has(self, key: K, /, *, seed: SupportsIndex | None = None) -> bool: ...

    @overload
    def has(self, /, *, seed: SupportsIndex | None = None, **fields: Any) -> bool: ...

    def has(
        self, key: K | None = None, /, *, seed: SupportsIndex | None = None, **fields: Any
    ) -> bool:
        """Return whether there is a result already, in memory or archive."""
        try:
            self._control.lookup(self._key(key, fields), self._seed(seed))
        except KeyError:
            return False
        return True

    def remember(self, key: K, seed: int, result: R) -> None:
        """Take in a result that was evaluated elsewhere, by this very function."""
        self._control.put((key, seed), result)

    def _key(self, key: Any, fields: Mapping[str, Any]) -> K:
        if key is None:
            return self.key_type(**fields)
        known = type(key)
        names = ", ".join(f"{name}=..." for name in self.key_type.field_specs())
        if not issubclass(known, Key) or known.identity() != self.key_type.identity():
            raise KeyFieldError(
                f"{self.__name__}: {key!r} is no {self.key_type.__name__}; pass one, or the values "
                f"of its fields: {names}",
                value=key,
            )
        if fields:
            raise KeyFieldError(
                f"{self.__name__}: got a key and also {', '.join(fields)}; pass a changed copy: "
                "key.replace(...)",
                fields=list(fields),
            )
        given: K = key
        return given

    def _seed(self, seed: Any) -> int:
        return self.seed if seed is None else checked_seed(seed)

    def _rows(self, seed: SupportsIndex | None) -> Iterator[tuple[K, int, R, float | None]]:
        for (key, of_seed), result, elapsed in self._control.stored():
            ours = key.identity() == self.key_type.identity()  # a function may have several
            if ours and seed in (None, of_seed):
                yield key, of_seed, result, elapsed


def checked_seed(seed: Any) -> int:
    """Return the seed as an int; raises `ConfigurationError` for anything else."""
    try:
        if not isinstance(seed, bool):
            return index(seed)
    except TypeError:
        pass
    raise ConfigurationError(
        f"seed={seed!r} is not an integer; results are kept by their seed, so it must be one",
        seed=seed,
    )
