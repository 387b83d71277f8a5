from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from blake3 import blake3

from blockwright.adapters.project import DiskProject
from tests.adapters.project.conftest import Make, write

FILES = {
    "transformers/a.py": "a = 1\n",
    "queries/b.SQL": "SELECT 1",
    "metadata.yaml": "{}\n",
    "notes.md": "# x",
    "data.csv": "1,2",
    ".env": "TOKEN=1",
    "io_config.yaml": "default: {}\n",
    "generated/c.py": "c = 1\n",
    "generated/d.csv": "",
    ".gitignore": "generated/\n*.secret.py\n",
    "x.secret.py": "",
    ".blockwright/cache/x.py": "",
    ".git/hooks/x.py": "",
    "lib/__pycache__/x.py": "",
    "node_modules/x/y.md": "",
    "venv/pyvenv.cfg": "",
    "venv/lib/x.py": "",
    "ui/env/pyvenv.cfg": "",
    "ui/env/x.py": "",
}


def kept(project: DiskProject) -> list[str]:
    return [file.path for file in project.tree().files]


def old(root: Path) -> None:
    """Pretend that the index was written long after every change (files cannot be made older: their ctime stays)."""
    for index in root.parent.glob("cache/tree-*.json"):
        data = json.loads(index.read_text())
        index.write_text(json.dumps({**data, "started": data["started"] + 10**12}))


def test_code_is_kept_and_secret_or_ignored_code_is_known_by_digest(make: Make) -> None:
    tree = make(FILES).tree()
    assert [file.path for file in tree.files] == ["metadata.yaml", "notes.md", "queries/b.SQL", "transformers/a.py"]
    assert [file.path for file in tree.digests_only] == [".env", "generated/c.py", "io_config.yaml", "x.secret.py"]
    assert tree.files[3].digest == blake3(b"a = 1\n").hexdigest()
    assert tree.skipped == ()


def test_large_and_unreadable_files_are_named(make: Make, tmp_path: Path) -> None:
    project = make({"large.py": b"#" * (1024 * 1024 + 1), "fits.py": b"#" * 1024 * 1024})
    (project.root / "out.py").symlink_to(tmp_path / "elsewhere.py")
    os.mkfifo(project.root / "pipe.py")
    tree = project.tree()
    assert [file.path for file in tree.files] == ["fits.py"]
    assert [path for path, _ in tree.skipped] == ["large.py", "out.py"]
    assert "more than 1 MiB" in tree.skipped[0][1]


def test_rules_hold_from_the_repository_down_to_each_folder(make: Make, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", ".git/info/exclude": "excluded.py\n", ".gitignore": "/shop/top.py\n*.tmp.py\n"})
    files = ["top.py", "excluded.py", "a/top.py", "a/x.tmp.py", "a/y.tmp.py"]
    project = make({**dict.fromkeys(files, ""), "a/.gitignore": "!y.tmp.py\n"})
    assert kept(project) == ["a/top.py", "a/y.tmp.py"]
    assert kept(project) == ["a/top.py", "a/y.tmp.py"]


def test_a_changed_rule_changes_the_verdict_on_unchanged_files(make: Make) -> None:
    project = make({"a/x.py": "", "a/y.py": "", ".gitignore": "x.py\n"})
    assert kept(project) == ["a/y.py"]
    old(project.root)
    (project.root / ".gitignore").write_text("a/\n")
    assert kept(project) == []
    (project.root / ".gitignore").unlink()
    assert kept(project) == ["a/x.py", "a/y.py"]


def test_unchanged_files_are_not_read_again(make: Make) -> None:
    project = make({"a.py": "a = 1\n"})
    digest = project.tree().files[0].digest
    old(project.root)
    (index,) = project.root.parent.glob("cache/tree-*.json")
    data = json.loads(index.read_text())
    data["files"]["a.py"][4] = "taken from the index"
    index.write_text(json.dumps(data))
    assert project.tree().files[0].digest == "taken from the index"
    (project.root / "a.py").touch()
    assert project.tree().files[0].digest == digest


@pytest.mark.parametrize("trick", ["same size and time", "replaced"])
def test_a_change_is_seen_however_it_hides(make: Make, trick: str) -> None:
    project = make({"a.py": "a = 1\n"})
    before = project.tree()
    old(project.root)
    path = project.root / "a.py"
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    if trick == "replaced":
        path.rename(project.root / "old.txt")
    path.write_text("a = 2\n")
    os.utime(path, ns=times)
    assert project.tree() != before


def test_a_file_changed_just_before_the_walk_is_hashed_again(make: Make) -> None:
    project = make({"a.py": "a = 1\n"})
    digest = project.tree().files[0].digest
    (index,) = project.root.parent.glob("cache/tree-*.json")
    index.write_text(index.read_text().replace(digest, "0" * 64))
    assert project.tree().files[0].digest == digest


def test_new_and_removed_files_are_seen(make: Make) -> None:
    project = make({"a.py": "", "b.py": ""})
    project.tree()
    old(project.root)
    (project.root / "a.py").unlink()
    write(project.root, {"c/d.py": ""})
    assert kept(project) == ["b.py", "c/d.py"]


@pytest.mark.parametrize("content", ["", "{", '{"scheme": 1}', "[" * 100_000, '{"scheme": 1, "files": {"a.py": [1]}}'])
def test_a_damaged_index_is_ignored(make: Make, content: str) -> None:
    project = make({"a.py": ""})
    before = project.tree()
    (index,) = project.root.parent.glob("cache/tree-*.json")
    index.write_text(content)
    assert project.tree() == before


def test_links_inside_are_followed_once_and_never_in_circles(make: Make) -> None:
    project = make({"real/a.py": "", "b.py": ""})
    (project.root / "link").symlink_to("real")
    (project.root / "again").symlink_to("real")
    (project.root / "real" / "up").symlink_to("..")
    (project.root / "c.py").symlink_to("b.py")
    paths = kept(project)
    assert {"b.py", "c.py", "real/a.py"} <= set(paths)
    assert len(paths) == 4


def test_a_link_to_a_secret_folder_outside_is_not_followed(make: Make, tmp_path: Path) -> None:
    write(tmp_path, {"outside/x.py": ""})
    project = make({"a.py": ""})
    (project.root / "lib").symlink_to(tmp_path / "outside")
    assert kept(project) == ["a.py"]
