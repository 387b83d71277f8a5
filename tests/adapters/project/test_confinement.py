from __future__ import annotations

import os
from pathlib import Path

import pytest

from blockwright.core.errors import BlockwrightError, Forbidden, Invalid, NotFound
from tests.adapters.project.conftest import Make

ESCAPES = [
    *("/etc/passwd", "../shop2/x", "a/../../x", "..", "a/..", "x\0y", "//etc/passwd"),
    *(".git/config", ".blockwright/secret.key", "sub/.git/config", "./.git/config", "a/./../x"),
]


@pytest.mark.parametrize("path", ESCAPES)
def test_a_path_that_leaves_the_project_is_forbidden(make: Make, path: str) -> None:
    with pytest.raises(Forbidden):
        make({"a/x": "", ".git/config": "token"}).read(path)


def test_a_file_is_read_through_links_that_stay_inside(make: Make) -> None:
    project = make({"data/x.csv": "1"})
    (project.root / "link.csv").symlink_to("data/x.csv")
    (project.root / "folder").symlink_to("data")
    assert project.read("link.csv") == project.read("folder/x.csv") == project.read("./data//x.csv") == b"1"


def test_links_to_outside_are_forbidden(make: Make, tmp_path: Path) -> None:
    (tmp_path / "shop-secret").write_text("x")  # its path begins with the project's
    project = make({"x": ""})
    (project.root / "file").symlink_to(tmp_path / "shop-secret")
    (project.root / "folder").symlink_to(tmp_path)
    (project.root / "circle").symlink_to("circle")
    for path in ("file", "folder/shop-secret", "circle"):
        with pytest.raises(Forbidden):
            project.read(path)


def test_what_is_no_file_is_told(make: Make) -> None:
    project = make({"folder/x": ""})
    os.mkfifo(project.root / "pipe")  # reading it would wait for ever
    for path, kind in {"gone": NotFound, "folder": Invalid, "pipe": Invalid, "folder/x/y": NotFound}.items():
        with pytest.raises(kind):
            project.read(path)
    with pytest.raises(NotFound):
        project.read("x" * 5000)


def test_nothing_stays_open_after_a_refusal(make: Make) -> None:
    project = make({"folder/x": ""})
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        with pytest.raises(BlockwrightError):
            project.read("folder")
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_project_may_itself_be_reached_by_a_link(make: Make, tmp_path: Path) -> None:
    make({"metadata.yaml": "project_uuid: abc\n"})
    (tmp_path / "current").symlink_to("shop")
    from blockwright.adapters.project import DiskProject

    project = DiskProject(tmp_path / "current", cache=tmp_path / "cache", environ={})
    assert (project.project().name, project.project().uuid) == ("current", "abc")
