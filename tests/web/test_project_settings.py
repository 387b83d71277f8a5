"""A project's own settings over HTTP: by key and as a text, over what was seen, refused by file, line and key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blockwright.core.access import Actor, Grant, Role
from tests.project import Project
from tests.web.conftest import Server

METADATA = "metadata.yaml"
TEXT = """\
# The shop.
project_uuid: abc  # never change
retry_config: {retries: 2, delay: 1.5}

features:
  polars: true
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.write(METADATA, TEXT)
    project.write("pipelines/sales/metadata.yaml", "blocks: []\n")
    return serve()


def text(server: Server) -> str:
    return (server.project.root / METADATA).read_text()


def rows(server: Server) -> dict[str, Any]:
    answer = server.get("settings")
    assert answer.status_code == 200, answer.text
    return {row["key"]: row for row in answer.json()["settings"]}


def change(server: Server, **headers: str) -> Any:
    given = {"settings": {"retry_config.retries": 5, "limits.runs": 3, "project_uuid": None}}
    return server.call("PATCH", "settings", json=given, headers=headers)


def test_each_key_has_its_value_its_line_and_its_meaning(server: Server) -> None:
    found = rows(server)
    assert (found["retry_config.retries"]["value"], found["retry_config.retries"]["line"]) == (2, 3)
    assert (found["features"]["value"], found["features"]["source"]) == ({"polars": True}, "project")
    assert (found["limits.runs"]["value"], found["limits.runs"]["source"]) == (None, "default")


def test_a_change_leaves_every_other_line_as_it_is(server: Server) -> None:
    answer = change(server)
    assert answer.status_code == 200, answer.text
    expected = TEXT.replace("retries: 2", "retries: 5").replace("project_uuid: abc  # never change\n", "")
    assert text(server) == expected + "limits:\n  runs: 3\n"
    assert rows(server)["limits.runs"]["value"] == 3
    assert server.site.installation.workspace("shop").files.project().run_limit == 3
    server.call("POST", f"changes/{answer.json()['change']}/undo")
    assert text(server) == TEXT


def test_what_was_seen_is_what_is_changed(server: Server) -> None:
    tag = server.get("settings").json()["etag"]
    server.project.write(METADATA, TEXT + "# by hand\n")
    late = change(server, **{"If-Match": f'"{tag}"'})
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    late = server.call("PUT", "settings-yaml", json={"text": ""}, headers={"If-Match": f'"{tag}"'})
    assert (late.status_code, text(server)) == (412, TEXT + "# by hand\n")


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"limits.runs": 0}, "settings.limits.runs"),
        ({"limit.runs": 5}, "settings.limit.runs"),
        ({"retry_config.retries": "often"}, "settings.retry_config.retries"),
        ({"features": {"polars": "yes"}}, "settings.features.polars"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_field(server: Server, settings: dict[str, Any], key: str) -> None:
    answer = server.call("PATCH", "settings", json={"settings": settings})
    assert answer.status_code == 422, answer.text
    assert [problem["key"] for problem in answer.json()["problems"]] == [key]
    assert text(server) == TEXT


@pytest.mark.parametrize(
    ("wanted", "line", "key"),
    [
        ("a: 1\nlimits: {runs: none}\n", 2, "limits.runs"),
        ("a: 1\n\nb: [\n", 4, ""),
        ("a: 1\nb: {{ nothing( }}\n", 2, ""),
    ],
)
def test_a_text_is_refused_with_its_line_and_key(server: Server, wanted: str, line: int, key: str) -> None:
    answer = server.call("PUT", "settings-yaml", json={"text": wanted})
    assert answer.status_code == 422, answer.text
    (problem,) = answer.json()["problems"]
    assert (problem["file"], problem["line"], problem["key"]) == (METADATA, line, key)
    assert text(server) == TEXT


def test_a_template_is_shown_as_it_stands_and_never_what_it_renders_to(server: Server) -> None:
    own = "variables_dir: '{{ env_var(\"HOME\") }}/x'\n"
    server.project.write(METADATA, own)
    assert rows(server)["variables_dir"]["value"] == '{{ env_var("HOME") }}/x'
    assert change(server).status_code == 200
    assert text(server).startswith(own)


def test_a_template_that_is_no_yaml_is_a_text_only(server: Server) -> None:
    own = 'variables_dir: {{ env_var("HOME") }}/x\n'
    server.project.write(METADATA, own)
    for answer in (server.get("settings"), change(server)):
        assert (answer.status_code, answer.json()["code"]) == (422, "settings_text")
    assert server.get("settings-yaml").json()["text"] == own
    assert server.call("PUT", "settings-yaml", json={"text": own + "limits: {runs: 2}\n"}).status_code == 200


def test_a_project_without_the_file_gets_one(server: Server) -> None:
    (server.project.root / METADATA).unlink()
    shown = server.get("settings-yaml").json()
    assert (shown["digest"], shown["text"]) == ("", "")
    assert rows(server)["features"]["value"] == {}
    assert change(server).status_code == 200
    assert "runs: 3" in text(server)


def test_who_may_edit_a_pipeline_only_does_not_change_the_project(server: Server) -> None:
    server.gate.actor = Actor(2, "bob@example.com", (Grant(Role.EDITOR, "shop", "sales"),))
    assert change(server).status_code in (403, 404)
    assert server.call("PUT", "settings-yaml", json={"text": ""}).status_code in (403, 404)
    assert text(server) == TEXT
