"""What every file keeps to: a first sentence, a length, links that lead somewhere, nothing of one machine."""

from __future__ import annotations

import ast
import json
import re
import statistics
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.house.syntax_trees import GENERATED, ROOT, functions, modules

LONGEST_FILE = 300
LONGEST_TEST_FILE = 450
"""Tests are read one at a time."""
LONGEST_FUNCTION = 45
MEDIAN_FUNCTION = 8

# Written in pieces, so that this file is not the one that names them.
HOSTS = re.compile(
    "|".join(["pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.", "deb" + r"\.debian", "regis" + r"try\.\w+\."])
)
MACHINE = re.compile(
    "|".join(["/wo" + "rk/", "/ro" + "ot/", "/ho" + r"me/\w+/", "/Us" + r"ers/\w+/", r"\." + "library/"])
)
STUBS = re.compile(r"\b(TO" + "DO|FIX" + "ME|XX" + "X|NotImplemented" + r"Error|Magic" + r"Mock)\b|unittest\." + "mock")

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@cache
def committed() -> tuple[Path, ...]:
    """Every file that git knows, or would with the next `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    """The files that are text, by path from the root; the generated modules and the locks left out."""
    found = {}
    for path in committed():
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(GENERATED) and not name.endswith(".lock"):
            try:
                found[name] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


def lines_with(pattern: re.Pattern[str], suffixes: tuple[str, ...] = ("",)) -> list[str]:
    """`path:line` and text wherever the pattern stands."""
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts().items()
        if name.endswith(suffixes)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_every_module_opens_with_words() -> None:
    silent = [m.path for m in modules() if not (ast.get_docstring(m.tree) or "").strip()]
    silent += [
        name
        for name, text in texts().items()
        if name.startswith(("tests/", "proto/")) and name.endswith(".py") and not ast.get_docstring(ast.parse(text))
    ]
    assert not silent


def test_files_stay_short_enough_to_read() -> None:
    lengths = {name: text.count("\n") for name, text in texts().items() if name.endswith((".py", ".ts"))}
    tests = ("tests/", "snippet/test/")
    too_long = {n: x for n, x in lengths.items() if x > (LONGEST_TEST_FILE if n.startswith(tests) else LONGEST_FILE)}
    assert not too_long


def test_functions_stay_short_enough_to_see() -> None:
    sized = [(lines, f"{m.path}:{line} {name}") for m in modules() for name, line, lines in functions(m.tree)]
    assert not [each for each in sized if each[0] > LONGEST_FUNCTION]
    assert statistics.median(lines for lines, _ in sized) <= MEDIAN_FUNCTION


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert not lines_with(HOSTS)


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not lines_with(MACHINE)


def test_nothing_is_left_for_later() -> None:
    assert not lines_with(STUBS, (".py", ".ts"))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-node.lock"])
def test_a_lock_has_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("--hash=", ""), re.MULTILINE)
    entries = re.findall(r"^\S+==.*(?:\n {4}--hash=sha256:[0-9a-f]{64}.*)*", text, re.MULTILINE)
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("folder", ["snippet", "tests/services/azurite", "tests/services/openid"])
def test_a_lock_of_npm_has_hashes_and_no_host(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert not [name for name, package in packages.items() if "://" in package.get("resolved", "")]
    assert not [name for name, package in packages.items() if name and "integrity" not in package]


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert {re.split(r"[\[><=]", each)[0].replace(".", "-") for each in wanted} <= locked


def test_links_in_the_documentation_lead_somewhere() -> None:
    broken = []
    for name, text in texts().items():
        if not name.endswith(".md"):
            continue
        for target in LINK.findall(FENCE.sub("", text)):
            path, _, anchor = target.partition("#")
            if "://" in target or target.startswith("mailto:"):
                continue
            found = (ROOT / name).parent / path if path else ROOT / name
            if not found.exists() or (anchor and anchor not in anchors(found)):
                broken.append(f"{name}: {target}")
    assert not broken


def anchors(page: Path) -> set[str]:
    """What can be linked to inside a page: its headings, as GitHub spells them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_generated_modules_are_what_proto_generates() -> None:
    checked = subprocess.run(
        [sys.executable, "proto/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
