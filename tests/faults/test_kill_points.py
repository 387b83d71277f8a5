"""SIGKILL at every numbered point of the commit path: the run goes on with `retry`, and nothing finished runs again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from blake3 import blake3

from blockwright.wire.journals import Journal
from blockwright.wire.kill_points import POINTS
from tests.processes import gone, marked
from tests.project import Project, states

pytestmark = pytest.mark.fault

BLOCK = """
    @{decorator}
    def step(*args, **kwargs):
        with open(kwargs["side"], "a") as file:
            file.write(kwargs["block_uuid"] + "\\n")
        return [sum(value if isinstance(value, int) else 0 for value in args) + 1]
"""


def chain(project: Project) -> Path:
    side = project.root / "side.txt"
    project.pipeline(
        "p",
        {"kind": "loader", "id": "a", "code": BLOCK.format(decorator="data_loader")},
        {"kind": "transformer", "id": "b", "code": BLOCK.format(decorator="transformer"), "after": ["a"]},
        {"kind": "exporter", "id": "c", "code": BLOCK.format(decorator="data_exporter"), "after": ["b"]},
        variables={"side": str(side)},
    )
    return side


def committed(project: Project) -> set[str]:
    """The blocks whose result was committed when the process died."""
    runs = project.root / ".blockwright" / "runs"
    journals = [Journal(str(path)).look() for path in runs.glob("*/+sessions/*.jsonl")]
    alone = {path.parent.name for path in runs.glob("*/*/done-*.json")}
    return alone | {block_run for journal in journals for block_run, _ in journal.finished}


def check_store(project: Project) -> None:
    """No half output is visible: every blob is what its name says."""
    data = Path(project.environ.get("BLOCKWRIGHT_DATA_DIR", project.root / ".blockwright"))
    for blob in (data / "blobs").glob("??/*"):
        assert blake3(blob.read_bytes()).hexdigest() == blob.name
    for manifest in (data / "runs").glob("*/*/done-*.json"):
        json.loads(manifest.read_text())


@pytest.mark.parametrize("passes", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_goes_on_where_it_was(project: Project, point: str, passes: int) -> None:
    side = chain(project)
    marker = {"BLOCKWRIGHT_TEST_MARK": str(project.root)}
    first = project.run("run", "p", "--json", environ={"BLOCKWRIGHT_KILL_AT": f"{point}:{passes}", **marker})
    gone(marked(str(project.root)))
    check_store(project)
    done = committed(project)
    ran_before = side.read_text().split() if side.exists() else []
    report = project.report("show", "latest")
    if "error" in report:
        assert (report["error"]["code"], first.code != 0) == ("run_not_found", True)
        return  # killed before there was a run: nothing to lose
    if report["state"] != "completed":
        report = project.report("retry", "latest")
    assert report["state"] == "completed", (first, report)
    assert set(states(report).values()) == {"completed"}
    ran_after = side.read_text().split()[len(ran_before) :]
    assert not done & set(ran_after), f"{done} were committed, {ran_after} ran again"
    check_store(project)
    assert project.value("c") == 3
