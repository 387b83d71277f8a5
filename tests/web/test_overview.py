"""A project at a glance: what needs somebody and how its pipelines went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blockwright.core.access import Actor, Grant, Role
from blockwright.core.alerts.model import AlertKind
from blockwright.ports.alerts import Mute, NewAlert
from tests.project import Project
from tests.web.conftest import Server

GOOD = "@data_loader\ndef load(): return 1\n"
BAD = "@data_loader\ndef load():\n    raise KeyError('surviveds')\n"


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("good", {"kind": "loader", "id": "load", "code": GOOD}, tags=["nightly"])
    project.pipeline("bad", {"kind": "loader", "id": "broken", "code": BAD})
    return serve()


def run(server: Server, pipeline: str, **wanted: Any) -> int:
    started = server.call("POST", "runs", json={"pipeline": pipeline, **wanted})
    return int(server.drive(started.json()["id"]).id)


def look(server: Server, query: str = "") -> Any:
    answer = server.get(f"overview{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_nothing_needs_anybody_at_first(server: Server) -> None:
    shown = look(server)
    assert (shown["needs"], shown["running"], shown["coming"]) == ([], [], [])
    assert [row["uuid"] for row in shown["pipelines"]] == ["bad", "good"]
    assert (shown["health"]["engines"], shown["health"]["ok"]) == (0, False)
    assert 0 < shown["health"]["disk_used"] <= 1


def test_a_failure_is_told_with_its_line_until_a_run_completes(server: Server) -> None:
    failed = run(server, "bad")
    (need,) = look(server)["needs"]
    assert (need["kind"], need["pipeline"], need["run"], need["block"]) == ("failed", "bad", failed, "broken")
    assert (need["file"], need["line"]) == ("data_loaders/broken.py", 3)
    assert "surviveds" in need["text"]
    server.project.write("data_loaders/broken.py", GOOD)
    run(server, "bad")
    assert look(server)["needs"] == []


def test_runs_make_a_strip_without_those_of_the_editor(server: Server) -> None:
    made = [run(server, "good") for _ in range(3)]
    run(server, "good", interactive=True)
    row = look(server, "?freshness=true")["pipelines"][1]
    assert [one["id"] for one in row["runs"]] == made[::-1]
    assert row["usual_seconds"] > 0
    assert (row["freshness"]["fresh"], row["freshness"]["to_run"]) == (1, 0)
    listed = server.get("overview/pipelines?tag=nightly").json()["items"]
    assert [(one["uuid"], one["freshness"]) for one in listed] == [("good", None)]


def test_what_waits_without_an_engine_says_so(server: Server) -> None:
    server.call("POST", "runs", json={"pipeline": "good"})
    shown = look(server)
    assert (shown["health"]["waiting"], shown["health"]["waiting_reason"]) == (1, "No engine is there to take it.")
    assert shown["needs"][0]["kind"] == "engine"
    first = server.platform.workspace(server.project.root)
    first.oversight.figures.report("host:1:x", {"slots": 4.0})
    shown = look(server)
    assert (shown["health"]["engines"], shown["health"]["slots"], shown["health"]["ok"]) == (1, 4, True)


def test_late_triggers_broken_files_and_alerts(server: Server) -> None:
    definition = {"name": "hourly", "schedule_type": "time", "schedule_interval": "@hourly", "status": "active"}
    made = server.call("POST", "pipelines/good/triggers", json={"definition": definition, "in_file": False})
    assert made.status_code == 201, made.text
    workspace = server.platform.workspace(server.project.root)
    now = datetime.now(UTC)
    workspace.triggering.records.look_at(made.json()["id"], now - timedelta(minutes=5))
    alert = NewAlert("drift", AlertKind.DATA_QUALITY, "Drift on fare", "PSI 0.31 > 0.20", "good")
    workspace.oversight.alerts.add("shop", alert, (), now=now)
    server.project.write("pipelines/bad/metadata.yaml", "blocks: [\n")
    shown = look(server)
    assert [need["kind"] for need in shown["needs"]] == ["broken", "late", "alert"]
    assert "should have fired 5 min" in shown["needs"][1]["text"]
    rows = {row["uuid"]: row for row in shown["pipelines"]}
    assert (rows["good"]["late"], bool(rows["bad"]["problem"])) == (True, True)


def test_only_what_may_be_seen_is_told(server: Server) -> None:
    run(server, "bad")
    server.gate.actor = Actor(2, "bob@example.com", (Grant(Role.VIEWER, "shop", "good"),))
    shown = look(server)
    assert (shown["needs"], [row["uuid"] for row in shown["pipelines"]]) == ([], ["good"])


def mute(server: Server, subject: str, **wanted: Any) -> int:
    given = {"subject": subject, "seconds": 3600, "reason": "it is known", **wanted}
    return server.call("POST", "overview/mutes", json=given).status_code


def test_a_muted_entry_is_told_to_others_and_again_to_whoever_unmutes_it(server: Server) -> None:
    run(server, "bad")
    (need,) = look(server)["needs"]
    assert mute(server, need["subject"]) == 201
    run(server, "bad")  # the same again
    shown = look(server)
    (muted,) = shown["muted"]
    assert (shown["needs"], muted["pipeline"]) == ([], "bad")
    assert (muted["mute"]["reason"], muted["mute"]["for_all"]) == ("it is known", False)
    first = server.gate.actor
    server.gate.actor = Actor(9, "bob@example.com", (Grant(Role.EDITOR, "shop"),))
    assert len(look(server)["needs"]) == 1
    server.gate.actor = first
    answer = server.call("DELETE", "overview/mutes", params={"subject": need["subject"]})
    assert answer.status_code == 204
    assert (len(look(server)["needs"]), look(server)["muted"]) == (1, [])
    again = server.call("DELETE", "overview/mutes", params={"subject": need["subject"]})
    assert (again.status_code, again.json()["code"]) == (404, "mute_not_found")


def test_an_editor_mutes_for_all_and_nobody_mutes_what_is_not_there(server: Server) -> None:
    run(server, "bad")
    subject = look(server)["needs"][0]["subject"]
    assert mute(server, "failed:good") == 404
    assert mute(server, subject, seconds=90 * 86_400 + 1) == 422
    editor = server.gate.actor
    server.gate.actor = Actor(9, "vera@example.com", (Grant(Role.VIEWER, "shop"),))
    assert mute(server, subject, for_all=True) == 403
    server.gate.actor = Actor(8, "egon@example.com", (Grant(Role.VIEWER, "shop", "good"),))
    assert mute(server, subject) == 404  # it may not be seen
    server.gate.actor = editor
    assert mute(server, subject, for_all=True) == 201
    server.gate.actor = Actor(9, "vera@example.com", (Grant(Role.VIEWER, "shop"),))
    assert look(server)["muted"][0]["mute"]["for_all"] is True


def test_a_mute_ends(server: Server) -> None:
    run(server, "bad")
    subject, workspace = look(server)["needs"][0]["subject"], server.platform.workspace(server.project.root)
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    ended = Mute(subject, "", "x", "ana", long_ago, long_ago + timedelta(hours=1))
    workspace.oversight.mutes.add("shop", ended)
    assert (len(look(server)["needs"]), look(server)["muted"]) == (1, [])


def test_nothing_is_late_while_all_triggers_are_paused(server: Server) -> None:
    definition = {"name": "hourly", "schedule_type": "time", "schedule_interval": "@hourly", "status": "active"}
    made = server.call("POST", "pipelines/good/triggers", json={"definition": definition, "in_file": False})
    workspace = server.platform.workspace(server.project.root)
    workspace.triggering.records.look_at(made.json()["id"], datetime.now(UTC) - timedelta(minutes=5))
    assert [need["kind"] for need in look(server)["needs"]] == ["late"]
    server.call("PUT", "trigger-pause", json={"reason": "the database moves"})
    shown = look(server)
    assert (shown["needs"], shown["coming"], shown["triggers"]["reason"]) == ([], [], "the database moves")
    row = next(row for row in shown["pipelines"] if row["uuid"] == "good")
    assert (row["late"], row["next_fire"] is None) == (False, False)
