"""Writing a draft: all of it over what was seen, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blockwright.compose import Embedded
from blockwright.core.errors import BlockwrightError, Conflict
from blockwright.ports.editing import Draft, FileChange
from blockwright.ports.workspace import Workspace
from blockwright.services import editing
from blockwright.settings import read
from tests.project import Project


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    root = tmp_path / "shop"
    root.mkdir()
    project = Project(root)
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": "@data_loader\ndef f(): pass\n"})
    project.write("old.md", "old\n")
    project.write("gone.md", "gone\n")
    platform = Embedded(read({"PATH": "/usr/bin:/bin"}))
    yield platform.workspace(root)
    platform.close()


def content(workspace: Workspace) -> dict[str, str]:
    root = Path(workspace.project.root)
    return {path.name: path.read_text() for path in root.glob("*.md")}


GOOD = (
    FileChange("new.md", None, b"new\n"),
    FileChange("old.md", b"old\n", b"newer\n"),
    FileChange("gone.md", b"gone\n", None),
)


def test_a_draft_is_written_and_noted(workspace: Workspace) -> None:
    change = editing.apply(workspace, Draft("try", GOOD), by="ada")
    assert content(workspace) == {"new.md": "new\n", "old.md": "newer\n"}
    assert change is not None
    assert (change.by, change.what, [file.path for file in change.files]) == (
        "ada",
        "try",
        ["new.md", "old.md", "gone.md"],
    )
    assert editing.apply(workspace, Draft("nothing", ()), by="ada") is None


def test_a_write_that_fails_takes_back_those_before_it(workspace: Workspace) -> None:
    before = content(workspace)
    too_long = FileChange(f"{'x' * 300}.md", None, b"")
    with pytest.raises(BlockwrightError):
        editing.apply(workspace, Draft("try", (*GOOD, too_long)), by="ada")
    assert content(workspace) == before
    assert workspace.files.history.list() == []


@pytest.mark.parametrize(
    "stale",
    [
        FileChange("old.md", b"older\n", b"x"),
        FileChange("old.md", None, b"x"),
        FileChange("nowhere.md", b"there\n", None),
    ],
)
def test_nothing_is_written_over_what_was_not_seen(workspace: Workspace, stale: FileChange) -> None:
    before = content(workspace)
    with pytest.raises(Conflict) as caught:
        editing.apply(workspace, Draft("try", (GOOD[0], stale)), by="ada")
    assert caught.value.code == "changed"
    assert content(workspace) == before
