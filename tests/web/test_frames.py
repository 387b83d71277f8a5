"""What a block may read, over HTTP, on the command line and by the client: one answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blockwright.client import Client
from tests.project import Project
from tests.web.conftest import Listening, Server

ORDERS = """
    import pandas as pd


    @data_loader
    def orders(*args, **kwargs):
        return pd.DataFrame({"region": ["north"], "amount": [3.0]})
"""
WAREHOUSE = {"data_provider": "postgres", "data_provider_profile": "warehouse"}


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "orders", "code": ORDERS},
        {"kind": "loader", "id": "later", "code": "@data_loader\ndef later(*args, **kwargs):\n    return 1\n"},
        {"kind": "transformer", "id": "totals", "language": "sql", "code": "SELECT 1", "after": ["orders", "later"]},
        {
            "kind": "transformer",
            "id": "own",
            "language": "sql",
            "code": "SELECT 2",
            "configuration": {**WAREHOUSE, "data_provider_schema": "mart", "data_provider_table": "own"},
        },
    )
    project.pipeline(
        "stock",
        {
            "kind": "transformer",
            "id": "levels",
            "language": "sql",
            "code": "SELECT 3",
            "configuration": {**WAREHOUSE, "data_provider_schema": "mart", "data_provider_table": "levels"},
        },
        {
            "kind": "transformer",
            "id": "elsewhere",
            "language": "sql",
            "code": "SELECT 4",
            "configuration": {**WAREHOUSE, "data_provider_profile": "other", "data_provider_table": "hidden"},
        },
    )
    return project


def test_frames_have_the_names_of_sql_and_the_columns_of_the_newest_results(
    shop: Project, serve: Callable[[], Server]
) -> None:
    server = serve()
    run = int(server.call("POST", "runs", json={"pipeline": "sales", "blocks": ["orders"]}).json()["id"])
    server.drive(run)
    found = server.get("pipelines/sales/frames/totals").json()
    orders, later = found["frames"]
    assert (orders["name"], orders["block"], orders["run"], orders["rows"]) == ("df_1", "orders", run, 1)
    assert [column["name"] for column in orders["columns"]] == ["region", "amount"]
    assert orders["columns"][1]["type"] == "float64"
    assert later == {
        "name": "df_2",
        "block": "later",
        "output": None,
        "type": "",
        "rows": None,
        "columns": [],
        "run": None,
    }
    assert found["tables"] == []
    told = shop.report("frames", "sales", "totals")
    assert (told["frames"], told["tables"]) == (found["frames"], [])
    assert "region" in shop.run("frames", "sales", "totals").out


def test_tables_are_those_that_blocks_of_the_same_profile_say_that_they_write(
    shop: Project, serve: Callable[[], Server]
) -> None:
    found = serve().get("pipelines/sales/frames/own").json()
    assert found == {
        "frames": [],
        "tables": [{"name": "mart.levels", "pipeline": "stock", "block": "levels", "columns": []}],
    }


def test_a_block_that_is_not_there(shop: Project, serve: Callable[[], Server]) -> None:
    answer = serve().get("pipelines/sales/frames/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "block_not_found")


def test_the_client_asks_the_same(shop: Project, listen: Callable[[], Listening]) -> None:
    listening = listen()
    with Client(listening.address, token="bw_test") as client:
        found = client.project("shop").frames("sales", "own")
    assert [table["name"] for table in found["tables"]] == ["mart.levels"]
