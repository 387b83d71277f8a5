"""Charts beside blocks: made by hand, drawn from the format's files and by code, harmless whatever the data says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import App, no_violations
from tests.project import Project

HOSTILE = "<img src=x onerror=window.pwned=1>"
LOAD = f"""
    import numpy as np
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        places = np.arange(30_000)
        return pd.DataFrame({{
            "name": [f"{HOSTILE}{{place % 10_000:05}}" for place in places],
            "city": np.array(["Delft", "Gent", "{HOSTILE}"])[places % 3],
            "size": (places * 7 % 100).astype(float),
            "price": np.sqrt(places),
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(places % 300, unit="D"),
        }})
"""
OPTION = """
    counts = df_1.groupby("city").size()
    option = {
        "title": {"text": counts.index[0], "link": "javascript:window.pwned = 1"},
        "tooltip": {"formatter": "<img src=x onerror=window.pwned=1>"},
        "xAxis": {"type": "category", "data": list(counts.index)},
        "yAxis": {"type": "value"},
        "series": [{"type": "bar", "data": counts}],
    }
"""
KINDS: dict[str, dict[str, Any]] = {
    "bars": {"chart_type": "bar chart", "group_by": ["name"]},
    "lying": {"chart_type": "bar chart", "group_by": ["city"], "chart_style": "horizontal"},
    "pie": {"chart_type": "pie chart", "group_by": ["name"]},
    "spread": {"chart_type": "histogram", "group_by": ["price"]},
    "months": {
        "chart_type": "time series bar chart",
        "group_by": ["day"],
        "time_interval": "month",
        "metrics": [{"column": "price", "aggregation": "average"}],
    },
    "line": {"chart_type": "time series line chart", "group_by": ["day", "city"], "time_interval": "week"},
    "points": {
        "chart_type": "scatter plot",
        "group_by": ["size"],
        "metrics": [{"column": "price", "aggregation": "sum"}],
    },
    "heat": {"chart_type": "heat map", "group_by": ["size", "city"]},
    "boxes": {"chart_type": "box plot", "group_by": ["city"], "metrics": [{"column": "price", "aggregation": "sum"}]},
    "table": {"chart_type": "table", "limit": 5},
    "total": {"chart_type": "number", "metrics": [{"aggregation": "count"}, {"column": "price", "aggregation": "sum"}]},
}


def widget(name: str, configuration: dict[str, Any]) -> dict[str, Any]:
    return {"uuid": name, "type": "chart", "upstream_blocks": ["load"], "configuration": configuration}


@pytest.fixture
def shop(project: Project, start: Callable[..., App]) -> App:
    widgets = [widget(name, configuration) for name, configuration in KINDS.items()]
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOAD},
        widgets=[*widgets, widget("own", {"chart_type": "custom"})],
    )
    project.pipeline("plain", {"kind": "loader", "id": "load"})
    project.write("charts/own.py", OPTION)
    app = start()
    app.open(f"/runs/{app.run('sales')}")
    expect(app.page.locator("h1 + span")).to_contain_text("Completed")
    return app


def chart(app: App, name: str) -> Locator:
    return app.page.get_by_role("region", name=f"Chart {name}", exact=True)


def pwned(app: App) -> bool:
    return bool(app.page.evaluate("() => 'pwned' in window"))


def test_charts_of_every_type_are_drawn_and_nothing_of_the_data_becomes_markup(shop: App) -> None:
    page = shop.open("/pipelines/sales?side=charts")
    for name in KINDS:
        one = chart(shop, name)
        one.scroll_into_view_if_needed()
        shown = (
            one.get_by_role("table")
            if name == "table"
            else one.locator("dl")
            if name == "total"
            else one.get_by_role("img")
        )
        expect(shown.first).to_be_visible()
        expect(one).to_contain_text("fresh")
        assert one.locator("svg[role=img] :is(rect, path, line)").count() <= 5_000
    expect(chart(shop, "pie")).to_contain_text("100 % others")
    expect(chart(shop, "bars")).to_contain_text("9,960 more not drawn")
    expect(chart(shop, "total").locator("dd").first).to_have_text("30,000")
    chart(shop, "bars").scroll_into_view_if_needed()
    no_violations(page)
    shop.picture("charts")
    assert page.locator("img[src='x']").count() == 0
    assert not pwned(shop)


def test_a_chart_is_read_as_a_table_in_full_and_taken_along(shop: App) -> None:
    page = shop.open("/pipelines/sales?side=charts")
    pie = chart(shop, "pie")
    pie.get_by_role("button", name="Show as table", exact=True).click()
    expect(pie.get_by_role("row")).to_have_count(7)
    expect(pie.get_by_role("row").nth(1)).to_contain_text(HOSTILE)
    pie.get_by_role("button", name="Show as chart", exact=True).click()
    with page.expect_download() as taken:
        pie.get_by_role("button", name="More about pie").click()
        page.get_by_role("menuitem", name="Save as CSV").click()
    assert taken.value.suggested_filename == "pie.csv"
    assert taken.value.path().read_text("utf-8-sig").splitlines()[-1] == "others (9995),29985"
    with page.expect_download() as taken:
        pie.get_by_role("button", name="More about pie").click()
        page.get_by_role("menuitem", name="Save as PNG").click()
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
    pie.get_by_role("button", name="Full screen", exact=True).click()
    expect(page.get_by_role("dialog", name="pie").get_by_role("img")).to_be_visible()
    no_violations(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not pwned(shop)


def test_code_of_a_chart_runs_as_an_attempt_and_its_description_is_drawn(shop: App) -> None:
    page = shop.open("/pipelines/sales?side=charts")
    own = chart(shop, "own")
    own.scroll_into_view_if_needed()
    expect(own.locator("canvas")).to_be_visible()
    own.locator("canvas").hover()
    own.get_by_role("button", name="Show as table", exact=True).click()
    expect(own.get_by_role("row")).to_have_count(4)
    (drawn,) = shop.call("GET", "runs?kind=chart")["items"]
    assert drawn["pipeline"] == "sales"
    page.goto(f"{shop.server.url}/runs")
    expect(page.get_by_role("link", name=str(drawn["id"]), exact=True)).to_have_count(0)
    assert not pwned(shop)


def test_code_that_fails_says_where_and_is_drawn_again_when_mended(shop: App) -> None:
    shop.project.write("charts/own.py", "\nraise ValueError('no such thing')\n")
    page = shop.open("/pipelines/sales?side=charts")
    own = chart(shop, "own")
    expect(own.get_by_role("alert")).to_contain_text("no such thing")
    expect(own.get_by_role("link", name="charts/own.py:2")).to_be_visible()
    shop.project.write("charts/own.py", OPTION)
    own.get_by_role("button", name="Draw again").click()
    expect(own.locator("canvas")).to_be_visible()
    expect(own.get_by_role("alert")).to_have_count(0)
    assert page.get_by_role("dialog").count() == 0


def test_a_chart_is_made_changed_and_removed_by_keys(shop: App) -> None:
    page = shop.open("/pipelines/sales?side=charts")
    add = page.get_by_role("button", name="Add chart")
    add.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="New chart")
    page.keyboard.type("Price by city")
    expect(sheet.get_by_label("Block", exact=True)).to_have_value("load")
    sheet.get_by_label("By column").select_option("city")
    expect(sheet.get_by_role("group", name="Preview").get_by_role("img")).to_be_visible()
    sheet.get_by_label("Column of figure 1").select_option("price")
    expect(sheet.get_by_label("Figure 1", exact=True)).to_have_value("sum")
    no_violations(page)
    sheet.get_by_label("Name").focus()
    page.keyboard.press("Enter")
    made = chart(shop, "Price by city")
    expect(made.get_by_role("img")).to_be_visible()
    text = (shop.project.root / "pipelines/sales/metadata.yaml").read_text()
    assert "price_by_city" in text
    made.get_by_role("button", name="More about Price by city").click()
    page.get_by_role("menuitem", name="Edit chart").click()
    sheet = page.get_by_role("dialog", name="Chart Price by city")
    sheet.get_by_label("Type").select_option("pie chart")
    sheet.get_by_role("button", name="Save").click()
    expect(made).to_contain_text("%")
    made.get_by_role("button", name="More about Price by city").click()
    page.get_by_role("menuitem", name="Remove chart").click()
    expect(made).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(made).to_be_visible()


def test_without_charts_and_without_data_it_says_what_to_do(shop: App) -> None:
    page = shop.open("/pipelines/plain?side=charts")
    expect(page.get_by_text("Charts of what the blocks give stand here")).to_be_visible()
    page.get_by_role("button", name="Add chart").click()
    page.get_by_label("Block", exact=True).select_option("load")
    expect(page.get_by_role("group", name="Preview")).to_contain_text("Choose a column")
    page.get_by_label("Type").select_option("number")
    expect(page.get_by_role("group", name="Preview")).to_contain_text("Block load has no result yet")
    expect(page.get_by_role("link", name=re.compile("Go to load"))).to_be_visible()
