"""The catalogue over HTTP: search, versions, what is kept, lineage, and who may see what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from blockwright.core.access import Actor, Grant, Role
from blockwright.services.catalog import recording
from tests.project import Project
from tests.web.conftest import Server

VIEWER = Actor(3, "vera@example.com", (Grant(Role.VIEWER, "shop", "sales"),))
ELSEWHERE = Actor(4, "egon@example.com", (Grant(Role.EDITOR, "shop", "costs"),))

LOADER = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        frame = pd.DataFrame({"shop": ["a", "b", "c"], "sold": [1.0, 2.0, None]})
        return frame.head(kwargs["rows"]) if kwargs["rows"] < 3 else frame.assign(price=[1, 2, 3])
"""
TELL = """
    @transformer
    def tell(data, *args, **kwargs):
        return {"rows": len(data)}
"""
PRICES = """
    @data_loader
    def prices(*args, **kwargs):
        return {"a": 1.5}
"""


@pytest.fixture
def server(project: Project, serve: Callable[[], Server]) -> Server:
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOADER},
        {"kind": "transformer", "id": "tell", "code": TELL, "after": ["load"]},
        variables={"rows": 2},
        tags=["nightly"],
    )
    project.pipeline("costs", {"kind": "loader", "id": "prices", "code": PRICES})
    product = {"object_type": "pipeline", "object_uuid": "costs", "outdated_after": {"days": 1}}
    project.write("global_data_products.yaml", yaml.safe_dump({"price_list": product}))
    return serve()


def run(server: Server, pipeline: str = "sales", **variables: Any) -> int:
    number = int(server.call("POST", "runs", json={"pipeline": pipeline, "variables": variables}).json()["id"])
    assert server.drive(number).state == "completed"
    recording.catch_up(server.site.installation.workspace("shop"))
    return number


def listed(server: Server, **filters: Any) -> list[str]:
    return [item["id"] for item in server.get("catalog", params=filters).json()["items"]]


def versions(server: Server, address: str = "sales/load") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get(f"catalog/versions/{address}").json()["items"]
    return found


def test_outputs_and_products_are_found(server: Server) -> None:
    assert listed(server) == ["price_list"]
    run(server)
    run(server, "costs")
    every = ["costs/prices/output_0", "sales/load/output_0", "sales/tell/output_0", "price_list"]
    assert listed(server) == every
    assert listed(server, search="LOAD") == ["sales/load/output_0"]
    assert listed(server, search="price") == ["costs/prices/output_0", "price_list"]
    assert listed(server, column="sol") == ["sales/load/output_0"]
    assert listed(server, tag="nightly") == ["sales/load/output_0", "sales/tell/output_0"]
    assert listed(server, tag="night") == []
    assert listed(server, search="load", tag="nightly", column="price") == []


