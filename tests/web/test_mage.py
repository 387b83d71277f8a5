"""The addresses and answers that callers of Mage rely on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from blockwright.core.access import Actor, Grant, Role
from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import (
    BlockRun,
    BlockRunName,
    BlockState,
    Queue,
    Run,
    RunId,
    RunKind,
    RunRequest,
    RunSettings,
    RunState,
)
from blockwright.engine.figures import Figures
from blockwright.ports.bus import Topic
from blockwright.services import runs
from blockwright.services.backfills import asking
from blockwright.services.triggers import edits
from blockwright.web.app import create_app
from blockwright.web.mage import words
from tests.contracts.samples import NOON
from tests.project import Project
from tests.web.conftest import Server

PREDICT = """
    @transformer
    def predict(*args, **kwargs):
        return [kwargs["distance"] * 2, "minutes"]
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("rides", {"kind": "transformer", "id": "predict", "code": PREDICT}, variables={"distance": 1})
    project.pipeline("other", {"kind": "transformer", "id": "predict"})
    return serve()


@pytest.fixture
def trigger(server: Server) -> tuple[int, str]:
    """The id and token of an API trigger of `rides`."""
    workspace = server.site.installation.workspace("shop")
    keys = {"name": "from outside", "schedule_type": "api", "status": "active"}
    made = edits.create(workspace, "rides", keys, in_file=False)
    return made.id, workspace.triggering.records.token(made.id)


def test_every_state_has_an_old_word() -> None:
    assert set(words.RUN_WORDS) == set(RunState)
    assert set(words.BLOCK_WORDS) == set(BlockState)
    assert words.states_of(["running"]) == (RunState.RUNNING, RunState.CANCELLING)


def test_a_trigger_is_fired_by_its_token_and_its_run_asked_for(server: Server, trigger: tuple[int, str]) -> None:
    number, token = trigger
    body = {"pipeline_run": {"variables": {"distance": 4}}, "source": "crm"}
    fired = server.call("POST", f"/api/pipeline_schedules/{number}/pipeline_runs/{token}", json=body)
    assert fired.status_code == 200, fired.text
    run = fired.json()["pipeline_run"]
    assert (run["status"], run["variables"]["distance"], run["event_variables"]) == ("initial", 4, {"source": "crm"})
    server.drive(run["id"])
    shown = server.get(f"/api/pipeline_runs/{run['id']}?api_key=abc").json()["pipeline_run"]
    assert (shown["status"], shown["pipeline_schedule_id"]) == ("completed", number)
    assert [(row["block_uuid"], row["status"]) for row in shown["block_runs"]] == [("predict", "completed")]
    by_header = {"Authorization": f"Bearer {token}"}
    again = server.call("POST", f"/api/pipeline_schedules/{number}/api_trigger", headers=by_header)
    assert again.json()["pipeline_run"]["status"] == "initial"
    listed = server.get("/api/pipeline_runs?pipeline_uuid=rides&status=completed&_limit=1").json()
    assert ([row["id"] for row in listed["pipeline_runs"]], listed["metadata"]["next"]) == ([run["id"]], False)


def test_a_wrong_token_fires_nothing(server: Server, trigger: tuple[int, str]) -> None:
    number, _ = trigger
    answer = server.call("POST", f"/api/pipeline_schedules/{number}/pipeline_runs/wrong")
    assert (answer.status_code, answer.json()["error"]["code"], answer.json()["status"]) == (403, 403, 403)
    assert server.get("/api/pipeline_runs").json()["pipeline_runs"] == []


def test_one_block_is_run_and_its_output_answered(server: Server, trigger: tuple[int, str]) -> None:
    _, token = trigger
    asked = {"run": {"pipeline_uuid": "rides", "block_uuid": "predict", "variables": {"distance": 3}}}
    answers: list[httpx.Response] = []
    calling = threading.Thread(target=lambda: answers.append(server.call("POST", f"/api/runs/{token}", json=asked)))
    calling.start()
    server.drive(_first_run(server))
    calling.join(30)
    assert (answers[0].status_code, answers[0].json()["run"]["output"]) == (200, [6, "minutes"])
    asked["run"]["pipeline_uuid"] = "other"
    refused = server.call("POST", "/api/runs", json=asked, headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["error"]["type"]) == (403, "Forbidden")


def _first_run(server: Server) -> int:
    """The run that another thread is about to start."""
    listener = server.site.installation.bus.listen([Topic.QUEUE])
    try:
        for _ in range(50):
            found = server.site.installation.workspace("shop").runs.latest("shop")
            if found is not None:
                return found.id
            listener.wait(0.5)
    finally:
        listener.close()
    raise AssertionError("no run was started")


