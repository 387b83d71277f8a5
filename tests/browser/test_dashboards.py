"""Dashboards: made, arranged by keys and mouse, filtered by the page's variables, and followed live."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from playwright.sync_api import Locator, expect

from tests.browser.conftest import App, no_violations
from tests.project import Project

HOSTILE = "<img src=x onerror=window.pwned=1>"
LOAD = f"""
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        return pd.DataFrame({{
            "city": ["Delft", "Gent", "Delft", "{HOSTILE}"],
            "sold": [1.0, 2.0, 3.0, 4.0],
            "day": pd.to_datetime(["2026-01-02", "2026-01-31", "2026-02-02", "2026-02-01"]),
        }}).head(kwargs["rows"])
"""
SOURCE = {"type": "block", "pipeline_uuid": "sales", "block_uuid": "load"}
SUM = [{"column": "sold", "aggregation": "sum"}]


def dashboard() -> dict[str, Any]:
    by_city = {"chart_type": "bar chart", "group_by": ["city"], "metrics": SUM}
    by_month = {"chart_type": "time series line chart", "group_by": ["day"], "metrics": SUM}
    return {
        "name": "On the wall",
        "variables": [{"name": "city", "column": "city"}, {"name": "least", "column": "sold", "type": "number"}],
        "blocks": {
            "total": {"name": "Sold", "configuration": {"chart_type": "number", "metrics": SUM}, "data_source": SOURCE},
            "cities": {"name": "By city", "configuration": by_city, "data_source": SOURCE},
            "days": {"name": "By day", "configuration": by_month, "data_source": SOURCE},
            "own": {"name": "Own", "data_source": {**SOURCE, "type": "chart", "block_uuid": "own"}},
        },
        "layout": [
            {"block_uuid": "total", "x": 0, "y": 0, "width": 3, "height": 3},
            {"block_uuid": "cities", "x": 3, "y": 0, "width": 9, "height": 4},
            {"block_uuid": "days", "x": 0, "y": 4, "width": 6, "height": 4},
            {"block_uuid": "own", "x": 6, "y": 4, "width": 6, "height": 4},
        ],
    }


@pytest.fixture
def shop(project: Project, start: Callable[..., App]) -> App:
    own = {"uuid": "own", "type": "chart", "upstream_blocks": ["load"], "configuration": {"chart_type": "custom"}}
    project.pipeline("sales", {"kind": "loader", "id": "load", "code": LOAD}, widgets=[own], variables={"rows": 4})
    project.write("charts/own.py", "from matplotlib import pyplot as plt\nplt.plot(load['sold'])\n")
    project.write("dashboards/wall.yaml", yaml.safe_dump(dashboard(), sort_keys=False))
    app = start()
    ran(app)
    return app


def ran(app: App, **variables: Any) -> None:
    app.open(f"/runs/{app.run('sales', variables=variables)}")
    expect(app.page.locator("h1 + span")).to_contain_text("Completed")


def chart(app: App, name: str) -> Locator:
    return app.page.get_by_role("region", name=f"Chart {name}", exact=True)


def total(app: App) -> Locator:
    return chart(app, "Sold").locator("dd")


def test_a_dashboard_is_found_shown_and_filtered(shop: App) -> None:
    page = shop.open("/")
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Dashboards").click()
    expect(page.get_by_role("row").filter(has_text="On the wall")).to_contain_text("the project")
    no_violations(page)
    shop.picture("dashboards")
    page.get_by_role("link", name="On the wall").click()
    expect(total(shop)).to_have_text("10")
    expect(chart(shop, "By city").get_by_role("img")).to_be_visible()
    expect(chart(shop, "By day").get_by_role("img")).to_be_visible()
    expect(chart(shop, "Own").get_by_role("img")).to_be_visible()
    expect(chart(shop, "Sold")).to_contain_text("fresh")
    no_violations(page)
    shop.picture("dashboard")
    page.get_by_role("combobox", name="city", exact=True).select_option("Delft")
    expect(total(shop)).to_have_text("4")
    expect(page).to_have_url(re.compile("Delft"))
    page.get_by_label("least from").fill("2")
    expect(total(shop)).to_have_text("3")
    page.reload()
    expect(total(shop)).to_have_text("3")
    page.get_by_role("button", name="As usual").click()
    expect(total(shop)).to_have_text("10")
    assert page.locator("img[src='x']").count() == 0
    assert not page.evaluate("() => 'pwned' in window")


def test_a_new_result_of_the_source_is_shown_at_once(shop: App) -> None:
    page = shop.open("/dashboards/wall")
    expect(total(shop)).to_have_text("10")
    shop.run("sales", variables={"rows": 2})
    expect(total(shop)).to_have_text("3")
    shop.project.write("data_loaders/load.py", LOAD.replace("head(", "tail("))
    expect(chart(shop, "Sold")).to_contain_text("stale")
    assert page.get_by_role("alert").count() == 0


def place(app: App, tile: str) -> list[int]:
    told = yaml.safe_load((app.project.root / "dashboards/wall.yaml").read_text())
    (found,) = [one for one in told["layout"] if one["block_uuid"] == tile]
    return [found[key] for key in ("x", "y", "width", "height")]


def test_charts_are_moved_and_sized_by_keys(shop: App) -> None:
    page = shop.open("/dashboards/wall")
    expect(total(shop)).to_have_text("10")
    page.keyboard.press("e")
    tile = page.get_by_role("group", name="By day: arrows move, Shift and arrows size")
    tile.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(
        page.get_by_role("status").filter(has_text="By day: column 1, row 1, 5 columns wide, 5 rows high")
    ).to_have_count(1)
    no_violations(page)
    shop.picture("dashboard-edit")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    assert place(shop, "days") == [0, 0, 5, 5]
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    page.reload()
    expect(total(shop)).to_have_text("10")
    assert place(shop, "days") == [0, 4, 6, 4]


def test_charts_are_moved_and_sized_by_the_mouse(shop: App) -> None:
    page = shop.open("/dashboards/wall")
    page.get_by_role("button", name="Edit", exact=True).click()
    tile = page.get_by_role("group", name="Own: arrows move, Shift and arrows size")
    box = tile.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] - 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] + 90, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    assert place(shop, "own") == [6, 4, 3, 5]


def test_a_dashboard_is_made_with_charts_and_variables_and_deleted(shop: App) -> None:
    page = shop.open("/dashboards")
    expect(page.get_by_role("row").filter(has_text="On the wall")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_label("Name").fill("New board")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing stands here yet.")).to_be_visible()
    no_violations(page)
    page.get_by_role("main").get_by_role("button", name="Add chart").first.click()
    sheet = page.get_by_role("dialog", name="Add a chart")
    sheet.get_by_label("Title").fill("Cities")
    sheet.get_by_label("Pipeline").select_option("sales")
    sheet.get_by_label("Block", exact=True).select_option("load")
    sheet.get_by_label("By column").select_option("city")
    expect(sheet.get_by_role("group", name="Preview").get_by_role("img")).to_be_visible()
    no_violations(page)
    sheet.get_by_role("button", name="Add", exact=True).click()
    expect(chart(shop, "Cities").get_by_role("img")).to_be_visible()
    page.get_by_role("button", name="Variables").click()
    page.get_by_role("button", name="Add variable").click()
    page.get_by_label("Name of variable 1").fill("city")
    page.get_by_role("button", name="Take over").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("combobox", name="city", exact=True)).to_be_visible()
    page.get_by_role("combobox", name="city", exact=True).select_option("Gent")
    expect(chart(shop, "Cities")).to_contain_text("1 of 4 rows")
    told = yaml.safe_load((shop.project.root / "dashboards/new_board.yaml").read_text())
    assert told["blocks"]["cities"]["data_source"] == SOURCE
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile("/dashboards$"))
    assert not (shop.project.root / "dashboards/new_board.yaml").exists()


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(shop: App) -> None:
    page = shop.open("/dashboards/wall")
    expect(total(shop)).to_have_text("10")
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("group", name="Own: arrows move, Shift and arrows size").focus()
    page.keyboard.press("Shift+ArrowDown")
    shop.project.write("dashboards/wall.yaml", yaml.safe_dump({**dashboard(), "name": "Theirs"}, sort_keys=False))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("was changed since it was read")
    assert "Theirs" in (shop.project.root / "dashboards/wall.yaml").read_text()
