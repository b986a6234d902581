"""What a stranger relies on in the repository itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kigen

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def tracked() -> list[Path]:
    """The text files under version control; without git, those that a source archive holds."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listing.returncode == 0:
        files = [ROOT / name for name in listing.stdout.splitlines()]
    else:
        files = [
            *ROOT.glob("*"),
            *(f for d in ("kigen", "tests", "docs") for f in ROOT.glob(f"{d}/**/*")),
        ]
    return [
        file
        for file in files
        if file.is_file() and file.suffix in {"", ".py", ".md", ".toml", ".cfg"}
    ]


@pytest.mark.parametrize(
    "command",
    [
        "python -m pip install . && python -m kigen demo",
        'python -m pip install ".[test]" && python -m pytest',
    ],
)
def test_the_readme_gives_the_command(command: str) -> None:
    """A stranger copies these two lines, so they stand there word for word."""
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """Absolute paths of the machine on which a file was written mean nothing elsewhere."""
    place = re.compile(r"(?<![\w.])/(?:work|farm|root|home/\w+|tmp/v)/")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in tracked()
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if place.search(line) and file != Path(__file__)
    ]
    assert not found


def test_every_page_of_the_docs_is_in_a_table_of_contents() -> None:
    """A page that nothing links to is not read."""
    docs = ROOT / "docs"
    listed = {"index"}
    for page in docs.rglob("*.md"):
        for tree in re.findall(r"```\{toctree\}(.*?)```", page.read_text(encoding="utf-8"), re.S):
            names = [
                line.strip() for line in tree.splitlines() if line.strip()[:1] not in {"", ":"}
            ]
            listed |= {(page.parent / name).relative_to(docs).as_posix() for name in names}
    pages = {p.relative_to(docs).with_suffix("").as_posix() for p in docs.rglob("*.md")}
    assert pages - listed == set()


def test_the_architecture_has_a_step_for_each_file_that_a_call_walks_through() -> None:
    text = (ROOT / "docs/explain/architecture.md").read_text(encoding="utf-8")
    table = text.partition("| room | file | step |")[2].partition("\n\n")[0]
    listed = {name for row in re.findall(r"(?m)^\|.*?\|(.*?)\|", table) for name in row.split("`")}
    files = {file.stem for file in (ROOT / "kigen/caching").rglob("*.py")} - {"__init__"}
    assert files - listed == set()


def test_every_extra_that_a_message_names_exists() -> None:
    """``pip install "kigen[...]"`` in a message or a page is a line that works."""
    extras = {*PROJECT["optional-dependencies"]}
    for file in tracked():
        if file.suffix in {".py", ".md"}:
            named = re.findall(r"kigen\[([\w,]+)\]", file.read_text(encoding="utf-8"))
            assert {extra for group in named for extra in group.split(",")} <= extras, file


def test_the_changelog_leads_with_this_version() -> None:
    """What a user gets with this version is told under its number."""
    versions = re.findall(
        r"^## \[?([\w.]+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M
    )
    assert kigen.__version__ in versions[:2]
    assert versions[0] in {"Unreleased", kigen.__version__}


def test_the_license_that_is_printed_is_the_one_in_the_repository(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """There is one license."""
    kigen.license()
    assert capsys.readouterr().out == (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.stem)
def test_an_example_runs_and_its_second_run_computes_nothing(example: Path, tmp_path: Path) -> None:
    """Each is a script of its own whose results the next interpreter finds."""

    def run(hash_seed: str) -> list[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed}
        script = subprocess.run(
            [sys.executable, str(example)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert script.returncode == 0, script.stderr
        return script.stdout.splitlines()

    *first, computed = run("1")
    *second, again = run("2")
    assert first == second
    assert computed != again == "0 computed"
