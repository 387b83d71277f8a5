"""The pipeline as the editor shows it: freshness with reasons, results, what runs, what is broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blockwright.services.catalog import recording
from tests.project import Project
from tests.web.conftest import Server

LOAD = """
    @data_loader
    def load(*args, rate=1, **kwargs):
        return {"rate": rate}
"""
CLEAN = """
    @transformer
    def clean(data, *args, **kwargs):
        return data

    @test
    def has_a_rate(data, *args):
        assert "rate" in data
"""
FAILS = """
    @data_exporter
    def export(data, *args, **kwargs):
        raise KeyError("surviveds")
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOAD},
        {"kind": "transformer", "id": "clean", "code": CLEAN, "after": ["load"]},
        {"kind": "exporter", "id": "export", "code": FAILS, "after": ["clean"]},
        variables={"rate": 2},
    )
    return serve()


def look(server: Server, query: str = "") -> dict[str, dict[str, Any]]:
    """The blocks by name."""
    answer = server.get(f"pipelines/sales/workspace{query}")
    assert answer.status_code == 200, answer.text
    return {block["uuid"]: block for block in answer.json()["blocks"]}


def states(server: Server, query: str = "") -> dict[str, str]:
    return {name: block["freshness"]["state"] for name, block in look(server, query).items()}


def run(server: Server, *blocks: str) -> int:
    started = server.call("POST", "runs", json={"pipeline": "sales", "blocks": list(blocks)})
    assert started.status_code == 202, started.text
    return int(server.drive(started.json()["id"]).id)


def test_what_never_ran_says_so(server: Server) -> None:
    shown = server.get("pipelines/sales/workspace").json()
    assert (shown["readable"], shown["problems"]) == (True, [])
    assert shown["counts"]["to_run"] == 3
    assert shown["edges"] == [{"source": "load", "target": "clean"}, {"source": "clean", "target": "export"}]
    assert shown["etag"] == server.get("files/pipelines/sales/metadata.yaml").headers["etag"].strip('"')
    load = shown["blocks"][0]
    assert (load["freshness"]["state"], load["latest"], load["now"]) == ("never_run", None, None)
    assert load["etag"] == server.get("pipelines/sales/sources/load").headers["etag"].strip('"')


def test_what_ran_is_fresh_until_something_changes(server: Server) -> None:
    first = run(server)
    blocks = look(server)
    assert states(server) == {"load": "fresh", "clean": "fresh", "export": "never_run"}
    assert blocks["clean"]["result"]["tests"] == {"passed": 1, "failed": 0}
    assert blocks["clean"]["result"]["run"] == first
    error = blocks["export"]["latest"]["error"]
    assert (error["type"], error["file"], error["line"]) == ("KeyError", "data_exporters/export.py", 4)
    assert blocks["export"]["result"] is None


def test_changed_code_makes_what_is_behind_it_stale(server: Server) -> None:
    run(server, "load")
    run(server, "clean")
    server.project.write("data_loaders/load.py", LOAD.replace('"rate": rate', '"rate": rate, "more": 1'))
    blocks = look(server)
    assert blocks["load"]["freshness"] == {"state": "stale", "reasons": ["its code changed"]}
    assert blocks["clean"]["freshness"] == {"state": "stale", "reasons": ["its input `load` is stale"]}
    run(server, "load")
    assert look(server)["clean"]["freshness"]["reasons"] == ["the result of `load` changed"]
    server.project.write("data_loaders/load.py", LOAD)
    run(server, "load")
    assert states(server)["clean"] == "fresh"


def test_a_comment_or_a_variable_that_is_not_read_makes_nothing_stale(server: Server) -> None:
    run(server, "load")
    server.project.write("data_loaders/load.py", "# new\n" + LOAD.replace("\n    ", "\n"))
    server.call("PUT", "pipelines/sales/variables/other", json={"value": 3})
    assert states(server)["load"] == "fresh"
    server.call("PUT", "pipelines/sales/variables/rate", json={"value": 3})
    assert look(server)["load"]["freshness"]["reasons"] == ["variable `rate` changed"]


