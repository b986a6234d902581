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


class Problems:
    """The problems of one construction of ``owner``: of its names, and of its values.

    >>> problems = Problems("Trial")
    >>> problems.add("depth", ValueError("too deep"), 99)
    >>> problems.error()
    FieldError('depth: too deep')
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self._names: list[Problem] = []
        self._values: list[Problem] = []
        self._missing: list[str] = []

    def unknown(self, name: str, value: Any, known: Iterable[str]) -> None:
        """Note a name that is no field."""
        message = f"{self.owner} has no field {name!r}{suggestion(name, known)}"
        self._names.append(Problem(str(name), message, value))

    def missing(self, name: str) -> None:
        """Note a required field without a value."""
        self._missing.append(name)

    def add(self, path: str, error: Exception, value: Any) -> None:
        """Note a value that its field does not admit, or all that is wrong inside it."""
        inside = getattr(error, "errors", ())
        if not inside:
            self._values.append(Problem(path, _reason(path, error, value), value))
            return
        kind = self._names if isinstance(error, KeyFieldError) else self._values
        for problem in inside:
            dot = "" if problem.path.startswith("[") else "."
            kind.append(problem._replace(path=f"{path}{dot}{problem.path}"))

    def error(self) -> KeyFieldError | FieldError:
        """Return one `KeyFieldError` if a name is unknown or missing, else one `FieldError`."""
        text = f"{self.owner} missing required field(s): {', '.join(self._missing)}"
        names = self._names + [Problem(name, text) for name in self._missing]
        problems = (*names, *self._values)
        # A message about a name of the owner's names it already; all missing ones share a line.
        own = [
            problem.message if problem.path.isidentifier() else _line(problem) for problem in names
        ]
        lines = list(dict.fromkeys(own + [_line(problem) for problem in self._values]))
        if len(lines) > 1:
            lines.insert(0, f"{self.owner}: {len(problems)} problems")
        kind = KeyFieldError if names else FieldError
        first = problems[0]
        return kind("\n  ".join(lines), errors=problems, field=first.path, value=first.value)


def _line(problem: Problem) -> str:
    return f"{problem.path}: {problem.message}"


def _reason(path: str, error: Exception, value: Any) -> str:
    """The error's text without the name of the field, which the path tells."""
    reason = getattr(error, "reason", None)
    if reason is not None:
        return f"{value!r} {reason}"
    return str(error).removeprefix(f"{path}: ").removeprefix(": ")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for the known name nearest to ``name``, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(str(name), known, n=1)  # a mapping may have other names than text
    return f"; did you mean {near[0]!r}?" if near else ""
