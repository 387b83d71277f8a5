"""A work tree with a bare repository as its remote, and somebody else who works on the same."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from blockwright.adapters.git import CommandLineGit
from blockwright.ports.git import Author

ADA = Author("ada", "ada@example.com")
ENVIRON = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


@dataclass
class Folder:
    """``git`` is ours, ``raw`` the command line as somebody at a terminal has it."""

    root: Path
    git: CommandLineGit

    def raw(self, *arguments: str) -> str:
        author = {"GIT_AUTHOR_NAME": "bob", "GIT_AUTHOR_EMAIL": "bob@example.com"}
        committer = {"GIT_COMMITTER_NAME": "bob", "GIT_COMMITTER_EMAIL": "bob@example.com"}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**ENVIRON, **author, **committer},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def save(self, message: str) -> None:
        """Commit everything, at a terminal."""
        self.raw("add", "--all")
        self.raw("commit", "--quiet", "--message", message)

    def marks(self) -> dict[str, tuple[str, str]]:
        return {file.path: (str(file.staged), str(file.unstaged)) for file in self.git.tree().files}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Folder]:
    def made(name: str) -> Folder:
        root = tmp_path / name
        root.mkdir(parents=True, exist_ok=True)
        return Folder(root, CommandLineGit(root, ENVIRON))

    return made


@pytest.fixture
def here(folder: Callable[[str], Folder]) -> Folder:
    """A repository with one commit: ``a.py`` of twenty lines."""
    made = folder("here")
    made.git.create()
    made.write("a.py", "".join(f"line {number}\n" for number in range(20)))
    made.save("First")
    return made


@pytest.fixture
def there(here: Folder, folder: Callable[[str], Folder], tmp_path: Path) -> Folder:
    """Another work tree of the same remote, which ``here`` follows."""
    here.raw("init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "remote.git"))
    here.raw("remote", "add", "origin", str(tmp_path / "remote.git"))
    here.raw("push", "--quiet", "--set-upstream", "origin", "main")
    here.raw("clone", "--quiet", str(tmp_path / "remote.git"), str(tmp_path / "there"))
    return folder("there")
