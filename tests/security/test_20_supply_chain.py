"""Case 20: what is installed is what was named, to the last package that comes along."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9][A-Za-z0-9.!+_-]*)")
RUNS_WHEN_INSTALLED: frozenset[str] = frozenset({"fsevents"})
"""Packages of the app's build that come with a script of their own: each is one to have looked at."""


def lines(file: Path) -> Iterator[str]:
    for line in file.read_text().splitlines():
        text = line.partition(" #")[0].strip()
        if text and not text.startswith("#"):
            yield text


def pins(file: Path) -> dict[str, str]:
    """By canonical name, with those of the files that it builds on."""
    found: dict[str, str] = {}
    for line in lines(file):
        if line.startswith("-r "):
            found |= pins(file.parent / line.removeprefix("-r ").strip())
        elif (pin := PIN.fullmatch(line)) is not None:
            found[canonicalize_name(pin[1])] = pin[2]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_line_names_one_version_and_no_place_to_get_it_from(file: Path) -> None:
    odd = [line for line in lines(file) if not PIN.fullmatch(line) and not re.fullmatch(r"-r [a-z]+\.txt", line)]
    assert odd == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_package_is_pinned_twice(file: Path) -> None:
    seen: dict[str, str] = {}
    for line in lines(file):
        names = pins(file.parent / line[3:].strip()) if line.startswith("-r ") else dict([line.split("==")])
        for name, wanted in names.items():
            assert seen.setdefault(canonicalize_name(name), wanted) == wanted, name


def needed(names: list[Requirement]) -> Iterator[tuple[str, Requirement]]:
    """Whoever wants it, and what: all that comes along, as the metadata of what is installed has it."""
    todo, seen = [("blockwright", each) for each in names], set[tuple[str, frozenset[str]]]()
    while todo:
        by, one = todo.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        yield by, one
        if key in seen:
            continue
        seen.add(key)
        for text in requires(one.name) or ():
            each = Requirement(text)
            wanted = [{"extra": name} for name in (*one.extras, "")]
            if each.marker is None or any(each.marker.evaluate(env) for env in wanted):
                todo.append((one.name, each))


def test_nothing_comes_along_with_the_plain_install_that_is_not_pinned() -> None:
    """Else a release of somebody else's would reach installations that nobody tried it in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = pins(ROOT / "requirements" / "base.txt")
    wrong = []
    for by, one in needed([Requirement(text) for text in project["dependencies"]]):
        found = pinned.get(canonicalize_name(one.name))
        if found is None or not one.specifier.contains(found, prereleases=True):
            wrong.append(f"{one} (for {by}): {found or 'not pinned'}")
    assert wrong == []


def test_what_is_tested_is_what_is_pinned() -> None:
    wrong = {}
    for name, wanted in pins(ROOT / "requirements" / "base.txt").items():
        try:
            here = version(name)
        except PackageNotFoundError:
            here = "not installed"
        if here != wanted:
            wrong[name] = (wanted, here)
    assert wrong == {}


@pytest.fixture(scope="module")
def lock() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((ROOT / "ui" / "package-lock.json").read_text())["packages"]
    return found


def test_every_package_of_the_app_is_held_to_its_bytes(lock: Mapping[str, Any]) -> None:
    others = {path: one for path, one in lock.items() if path and not one.get("link")}
    assert len(others) > 50
    unhashed = [path for path, one in others.items() if not str(one.get("integrity", "")).startswith("sha512-")]
    assert unhashed == []
    elsewhere = [path for path, one in others.items() if re.match(r"git|file:|http:", str(one.get("resolved", "")))]
    assert elsewhere == []


def test_no_package_of_the_app_runs_something_when_it_is_installed(lock: Mapping[str, Any]) -> None:
    scripts = {path.rpartition("node_modules/")[2] for path, one in lock.items() if one.get("hasInstallScript")}
    assert scripts <= RUNS_WHEN_INSTALLED


def test_the_app_names_exact_versions() -> None:
    document = json.loads((ROOT / "ui" / "package.json").read_text())
    named = {**document.get("dependencies", {}), **document.get("devDependencies", {})}
    assert {name: text for name, text in named.items() if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", text)} == {}
