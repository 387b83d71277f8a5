"""Logs while a run goes on, and afterwards."""

from __future__ import annotations

import pytest

from tests.faults.gates import arriving, gated
from tests.project import Project

pytestmark = pytest.mark.slow

LOGS = """
    import logging

    @data_loader
    def load(*args, **kwargs):
        print("printed")
        logging.getLogger(__name__).warning("careful")
        kwargs["logger"].info("structured", shop="a")
        return 1
"""


def test_following_ends_when_the_run_ends(project: Project) -> None:
    code = arriving("print('and on'); open(kwargs['hold']).read(1); print('the end')")
    variables = {"gate": str(project.root.parent / "gate"), "hold": str(project.root.parent / "hold")}
    project.pipeline("p", {"kind": "loader", "id": "slow", "code": code}, variables=variables)
    with gated(project) as gate, gate.beside("hold") as hold:
        first = project.start("run", "p")
        gate.hear()
        follower = project.start("logs", "latest", "--follow")
        assert follower.stdout is not None
        assert follower.stdout.readline().endswith("slow  and on\n")
        hold.tell("x")
        rest, _ = follower.communicate(timeout=60)
        first.communicate(timeout=60)
    assert (follower.returncode, rest.endswith("slow  the end\n")) == (0, True)


def test_lines_have_level_and_text(project: Project) -> None:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": LOGS})
    assert project.report("run", "p")["state"] == "completed"
    lines = project.report("logs", "latest")["lines"]
    assert [(line["level"].lower(), line["message"]) for line in lines] == [
        ("info", "printed"),
        ("warning", "careful"),
        ("info", "structured"),
    ]
    assert "structured  shop=a" in project.run("logs", "latest").out


def test_only_the_named_blocks_lines_are_shown(project: Project) -> None:
    blocks = [{"kind": "loader", "id": name, "code": LOGS.replace("printed", name)} for name in ("a", "b")]
    project.pipeline("p", *blocks)
    project.report("run", "p")
    assert [line["block_run"] for line in project.report("logs", "latest", "--block", "b")["lines"]] == ["b"] * 3
