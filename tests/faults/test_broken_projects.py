"""Projects that cannot run: `check` and `run` name file, line and key, and never show a traceback of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.project import Project

pytestmark = pytest.mark.fault

GOOD = "@data_loader\ndef load(*args):\n    return 1\n"
BROKEN: dict[str, tuple[str, int, str, str]] = {
    # pipeline: (its file, the line, the key, words of the message)
    "cycle": (
        "blocks:\n"
        "- {uuid: a, type: custom, upstream_blocks: [c]}\n"
        "- {uuid: b, type: custom, upstream_blocks: [a]}\n"
        "- {uuid: c, type: custom, upstream_blocks: [b]}\n",
        2,
        "blocks[0].upstream_blocks",
        "a → b → c → a",
    ),
    "missing_file": ("blocks:\n- uuid: nowhere\n  type: custom\n", 2, "blocks[0].uuid", "custom/nowhere.py"),
    "unknown_type": ("blocks:\n- uuid: a\n  type: data_laoder\n", 3, "blocks[0].type", "data_laoder"),
    "broken_yaml": ("blocks: []\nname: [1,\n", 3, "", "not valid YAML"),
    "duplicate": (
        "blocks:\n- {uuid: a, type: custom}\n- {uuid: a, type: custom}\n",
        3,
        "blocks[1].uuid",
        "`a` is taken",
    ),
    "leaves_project": (
        "blocks:\n- uuid: a\n  type: custom\n  configuration:\n    file_path: ../../etc/passwd\n",
        5,
        "blocks[0].configuration.file_path",
        "climbs up",
    ),
    "absolute": (
        "blocks:\n- uuid: a\n  type: custom\n  configuration:\n    file_source: {path: /etc/passwd}\n",
        5,
        "blocks[0].configuration.file_source.path",
        "/etc/passwd",
    ),
    "name_climbs": ("blocks:\n- uuid: ../../x\n  type: custom\n", 2, "blocks[0].uuid", "climbs up"),
    "by_link": ("blocks:\n- uuid: link\n  type: custom\n", 2, "blocks[0].uuid", "symbolic link"),
    "no_mapping": ("- a\n", 1, "", "it must be a mapping"),
    "empty_file": ("", 1, "", "empty"),
    "runs_code": ("!!python/object/apply:os.system ['true']\n", 1, "", "tag"),
    "itself": ("blocks: &all [*all]\n", 1, "blocks", "alias"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("broken") / "shop"
    root.mkdir()
    project = Project(root)
    project.pipeline("good", {"kind": "loader", "id": "load", "code": GOOD})
    for name in "abc":
        project.write(f"custom/{name}.py", "@custom\ndef do(*args):\n    return 1\n")
    (root / "custom" / "link.py").symlink_to("/etc/passwd")
    for name, (text, *_) in BROKEN.items():
        project.write(f"pipelines/{name}/metadata.yaml", text)
    return project


@pytest.fixture(scope="module")
def checked(project: Project) -> dict[str, Any]:
    return project.report("check")


def place(problems: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The problem of a pipeline; there must be one only."""
    (problem,) = [one for one in problems if one["file"] == f"pipelines/{name}/metadata.yaml"]
    return problem


@pytest.mark.parametrize("name", BROKEN)
def test_check_names_file_line_and_key(checked: dict[str, Any], name: str) -> None:
    _, line, key, words = BROKEN[name]
    problem = place(checked["problems"], name)
    assert (problem["line"], problem["key"], problem["severity"]) == (line, key, "error")
    assert words in problem["message"]
    assert problem["advice"]


def test_check_ends_with_1(checked: dict[str, Any]) -> None:
    assert (checked["exit"], checked["ok"], checked["pipelines"]) == (1, False, len(BROKEN) + 1)


@pytest.mark.parametrize("name", BROKEN)
def test_run_refuses_with_the_same_words(project: Project, name: str) -> None:
    _, line, key, words = BROKEN[name]
    refused = project.report("run", name)
    assert (refused["exit"], refused["error"]["code"]) == (2, "project_invalid")
    problem = place(refused["error"]["problems"], name)
    assert (problem["line"], problem["key"], words in problem["message"]) == (line, key, True)


def test_text_tells_the_place_and_no_traceback(project: Project) -> None:
    result = project.run("run", "cycle")
    assert (result.code, result.out) == (2, "")
    assert "pipelines/cycle/metadata.yaml:2 (blocks[0].upstream_blocks)" in result.err
    assert "Traceback" not in result.err


def test_the_good_pipeline_beside_them_runs(project: Project) -> None:
    assert project.report("run", "good")["state"] == "completed"


@pytest.mark.parametrize("name", ["../good", "/etc", "", ".", "good/../good", "no\nsuch"])
def test_a_pipelines_name_leads_nowhere_else(project: Project, name: str) -> None:
    refused = project.report("run", name)
    assert (refused["exit"], "error" in refused) == (2, True)


@pytest.mark.slow
def test_a_pipeline_of_5000_blocks_is_checked_planned_and_listed(project: Project) -> None:
    root = Path(project.root)
    for number in range(5000):
        (root / "custom" / f"n{number}.py").write_text("@custom\ndef do(*args):\n    return 1\n")
    entries = "".join(
        f"- {{uuid: n{number}, type: custom, upstream_blocks: [{f'n{number - 1}' if number else ''}]}}\n"
        for number in range(5000)
    )
    project.write("pipelines/large/metadata.yaml", f"blocks:\n{entries}")
    listed = project.report("blocks", "large", timeout=60)
    assert [block["id"] for block in listed["blocks"]] == [f"n{number}" for number in range(5000)]
    assert project.report("plan", "large", timeout=60)["run"] == 5000
    run = project.report("run", "large", "--block", "n0", timeout=60)
    assert run["state"] == "completed"
