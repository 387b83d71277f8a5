"""The text forms: what stays the same from run to run, word for word."""

from __future__ import annotations

import re

import pytest

from tests.project import Project

BLOCKS = (
    {
        "kind": "loader",
        "id": "load",
        "code": "import pandas as pd\n\n@data_loader\ndef load(*args):\n    return pd.DataFrame({'n': range(1500)})\n",
    },
    {
        "kind": "transformer",
        "id": "check",
        "after": ["load"],
        "code": "@transformer\ndef check(frame, *args):\n    return {'n': len(frame)}\n\n"
        "@test\ndef counts(value, *args):\n    assert value['n'] == 1500\n",
    },
    {
        "kind": "exporter",
        "id": "send",
        "after": ["check"],
        "code": "@data_exporter\ndef send(value, *args):\n    raise ConnectionError('no route to shop')\n",
    },
    {
        "kind": "exporter",
        "id": "confirm",
        "after": ["send"],
        "code": "@data_exporter\ndef confirm(value, *args):\n    return 1\n",
    },
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("text") / "shop"
    root.mkdir()
    project = Project(root)
    project.pipeline("p", *BLOCKS)
    return project


@pytest.fixture(scope="module")
def told(project: Project) -> tuple[str, str]:
    """stdout and stderr of the run, as printed."""
    result = project.run("run", "p")
    assert result.code == 1
    return result.out, result.err


def steady(text: str) -> str:
    """The text without what differs from run to run: times, sizes, dates."""
    text = re.sub(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", "DATE", text)
    return re.sub(r"\b\d+(\.\d+)? (ms|s|kB|MB|B)\b", "N", text)


def test_a_run_tells_each_block_and_what_to_do_next(told: tuple[str, str]) -> None:
    out, err = told
    assert [" ".join(line.split()) for line in steady(err).splitlines()] == [
        "run 1 p",
        "✓ load N 1,500 rows × 1",
        "✓ check N dict 1 test passed",
        "✗ send ConnectionError: no route to shop (data_exporters/send.py:3)",
        "· confirm upstream_failed: `send` failed",
    ]
    columns = {line.index(word) for line, word in zip(err.splitlines()[1:3], ("1,500", "dict"), strict=True)}
    assert len(columns) == 1
    assert steady(out).splitlines() == [
        "✗ failed in N: 2 completed, 1 failed, 1 upstream failed",
        "  `send` failed: ConnectionError: no route to shop",
        "  next: blockwright why 1 · blockwright logs 1 · blockwright retry 1",
    ]


def test_show_has_a_table_and_the_failure(project: Project, told: tuple[str, str]) -> None:
    lines = [re.sub(" +", " ", line).rstrip() for line in steady(project.run("show", "1").out).splitlines()]
    assert lines[:2] == ["run 1 p ✗ failed N", " `send` failed: ConnectionError: no route to shop"]
    assert lines[2] == " block took peak tries gave size tests"
    assert [line.split()[:2] for line in lines[3:7]] == [["✓", "load"], ["✓", "check"], ["✗", "send"], ["·", "confirm"]]
    assert "1/1" in lines[4]
    assert lines[-3:] == [
        "send: ConnectionError: no route to shop",
        " data_exporters/send.py:3 in send",
        " raise ConnectionError('no route to shop')",
    ]


def test_runs_are_listed_with_their_reason(project: Project, told: tuple[str, str]) -> None:
    header, row = steady(project.run("runs").out).splitlines()
    assert header.split() == ["run", "pipeline", "state", "took", "created", "kind"]
    assert re.sub(" +", " ", row) == " 1 p ✗ failed N DATE manual `send` failed: ConnectionError: no route to shop"


def test_blocks_are_listed_in_the_order_they_run(project: Project) -> None:
    lines = [re.sub(" +", " ", line) for line in project.run("blocks", "p").out.splitlines()]
    assert lines == [
        "block type upstream file",
        "load data_loader data_loaders/load.py",
        "check transformer load transformers/check.py",
        "send data_exporter check data_exporters/send.py",
        "confirm data_exporter send data_exporters/confirm.py",
    ]


def test_pipelines_are_listed_with_their_last_run(project: Project, told: tuple[str, str]) -> None:
    lines = [re.sub(" +", " ", line) for line in project.run("pipelines").out.splitlines()]
    assert lines == ["pipeline type blocks last run", "p python 4 run 1 ✗ failed"]


def test_test_tells_each_blocks_tests(project: Project, told: tuple[str, str]) -> None:
    result = project.run("test", "p")
    assert (result.code, result.out.strip()) == (0, "✓ p/check  1/1 passed")


def test_help_lists_every_command(project: Project) -> None:
    text = project.run("--help").out
    for word in ("init", "check", "run", "plan", "why", "cancel", "retry", "replay", "diff", "gc", "doctor"):
        assert f"\n  {word} " in text
