from __future__ import annotations

from pathlib import Path

import pytest

from blockwright.adapters.project.git import commit_of
from tests.adapters.project.conftest import write

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "files",
    [
        {".git/HEAD": f"{COMMIT}\n"},
        {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": f"{COMMIT}\n"},
        {
            ".git/HEAD": "ref: refs/heads/a/b\n",
            ".git/packed-refs": f"# pack-refs\n{COMMIT} refs/heads/a/b\n^{COMMIT}\n",
        },
        {
            ".git": "gitdir: main/.git/worktrees/w\n",
            "main/.git/worktrees/w/HEAD": "ref: refs/heads/x\n",
            "main/.git/worktrees/w/commondir": "../..\n",
            "main/.git/refs/heads/x": COMMIT,
        },
        {".git/HEAD": "ref: refs/heads/x\n", ".git/refs/heads/x": "ref: refs/heads/y", ".git/refs/heads/y": COMMIT},
    ],
)
def test_the_commit_is_read_from_every_layout(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, {**files, "deep/project/metadata.yaml": ""})
    assert commit_of(tmp_path / "deep" / "project") == COMMIT


@pytest.mark.parametrize(
    "files",
    [
        {"x": ""},
        {".git/HEAD": "ref: refs/heads/unborn\n"},
        {".git/HEAD": "ref: refs/heads/../../secret\n", "secret": COMMIT},
        {".git/HEAD": "ref: ../secret\n", "secret": COMMIT},
        {".git/HEAD": "ref: refs/heads/a\n", ".git/refs/heads/a": "ref: refs/heads/a\n"},
        {".git/HEAD": "\xff\x00"},
        {".git/config": ""},
        {".git": "no gitdir"},
    ],
)
def test_without_a_commit_there_is_none(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, files)
    assert commit_of(tmp_path) is None