def test_lists_have_their_old_keys(server: Server, trigger: tuple[int, str]) -> None:
    number, token = trigger
    pipelines = server.get("/api/pipelines").json()
    assert [entry["uuid"] for entry in pipelines["pipelines"]] == ["other", "rides"]
    assert pipelines["metadata"] == {"count": 2, "results": 2, "next": False}
    assert server.get("/api/pipelines/rides").json()["pipeline"]["blocks"][0]["uuid"] == "predict"
    schedules = server.get("/api/pipelines/rides/pipeline_schedules").json()["pipeline_schedules"]
    assert [(entry["id"], entry["schedule_type"], entry["token"]) for entry in schedules] == [(number, "api", token)]
    assert len(server.get("/api/pipeline_schedules").json()["pipeline_schedules"]) == 1
    server.gate.actor = Actor(2, "bob@example.com", (Grant(Role.VIEWER, "shop"),))
    assert server.get("/api/pipeline_schedules").json()["pipeline_schedules"][0]["token"] is None
    assert server.call("POST", f"/api/pipeline_schedules/{number}/pipeline_runs").status_code == 404


def test_the_scheduler_runs_when_an_engine_has_told_so_of_late(server: Server) -> None:
    def status() -> str:
        return str(server.get("/api/statuses").json()["statuses"][0]["scheduler_status"])

    assert status() == "stopped"
    Figures(server.site.installation).turn()
    assert status() == "running"


def test_a_run_has_passed_its_sla_once_its_time_is_over(server: Server) -> None:
    workspace = server.site.installation.workspace("shop")
    now = workspace.clock.now()
    for sla, date in ((60, now - timedelta(minutes=2)), (3600, now)):
        request = RunRequest("shop", "rides", kind=RunKind.TRIGGER, queue=Queue.ENGINE, execution_date=date)
        made = runs.start(workspace, replace(request, settings=RunSettings(sla=sla)))
        shown = server.get(f"/api/pipeline_runs/{made.id}").json()["pipeline_run"]
        assert shown["passed_sla"] is (sla == 60)


def test_what_was_tried_again_and_children_have_metrics() -> None:
    run = Run(RunId(1), "shop", "rides", RunKind.API, RunState.RUNNING, "", NOON)
    plain = BlockRun(BlockRunName("a"), BlockId("a"), state=BlockState.COMPLETED, attempt=1)
    assert words.block_run_document(run, plain)["metrics"] is None
    child = replace(plain, index=3, attempt=2)
    assert words.block_run_document(run, child)["metrics"] == {"dynamic_block_index": 3, "retry": {"attempts": 2}}


@pytest.mark.parametrize("kind", ["pipeline_runs", "pipeline_schedules", "backfills"])
def test_what_is_hidden_answers_in_the_words_of_what_is_not_there(server: Server, kind: str) -> None:
    workspace = server.site.installation.workspace("shop")
    keys = {"name": "nightly", "schedule_type": "time", "schedule_interval": "@daily"}
    numbers = {
        "pipeline_runs": int(runs.start(workspace, RunRequest("shop", "rides")).id),
        "pipeline_schedules": int(edits.create(workspace, "rides", keys, in_file=False).id),
        "backfills": int(asking.create(workspace, asking.Asked("rides", "2024-01-01", "2024-01-02")).id),
    }
    server.gate.actor = Actor(3, "eve@example.com", (Grant(Role.EDITOR, "shop", "other"),))

    def answer(number: int) -> tuple[int, str]:
        if kind == "pipeline_schedules":
            found = server.call("POST", f"/api/{kind}/{number}/pipeline_runs")
        else:
            found = server.get(f"/api/{kind}/{number}")
        return found.status_code, found.text.replace(str(number), "N")

    hidden, missing = answer(numbers[kind]), answer(4711)
    assert hidden == missing
    assert hidden[0] == 404


def test_errors_are_200_where_the_setting_says_so(server: Server) -> None:
    server.app = create_app(replace(server.site, mage_errors_200=True), gate=server.gate)
    missing = server.get("/api/pipelines/none")
    assert (missing.status_code, missing.json()["error"]["code"], missing.json()["status"]) == (200, 404, 200)
    assert server.get("/api/pipelines/none?_http_error_codes=1").status_code == 404
    assert server.get("pipelines/none").status_code == 404


def test_signing_in(server: Server) -> None:
    access = server.site.access
    password = "correct horse battery staple"
    access.store.found("ada@example.com", "Ada", access.passwords.hash(password), access.clock.now())
    signed = server.call("POST", "/api/sessions", json={"session": {"email": "ada@example.com", "password": password}})
    session: dict[str, Any] = signed.json()["session"]
    assert (session["user"]["email"], bool(session["token"])) == ("ada@example.com", True)
    wrong = server.call("POST", "/api/sessions", json={"session": {"email": "ada@example.com", "password": "x"}})
    assert (wrong.status_code, password in wrong.text) == (403, False)


def test_an_event_is_offered(server: Server) -> None:
    workspace = server.site.installation.workspace("shop")
    keys = {"name": "on upload", "schedule_type": "event", "status": "active", "match": {"kind": ["upload"]}}
    edits.create(workspace, "rides", keys, in_file=False)
    for kind, count in (("delete", 0), ("upload", 1)):
        answer = server.call("POST", "/api/events", json={"kind": kind})
        assert (answer.status_code, len(answer.json()["event"]["pipeline_runs"])) == (200, count), answer.text
