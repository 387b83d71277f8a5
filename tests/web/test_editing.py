"""Editing over HTTP: the state afterwards, the preview before, and the way back byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

SALES = """\
# The nightly one
name: Sales   # for people
uuid: sales
type: python
blocks:
- uuid: load   # first
  name: load
  type: data_loader
  upstream_blocks: []
  downstream_blocks: [clean]
# cleans
- uuid: clean
  type: transformer
  timeout: 5  # seconds
  upstream_blocks:
  - load
  downstream_blocks: []
- uuid: export
  type: data_exporter
  upstream_blocks: []
callbacks:
- uuid: tell
  type: callback
  upstream_blocks: [clean]
"""
STOCK = "blocks:\n- {uuid: clean, type: transformer, upstream_blocks: []}\n"
METADATA = "pipelines/sales/metadata.yaml"


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.write("metadata.yaml", "project_type: standalone\n")
    project.write(METADATA, SALES)
    project.write("pipelines/stock/metadata.yaml", STOCK)
    project.write("data_loaders/load.py", "@data_loader\ndef load(): return 1\n")
    project.write("transformers/clean.py", "@transformer\ndef clean(x): return x\n")
    project.write("data_exporters/export.py", "@data_exporter\ndef export(x): pass\n")
    project.write("callbacks/tell.py", "@callback\ndef tell(): pass\n")
    return serve()


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".blockwright" not in path.parts
    }


def text(server: Server) -> str:
    return (server.project.root / METADATA).read_text()


def done(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


EDITS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "connections", {"json": {"source": "clean", "target": "export"}}),
    ("DELETE", "connections", {"params": {"source": "load", "target": "clean"}}),
    ("PUT", "upstream/export", {"json": {"upstream": ["load", "clean"]}}),
    ("PUT", "order", {"json": {"blocks": ["export", "load", "clean"]}}),
    ("POST", "renames", {"json": {"block": "clean", "name": "Tidy up"}}),
    ("DELETE", "blocks/load", {"params": {"delete_file": True}}),
    ("DELETE", "blocks/clean", {}),
    ("POST", "shared-blocks", {"json": {"path": "transformers/clean.py", "name": "again", "upstream": ["load"]}}),
    ("POST", "copies", {"json": {"block": "clean", "name": "clean 2"}}),
    ("POST", "conversions", {"json": {"block": "load", "type": "custom"}}),
    ("PATCH", "block-settings/clean", {"json": {"settings": {"timeout": 9, "retry_config.retries": 2}}}),
    ("PATCH", "block-settings/clean", {"json": {"settings": {"timeout": None}}}),
    ("PATCH", "settings", {"json": {"settings": {"description": "a: b", "tags": ["x"]}}}),
    ("POST", "rename", {"json": {"name": "Turnover"}}),
    ("POST", "duplicate", {"json": {"name": "Second"}}),
    ("DELETE", "", {"params": {"delete_files": True}}),
    ("POST", "blocks", {"json": {"name": "new one", "type": "custom", "upstream": ["load"], "after": "load"}}),
]


@pytest.mark.parametrize(("method", "path", "options"), EDITS, ids=[f"{method} {path}" for method, path, _ in EDITS])
def test_every_edit_leaves_a_sound_project_and_can_be_taken_back(
    server: Server, method: str, path: str, options: dict[str, Any]
) -> None:
    before = files(server.project.root)
    edit = done(server.call(method, f"pipelines/sales/{path}".rstrip("/"), **options))
    after = files(server.project.root)
    assert after != before
    assert done(server.call("POST", "check"))["errors"] == 0
    assert b"# cleans" in b"".join(after.values()) or method == "DELETE"
    undone = done(server.call("POST", f"changes/{edit['change']}/undo"))
    assert files(server.project.root) == before
    done(server.call("POST", f"changes/{undone['change']}/undo"))
    assert files(server.project.root) == after


@pytest.mark.parametrize(("method", "path", "options"), EDITS[:-1], ids=[f"{m} {path}" for m, path, _ in EDITS[:-1]])
def test_a_preview_writes_nothing(server: Server, method: str, path: str, options: dict[str, Any]) -> None:
    before = files(server.project.root)
    params = {**options.get("params", {}), "preview": True}
    edit = done(server.call(method, f"pipelines/sales/{path}".rstrip("/"), **{**options, "params": params}))
    assert (edit["applied"], edit["change"], files(server.project.root)) == (False, None, before)
    assert edit["files"]


def test_a_connection_shows_on_both_sides_and_a_circle_is_named(server: Server) -> None:
    edit = done(server.call("POST", "pipelines/sales/connections", json={"source": "clean", "target": "export"}))
    assert edit["pipeline"]["edges"] == [
        {"source": "load", "target": "clean"},
        {"source": "clean", "target": "export"},
        {"source": "clean", "target": "tell"},
    ]
    assert "  downstream_blocks:\n  - export\n" in text(server)
    circle = server.call("POST", "pipelines/sales/connections", json={"source": "export", "target": "load"})
    assert (circle.status_code, circle.json()["code"]) == (422, "cycle")
    for name in ("load", "clean", "export"):
        assert name in circle.json()["detail"].partition("circle")[2]
    itself = server.call("POST", "pipelines/sales/connections", json={"source": "load", "target": "load"})
    assert itself.json()["code"] == "cycle"
    unknown = server.call("POST", "pipelines/sales/connections", json={"source": "laod", "target": "clean"})
    assert (unknown.status_code, unknown.json()["hint"]) == (404, "Did you mean `load`?")


def test_a_rename_follows_everywhere(server: Server) -> None:
    server.project.write("pipelines/sales/interactions.yaml", "blocks:\n  clean:\n  - uuid: x.yaml\n")
    server.project.write(
        "global_data_products.yaml",
        "p:\n  object_type: pipeline\n  object_uuid: sales\n  settings:\n    clean: {partitions: 1}\n",
    )
    server.project.write("utils/other.py", "value = output('clean')\ncleaner = 1\n")
    rename = {"block": "clean", "name": "tidy"}
    seen = done(server.call("POST", "pipelines/sales/renames?preview=true", json=rename))
    assert {file["path"]: file["action"] for file in seen["files"]} == {
        "transformers/tidy.py": "create",
        METADATA: "change",
        "pipelines/stock/metadata.yaml": "change",
        "pipelines/sales/interactions.yaml": "change",
        "global_data_products.yaml": "change",
        "transformers/clean.py": "delete",
    }
    assert seen["mentions"] == [{"file": "utils/other.py", "line": 1, "text": "value = output('clean')"}]
    edit = done(server.call("POST", "pipelines/sales/renames", json=rename))
    blocks = {block["uuid"]: block for block in edit["pipeline"]["blocks"]}
    assert (edit["name"], blocks["tidy"]["path"], blocks["tell"]["upstream"]) == (
        "tidy",
        "transformers/tidy.py",
        ["tidy"],
    )
    assert text(server) == SALES.replace("[clean]", "[tidy]").replace("uuid: clean", "uuid: tidy")
    assert "uuid: tidy" in (server.project.root / "pipelines/stock/metadata.yaml").read_text()
    assert "tidy: {partitions: 1}" in (server.project.root / "global_data_products.yaml").read_text()
    assert done(server.call("POST", "check"))["errors"] == 0


def test_a_name_that_is_taken_is_refused_and_nothing_is_written(server: Server) -> None:
    server.project.write("transformers/taken.py", "x = 1\n")
    before = files(server.project.root)
    for name, status in (("load", 409), ("taken", 409), ("..", 422), ("", 422)):
        answer = server.call("POST", "pipelines/sales/renames", json={"block": "clean", "name": name})
        assert answer.status_code == status, answer.text
    assert server.call("POST", "pipelines/sales/rename", json={"name": "Stock"}).status_code == 409
    assert files(server.project.root) == before


def test_a_file_that_others_use_stays(server: Server) -> None:
    edit = done(server.call("DELETE", "pipelines/sales/blocks/clean?delete_file=true"))
    assert "pipeline `stock` uses it" in edit["what"]
    assert (server.project.root / "transformers/clean.py").exists()
    assert "clean" not in text(server).replace("# cleans", "")


def test_settings_are_told_with_default_place_and_line(server: Server) -> None:
    server.project.write(METADATA, f"executor_type: local_python_force\n{SALES}")
    shown = done(server.get("pipelines/sales/block-settings/clean"))
    rows = {row["key"]: row for row in shown["settings"]}
    line = 1 + f"executor_type: x\n{SALES}"[: f"executor_type: x\n{SALES}".index("timeout")].count("\n")
    assert (rows["timeout"]["value"], rows["timeout"]["source"], rows["timeout"]["line"]) == (5, "block", line)
    assert (rows["executor_type"]["value"], rows["executor_type"]["source"]) == ("local_python_force", "pipeline")
    assert (rows["priority"]["value"], rows["priority"]["source"], rows["priority"]["line"]) == (0, "default", None)
    assert "all_done" in rows["trigger_rule"]["choices"]
    change = {"settings": {"timeout": 7, "resources.memory": "2GiB", "configuration.limit": 3, "notes": "why"}}
    done(server.call("PATCH", "pipelines/sales/block-settings/clean", json=change))
    assert "  timeout: 7  # seconds\n" in text(server)
    rows = {row["key"]: row for row in done(server.get("pipelines/sales/block-settings/clean"))["settings"]}
    assert (rows["resources.memory"]["value"], rows["notes"]["value"]) == ("2GiB", "why")
    gone = {"settings": dict.fromkeys(change["settings"])}
    done(server.call("PATCH", "pipelines/sales/block-settings/clean", json=gone))
    assert text(server) == f"executor_type: local_python_force\n{SALES}".replace("  timeout: 5  # seconds\n", "")


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"timeuot": 5}, "settings.timeuot"),
        ({"uuid": "x"}, "settings.uuid"),
        ({"timeout": "soon"}, "settings.timeout"),
        ({"retry_config.retries": -1}, "settings.retry_config.retries"),
        ({"resources": {"memory": "much"}}, "settings.resources.memory"),
        ({"trigger_rule": "sometimes"}, "settings.trigger_rule"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_by_field(server: Server, settings: dict[str, Any], key: str) -> None:
    answer = server.call("PATCH", "pipelines/sales/block-settings/clean", json={"settings": settings})
    assert answer.status_code == 422, answer.text
    assert [problem["key"] for problem in answer.json()["problems"]] == [key]
    assert text(server) == SALES


def test_settings_of_the_pipeline(server: Server) -> None:
    change = {"settings": {"concurrency_config.block_run_limit": 2, "run_pipeline_in_one_process": True}}
    shown = done(server.call("PATCH", "pipelines/sales/settings", json=change))["pipeline"]
    assert (shown["block_run_limit"], shown["run_in_one_process"]) == (2, True)
    rows = {row["key"]: row for row in done(server.get("pipelines/sales/settings"))["settings"]}
    assert rows["concurrency_config.block_run_limit"]["value"] == 2
    assert rows["tags"]["source"] == "default"
    wrong = server.call("PATCH", "pipelines/sales/settings", json={"settings": {"type": "batch"}})
    assert wrong.json()["problems"][0]["key"] == "settings.type"


def test_what_was_seen_is_what_is_changed(server: Server) -> None:
    tag = server.get("pipelines/sales/workspace").json()["etag"]
    server.project.write(METADATA, SALES + "# by hand\n")
    wanted = {"source": "clean", "target": "export"}
    late = server.call("POST", "pipelines/sales/connections", json=wanted, headers={"If-Match": f'"{tag}"'})
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    edit = done(server.call("POST", "pipelines/sales/connections", json=wanted))
    server.project.write(METADATA, text(server) + "# again\n")
    undo = server.call("POST", f"changes/{edit['change']}/undo")
    assert (undo.status_code, undo.json()["code"]) == (412, "changed")
    assert "# again" in text(server)


def test_a_broken_file_is_not_touched(server: Server) -> None:
    server.project.write(METADATA, "blocks: [\n")
    answer = server.call("POST", "pipelines/sales/connections", json={"source": "a", "target": "b"})
    assert (answer.status_code, answer.json()["code"]) == (422, "project_invalid")
    assert text(server) == "blocks: [\n"


def test_who_may_edit_one_pipeline_does_not_reach_into_others(server: Server) -> None:
    server.gate.actor = Actor(2, "bob@example.com", (Grant(Role.EDITOR, "shop", "sales"),))
    own = done(server.call("POST", "pipelines/sales/connections", json={"source": "clean", "target": "export"}))
    rename = server.call("POST", "pipelines/sales/renames", json={"block": "clean", "name": "tidy"})
    assert rename.status_code == 403
    assert done(server.call("POST", "pipelines/sales/renames", json={"block": "export", "name": "out"}))
    assert server.call("DELETE", "pipelines/sales").status_code == 403
    shared = server.call("POST", "pipelines/sales/shared-blocks", json={"path": "transformers/clean.py", "name": "x"})
    assert shared.status_code == 403
    server.gate.actor = Actor(3, "eve@example.com", (Grant(Role.EDITOR, "shop", "stock"),))
    assert server.call("POST", f"changes/{own['change']}/undo").status_code == 403


def test_a_pipeline_with_triggers_of_the_records_keeps_its_name(server: Server) -> None:
    trigger = {"definition": {"name": "t", "schedule_type": "api"}, "in_file": False}
    done(server.call("POST", "pipelines/sales/triggers", json=trigger))
    for answer in (
        server.call("POST", "pipelines/sales/rename", json={"name": "Other"}),
        server.call("DELETE", "pipelines/sales"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "has_triggers")


def test_templates_are_listed_and_the_projects_own_come_first(server: Server) -> None:
    server.project.write(
        "custom_templates/blocks/from_crm/from_crm.py", '"""Customers of the CRM."""\n\n@data_loader\ndef f(): pass\n'
    )
    found = done(server.get("templates"))
    assert found[0] == {
        "name": "from_crm",
        "type": "data_loader",
        "language": "python",
        "description": "Customers of the CRM.",
        "own": True,
        "path": "custom_templates/blocks/from_crm/from_crm.py",
    }
    plain = {(one["type"], one["language"]) for one in found if not one["own"] and not one["name"]}
    assert {("transformer", "python"), ("transformer", "sql"), ("sensor", "python")} <= plain
