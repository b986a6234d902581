"""Sameness: any value -> canonical bytes -> a 128-bit digest, the same in every process.

Two values have the same fingerprint if and only if they are equal, as ``==`` says; a NaN is equal
to itself. ``docs/explain/sameness.md`` says what that means type by type, and
``docs/reference/fingerprint-format.md`` what the bytes are. A value of which kigen does not know
what makes it equal to another is refused, with the path that leads to it.

>>> fingerprint((1, "a", {2, 3})) == fingerprint((1.0, "a", {3, 2}))
True
>>> fingerprint({"model": [object()]}, at="config")  # doctest: +ELLIPSIS
Traceback (most recent call last):
    ...
kigen.errors.UnfingerprintableError: config['model'][0] has no fingerprint: ... ignore=.
"""

from __future__ import annotations

import sys
from hashlib import blake2b

from kigen.errors import UnfingerprintableError
from kigen.fingerprint.dispatch import register
from kigen.fingerprint.names import identity
from kigen.fingerprint.refusal import REMEDY, Refusal
from kigen.fingerprint.scalars import PLAIN
from kigen.fingerprint.walk import Walk

__all__ = ["canonical", "digest", "fingerprint", "identity", "register"]

VERSION = b"\x01"


def canonical(value: object, *, typed: bool = False, at: str = "") -> bytes:
    r"""The canonical bytes of a value: the format's version, then the value.

    Args:
        typed: Keep ``1``, ``1.0`` and ``True`` apart, and all else whose types differ.
        at: What the value is called in an error's path.

    Raises:
        UnfingerprintableError: The value, or one inside it, has none; ``path`` leads to it.

    >>> canonical(True) == canonical(1.0)
    True
    >>> canonical("a")
    b'\x01s\x01a'
    """
    walk = Walk(typed, None, set())
    walk.append(VERSION)
    take(walk, value, at)
    return b"".join(walk.pieces)


def digest(value: object, *, typed: bool = False, at: str = "") -> bytes:
    """The digest of a value's canonical bytes: BLAKE2b, 16 bytes.

    Large arrays are hashed where they lie. Arguments and errors are those of :func:`canonical`.

    >>> digest((1, 2)) == digest((1.0, 2.0)), digest((1, 2)) == digest([1, 2])
    (True, False)
    """
    if not typed:
        plain = PLAIN.get(type(value))
        if plain is not None:
            try:
                return blake2b(VERSION + plain(value), digest_size=16).digest()
            except (KeyError, RecursionError):
                pass  # a tuple of more than plain values
    hasher = blake2b(VERSION, digest_size=16)
    walk = Walk(typed, hasher, set())
    take(walk, value, at)
    walk.hand_on()
    return hasher.digest()


def fingerprint(value: object, *, typed: bool = False, at: str = "") -> str:
    """The digest of a value as 32 hexadecimal digits.

    Arguments and errors are those of :func:`canonical`.

    >>> fingerprint("kigen")
    'fadad09439ca7320c656a7558a0f3184'
    """
    if not typed:  # as in digest(), whose call would cost a quarter of the time
        plain = PLAIN.get(type(value))
        if plain is not None:
            try:
                return blake2b(VERSION + plain(value), digest_size=16).hexdigest()
            except (KeyError, RecursionError):
                pass
    return digest(value, typed=typed, at=at).hex()


def take(walk: Walk, value: object, at: str) -> None:
    """Walks the whole value; what goes wrong on the way becomes the error the caller sees."""
    try:
        walk.write(value)
    except Refusal as refusal:
        raise refusal.error(at) from None
    except RecursionError:
        if _is_deep():  # the calls are at fault, which are so many, and not the value
            raise
        raise UnfingerprintableError(
            f"{at or 'the value'} has no fingerprint: it is nested more deeply than Python's "
            f"recursion limit allows. {REMEDY}.",
            path=at,
            type=type(value),
            reason="nested too deeply",
        ) from None


def _is_deep() -> bool:
    """Tells whether half of the recursion limit was used up by those who called."""
    try:
        sys._getframe(sys.getrecursionlimit() // 2)  # noqa: SLF001
    except ValueError:
        return False
    return True
