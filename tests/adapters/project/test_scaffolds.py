from __future__ import annotations

from pathlib import Path

import pytest

from blockwright.adapters.project import DiskProject, find_root, init_project
from blockwright.adapters.project.scaffolds import TEMPLATES
from blockwright.core.errors import Conflict, Invalid, NotFound


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_new_project_has_no_problems(tmp_path: Path, template: str) -> None:
    root = tmp_path / "deep" / "shop"
    files = init_project(root, template)
    project = DiskProject(root, cache=root / ".blockwright" / "cache", environ={})
    assert sorted(files) == sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    assert project.check() == []
    assert find_root(root / "transformers") == root
    assert "# shop" in (root / "README.md").read_text()
    assert ".blockwright/" in (root / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("template", [name for name in TEMPLATES if name != "blank"])
def test_edges_of_a_template_agree_in_both_directions(tmp_path: Path, template: str) -> None:
    init_project(tmp_path / "shop", template)
    project = DiskProject(tmp_path / "shop", cache=tmp_path / "cache", environ={})
    (uuid,) = project.pipelines()
    blocks = project.pipeline(uuid).blocks
    assert len(blocks) >= 3
    assert {name for block in blocks for name in block.upstream} < {block.uuid for block in blocks}


def test_nothing_is_written_over_or_beside_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(Conflict, match=r"README\.md"):
        init_project(tmp_path, "etl")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_a_folder_with_other_files_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert "metadata.yaml" in init_project(tmp_path, "blank")


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Invalid):
        init_project(tmp_path / "file", "blank")
    with pytest.raises(NotFound, match="`etl`"):
        init_project(tmp_path / "x", "elt")
