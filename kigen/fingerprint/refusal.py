"""Saying no: a value without canonical bytes, and the path that leads to it."""

from __future__ import annotations

from kigen.errors import UnfingerprintableError

__all__ = ["Refusal", "shown"]

REMEDY = (
    "Give its class a __fingerprint__ method, or say what stands for it with "
    "kigen.fingerprint.register(type, function), or, of a cache, leave the argument out with "
    "ignore="
)


class Refusal(Exception):
    """A refusal on its way up; each container on the way adds the step that leads down to it."""

    def __init__(self, value: object, reason: str) -> None:
        super().__init__(reason)
        self.type: type[object] = type(value)
        self.reason = reason
        self.steps: list[str] = []

    def error(self, at: str) -> UnfingerprintableError:
        """What the caller is told."""
        path = at + "".join(reversed(self.steps))
        return UnfingerprintableError(
            f"{path or 'the value'} has no fingerprint: {self.reason}. {REMEDY}.",
            path=path,
            type=self.type,
            reason=self.reason,
        )


def shown(value: object, width: int = 40) -> str:
    """A value as a message shows it: its repr, shortened; never an error of its own."""
    try:
        written = repr(value)
    except Exception:  # noqa: BLE001 - a user's __repr__ may do anything; the path must be told
        written = f"<{type(value).__name__}>"
    return written if len(written) <= width else written[: width - 1] + "…"