def test_the_results_of_an_earlier_run_can_be_looked_at(server: Server) -> None:
    first = run(server, "load")
    server.call("PUT", "pipelines/sales/variables/rate", json={"value": 3})
    second = run(server, "load")
    assert look(server)["load"]["result"]["run"] == second
    pinned = look(server, f"?run={first}")["load"]
    assert (pinned["freshness"]["state"], pinned["result"]["run"]) == ("pinned", first)
    assert server.get("pipelines/sales/workspace?run=99999").status_code == 404


def test_a_failure_after_a_result_is_the_latest_and_the_result_stays(server: Server) -> None:
    first = run(server, "load")
    server.project.write("data_loaders/load.py", LOAD.replace("return", "raise ValueError(1)\n        return"))
    second = run(server, "load")
    load = look(server)["load"]
    assert (load["latest"]["run"], load["latest"]["state"]) == (second, "failed")
    assert (load["result"]["run"], load["freshness"]["state"]) == (first, "stale")


def test_what_waits_is_told(server: Server) -> None:
    started = server.call("POST", "runs", json={"pipeline": "sales", "interactive": True}).json()["id"]
    shown = server.get("pipelines/sales/workspace").json()
    assert [(one["id"], one["state"]) for one in shown["unfinished_runs"]] == [(started, "queued")]
    assert (shown["blocks"][0]["now"]["run"], shown["blocks"][0]["now"]["state"]) == (started, "waiting")


def test_dynamic_blocks_are_judged_as_a_whole(server: Server, project: Project) -> None:
    project.pipeline(
        "sales",
        {
            "kind": "loader",
            "id": "load",
            "code": "@data_loader\ndef load(**kwargs):\n    return [[1, 2, 3]]\n",
            "configuration": {"dynamic": True},
        },
        {
            "kind": "transformer",
            "id": "each",
            "code": "@transformer\ndef each(item, **kwargs):\n    return item\n",
            "after": ["load"],
            "configuration": {"reduce_output": True},
        },
        {
            "kind": "transformer",
            "id": "all",
            "code": "@transformer\ndef every(items, **kwargs):\n    return sum(items)\n",
            "after": ["each"],
        },
    )
    run(server)
    blocks = look(server)
    assert states(server) == {"load": "fresh", "each": "fresh", "all": "fresh"}
    assert (blocks["load"]["dynamic"], blocks["each"]["expanded"], blocks["each"]["result"]["children"]) == (
        True,
        True,
        3,
    )
    project.write("transformers/each.py", "@transformer\ndef each(item, **kwargs):\n    return item + 1\n")
    assert look(server)["each"]["freshness"]["reasons"] == ["its code changed"]
    assert states(server)["all"] == "stale"


def test_sql_counts_as_rendered(server: Server, project: Project) -> None:
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "language": "sql", "code": "SELECT {{ rate }} AS rate"},
        variables={"rate": 2, "other": 1},
    )
    run(server)
    assert states(server) == {"load": "fresh"}
    server.call("PUT", "pipelines/sales/variables/other", json={"value": 5})
    assert states(server) == {"load": "fresh"}
    server.call("PUT", "pipelines/sales/variables/rate", json={"value": 5})
    assert look(server)["load"]["freshness"]["state"] == "stale"


def test_a_block_with_a_mistake_keeps_its_place(server: Server, project: Project) -> None:
    path = "pipelines/sales/metadata.yaml"
    text = (project.root / path).read_text().replace("uuid: clean\n", "uuid: clean\n  timeout: soon\n")
    project.write(path, text)
    (project.root / "data_exporters/export.py").unlink()
    shown = server.get("pipelines/sales/workspace").json()
    assert shown["readable"] is True
    by_name = {block["uuid"]: block for block in shown["blocks"]}
    assert list(by_name) == ["load", "clean", "export"]
    (problem,) = by_name["clean"]["problems"]
    assert problem["key"] == "blocks[1].timeout"
    assert problem["line"] == 1 + text[: text.index("timeout: soon")].count("\n")
    assert by_name["export"]["problems"][0]["code"] == "missing_file"
    assert by_name["load"]["problems"] == []


