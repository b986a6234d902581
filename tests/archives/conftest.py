"""An archive of each kind."""

from __future__ import annotations

import pytest

from kigen import archives

KINDS = {"memory": "memory://", "directory": "runs/", "sqlite": "runs.db"}
DURABLE = ["directory", "sqlite"]


@pytest.fixture(params=KINDS)
def archive(request, tmp_path, monkeypatch):
    """A new archive of each kind, in a folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    with archives.open(KINDS[request.param]) as made:
        yield made


@pytest.fixture(params=DURABLE)
def durable(request, tmp_path, monkeypatch):
    """A new archive of each kind that outlives the process."""
    monkeypatch.chdir(tmp_path)
    with archives.open(KINDS[request.param]) as made:
        yield made