def test_the_list_goes_on_page_by_page(server: Server) -> None:
    run(server)
    run(server, "costs")
    found, cursor = [], None
    for _ in range(4):
        page = server.get("catalog", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert found == listed(server)
    assert server.get("catalog", params={"cursor": "WyJhIiwgImIiXQ"}).json()["code"] == "cursor"


def test_an_output_is_shown_with_its_newest_version(server: Server) -> None:
    run(server)
    second = run(server, rows=3)
    shown = server.get("catalog/outputs/sales/load").json()
    assert (shown["run"], shown["rows"], shown["columns"], shown["readers"]) == (second, 3, 3, 1)
    assert (shown["tags"], shown["names"], shown["fresh"]) == (["nightly"], ["output_0"], None)
    assert shown["use"] == "get_variable('sales', 'load', 'output_0')"
    newest = shown["newest"]
    assert [column["name"] for column in newest["columns_described"]] == ["shop", "sold", "price"]
    assert newest["change"] == {
        "added": [{"name": "price", "type": "int64"}],
        "removed": [],
        "changed": [],
        "moved": False,
    }
    assert (newest["available"], newest["read_run"], newest["read_block"]) == (True, second, "load")
    assert shown["current"] == newest["version"]
    missing = server.get("catalog/outputs/sales/load", params={"name": "output_9"})
    assert (missing.status_code, missing.json()["code"]) == (404, "asset_not_found")


def test_an_output_of_a_product_is_as_fresh_as_that(server: Server) -> None:
    made = run(server, "costs")
    shown = server.get("catalog/outputs/costs/prices").json()
    assert (shown["product"], shown["fresh"]) == ("price_list", False)
    refreshed = server.call("POST", "products/price_list/refresh").json()["run"]
    server.drive(refreshed)
    recording.catch_up(server.site.installation.workspace("shop"))
    shown = server.get("catalog/outputs/costs/prices").json()
    assert (shown["fresh"], shown["run"]) == (True, refreshed)
    assert shown["outdated_at"] == server.get("products/price_list").json()["outdated_at"] is not None
    (product,) = [one for one in server.get("catalog").json()["items"] if one["kind"] == "product"]
    assert (product["id"], product["run"], product["fresh"]) == ("price_list", refreshed, True)
    assert made < refreshed


def test_versions_are_listed_and_compared(server: Server) -> None:
    first, second = run(server), run(server, rows=1)
    newest, oldest = versions(server)
    assert [one["run"] for one in (newest, oldest)] == [second, first]
    assert newest["digest"] != oldest["digest"]
    assert newest["schema_digest"] == oldest["schema_digest"]
    page = server.get("catalog/versions/sales/load", params={"limit": 1}).json()
    rest = server.get("catalog/versions/sales/load", params={"limit": 1, "cursor": page["next"]}).json()
    assert [page["items"][0]["run"], rest["items"][0]["run"], rest["next"]] == [second, first, None]
    diff = server.get(f"output-versions/{oldest['version']}/diff/{newest['version']}").json()
    assert (diff["added"], diff["removed"], diff["same"]) == (0, 1, 1)
    of_values = versions(server, "sales/tell")[0]["version"]
    assert server.get(f"output-versions/{of_values}/diff/{of_values}").status_code == 422


def test_figures_move_over_time(server: Server) -> None:
    run(server)
    run(server, rows=3)
    first, second = server.get("catalog/history/sales/load").json()
    assert [(one["rows"], one["columns"]) for one in (first, second)] == [(2, 2), (3, 3)]
    assert [column["name"] for column in second["change"]["added"]] == ["price"]
    sold = [step["profile"][0] for step in server.get("catalog/history/sales/load?column=sold").json()]
    assert [(one["nulls"], one["mean"], one["max"]) for one in sold] == [(0, 1.5, 2.0), (1, 1.5, 2.0)]
    missing = server.get("catalog/history/sales/load?column=other")
    assert (missing.status_code, missing.json()["code"]) == (404, "column_not_found")


def test_a_version_is_pinned_and_called(server: Server) -> None:
    run(server)
    run(server, rows=1)
    new, old = (one["version"] for one in versions(server))
    assert server.call("PUT", f"output-versions/{old}/pin").json()["pinned"]
    moved = server.call("PUT", f"output-versions/{old}/aliases/champion").json()
    assert moved == {"alias": "champion", "version": old, "before": None}
    assert server.call("PUT", f"output-versions/{new}/aliases/champion").json()["before"] == old
    assert [one["aliases"] for one in versions(server)] == [["champion"], []]
    assert server.call("DELETE", f"output-versions/{old}/aliases/champion").json()["code"] == "alias_not_found"
    assert server.call("DELETE", f"output-versions/{new}/aliases/champion").status_code == 204
    assert server.call("PUT", f"output-versions/{new}/aliases/newest").json()["code"] == "alias"
    assert not server.call("DELETE", f"output-versions/{old}/pin").json()["pinned"]
    actions = [entry.action for entry in server.site.access.store.audit(limit=20)]
    assert {"catalog.pin", "catalog.unpin", "catalog.alias", "catalog.alias_removed"} <= set(actions)


def test_a_restored_version_is_what_readers_get(server: Server) -> None:
    first, second = run(server), run(server, rows=1)
    new, old = (one["version"] for one in versions(server))
    restored = server.call("PUT", f"output-versions/{old}/restore").json()
    assert (restored["restored"], restored["version"]) == (True, old)
    assert server.get("catalog/outputs/sales/load").json()["current"] == old
    assert told(server) == 2
    server.call("DELETE", f"output-versions/{old}/restore")
    assert server.get("catalog/outputs/sales/load").json()["current"] == new
    assert told(server) == 1
    assert first < second


def told(server: Server) -> int:
    """What `tell` says when it is run alone, on the latest result of `load`."""
    body = {"pipeline": "sales", "blocks": ["tell"]}
    number = int(server.call("POST", "runs", json=body).json()["id"])
    assert server.drive(number).state == "completed"
    return int(server.get(f"runs/{number}/outputs/tell").json()["preview"]["value"]["rows"])


def test_lineage_goes_up_and_down(server: Server) -> None:
    run(server)
    found = server.get("catalog/lineage", params={"pipeline": "sales", "block": "tell"}).json()
    assert {node["id"]: node["steps"] for node in found["nodes"]} == {"block:sales/tell": 0, "block:sales/load": -1}
    assert [(edge["source"], edge["target"], edge["kind"]) for edge in found["edges"]] == [
        ("block:sales/load", "block:sales/tell", "feeds")
    ]
    load = next(node for node in found["nodes"] if node["block"] == "load")
    assert (load["type"], load["outputs"][0]["rows"]) == ("data_loader", 2)
    product = server.get("catalog/lineage", params={"product": "price_list"}).json()
    assert [edge["kind"] for edge in product["edges"]] == ["makes"]
    whole = server.get("catalog/lineage").json()
    assert {edge["kind"] for edge in whole["edges"]} == {"feeds", "makes"}
    assert server.get("catalog/lineage", params={"most": 1}).json()["left_out"] == 3
    for wrong, status in (
        ({"block": "tell"}, 422),
        ({"product": "x", "pipeline": "sales"}, 422),
        ({"pipeline": "sales", "block": "no"}, 404),
        ({"product": "no"}, 404),
    ):
        assert server.get("catalog/lineage", params=wrong).status_code == status


def test_what_may_not_be_seen_is_not_there(server: Server) -> None:
    run(server)
    run(server, "costs")
    hidden = versions(server, "costs/prices")[0]["version"]
    own = versions(server)[0]["version"]
    server.gate.actor = VIEWER
    assert listed(server) == ["sales/load/output_0", "sales/tell/output_0"]
    absent = server.get("output-versions/9999").json()
    seen = server.get(f"output-versions/{hidden}").json()
    assert seen["detail"].replace(str(hidden), "9999") == absent["detail"]
    assert (seen["status"], seen["code"]) == (absent["status"], absent["code"]) == (404, "version_not_found")
    assert server.call("PUT", f"output-versions/{own}/pin").status_code == 403
    nodes = server.get("catalog/lineage").json()["nodes"]
    assert {node["pipeline"] for node in nodes} == {"sales"}
    assert server.get("catalog/lineage", params={"product": "price_list"}).status_code == 404
    assert server.get(f"output-versions/{own}/diff/{hidden}").status_code == 404
    server.gate.actor = ELSEWHERE
    assert listed(server) == ["costs/prices/output_0", "price_list"]
    assert server.call("PUT", f"output-versions/{own}/pin").status_code == 404
    assert server.call("PUT", f"output-versions/{hidden}/pin").status_code == 200
