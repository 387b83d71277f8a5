"""Forms over HTTP: listed, run by those they are meant for and with nothing more, built."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

ASK = """\
name: Predict a fare
inputs:
  number: {type: text_field, style: {input_type: number}}
  kind: {type: dropdown_menu, options: [{label: Day, value: day}, night]}
variables:
  distance: {name: Trip distance, input: number, required: true, types: [float]}   # kilometres
  tariff: {input: kind}
layout:
- - {variable: tariff, width: 1}
  - {variable: distance, width: 2}
"""
LINK = """\
blocks:
  load:
  - uuid: ask.yaml
    name: What will it cost?
    permissions:
    - roles: [Viewer]
  - uuid: ask.yaml   # for those who may run it anyway
layout: []
"""
FORM = "forms/sales.ask"
VIEWER = Actor(5, "eve@example.com", (Grant(Role.VIEWER, "shop"),))
STRANGER = Actor(6, "bob@example.com", (Grant(Role.VIEWER, "shop", "stock"),))


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    code = "@data_loader\ndef load(*a, **k):\n    return [k['distance'] * 2, k['tariff'], k['form']]\n"
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": code}, variables={"tariff": "day"})
    project.pipeline("stock", {"kind": "loader", "id": "load"})
    project.write("interactions/ask.yaml", ASK)
    project.write("pipelines/sales/interactions.yaml", LINK)
    return serve()


def test_a_form_shows_what_it_asks(server: Server) -> None:
    listed = server.get("forms").json()["items"]
    assert [(one["id"], one["title"], one["may_run"]) for one in listed] == [
        ("sales.ask", "What will it cost?", True),
        ("sales.ask-2", "Predict a fare", True),
    ]
    form = server.get(FORM).json()
    assert [(one["variable"], one["kind"], one["required"], one["default"]) for one in form["fields"]] == [
        ("distance", "number", True, None),
        ("tariff", "choice", False, "day"),
    ]
    assert form["rows"] == [[{"variable": "tariff", "width": 1}, {"variable": "distance", "width": 2}]]
    assert form["results"] == [{"block": "load", "title": ""}]
    assert form["problems"] == []
    assert form["roles"] == ["viewer"]


def test_a_form_runs_its_pipeline_and_remembers_what_was_filled_in(server: Server) -> None:
    started = server.call("POST", f"{FORM}/runs", json={"inputs": {"distance": "2.5", "tariff": "night"}})
    assert started.status_code == 202, started.text
    run = server.drive(started.json()["id"])
    assert run.state.value == "completed"
    shown = server.get(f"runs/{run.id}/blocks/load/outputs/output_0/preview")
    if shown.status_code == 200:
        assert "5.0" in shown.text
    assert server.get(FORM).json()["last"] == {"distance": 2.5, "tariff": "night"}
    server.gate.actor = VIEWER
    assert server.get(FORM).json()["last"] == {}, "what others filled in is theirs"


def test_a_viewer_runs_a_form_that_names_viewers_and_nothing_else(server: Server) -> None:
    server.gate.actor = VIEWER
    form = server.get(FORM).json()
    assert (form["may_run"], form["may_edit"]) == (True, False)
    started = server.call("POST", f"{FORM}/runs", json={"inputs": {"distance": 1}})
    assert started.status_code == 202
    run = started.json()["id"]
    refused = [
        server.call("POST", f"{FORM}-2/runs", json={"inputs": {"distance": 1}}),
        server.call("POST", "runs", json={"pipeline": "sales", "variables": {"distance": 1}}),
        server.call("POST", f"runs/{run}/replay", json={"variables": {"tariff": "x"}}),
        server.call("POST", f"{FORM}/preview", json={"text": ASK}),
        server.call("PATCH", FORM, json={"title": "Mine"}),
        server.call("DELETE", FORM),
        server.call("POST", "forms", json={"pipeline": "sales", "block": "load", "name": "mine"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 7
    more = server.call("POST", f"{FORM}/runs", json={"inputs": {"distance": 1, "password": "x"}})
    assert more.status_code == 422, "a form hands over its own inputs only"


def test_a_form_of_a_pipeline_that_one_may_not_see_is_not_there(server: Server) -> None:
    server.gate.actor = STRANGER
    assert server.get("forms").json()["items"] == []
    hidden, absent = server.get(FORM), server.get("forms/sales.gone")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"].replace("ask", "gone") == absent.json()["detail"]
    assert server.call("POST", f"{FORM}/runs", json={"inputs": {"distance": 1}}).status_code == 404


def test_each_wrong_input_is_named(server: Server) -> None:
    answer = server.call("POST", f"{FORM}/runs", json={"inputs": {"tariff": "noon"}})
    assert answer.status_code == 422
    assert answer.json()["code"] == "form_invalid"
    assert {one["key"]: one["message"] for one in answer.json()["problems"]} == {
        "distance": "`Trip distance` is empty.",
        "tariff": "`Tariff` must be one of the choices.",
    }
    assert server.get("runs").json()["items"] == []


def test_the_same_key_runs_a_form_once(server: Server) -> None:
    first, second = (
        server.call("POST", f"{FORM}/runs", json={"inputs": {"distance": 1}}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )
    assert first.json()["id"] == second.json()["id"]


def test_a_draft_of_the_text_is_shown_as_a_form_and_not_written(server: Server) -> None:
    drafted = server.call("POST", f"{FORM}/preview", json={"text": ASK.replace("Trip distance", "How far?")})
    assert drafted.json()["fields"][0]["title"] == "How far?"
    broken = server.call("POST", f"{FORM}/preview", json={"text": ASK.replace("input: number", "input: numer")})
    assert broken.json()["problems"][0]["advice"] == "Did you mean `number`?"
    assert broken.json()["problems"][0]["line"] == 6
    assert broken.json()["sound"] is False
    assert server.get(FORM).json()["fields"][0]["title"] == "Trip distance"


def test_a_form_cannot_show_secrets_or_the_environment(server: Server) -> None:
    leak = ASK.replace("Predict a fare", "{{ env_var('PATH') }}{{ mage_secret_var('x') }}{{ variables('tariff') }}")
    shown = server.call("POST", f"{FORM}-2/preview", json={"text": leak}).json()
    assert shown["title"] == "NoneNoneday"


def test_a_form_is_made_from_a_pipelines_variables_shared_and_taken_away(server: Server, project: Project) -> None:
    made = server.call("POST", "forms", json={"pipeline": "sales", "block": "load", "name": "again", "title": "Again"})
    assert (made.status_code, made.json()["name"]) == (201, "sales.again")
    form = server.get("forms/sales.again").json()
    assert [(one["variable"], one["kind"]) for one in form["fields"]] == [("tariff", "text")]
    changed = server.call("PATCH", "forms/sales.again", json={"title": "Once more", "roles": ["viewer"]})
    assert changed.status_code == 200, changed.text
    form = server.get("forms/sales.again").json()
    assert (form["title"], form["roles"]) == ("Once more", ["viewer"])
    text = (project.root / "pipelines/sales/interactions.yaml").read_text()
    assert "# for those who may run it anyway" in text
    assert server.call("DELETE", "forms/sales.again").status_code == 200
    assert server.get("forms/sales.again").status_code == 404
    undone = server.call("POST", f"changes/{server.get('changes').json()['items'][0]['id']}/undo")
    assert undone.status_code == 200
    assert server.get("forms/sales.again").status_code == 200


def test_a_form_with_errors_is_shown_to_those_who_can_mend_it_and_does_not_run(
    server: Server, project: Project
) -> None:
    project.write("interactions/ask.yaml", "variables: [1]\n")
    form = server.get(FORM).json()
    assert form["sound"] is False
    assert form["problems"][0]["file"] == "interactions/ask.yaml"
    assert server.call("POST", f"{FORM}/runs", json={"inputs": {}}).json()["code"] == "form_broken"
    server.gate.actor = VIEWER
    assert server.get("forms").json()["items"] == []
