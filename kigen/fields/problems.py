"""What is wrong with a construction, collected, and raised as one exception."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from kigen.errors import FieldError, KeyFieldError

__all__ = ["Problem", "Problems", "suggestion"]


class Problem(NamedTuple):
    """One thing that is wrong: the dotted ``path`` of the field, what, and the value given."""

    path: str
    message: str
    value: Any = None


class Problems:
    """The problems of one construction of ``owner``."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.names: list[Problem] = []
        self.values: list[Problem] = []
        self.missing: list[str] = []

    def unknown(self, path: str, value: Any, known: Iterable[str]) -> None:
        """Note a name that is no field."""
        hint = suggestion(path, known)
        self.names.append(Problem(path, f"{self.owner} has no field {path!r}{hint}", value))

    def absent(self, path: str) -> None:
        """Note a required field without a value."""
        self.missing.append(path)

    def bad(self, path: str, error: ValueError, value: Any) -> None:
        """Note a value that its field does not admit."""
        nested = getattr(error, "errors", None)
        if nested is not None:
            self.values += [
                Problem(f"{path}.{problem.path}", f"{path}.{problem.message}", problem.value)
                for problem in nested
            ]
            return
        reason = getattr(error, "reason", None)
        message = str(error) if reason is None else f"{path}: {value!r} {reason}"
        self.values.append(Problem(path, message, value))

    def error(self) -> KeyFieldError | FieldError:
        """Return one `KeyFieldError` (a name is wrong or missing) or `FieldError` (values are)."""
        lines = [problem.message for problem in self.names]
        if self.missing:
            lines.append(f"{self.owner} missing required field(s): {', '.join(self.missing)}")
        lines += [problem.message for problem in self.values]
        problems = (
            *self.names,
            *(Problem(path, f"{path}: required, but not given") for path in self.missing),
            *self.values,
        )
        message = lines[0] if len(lines) == 1 else "\n  ".join([self._headline(problems), *lines])
        kind = KeyFieldError if self.names or self.missing else FieldError
        first = problems[0]
        return kind(message, errors=problems, field=first.path, value=first.value)

    def _headline(self, problems: tuple[Problem, ...]) -> str:
        return f"{self.owner}: {len(problems)} problems"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for the known name nearest to ``name``, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
