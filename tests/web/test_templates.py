"""Templates over HTTP: made of what is there, used, deleted; names for quick open; a block's entry as YAML."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

SALES = """\
# The nightly one
name: Sales
uuid: sales
type: python
variables: {day: monday}
blocks:
- uuid: load   # first
  name: load
  type: data_loader
  configuration:
    data_provider: postgres   # ours
  # more than once
  retry_config:
    retries: 2
  upstream_blocks: []
  downstream_blocks: [clean]
# cleans
- uuid: clean
  type: transformer
  upstream_blocks:
  - load
  downstream_blocks: []
"""
TRIGGERS = "triggers:\n- {name: nightly, schedule_type: time, schedule_interval: '@daily', status: active, token: x1}\n"
METADATA = "pipelines/sales/metadata.yaml"


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.write("metadata.yaml", "project_type: standalone\n")
    project.write(METADATA, SALES)
    project.write("pipelines/sales/triggers.yaml", TRIGGERS)
    project.write("data_loaders/load.py", '"""Orders of a day."""\n\n\n@data_loader\ndef load(): return 1\n')
    project.write("transformers/clean.py", "@transformer\ndef clean(x): return x\n")
    return serve()


def test_a_block_becomes_a_template_and_the_template_a_block(server: Server, project: Project) -> None:
    wanted = {"name": "Daily orders", "pipeline": "sales", "block": "load", "description": "Orders of one day"}
    assert server.call("POST", "templates", json=wanted).status_code == 201
    (own,) = [one for one in server.get("templates").json() if one["own"]]
    assert (own["name"], own["type"], own["description"]) == ("daily_orders", "data_loader", "Orders of one day")
    shown = server.get("block-template-text", params={"name": "daily_orders", "type": "data_loader"}).json()
    assert "Orders of a day" in shown["text"]
    block = {"name": "again", "type": "data_loader", "language": "python", "template": "daily_orders"}
    assert server.call("POST", "pipelines/sales/blocks", json=block).status_code == 201
    made = server.get("pipelines/sales/blocks/again").json()
    assert made["configuration"] == {"data_provider": "postgres"}
    assert (project.root / "data_loaders/again.py").read_text() == shown["text"]
    assert server.call("POST", "templates", json=wanted).json()["code"] == "exists"
    assert server.call("DELETE", "templates/daily_orders").status_code == 200
    assert [one for one in server.get("templates").json() if one["own"]] == []
    assert server.call("DELETE", "templates/daily_orders").json()["code"] == "template_not_found"


def test_a_pipeline_becomes_a_template_whose_triggers_are_switched_off(server: Server, project: Project) -> None:
    wanted = {"name": "Shop day", "pipeline": "sales", "description": "One day"}
    assert server.call("POST", "pipeline-templates", json=wanted).status_code == 201
    listed = server.get("pipeline-templates").json()
    assert [(one["name"], one["own"]) for one in listed] == [("shop_day", True), ("etl", False), ("mlops", False)]
    assert listed[0]["blocks"] == ["load", "clean"]
    made = server.call("POST", "pipeline-templates/shop_day/pipelines", json={"name": "Second shop"})
    assert (made.status_code, made.json()["name"]) == (201, "second_shop")
    assert [one["uuid"] for one in server.get("pipelines/second_shop").json()["blocks"]] == ["load", "clean"]
    triggers = (project.root / "pipelines/second_shop/triggers.yaml").read_text()
    assert "inactive" in triggers
    assert "x1" not in triggers, "a token is of one trigger"
    taken = server.call("POST", "pipeline-templates/shop_day/pipelines", json={"name": "Second shop"})
    assert taken.json()["code"] == "exists"
    assert server.call("DELETE", "pipeline-templates/shop_day").status_code == 200
    assert server.call("DELETE", "pipeline-templates/etl").status_code == 404


@pytest.mark.parametrize("name", ["etl", "mlops"])
def test_a_pipeline_that_comes_with_us_is_whole(server: Server, name: str) -> None:
    text = server.get(f"pipeline-templates/{name}").json()["text"]
    assert "blocks:" in text
    made = server.call("POST", f"pipeline-templates/{name}/pipelines", json={"name": "first"})
    assert made.status_code == 201, made.text
    assert server.call("POST", "pipelines/first/check").json() == {"valid": True, "problems": []}


def test_names_are_listed_as_far_as_they_may_be_seen(server: Server, project: Project) -> None:
    project.write("deep/er/notes.txt", "x")
    project.write("node_modules/x.js", "x")
    found = server.get("names").json()
    assert found["pipelines"] == ["sales"]
    assert [(one["block"], one["type"]) for one in found["blocks"]] == [
        ("load", "data_loader"),
        ("clean", "transformer"),
    ]
    assert {"deep/er/notes.txt", "data_loaders/load.py"} <= set(found["files"])
    assert not [path for path in found["files"] if path.startswith((".blockwright", "node_modules"))]
    server.gate.actor = Actor(5, "eve", (Grant(Role.VIEWER, "shop", "stock"),))
    assert server.get("names").json() == {"pipelines": [], "blocks": [], "files": [], "more": False}


def test_ten_thousand_names_are_listed_in_one_call(server: Server, project: Project) -> None:
    for folder in range(100):
        place = project.root / f"many/{folder}"
        place.mkdir(parents=True)
        for number in range(100):
            (place / f"f{number}.txt").touch()
    found = server.get("names").json()
    assert len([path for path in found["files"] if path.startswith("many/")]) == 10_000
    assert found["more"] is False


def test_a_blocks_entry_is_edited_as_text_with_its_comments(server: Server, project: Project) -> None:
    found = server.get("pipelines/sales/block-yaml/load").json()
    assert found["line"] == 7
    assert found["text"].startswith("uuid: load   # first\nname: load\n")
    assert "# more than once\nretry_config:\n  retries: 2\n" in found["text"]
    changed = found["text"].replace("retries: 2", "retries: 5   # more")
    headers = {"If-Match": f'"{found["digest"]}"'}
    done = server.call("PUT", "pipelines/sales/block-yaml/load", json={"text": changed}, headers=headers)
    assert done.status_code == 200, done.text
    text = (project.root / METADATA).read_text()
    assert text == SALES.replace("retries: 2", "retries: 5   # more")
    stale = server.call("PUT", "pipelines/sales/block-yaml/load", json={"text": found["text"]}, headers=headers)
    assert stale.status_code == 412
    same = server.get("pipelines/sales/block-yaml/clean").json()["text"]
    assert server.call("PUT", "pipelines/sales/block-yaml/clean", json={"text": same}).json()["applied"] is False


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("uuid: load", "uuid: lad", "uuid"),
        ("downstream_blocks: [clean]", "downstream_blocks: []", "connections"),
        ("retries: 2", "retries: many", "project_invalid"),
        ("retries: 2", "retries: [", "project_invalid"),
        ("uuid: load", "- uuid: load", "project_invalid"),
        ("uuid: load", "# above\nuuid: load", "entry"),
    ],
)
def test_an_entry_that_would_spoil_the_pipeline_is_refused(
    server: Server, project: Project, old: str, new: str, code: str
) -> None:
    text = server.get("pipelines/sales/block-yaml/load").json()["text"].replace(old, new, 1)
    refused = server.call("PUT", "pipelines/sales/block-yaml/load", json={"text": text})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (project.root / METADATA).read_text() == SALES


def test_an_entry_cannot_smuggle_another_one_in(server: Server, project: Project) -> None:
    text = server.get("pipelines/sales/block-yaml/load").json()["text"]
    refused = server.call("PUT", "pipelines/sales/block-yaml/load", json={"text": f"{text}---\nuuid: load\n"})
    assert refused.status_code == 422
    assert (project.root / METADATA).read_text() == SALES
