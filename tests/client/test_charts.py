"""Charts and dashboards from a program, over a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from blockwright.client import ApiError, Client
from tests.project import Project
from tests.web.conftest import Listening, listen, records, serve

__all__ = ["listen", "records", "serve"]

LOADER = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        return pd.DataFrame({"shop": ["a", "b", "b"], "sold": [1, 2, 3]})
"""
SOLD = {"chart_type": "bar chart", "group_by": ["shop"], "metrics": [{"column": "sold", "aggregation": "sum"}]}
BOARD = """\
variables:
- {name: shop, column: shop}
blocks:
  sold:
    data_source: {type: block, pipeline_uuid: sales, block_uuid: load}
    configuration:
      chart_type: bar chart
      group_by: [shop]
      metrics: [{column: sold, aggregation: sum}]
"""


@pytest.fixture
def listening(project: Project, listen: Callable[[], Listening]) -> Listening:
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": LOADER})
    project.write("dashboards/daily.yaml", BOARD)
    return listen()


@pytest.fixture
def client(listening: Listening) -> Iterator[Client]:
    with Client(listening.address, token="bw_test") as client:
        yield client


def test_a_program_makes_shows_changes_and_removes_a_chart(listening: Listening, client: Client) -> None:
    shop = client.project("shop")
    listening.server.drive(shop.start("sales").id)
    seen = shop.preview_chart("sales", "load", SOLD)
    made = shop.add_chart("sales", "Sold", SOLD, upstream=["load"])
    assert [one.name for one in shop.charts("sales")] == [made.name]
    assert shop.chart("sales", made.name).show()["marks"] == seen["marks"]
    made.change({"group_by": None, "chart_type": "table"})
    assert made.show()["marks"] != seen["marks"]
    with pytest.raises(ApiError, match="has no code"):
        made.draw()
    made.remove()
    assert shop.charts("sales") == []
    with pytest.raises(ApiError, match="no chart"):
        made.show()


def test_a_program_has_the_code_of_a_chart_run(listening: Listening, client: Client) -> None:
    shop = client.project("shop")
    listening.server.drive(shop.start("sales").id)
    code = "option = {'series': [{'type': 'bar', 'data': list(df_1['sold'])}]}\n"
    made = shop.add_chart("sales", "Coded", {"chart_type": "custom"}, upstream=["load"], code=code)
    run = made.draw()
    assert run is not None
    listening.server.drive(run.id)
    assert made.draw() is None  # it shows what it would draw
    assert made.draw(anew=True) is not None


def test_a_program_reads_a_dashboard_by_its_variables(listening: Listening, client: Client) -> None:
    shop = client.project("shop")
    listening.server.drive(shop.start("sales").id)
    (board,) = shop.dashboards()
    assert (board.id, [one["name"] for one in board.describe()["variables"]]) == ("daily", ["shop"])
    whole, some = board.chart("sold"), shop.dashboard("daily").chart("sold", {"shop": "b"})
    assert (whole["marks"]["words"], some["marks"]["words"]) == (["b", "a"], ["b"])
    assert board.chart("sold", {"shop": ["a", "b"]})["marks"] == whole["marks"]
