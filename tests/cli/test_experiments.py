"""Experiments, tags and notes at the command line."""

from __future__ import annotations

import pytest

from tests.engines import installation
from tests.project import Project

TRAIN = """
    import mlflow

    @custom
    def train(*args, **kwargs):
        mlflow.log_param("depth", kwargs["depth"])
        mlflow.log_metric("rmse", 1 / kwargs["depth"])
        return 1
"""


@pytest.mark.slow
def test_tracked_runs_are_listed_sorted_and_compared(project: Project) -> None:
    project.pipeline("train", {"kind": "custom", "id": "train", "code": TRAIN}, variables={"depth": 2})
    # Whoever needs the tracking server keeps it; each command alone would start it anew.
    with installation(project) as (_, opened):
        opened.tracking.connection()
        for depth in (2, 8):
            assert project.run("run", "train", "--var", f"depth={depth}").code == 0
        shown = project.report("experiments", "show", "train", "--sort", "metrics.rmse")
        assert [one["params"]["depth"] for one in shown["runs"]] == ["8", "2"]
        found = project.report("experiments", "show", "shop/train", "--where", "metrics.rmse > 0.3")
        assert [one["params"] for one in found["runs"]] == [{"depth": "2"}]
        ids = [one["id"] for one in shown["runs"]]
        assert "params.depth" in project.run("experiments", "compare", *ids).out
        assert "metrics.rmse  0.125" in project.run("experiments", "show", ids[0]).out
    listed = project.report("experiments", "list")
    assert [(one["name"], one["runs"], one["running"]) for one in listed["experiments"]] == [("shop/train", 2, 0)]
    assert ids[0] in project.run("show", "latest").out
    wrong = project.run("experiments", "show", "train", "--where", "rmse < 1")
    assert (wrong.code, "metrics.rmse" in wrong.err) == (2, True)
    missing = project.run("experiments", "show", "nothing")
    assert (missing.code, "`shop/train`" in missing.err) == (2, True)


def test_people_tag_and_annotate_runs(project: Project) -> None:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(): return 1"})
    assert "No experiments" in project.run("experiments", "list").out
    assert project.run("run", "sales").code == 0
    assert project.run("tag", "latest", "good", "reviewed=yes").out == "run 1: good, reviewed=yes\n"
    assert project.report("tag", "latest", "good", "--remove")["tags"][0]["name"] == "reviewed"
    assert "the first one" in project.run("note", "latest", "the first one").out
    shown = project.run("show", "latest").out
    assert "reviewed=yes" in shown
    assert "the first one" in shown
    note = project.report("note", "latest")["notes"][0]
    assert project.report("note", "latest", "--delete", str(note["id"]))["notes"] == []
    wrong = project.run("tag", "latest", "two words")
    assert (wrong.code, "`two words` cannot be a tag" in wrong.err) == (2, True)
