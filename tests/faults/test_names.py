"""Spaces, slashes and letters beyond ASCII in every name that a project has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project import Project, states

pytestmark = pytest.mark.slow

NESTED, UNICODE, PIPELINE = "Hyperparameter tuning/sklearn", "ünï cödé 表", "Grüße an alle"


@pytest.fixture
def named(tmp_path: Path) -> Project:
    root = tmp_path / "mein Laden – été"
    root.mkdir()
    project = Project(root)
    project.pipeline(
        PIPELINE,
        {"kind": "loader", "id": NESTED, "code": "@data_loader\ndef load(*args):\n    print('né')\n    return 1\n"},
        {
            "kind": "transformer",
            "id": UNICODE,
            "after": [NESTED],
            "code": "@transformer\ndef more(value, *args):\n    return value + 1\n\n"
            "@test\ndef is_two(value, *args):\n    assert value == 2\n",
        },
    )
    return project


def test_a_project_with_such_names_works_everywhere(named: Project) -> None:
    report = named.report("run", PIPELINE)
    assert states(report) == {NESTED: "completed", UNICODE: "completed"}, report
    assert named.value(UNICODE) == 2
    assert [line["message"] for line in named.report("logs", PIPELINE, "--block", NESTED)["lines"]] == ["né"]
    assert named.report("check")["ok"]
    assert named.report("test", PIPELINE)["ok"]
    assert [block["id"] for block in named.report("blocks", PIPELINE)["blocks"]] == [NESTED, UNICODE]


def test_retry_and_reuse_find_such_blocks_again(named: Project) -> None:
    named.report("run", PIPELINE)
    assert named.report("retry", "latest", "--from", NESTED)["state"] == "completed"
    reused = named.report("run", PIPELINE, "--reuse")
    assert [block["reused"] for block in reused["blocks"]] == [False, True]
    assert UNICODE in named.run("show", "latest").out


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_a_terminal_that_knows_less_gets_all_that_it_can(named: Project, locale: dict[str, str]) -> None:
    result = named.run("run", PIPELINE, environ=locale)
    assert (result.code, "Traceback" in result.err) == (0, False)
    assert named.report("show", "latest", environ=locale)["pipeline"] == PIPELINE


def test_a_path_that_is_no_text_is_refused_with_the_way_out(tmp_path: Path) -> None:
    root = tmp_path / b"caf\xe9".decode("utf-8", "surrogateescape")
    root.mkdir()
    project = Project(root)
    project.pipeline("p", {"kind": "loader", "id": "a", "code": "@data_loader\ndef load(*args):\n    return 1\n"})
    refused = project.report("run", "p")
    assert (refused["exit"], refused["error"]["code"]) == (2, "invalid")
    assert "UTF-8" in refused["error"]["message"]
