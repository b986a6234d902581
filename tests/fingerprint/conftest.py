"""The three questions that the tests of sameness ask."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from kigen.errors import UnfingerprintableError
from kigen.fingerprint import canonical, digest, fingerprint


@pytest.fixture(scope="session")
def same() -> Callable[..., None]:
    """All values have one fingerprint, which is that of their canonical bytes."""

    def ask(*values: object) -> None:
        for value in values:
            for typed in (False, True):
                written = canonical(value, typed=typed)
                expected = hashlib.blake2b(written, digest_size=16).digest()
                assert digest(value, typed=typed) == expected, value
        assert {canonical(value) for value in values} == {canonical(values[0])}, values

    return ask


@pytest.fixture(scope="session")
def differ() -> Callable[..., None]:
    """No two values have the same fingerprint."""

    def ask(*values: object) -> None:
        seen: dict[str, object] = {}
        for value in values:
            twin = seen.setdefault(fingerprint(value), value)
            assert twin is value, (twin, value)

    return ask


@pytest.fixture(scope="session")
def refused() -> Callable[..., UnfingerprintableError]:
    """A value has no fingerprint, and the error says where, why and what to do."""

    def ask(value: object, path: str = "", at: str = "") -> UnfingerprintableError:
        with pytest.raises(UnfingerprintableError) as caught:
            digest(value, at=at)
        assert caught.value.path == path
        assert str(caught.value).startswith(path or "the value")
        assert "kigen.fingerprint.register" in str(caught.value)
        with pytest.raises(UnfingerprintableError):
            canonical(value, typed=True)
        return caught.value

    return ask
