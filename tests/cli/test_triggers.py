"""Triggers from the terminal."""

from __future__ import annotations

import pytest

from tests.project import Project

LOAD = {"kind": "loader", "id": "load", "code": "@data_loader\ndef load(**kwargs):\n    return 1\n"}


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("p", LOAD)
    return project


def test_a_trigger_is_written_shown_and_switched(shop: Project) -> None:
    assert "No triggers" in shop.run("trigger", "list").out
    when = ("--schedule", "30 6 * * MON-FRI", "--timezone", "Europe/Berlin", "--var", "day=1")
    made = shop.run("trigger", "new", "p", "early", *when)
    assert made.code == 0, made.err
    assert "at 06:30, on Monday to Friday (Europe/Berlin)" in made.out
    assert "day: 1" in (shop.root / "pipelines/p/triggers.yaml").read_text()
    off = shop.run("trigger", "disable", "early", "--json").json
    assert (off["active"], off["next_due"]) == (False, None)
    assert "status: inactive" in (shop.root / "pipelines/p/triggers.yaml").read_text()
    assert shop.run("trigger", "enable", "1", "--json").json["active"]
    assert "06:30:00 Europe/Berlin" in shop.run("trigger", "list").out


def test_a_preview_of_what_is_to_come_and_of_what_would_have_been(shop: Project) -> None:
    shop.run("trigger", "new", "p", "daily", "--schedule", "@daily")
    assert len(shop.run("trigger", "preview", "daily", "--json").json["times"]) == 50
    past = shop.run("trigger", "preview", "daily", "--from", "2024-05-01", "--until", "2024-05-03").out
    assert [line.split()[1] for line in past.splitlines()[1:]] == ["2024-05-01", "2024-05-02"]


def test_a_run_is_queued_for_an_engine(shop: Project) -> None:
    shop.run("trigger", "new", "p", "hook", "--api", "--inactive")
    run = shop.run("trigger", "run", "hook", "--var", "x=2", "--json").json
    assert run["state"] == "queued"
    assert shop.run("show", str(run["run"]), "--json").json["variables"] == {"x": 2}
    shown = shop.run("trigger", "show", "hook", "--token", "--json").json
    assert (len(shown["token"]), shown["fires"][0]["run"]) == (32, run["run"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nope"), "no trigger `nope`"),
        (("new", "p", "x", "--schedule", "@dayly"), "Did you mean `@daily`"),
        (("new", "nope", "x", "--api"), "no pipeline `nope`"),
        (("new", "p", "x"), "--schedule"),
    ],
)
def test_what_is_wrong_is_said(shop: Project, arguments: tuple[str, ...], says: str) -> None:
    done = shop.run("trigger", *arguments)
    assert done.code == 2
    assert says in done.err


def test_all_are_paused_and_resumed(shop: Project) -> None:
    assert shop.run("trigger", "pause", "--reason", "x").code == 2
    assert "needs a reason" in shop.run("trigger", "pause", "--all").err
    assert "are paused: we move" in shop.run("trigger", "pause", "--all", "--reason", "we move").out
    assert "has paused all triggers of the project: we move." in shop.run("trigger", "list").err
    assert "fire again" in shop.run("trigger", "resume").out
    assert shop.run("trigger", "resume", "--json").json == {"paused": False, "was_paused": False}
    audited = [entry["action"] for entry in shop.run("audit", "--json").json["entries"]]
    assert {"trigger.pause_all", "trigger.resume_all"} <= set(audited)
