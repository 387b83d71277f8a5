from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from blockwright.adapters.project.ignore_rules import Rules, is_excluded, parse
from tests.properties import examples

CASES = [
    ("*.pyc", "a/b.pyc", False, True),
    ("build/", "build", False, False),
    ("build/", "a/build", True, True),
    ("/build", "a/build", True, False),
    ("doc/*.md", "doc/a.md", False, True),
    ("doc/*.md", "x/doc/a.md", False, False),
    ("doc/*.md", "doc/sub/a.md", False, False),
    ("**/tmp", "a/b/tmp", True, True),
    ("a/**/b", "a/b", True, True),
    ("a/**/b", "a/x/y/b", True, True),
    ("a/**", "a", True, False),
    ("a/**", "a/x", False, True),
    ("*\n!*/\n!*.py", "src", True, False),
    ("*\n!*/\n!*.py", "src/a.py", False, False),
    ("*\n!*/\n!*.py", "src/a.sql", False, True),
    ("[ab]?.py", "a1.py", False, True),
    ("[!ab].py", "a.py", False, False),
    ("[[:digit:]].py", "7.py", False, True),
    ("\\#x\n\\!y", "#x", False, True),
    ("\\#x\n\\!y", "!y", False, True),
    ("# comment\n\n   \n", "# comment", False, False),
    ("trailing   ", "trailing", False, True),
    ("kept\\ ", "kept ", False, True),
    ("a?b", "a/b", False, False),
    ("[", "[", False, True),
    ("café", "café", False, True),
]


@pytest.mark.parametrize(("text", "path", "is_folder", "excluded"), CASES)
def test_rules(text: str, path: str, is_folder: bool, excluded: bool) -> None:
    assert is_excluded([Rules(parse(text))], path, is_folder) is excluded


def test_the_nearest_file_wins_and_counts_from_its_folder() -> None:
    chain = [Rules(parse("*.py\n")), Rules(parse("!keep.py\n/top.py\n"), folder="a/")]
    assert is_excluded(chain, "a/x.py", False)
    assert not is_excluded(chain, "a/keep.py", False)
    assert not is_excluded([Rules(parse("/top.py"), folder="a/")], "a/b/top.py", False)


def test_rules_from_above_the_project_know_the_way_down() -> None:
    above = Rules(parse("/units/one/secret.py\n"), above="units/one/")
    assert is_excluded([above], "secret.py", False)
    assert not is_excluded([above], "x/secret.py", False)


def test_no_pattern_takes_long() -> None:
    rules = Rules(parse("*a" * 50 + "b\n" + "**/a/" * 50 + "b\n"))
    assert rules.verdict("a" * 250, False) is None
    assert rules.verdict("/".join("a" * 500), False) is None


names = st.sampled_from(["a", "b", "doc", "x.py", "y.sql", "build", "a b"])
patterns = st.sampled_from(
    [
        *("*", "!*/", "!*.py", "*.py", "/a", "a/", "b/doc", "**/doc", "doc/**", "a/**/b", "!a/", "!/b", "[ab]"),
        *(
            "[!ab]",
            "build/",
            "!build/x.py",
            "/*",
            "!/doc",
            "doc/*",
            "*/b",
            "**",
            "a**b",
            "?",
            "x.py/",
            "/**/b",
            "a\\?b",
        ),
    ]
)


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with Git itself")
@examples(15, HealthCheck.function_scoped_fixture)
@given(
    st.lists(st.lists(names, min_size=1, max_size=3).map("/".join), min_size=1, max_size=12, unique=True),
    st.lists(patterns, min_size=1, max_size=5),
    st.lists(patterns, max_size=3),
)
def test_git_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, paths: list[str], top: list[str], nested: list[str]
) -> None:
    root = tmp_path_factory.mktemp("repository")
    files = made(root, paths)
    (root / ".gitignore").write_text("\n".join(top))
    if (root / "a").is_dir():
        (root / "a" / ".gitignore").write_text("\n".join(nested))
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    command = ["git", "check-ignore", "-z", "--stdin", "--no-index"]
    told = subprocess.run(command, cwd=root, input="\0".join(files), capture_output=True, text=True, check=False)
    ignored = set(told.stdout.split("\0")) - {""}
    assert {file for file in files if excluded(root, file)} == ignored


def made(root: Path, paths: list[str]) -> list[str]:
    for path in sorted(paths, key=len):
        if not any((root / part).is_file() for part in Path(path).parents) and not (root / path).exists():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).touch()
    return [path for path in paths if (root / path).is_file()]


def excluded(root: Path, file: str) -> bool:
    chain, parts = [], file.split("/")
    for depth in range(len(parts)):
        folder = "".join(f"{part}/" for part in parts[:depth])
        rules = root / folder / ".gitignore"
        if rules.is_file():
            chain.append(Rules(parse(rules.read_text()), folder))
        if is_excluded(chain, "/".join(parts[: depth + 1]), depth + 1 < len(parts)):
            return True
    return False
