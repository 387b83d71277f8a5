"""`blockwright templates`, and new blocks and pipelines made of them."""

from __future__ import annotations

from tests.project import Project


def test_templates_are_made_listed_used_and_removed(project: Project) -> None:
    code = "@data_loader\ndef load(*a, **k):\n    return 7\n"
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": code})
    assert project.run("templates", "new", "seven", "sales", "load").code == 0
    assert project.run("templates", "new", "sales day", "sales").code == 0
    listed = project.report("templates", "list")
    assert [one["name"] for one in listed["blocks"] if one["own"]] == ["seven"]
    assert [one["name"] for one in listed["pipelines"]] == ["sales_day", "etl", "mlops"]
    assert "return 7" in project.run("templates", "show", "seven", "--type", "data_loader").out
    made = project.run("new", "pipeline", "again", "--template", "sales_day")
    assert made.code == 0
    block = project.run("new", "block", "again", "other", "--type", "data_loader", "--template", "seven")
    assert block.code == 0, block.err
    assert project.run("check").code == 0
    assert project.run("run", "again").code == 0
    assert project.value("other") == 7
    assert project.run("templates", "remove", "seven").code == 0
    missing = project.run("new", "block", "again", "third", "--type", "data_loader", "--template", "seven")
    assert "There is no template `seven`" in missing.err


def test_templates_may_lie_in_another_folder(project: Project) -> None:
    code = "@data_loader\ndef load(*a, **k):\n    return 7\n"
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": code})
    there = {"CUSTOM_TEMPLATES_DIRECTORY": "shared/templates/"}
    assert project.run("templates", "new", "seven", "sales", "load", environ=there).code == 0
    assert project.run("templates", "new", "sales day", "sales", environ=there).code == 0
    assert (project.root / "shared/templates/blocks/seven/seven.py").read_text() == code
    assert (project.root / "shared/templates/pipelines/sales_day/metadata.yaml").is_file()
    assert not (project.root / "custom_templates").exists()
    block = ("new", "block", "sales", "other", "--type", "data_loader", "--template", "seven")
    assert project.run(*block).code == 2
    assert project.run(*block, environ=there).code == 0
    for outside in ("/tmp", "../other"):
        refused = project.run("templates", "list", environ={"CUSTOM_TEMPLATES_DIRECTORY": outside})
        assert (refused.code, "CUSTOM_TEMPLATES_DIRECTORY" in refused.err) == (2, True)
