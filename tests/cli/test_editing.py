"""Pipelines changed from the terminal, and changed back."""

from __future__ import annotations

import pytest

from tests.project import Project

LOAD = "@data_loader\ndef load(): return 1\n"
CLEAN = "@transformer\ndef clean(x): return x\n"


@pytest.fixture
def sales(project: Project) -> Project:
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOAD},
        {"kind": "transformer", "id": "clean", "code": CLEAN},
    )
    return project


def test_a_pipeline_is_changed_and_changed_back(sales: Project) -> None:
    path = sales.root / "pipelines/sales/metadata.yaml"
    before = path.read_bytes()
    connected = sales.report("connect", "sales", "load", "clean")
    assert [file["path"] for file in connected["files"]] == ["pipelines/sales/metadata.yaml"]
    circle = sales.report("connect", "sales", "clean", "load")
    assert (circle["exit"], circle["error"]["code"]) == (2, "cycle")
    renamed = sales.run("rename", "block", "sales", "clean", "tidy")
    assert "create transformers/tidy.py" in renamed.out
    assert sales.report("rename", "pipeline", "sales", "Turnover")["name"] == "turnover"
    listed = sales.report("history")["changes"]
    assert [change["what"] for change in listed] == [
        "rename pipeline `sales` to `turnover`",
        "rename block `clean` to `tidy`",
        "connect `load` to `clean`",
    ]
    for change in listed:
        assert sales.run("undo", str(change["id"])).code == 0
    assert path.read_bytes() == before
    assert sales.run("check").code == 0


def test_what_was_made_can_be_taken_back(project: Project) -> None:
    (project.root / "pipelines").mkdir()
    assert project.run("new", "pipeline", "Night Run").code == 0
    made = project.report("new", "block", "night_run", "load", "--type", "data_loader")
    assert made["files"] == ["data_loaders/load.py", "pipelines/night_run/metadata.yaml"]
    assert project.run("check").code == 0
    assert [change["what"] for change in project.report("history")["changes"]] == [
        "add block `load` to `night_run`",
        "create pipeline `night_run`",
    ]
    assert project.run("undo").code == 0
    assert not (project.root / "data_loaders/load.py").exists()
    assert "blocks: []" in (project.root / "pipelines/night_run/metadata.yaml").read_text()


def test_a_preview_writes_nothing_and_an_old_version_can_be_read(sales: Project) -> None:
    preview = sales.run("remove", "sales", "clean", "--delete-file", "--preview")
    assert "would delete transformers/clean.py" in preview.out
    assert (sales.root / "transformers/clean.py").exists()
    assert sales.run("undo").code == 2
    sales.run("remove", "sales", "clean", "--delete-file")
    assert not (sales.root / "transformers/clean.py").exists()
    (change,) = sales.report("history", "transformers/clean.py")["changes"]
    version = next(file["before"] for file in change["files"] if file["path"] == "transformers/clean.py")
    assert sales.run("history", "transformers/clean.py", "--version", version[:12]).out == CLEAN
    sales.run("undo")
    assert (sales.root / "transformers/clean.py").read_text() == CLEAN


def test_a_text_is_found_or_is_nowhere(sales: Project) -> None:
    found = sales.run("search", "def ", "--glob", "*.py")
    assert found.out.splitlines() == [
        "data_loaders/load.py:2:1: def load(): return 1",
        "transformers/clean.py:2:1: def clean(x): return x",
    ]
    assert sales.report("search", r"^@(\w+)$", "--regex")["searched"] >= 2
    assert sales.run("search", "nowhere at all").code == 1
    assert sales.report("search", "(", "--regex")["error"]["code"] == "search_pattern"
