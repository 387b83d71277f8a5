"""With ``--json`` stdout is one JSON document, whatever happens; exit codes are 0, 1 and 2."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.project import COMMAND, Project

pytestmark = pytest.mark.slow

FRAME = """
    import pandas as pd

    @data_loader
    def load(*args):
        print("loading")
        return pd.DataFrame({"n": [1, 2]})

    @test
    def is_long(frame, *args):
        assert len(frame) == 2
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a completed and a failed run."""
    root = tmp_path_factory.mktemp("json") / "shop"
    root.mkdir()
    project = Project(root)
    project.pipeline("good", {"kind": "loader", "id": "load", "code": FRAME})
    project.pipeline("bad", {"kind": "loader", "id": "fail", "code": "@data_loader\ndef fail(*args):\n    1 / 0\n"})
    project.write("scratchpads/look.py", "print(output('load')['n'].sum())\n")
    assert project.run("run", "good").code == 0
    assert project.run("run", "bad").code == 1
    return project


SUCCESSES = [
    "check",
    "pipelines",
    "blocks good",
    "run good",
    "run good --detach",
    "plan good",
    "runs",
    "show 1",
    "logs 1",
    "why 1",
    "why 2",
    "output 1 load",
    "output 1 load --head 0",
    "profile 1 load",
    "diff 1 1",
    "diff 1 1 load",
    "test good",
    "scratchpad look --pipeline good",
    "secrets list",
    "gc --dry-run",
    "doctor",
    "new pipeline fresh",
    "new block good first --type data_loader",
    "replay 1",
]


@pytest.mark.parametrize("command", SUCCESSES)
def test_a_command_that_works_ends_with_0(project: Project, command: str) -> None:
    result = project.run(*command.split(), "--json")
    document = json.loads(result.out)
    assert (result.code, result.err) == (0, ""), result
    assert not document.get("error")
    assert result.out.count("\n") == 1


@pytest.mark.parametrize("command", ["run bad", "retry 2", "replay 2"])
def test_a_run_that_fails_ends_with_1_and_its_report(project: Project, command: str) -> None:
    report = project.report(*command.split())
    assert (report["exit"], report["state"]) == (1, "failed")


REFUSALS = [
    ("run nope", "not_found"),
    ("run", "usage"),
    ("run good --nope", "usage"),
    ("run good --var x", "usage"),
    ("run good --date tomorrow", "usage"),
    ("run good --block nope", "block_not_found"),
    ("nope", "usage"),
    ("secrets", "usage"),
    ("new block good", "usage"),
    ("show 77", "not_found"),
    ("show nope", "run_not_found"),
    ("logs 1 --block nope", "block_not_found"),
    ("retry 1", "nothing_to_retry"),
    ("cancel 1", "run_ended"),
    ("output 1 nope", None),
    ("output 1 load nope", None),
    ("output 1 load --to table.docx", None),
    ("diff 1 77", "not_found"),
    ("gc --days -1", "usage"),
    ("secrets delete nope", "not_found"),
    ("scratchpad nope", "scratchpad_not_found"),
    ("check nowhere", "not_found"),
    ("run good --project /", "not_found"),
    ("replay 1 --block load --debug", "usage"),
]


@pytest.mark.parametrize(("command", "code"), REFUSALS)
def test_a_refusal_ends_with_2_and_an_error_document(project: Project, command: str, code: str | None) -> None:
    refused = project.report(*command.split())
    assert refused["exit"] == 2
    assert code in (None, refused["error"]["code"])
    assert refused["error"]["message"]
    assert set(refused["error"]) >= {"code", "message", "hint"}


def test_a_wrong_setting_is_an_error_document_too(project: Project) -> None:
    refused = project.report("runs", environ={"BLOCKWRIGHT_SLOTS": "many"})
    assert (refused["exit"], refused["error"]["code"]) == (2, "setting")
    assert "BLOCKWRIGHT_SLOTS" in refused["error"]["message"]


def test_errors_without_json_leave_stdout_empty(project: Project) -> None:
    result = project.run("show", "77")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: There is no run 77.")


def shell(project: Project, command: str) -> subprocess.CompletedProcess[str]:
    """A command line of bash in which ``bw`` is ours."""
    script = f'bw() {{ {" ".join(COMMAND)} "$@"; }}; set -o pipefail; {command}'
    return subprocess.run(
        ["bash", "-c", script], cwd=project.root, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("command", ["runs", "logs 1", "show 2", "runs --json", "run good 2>&1"])
def test_a_reader_that_goes_away_is_no_error_to_tell(project: Project, command: str) -> None:
    assert shell(project, f"bw {command} | head -c 3").stderr in ("", "run 1")


def test_a_full_disk_behind_stdout_is_told(project: Project) -> None:
    done = shell(project, "bw runs --json > /dev/full")
    assert (done.returncode, done.stderr) == (1, "error: No space left on device\n")


def test_progress_that_nobody_can_read_does_not_stop_a_run(project: Project) -> None:
    done = shell(project, "bw run good 2> /dev/full")
    assert (done.returncode, "completed in" in done.stdout) == (0, True)


def test_closed_streams_are_no_error(project: Project) -> None:
    assert shell(project, "bw runs --json >&-").returncode == 0
    assert shell(project, "bw run good <&- 2>&-").returncode == 0
    assert shell(project, "bw secrets set name <&-").returncode == 2