def test_a_file_that_is_no_yaml_says_where(server: Server, project: Project) -> None:
    project.write("pipelines/sales/metadata.yaml", "blocks:\n- uuid: load\n type: x\n")
    shown = server.get("pipelines/sales/workspace").json()
    assert (shown["readable"], shown["blocks"], shown["problems"][0]["line"]) == (False, [], 3)


def asked(server: Server, **wanted: Any) -> list[str]:
    """The blocks that a run of this wish would run."""
    started = server.call("POST", "runs", json={"pipeline": "sales", "interactive": True, **wanted})
    assert started.status_code == 202, started.text
    document = started.json()
    server.call("POST", f"runs/{document['id']}/cancel")
    server.drive(document["id"])
    return list(document["blocks_asked_for"])


def test_a_play_button_runs_what_is_stale_before_its_block(server: Server) -> None:
    assert asked(server, blocks=["clean"], scope="stale_upstream") == ["load", "clean"]
    run(server, "load")
    assert asked(server, blocks=["clean"], scope="stale_upstream") == ["clean"]
    assert asked(server, blocks=["clean"], scope="downstream") == ["clean", "export"]
    assert asked(server, scope="stale") == ["clean", "export"]
    assert asked(server, blocks=["clean"], scope="stale") == ["clean"]
    run(server, "clean")
    fresh = server.call("POST", "runs", json={"pipeline": "sales", "blocks": ["clean"], "scope": "stale"})
    assert (fresh.status_code, fresh.json()["code"]) == (409, "nothing_stale")
    assert asked(server, blocks=["clean"], scope="stale_upstream") == ["clean"]
    server.project.write("data_loaders/load.py", LOAD.replace('"rate": rate', '"rate": rate + 1'))
    assert asked(server, blocks=["clean"], scope="stale_upstream") == ["load", "clean"]
    missing = server.call("POST", "runs", json={"pipeline": "sales", "blocks": ["none"], "scope": "downstream"})
    assert missing.json()["code"] == "block_not_found"


def test_a_plan_tells_what_run_stale_would_do(server: Server) -> None:
    run(server, "load")
    run(server, "clean")
    server.project.write("transformers/clean.py", CLEAN.replace("return data", "return dict(data)"))
    plan = server.call("POST", "pipelines/sales/plan", json={"scope": "stale", "reuse": None})
    assert plan.status_code == 200, plan.text
    document = plan.json()
    assert [(block["block"], block["action"]) for block in document["blocks"]] == [("clean", "run"), ("export", "run")]
    assert document["seconds"] > 0
    assert (document["run"], document["unmeasured"]) == (2, 1)


def test_a_restored_result_is_pinned_whatever_is_newer(server: Server) -> None:
    first = run(server, "load", "clean")
    server.project.write("data_loaders/load.py", LOAD.replace('"rate": rate', '"rate": rate + 1'))
    second = run(server, "load", "clean")
    workspace = server.site.installation.workspace("shop")
    recording.catch_up(workspace)
    (_, old) = server.get("catalog/versions/sales/load").json()["items"]
    assert states(server)["clean"] == "fresh"
    assert server.call("PUT", f"output-versions/{old['version']}/restore").status_code == 200
    load, clean = (look(server)[name] for name in ("load", "clean"))
    assert load["freshness"] == {"state": "pinned", "reasons": [f"the result of run {first} was restored"]}
    assert load["latest"]["run"] == first
    assert clean["freshness"]["state"] == "stale"  # it was made from what `load` gave later
    run(server, "clean")
    assert states(server)["clean"] == "fresh"
    run(server, "load")
    assert look(server)["load"]["freshness"]["state"] == "pinned"
    server.call("DELETE", f"output-versions/{old['version']}/restore")
    assert look(server)["load"]["latest"]["run"] > second
    assert states(server)["load"] == "fresh"
