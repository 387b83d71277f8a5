"""Tags and notes of runs, over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

EVE = Actor(7, "eve@example.com", (Grant(Role.EDITOR, "shop"),))
VIC = Actor(8, "vic@example.com", (Grant(Role.VIEWER, "shop"),))
ADA = Actor(9, "ada@example.com", (Grant(Role.ADMIN, "shop"),))
CODE = "@data_loader\ndef load(): return 1"


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": CODE})
    server = serve()
    server.gate.actor = EVE
    return server


def new_run(server: Server) -> int:
    return int(server.call("POST", "runs", json={"pipeline": "sales"}).json()["id"])


def test_runs_are_found_by_the_tags_that_people_gave_them(server: Server) -> None:
    first, second = new_run(server), new_run(server)
    assert server.call("PUT", f"runs/{first}/tags/reviewed", json={"value": "yes"}).status_code == 200
    assert server.call("PUT", f"runs/{second}/tags/reviewed", json={"value": "no"}).status_code == 200
    tags = server.call("PUT", f"runs/{first}/tags/good", json={}).json()
    assert [(tag["name"], tag["value"], tag["author"]) for tag in tags] == [
        ("good", "", "eve@example.com"),
        ("reviewed", "yes", "eve@example.com"),
    ]
    assert server.get("run-tags").json() == [{"name": "reviewed", "runs": 2}, {"name": "good", "runs": 1}]

    def found(tag: str) -> list[int]:
        return [run["id"] for run in server.get("tagged-runs", params={"tag": tag}).json()["items"]]

    assert found("reviewed") == [second, first]
    assert found("reviewed=yes") == [first]
    assert found("unknown") == []
    page = server.get("tagged-runs", params={"tag": "reviewed", "limit": 1}).json()
    rest = server.get("tagged-runs", params={"tag": "reviewed", "cursor": page["next"]}).json()
    assert [run["id"] for run in rest["items"]] == [first]
    assert [tag["name"] for tag in server.call("DELETE", f"runs/{first}/tags/good").json()] == ["reviewed"]
    gone = server.call("DELETE", f"runs/{first}/tags/good")
    assert (gone.status_code, gone.json()["code"]) == (404, "tag_not_found")


def test_a_tag_that_nobody_could_type_is_refused_by_name(server: Server) -> None:
    answer = server.call("PUT", f"runs/{new_run(server)}/tags/two words", json={})
    assert (answer.status_code, answer.json()["code"]) == (422, "tag")
    assert "two words" in answer.json()["detail"]


def test_a_run_has_no_more_tags_than_a_person_can_look_at(server: Server) -> None:
    run = new_run(server)
    codes = [server.call("PUT", f"runs/{run}/tags/t{number}", json={}).status_code for number in range(51)]
    assert codes == [200] * 50 + [422]
    assert server.call("PUT", f"runs/{run}/tags/t3", json={"value": "again"}).status_code == 200


def test_a_note_is_changed_by_who_wrote_it_and_deleted_by_admins_too(server: Server) -> None:
    run = new_run(server)
    note = server.call("POST", f"runs/{run}/notes", json={"text": " the best one so far "}).json()
    assert (note["text"], note["author"], note["changed"]) == ("the best one so far", "eve@example.com", None)
    changed = server.call("PUT", f"runs/{run}/notes/{note['id']}", json={"text": "the second best"}).json()
    assert changed["changed"] is not None
    server.gate.actor = Actor(10, "ed@example.com", (Grant(Role.EDITOR, "shop"),))
    for method, body in (("PUT", {"text": "mine"}), ("DELETE", None)):
        refused = server.call(method, f"runs/{run}/notes/{note['id']}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (404, "note_not_found")
    server.gate.actor = VIC
    assert [one["text"] for one in server.get(f"runs/{run}/notes").json()] == ["the second best"]
    server.gate.actor = ADA
    assert server.call("DELETE", f"runs/{run}/notes/{note['id']}").status_code == 204
    assert server.get(f"runs/{run}/notes").json() == []


def test_what_was_said_goes_with_the_pipeline_that_one_may_see(server: Server) -> None:
    run = new_run(server)
    server.call("PUT", f"runs/{run}/tags/good", json={})
    server.gate.actor = Actor(11, "sam@example.com", (Grant(Role.EDITOR, "shop", "other"),))
    assert server.get(f"runs/{run}/tags").status_code == 404
    assert server.call("POST", f"runs/{run}/notes", json={"text": "x"}).status_code == 404
