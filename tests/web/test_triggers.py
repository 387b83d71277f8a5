"""Triggers over HTTP: made, changed, tried, fired by token and by webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from blockwright.core.access import Actor, Grant, Role
from blockwright.core.runs.model import RunId
from blockwright.core.triggers.model import TriggerId
from tests.project import Project
from tests.web.conftest import Server

LOAD = {"kind": "loader", "id": "load", "code": "def load(**kwargs):\n    return kwargs.get('day')\n"}
DAILY = {"name": "nightly", "schedule_interval": "@daily", "status": "active"}
VIEWER = Actor(3, "vera@example.com", (Grant(Role.VIEWER),))
ELSEWHERE = Actor(4, "egon@example.com", (Grant(Role.EDITOR, "shop", "q"),))


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("p", LOAD, variables={"day": "monday"})
    project.pipeline("q", {"kind": "loader", "id": "other", "code": "def f():\n    return 1\n"})
    return serve()


def made(server: Server, in_file: bool = False, **definition: Any) -> Any:
    wanted = {"definition": definition, "in_file": in_file}
    answer = server.call("POST", "pipelines/p/triggers", json=wanted)
    assert answer.status_code == 201, answer.text
    return answer.json()


def run_of(server: Server, number: int) -> Any:
    return server.platform.workspace(server.project.root).runs.get(RunId(number))


@pytest.mark.parametrize("in_file", [True, False])
def test_from_making_to_deleting(server: Server, in_file: bool) -> None:
    first = made(server, in_file, **DAILY, variables={"day": "tuesday"})
    assert (first["place"], first["in_words"], first["active"]) == (
        "file" if in_file else "api",
        "at 00:00 (UTC)",
        True,
    )
    own = f"triggers/{first['id']}"
    change = {"definition": {"name": "renamed", "schedule_interval": "@weekly", "variables": None}}
    changed = server.call("PATCH", own, json=change).json()
    assert (changed["id"], changed["name"], changed["in_words"]) == (
        first["id"],
        "renamed",
        "at 00:00, on Sunday (UTC)",
    )
    assert "variables" not in changed["definition"]
    assert server.call("POST", f"{own}/disable").json()["active"] is False
    assert server.call("POST", f"{own}/enable").json()["next_due"] is not None
    assert [one["id"] for one in server.get("triggers").json()["items"]] == [first["id"]]
    assert server.call("DELETE", own).status_code == 204
    assert server.get(own).status_code == 404
    assert server.get("triggers").json()["items"] == []


def test_the_file_keeps_its_comments_and_whoever_was_late_is_told(server: Server, project: Project) -> None:
    ours = "# ours\ntriggers:\n- name: a # first\n  schedule_interval: '@daily'\n"
    file = project.write("pipelines/p/triggers.yaml", ours)
    new = made(server, True, name="b", schedule_interval="@hourly", start_time="2024-05-16T07:00:00")
    text = file.read_text()
    assert text.startswith(ours)
    assert "start_time: 2024-05-16 07:00:00+00:00" in text
    stale = {"definition": {"description": "x"}, "expected": "0" * 64}
    answer = server.call("PATCH", f"triggers/{new['id']}", json=stale)
    assert (answer.status_code, answer.json()["code"]) == (409, "file_changed")
    assert file.read_text() == text


def test_what_is_wrong_is_said(server: Server) -> None:
    for definition, says in (
        ({"name": "x", "schedule_interval": "@dayly"}, "@daily"),
        ({"name": "x", "status": "active"}, "schedule_interval"),
        ({"schedule_interval": "@daily"}, "name"),
        ({"name": "x", "schedule_type": "event", "match": {"a": 5}}, "match"),
        ({"name": "x", "schedule_type": "event", "sources": [{"type": "folder"}]}, "path"),
    ):
        answer = server.call("POST", "pipelines/p/triggers", json={"definition": definition})
        assert answer.status_code == 422
        assert says in answer.json()["detail"]


def test_what_comes_next(server: Server) -> None:
    first = made(server, **DAILY)
    made(server, name="hourly", schedule_interval="@hourly", status="active")
    preview = server.get(f"triggers/{first['id']}/preview", params={"limit": 3}).json()
    assert len(preview["times"]) == 3
    window = {"start": "2024-05-01T00:00:00Z", "until": "2024-05-03T00:00:00Z"}
    past = server.get(f"triggers/{first['id']}/preview", params=window).json()["times"]
    assert [time[:13] for time in past] == ["2024-05-01T00", "2024-05-02T00"]
    calendar = server.get("triggers/calendar", params={**window, "limit": 27}).json()
    assert (len(calendar["items"]), calendar["complete"]) == (27, False)
    assert [entry["name"] for entry in calendar["items"][:3]] == ["nightly", "hourly", "hourly"]


def test_a_run_now_and_its_fire(server: Server) -> None:
    first = made(server, **DAILY, variables={"day": "tuesday", "size": 1})
    wanted = {"json": {"variables": {"size": 2}}, "headers": {"Idempotency-Key": "k"}}
    started = server.call("POST", f"triggers/{first['id']}/run", **wanted).json()
    assert server.call("POST", f"triggers/{first['id']}/run", **wanted).json() == started
    assert run_of(server, started["run"]).variables == {"day": "tuesday", "size": 2}
    (fire,) = server.get(f"triggers/{first['id']}/fires").json()["items"]
    assert (fire["run"], fire["outcome"]) == (started["run"], "run")


def test_rights_are_those_of_the_pipeline(server: Server) -> None:
    own = f"triggers/{made(server, **DAILY)['id']}"
    server.gate.actor = VIEWER
    assert server.get(own).status_code == 200
    assert {
        server.call("POST", f"{own}/{verb}", json={}).status_code for verb in ("run", "enable", "rotate-token")
    } == {403}
    assert server.get(f"{own}/token").status_code == 403
    server.gate.actor = ELSEWHERE
    assert server.get(own).status_code == 404
    assert server.call("DELETE", own).status_code == 404
    assert server.get("triggers").json()["items"] == []


class TestTokens:
    @pytest.fixture
    def hook(self, server: Server) -> tuple[int, str]:
        number = made(server, name="hook", schedule_type="api", status="active", variables={"day": "tuesday"})["id"]
        return number, server.get(f"triggers/{number}/token").json()["token"]

    @staticmethod
    def fire(server: Server, number: int, token: str, body: object = None, **headers: str) -> Any:
        headers = {"Authorization": f"Bearer {token}", **headers}
        return server.call("POST", f"/api/v1/triggers/{number}/fire", json=body or {}, headers=headers)

    def test_a_call_starts_a_run_with_its_variables_and_event(self, server: Server, hook: tuple[int, str]) -> None:
        body = {"pipeline_run": {"variables": {"day": "friday"}}, "who": "cat", "day": "event", "env": "evil"}
        answer = self.fire(server, *hook, body)
        assert answer.status_code == 201, answer.text
        run = run_of(server, answer.json()["run"])
        assert run.kind.value == "api"
        assert run.variables == {"day": "friday", "who": "cat", "env": "evil"}
        assert run.system["event"] == {"who": "cat", "day": "event", "env": "evil"}
        assert run.system["env"] == "dev"  # what comes with the call never goes before what we say

    def test_a_wrong_token_hears_what_an_unknown_trigger_hears(self, server: Server, hook: tuple[int, str]) -> None:
        number, token = hook
        other = made(server, **DAILY)["id"]
        answers = [self.fire(server, *call) for call in ((number, "x"), (number, ""), (999, token), (other, token))]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "trigger_token")}

    def test_a_rotated_token_is_of_no_use(self, server: Server, hook: tuple[int, str]) -> None:
        number, token = hook
        new = server.call("POST", f"triggers/{number}/rotate-token").json()["token"]
        assert self.fire(server, number, token).status_code == 403
        assert self.fire(server, number, new).status_code == 201

    def test_the_same_key_gives_the_same_run(self, server: Server, hook: tuple[int, str]) -> None:
        first, second, other = (self.fire(server, *hook, **{"Idempotency-Key": key}).json() for key in "aab")
        assert first == second
        assert other["run"] != first["run"]

    def test_an_inactive_trigger_refuses(self, server: Server, hook: tuple[int, str]) -> None:
        server.call("POST", f"triggers/{hook[0]}/disable")
        assert self.fire(server, *hook).json()["code"] == "trigger_inactive"

    @pytest.mark.parametrize("body", [{"pipeline_run": 5}, {"pipeline_run": {"variables": [1]}}])
    def test_a_body_of_another_form_is_refused(self, server: Server, hook: tuple[int, str], body: object) -> None:
        assert self.fire(server, *hook, body).json()["code"] == "trigger_body"


class TestWebhooks:
    KEY = "s3cret"

    @pytest.fixture
    def number(self, server: Server) -> int:
        server.platform.workspace(server.project.root).secrets.set("shop", "hook_key", self.KEY)
        source = {"type": "webhook", "secret": "hook_key"}
        match = {"action": ["opened", {"prefix": "re"}]}
        made_one = made(server, name="hook", schedule_type="event", status="active", sources=[source], match=match)
        return int(made_one["id"])

    def call(self, server: Server, number: int, body: bytes, headers: dict[str, str]) -> Any:
        return server.call("POST", f"/api/v1/hooks/{number}", content=body, headers=headers)

    def sign(self, data: bytes, key: str = KEY) -> str:
        return "sha256=" + hmac.new(key.encode(), data, hashlib.sha256).hexdigest()

    def own(self, body: bytes, age: float = 0, key: str = KEY) -> dict[str, str]:
        stamp = str(int(time.time() - age))
        signature = self.sign(stamp.encode() + b"." + body, key)
        return {"X-Blockwright-Timestamp": stamp, "X-Blockwright-Signature": signature}

    def test_a_signed_call_fires_once(self, server: Server, number: int) -> None:
        body = json.dumps({"action": "reopened"}).encode()
        headers = self.own(body)
        first = self.call(server, number, body, headers)
        assert first.status_code == 202, first.text
        (run,) = first.json()["runs"]
        assert run_of(server, run).system["event"] == {"action": "reopened"}
        assert self.call(server, number, body, headers).json() == {"runs": []}

    def test_what_the_pattern_does_not_take_starts_nothing(self, server: Server, number: int) -> None:
        body = b'{"action": "closed"}'
        assert self.call(server, number, body, self.own(body)).json() == {"runs": []}

    def test_signed_as_github_does(self, server: Server, number: int) -> None:
        body = b'{"action": "opened"}'
        headers = {"X-Hub-Signature-256": self.sign(body), "X-GitHub-Delivery": "1"}
        assert len(self.call(server, number, body, headers).json()["runs"]) == 1
        again = {**headers, "X-GitHub-Delivery": "2"}  # which is not signed: a replay may change it
        assert self.call(server, number, body, again).json() == {"runs": []}

    def test_every_other_call_is_refused_alike(self, server: Server, number: int) -> None:
        body = b'{"action": "opened"}'
        unsigned = made(server, name="open", schedule_type="event", status="active")["id"]
        calls = [
            self.call(server, number, body, {}),
            self.call(server, number, body, self.own(body, key="other")),
            self.call(server, number, body + b" ", self.own(body)),
            self.call(server, number, body, {"X-Hub-Signature-256": self.sign(body, "")}),
            self.call(server, number, body, {**self.own(body), "X-Blockwright-Timestamp": "soon"}),
            self.call(server, unsigned, body, self.own(body)),
            self.call(server, 999, body, self.own(body)),
        ]
        assert {(one.status_code, one.json()["code"]) for one in calls} == {(403, "webhook_signature")}
        late = self.call(server, number, body, self.own(body, age=301))
        assert (late.status_code, late.json()["code"]) == (403, "webhook_signature")

    def test_a_body_that_is_no_object_is_refused(self, server: Server, number: int) -> None:
        for body in (b"[1]", b"{", b"\xff"):
            assert self.call(server, number, body, self.own(body)).json()["code"] == "trigger_body"


def test_an_event_that_is_offered_fires_those_that_take_it(server: Server) -> None:
    takes = made(server, name="takes", schedule_type="event", status="active", match={"kind": ["a"]})["id"]
    made(server, name="leaves", schedule_type="event", status="active", match={"kind": ["b"]})
    event = {"kind": "a", "id": "7"}
    (run,) = server.call("POST", "events", json=event).json()["runs"]
    assert run_of(server, run).trigger == takes
    assert server.call("POST", "events", json=event).json()["runs"] == []
    records = server.platform.workspace(server.project.root).triggering.records
    assert len(records.fires(TriggerId(takes), limit=5)) == 1


def checked(server: Server, definition: Any, **more: Any) -> Any:
    answer = server.call("POST", "pipelines/p/triggers/check", json={"definition": definition, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_draft_is_judged_and_nothing_is_stored(server: Server) -> None:
    good = checked(server, {"name": "n", "schedule_interval": "30 12 1 1,7 *", "timezone": "Europe/Berlin"})
    assert good["valid"]
    assert {time[-6:] for time in good["times"]} == {"+01:00", "+02:00"}
    assert all("T12:30:00" in time for time in good["times"])
    wrong = checked(server, {"name": "n", "schedule_interval": "61 * * * *", "sla": "soon"})
    assert not wrong["valid"]
    assert [problem["key"] for problem in wrong["problems"]] == ["schedule_interval", "sla"]
    assert server.get("triggers").json()["items"] == []


def test_a_draft_may_not_take_the_name_of_another(server: Server) -> None:
    number = made(server, **DAILY)["id"]
    assert [problem["key"] for problem in checked(server, DAILY)["problems"]] == ["name"]
    assert checked(server, DAILY, trigger=number)["valid"]


def test_a_draft_of_an_event_trigger_says_whether_it_takes_an_event(server: Server) -> None:
    source = {"type": "pipeline", "pipeline": "q"}
    draft = {"name": "n", "schedule_type": "event", "sources": [source], "match": {"kind": ["order"]}}
    assert checked(server, draft)["takes"] is None
    assert checked(server, draft, event={"kind": "order"})["takes"] is True
    assert checked(server, draft, event={"kind": "else"})["takes"] is False
    nowhere = {**draft, "sources": [{**source, "pipeline": "nowhere"}]}
    assert [problem["key"] for problem in checked(server, nowhere)["problems"]] == ["sources[0].pipeline"]


def test_the_calendar_has_the_paused_ones_when_asked(server: Server) -> None:
    made(server, name="on", schedule_interval="@hourly", status="active")
    made(server, name="off", schedule_interval="@hourly")
    window = {"start": "2030-05-01T00:00:00Z", "until": "2030-05-02T00:00:00Z"}
    assert {one["name"] for one in server.get("triggers/calendar", params=window).json()["items"]} == {"on"}
    both = server.get("triggers/calendar", params={**window, "paused": True, "each": 2}).json()["items"]
    assert [(one["name"], one["active"]) for one in both] == [("on", True), ("off", False)] * 2


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"])
@pytest.mark.parametrize("path", ["calendar", "history"])
def test_a_window_at_the_end_of_time_is_refused_in_words(server: Server, path: str, moment: str) -> None:
    answer = server.get(f"triggers/{path}", params={"start": moment, "until": moment})
    assert (answer.status_code, "out of reach" in answer.json()["detail"]) == (422, True)


def test_the_history_of_all_triggers_names_the_state_of_each_run(server: Server) -> None:
    number = made(server, name="hook", schedule_type="api", status="active")["id"]
    run = server.call("POST", f"triggers/{number}/run", json={}).json()["run"]
    window = {"start": "2020-01-01T00:00:00Z", "until": "2020-12-31T00:00:00Z"}
    assert server.get("triggers/history", params=window).json() == {"items": [], "complete": True}
    now = server.platform.workspace(server.project.root).clock.now()
    window = {"start": f"{now:%Y-%m-%d}T00:00:00Z", "until": f"{now.year + 1}-01-02T00:00:00Z"}
    (found,) = server.get("triggers/history", params=window).json()["items"]
    assert (found["trigger"], found["name"], found["run"], found["state"]) == (number, "hook", run, "queued")


def test_all_are_paused_with_a_reason_and_resumed(server: Server) -> None:
    first = made(server, name="hook", schedule_type="api", status="active")
    token = server.get(f"triggers/{first['id']}/token").json()["token"]

    def call() -> Any:
        return server.call(
            "POST", f"/api/v1/triggers/{first['id']}/fire", json={}, headers={"Authorization": f"Bearer {token}"}
        )

    assert server.get("trigger-pause").json()["paused"] is False
    shown = server.call("PUT", "trigger-pause", json={"reason": "the database moves"}).json()
    assert (shown["paused"], shown["reason"]) == (True, "the database moves")
    assert server.get("trigger-pause").json() == shown
    assert server.get("overview").json()["triggers"] == shown
    refused = call()
    assert (refused.status_code, refused.json()["code"]) == (409, "triggers_paused")
    assert "the database moves" in refused.json()["detail"]
    assert server.call("POST", f"triggers/{first['id']}/run", json={}).status_code == 201
    assert server.call("DELETE", "trigger-pause").json()["paused"] is False
    assert call().status_code == 201
    audited = [entry["action"] for entry in server.get("audit").json()["items"]]
    assert [action for action in audited if action.endswith("_all")] == ["trigger.resume_all", "trigger.pause_all"]


def test_a_pause_of_all_takes_a_reason(server: Server) -> None:
    for reason in ("", "  ", "x" * 501):
        assert server.call("PUT", "trigger-pause", json={"reason": reason}).status_code == 422
    assert server.get("trigger-pause").json()["paused"] is False
