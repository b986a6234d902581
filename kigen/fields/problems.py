"""What is wrong with a construction, collected, and raised as one exception."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kigen.errors import FieldError, KeyFieldError

__all__ = ["BAD", "Problem", "Problems", "suggestion"]

BAD = (ValueError, KeyFieldError)
"""What a field raises about a value; anything else is a mistake in the field itself."""


class Problem(NamedTuple):
    """One thing that is wrong: the dotted ``path`` of the field, what, and the value given."""

    path: str
    message: str
    value: Any = None
    in_names: bool = False
    """Whether a name is unknown or missing, rather than a value bad."""


class Problems:
    """The problems of one construction of ``owner``.

    >>> problems = Problems("Trial")
    >>> problems.add("depth", ValueError("too deep"), 99)
    >>> problems.error()
    FieldError('depth: too deep')
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._found: list[Problem] = []
        self._missing: list[str] = []

    def unknown(self, name: str, value: Any, known: Iterable[str]) -> None:
        """Note a name that is no field."""
        message = f"{self.owner} has no field {name!r}{suggestion(name, known)}"
        self._found.append(Problem(name, message, value, in_names=True))

    def missing(self, name: str) -> None:
        """Note a required field without a value."""
        self._missing.append(name)

    def add(self, path: str, error: Exception, value: Any) -> None:
        """Note a value that its field does not admit, or all that is wrong inside it."""
        inside = getattr(error, "errors", None)
        if inside is None:
            self._found.append(Problem(path, _reason(path, error, value), value))
            return
        for problem in inside:
            dot = "" if problem.path.startswith("[") else "."
            self._found.append(problem._replace(path=f"{path}{dot}{problem.path}"))

    def error(self) -> KeyFieldError | FieldError:
        """Return one `KeyFieldError` if a name is unknown or missing, else one `FieldError`."""
        text = f"{self.owner} missing required field(s): {', '.join(self._missing)}"
        missing = [Problem(name, text, in_names=True) for name in self._missing]
        names = [problem for problem in self._found if problem.in_names] + missing
        problems = (*names, *(problem for problem in self._found if not problem.in_names))
        lines = list(dict.fromkeys(map(_line, problems)))
        if len(lines) > 1:
            lines.insert(0, f"{self.owner}: {len(problems)} problems")
        kind = KeyFieldError if names else FieldError
        first = problems[0]
        return kind("\n  ".join(lines), errors=problems, field=first.path, value=first.value)


def _line(problem: Problem) -> str:
    at_top = problem.in_names and "." not in problem.path and "[" not in problem.path
    return problem.message if at_top else f"{problem.path}: {problem.message}"


def _reason(path: str, error: Exception, value: Any) -> str:
    """The error's text without the name of the field, which the path tells."""
    reason = getattr(error, "reason", None)
    if reason is not None:
        return f"{value!r} {reason}"
    return str(error).removeprefix(f"{path}: ").removeprefix(": ")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for the known name nearest to ``name``, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
