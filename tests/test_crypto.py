"""Objects as hashes, strings and bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kigen import crypto
from kigen.errors import ConfigurationError, MissingExtra


def test_a_digest_is_of_the_repr() -> None:
    """It is the same in each interpreter, as Python's hash of text is not."""
    assert crypto.hash("x", "md5") == "6fb94ab447e2224a422e2cd0271d66c1"
    assert crypto.hash("x") == hash("x")


@pytest.mark.parametrize("algorithm", ["nonsense", "", "shake_128", "md5\0"])
def test_an_unknown_algorithm_is_named(algorithm: str) -> None:
    """Also one that has no length of its own."""
    with pytest.raises(ConfigurationError, match="algorithm=") as caught:
        crypto.hash(1, algorithm)
    assert caught.value.algorithm == algorithm  # type: ignore[attr-defined]


@pytest.mark.parametrize("algorithm", crypto.algorithms())
def test_each_listed_algorithm_works(algorithm: str | None) -> None:
    """A list of what raises would be of no use."""
    assert crypto.hash((1, "x"), algorithm) == crypto.hash((1, "x"), algorithm=algorithm)


@pytest.mark.parametrize("encoding", crypto.encodings())
def test_each_listed_encoding_works(encoding: str | None) -> None:
    """A list of what raises would be of no use."""
    assert isinstance(crypto.string((1, "x"), encoding), str | bytes)


@pytest.mark.parametrize("serializer", crypto.serializers())
def test_each_listed_serializer_works(serializer: str | None) -> None:
    """A list of what raises would be of no use."""
    assert crypto.pickle([1, "x"], serializer)


@pytest.mark.parametrize("listed", [crypto.algorithms, crypto.encodings, crypto.serializers])
def test_a_list_is_made_once_and_starts_with_the_default(listed: Any) -> None:
    """None means hash, str and repr."""
    assert listed() is listed()
    assert listed()[0] is None


def test_the_lists_hang_on_their_functions() -> None:
    """As they do at klepto's."""
    functions: Any = crypto
    assert functions.hash.algorithms is crypto.algorithms
    assert functions.string.encodings is crypto.encodings
    assert functions.pickle.serializers is crypto.serializers


def test_a_star_import_brings_the_six_names_alone() -> None:
    """klepto's brings os, sys and hashlib along."""  # noqa: D403 - a package's name
    space: dict[str, Any] = {}
    exec("from kigen.crypto import *", space)
    assert space.keys() - {"__builtins__"} == {
        *("algorithms", "encodings", "hash", "pickle", "serializers", "string")
    }


@pytest.mark.parametrize("strict", [True, False, None])
def test_an_encoding_is_never_run(strict: bool | None, tmp_path: Path) -> None:
    """klepto evaluated it: an encoding from a file was a program."""  # noqa: D403
    witness = tmp_path / "witness"
    for encoding in (f"open({str(witness)!r}, 'w').close or str", "exit", "__import__('os').abort"):
        with pytest.raises(ConfigurationError, match="text encoding"):
            crypto.string("x", encoding, strict)
    assert not witness.exists()


@pytest.mark.parametrize(
    "encoding", ["list", "bytes", "hex_codec", "rot_13", "aliases", "undefined"]
)
def test_only_text_encodings_encode_text(encoding: str) -> None:
    """A builtin's name is no encoding, and a codec from bytes to bytes is none for text."""
    with pytest.raises((ConfigurationError, UnicodeError)):
        crypto.string((1, 2), encoding, strict=True)


def test_strictness_says_what_becomes_of_the_unknown() -> None:
    """True raises, False replaces, None leaves out."""
    assert crypto.string("aß", "cp1251", strict=False) == b"'a?'"
    assert crypto.string("aß", "cp1251", strict=None) == b"'a'"
    with pytest.raises(UnicodeEncodeError):
        crypto.string("aß", "cp1251")


def test_an_error_in_a_repr_is_the_users() -> None:
    """It is not taken for an unknown encoding."""

    class Odd:
        def __repr__(self) -> str:
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        crypto.string(Odd(), "utf_8")


def test_a_serializer_is_a_module_or_its_name() -> None:
    """A name with a dot is that of a module in a package."""
    import json
    import xmlrpc.client

    assert crypto.pickle([1], json) == crypto.pickle([1], "json") == "[1]"
    assert crypto.pickle((1,), "xmlrpc.client") == xmlrpc.client.dumps((1,))


def test_options_reach_the_serializer_or_all_stay_behind() -> None:
    """klepto's rule, on which its keys depend."""  # noqa: D403
    assert crypto.pickle({"b": 1, "a": 2}, "json", sort_keys=True) == '{"a": 2, "b": 1}'
    assert crypto.pickle({"b": 1, "a": 2}, "json", sort_keys=True, byref=1) == '{"b": 1, "a": 2}'


@pytest.mark.parametrize("serializer", ["nonsense", "", "no.such", "os", "..x", 3])
def test_what_is_no_serializer_is_refused_by_name(serializer: Any) -> None:
    """A module without dumps is none."""
    with pytest.raises(ConfigurationError, match="serializer="):
        crypto.pickle(1, serializer)


def test_a_known_serializer_that_is_not_installed_names_the_pip_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As every optional dependency does."""
    monkeypatch.setattr(crypto, "_is_installed", lambda name: False)
    monkeypatch.delitem(sys.modules, "jsonpickle", raising=False)
    with pytest.raises(MissingExtra, match="pip install jsonpickle"):
        crypto.pickle(1, "jsonpickle")


def test_importing_it_computes_no_list() -> None:
    """Looking for codecs imports a hundred modules."""
    program = "import sys, kigen.crypto; print('encodings.cp037' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
