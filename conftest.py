"""What every test shares: the documents' code blocks are tests, and CI leaves nothing out."""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import sys
import tempfile
from types import ModuleType

import pytest
from hypothesis import settings
from sybil import Document, Example, Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.integration.pytest import SybilItem
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

IN_CI = os.environ.get("CI") == "true"

settings.register_profile("ci", deadline=None, print_blob=True)
settings.register_profile("person", deadline=None)
settings.load_profile("ci" if IN_CI else "person")


# Documents. Python blocks of one document share a namespace and a temporary folder; blocks in
# other languages are not run.

_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class _Session(CodeBlockParser):
    """Blocks marked ``pycon`` are interactive sessions."""

    language = "pycon"

    def __call__(self, document: Document):  # type: ignore[no-untyped-def]
        parse = DocTestStringParser(DocTestEvaluator(_FLAGS))
        for region in super().__call__(document):
            for example in parse(region.parsed, document.path):
                example.adjust(region, region.parsed)
                yield example

    def evaluate(self, example: Example) -> None:
        raise NotImplementedError  # the doctest parser's examples bring their own evaluator


class _DocumentModule(ModuleType):
    """A document as an importable module, so that what it defines can be pickled by name."""

    def __init__(self, name: str, namespace: dict[str, object]) -> None:
        super().__init__(name)
        self._namespace = namespace

    def __getattr__(self, name: str) -> object:
        try:
            return self._namespace[name]
        except KeyError:
            raise AttributeError(name) from None


def _open_document(namespace: dict[str, object]) -> None:
    name = "document"  # one document is open at a time
    folder = contextlib.ExitStack()
    folder.enter_context(contextlib.chdir(folder.enter_context(tempfile.TemporaryDirectory())))
    sys.modules[name] = _DocumentModule(name, namespace)
    namespace.update(__name__=name, __folder__=folder)


def _close_document(namespace: dict[str, object]) -> None:
    del sys.modules[str(namespace["__name__"])]
    folder = namespace["__folder__"]
    assert isinstance(folder, contextlib.ExitStack)
    folder.close()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=_FLAGS), _Session(), SkipParser()],
    patterns=["*.md"],
    setup=_open_document,
    teardown=_close_document,
).pytest()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Tests run in a random order, but a document is read from top to bottom.
    examples = [item for item in items if isinstance(item, SybilItem)]
    examples.sort(key=lambda item: (item.example.path, item.example.start))
    items[:] = [item for item in items if not isinstance(item, SybilItem)] + examples


# CI. A test that is skipped because something could not be imported has not been run.


def _not_installed(report: pytest.CollectReport | pytest.TestReport) -> bool:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    return IN_CI and report.skipped and bool(re.search(r"could not import|not installed", reason))


def _fail(report: pytest.CollectReport | pytest.TestReport) -> None:
    report.outcome = "failed"
    report.longrepr = f"CI runs everything, but this was skipped: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():  # type: ignore[no-untyped-def]
    report = yield
    if _not_installed(report):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():  # type: ignore[no-untyped-def]
    report = yield
    if _not_installed(report):
        _fail(report)
    return report
