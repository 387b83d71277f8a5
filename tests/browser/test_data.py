"""The catalogue: outputs and data products are found, looked at, compared, kept, and computed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import yaml
from playwright.sync_api import Locator, expect

from tests.browser.conftest import App, no_violations
from tests.project import Project

LOAD = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        frame = pd.DataFrame({"order_id": range(kwargs["rows"]), "city": "Delft"})
        return frame.assign(price=1.5) if kwargs["rows"] > 2 else frame
"""
CLEAN = """
    @transformer
    def clean(frame, *args, **kwargs):
        return frame[frame["order_id"] > 0]
"""
HOSTILE = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        return pd.DataFrame({"<img src=x onerror='window.pwned = 1'>": ["<script>window.pwned = 1</script>"]})
"""


@pytest.fixture
def shop(project: Project, start: Callable[..., App]) -> App:
    """Pipeline ``sales`` ran twice: of 2 rows, then of 5 with a column more. Its result is product ``orders``."""
    project.pipeline(
        "sales",
        {"kind": "loader", "id": "load", "code": LOAD},
        {"kind": "transformer", "id": "clean", "code": CLEAN, "after": ["load"]},
        variables={"rows": 2},
        tags=["nightly"],
    )
    project.pipeline("noisy", {"kind": "loader", "id": "eu/noisy's", "code": HOSTILE})
    product = {"object_type": "pipeline", "object_uuid": "sales", "outdated_after": {"days": 1}}
    project.write("global_data_products.yaml", yaml.safe_dump({"orders": product}))
    app = start()
    page = app.page
    for rows in (2, 5):
        run = app.run("sales", variables={"rows": rows})
        app.open(f"/runs/{run}")
        expect(page.locator("h1 + span")).to_contain_text("Completed")
    return app


def row(app: App, name: str) -> Locator:
    return app.page.get_by_role("row").filter(has=app.page.get_by_role("link", name=name, exact=True))


def test_outputs_are_found_by_name_column_and_tag(shop: App) -> None:
    page = shop.open("/")
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Data").click()
    expect(row(shop, "load")).to_contain_text("sales")
    expect(row(shop, "load").get_by_role("gridcell").nth(3)).to_have_text("5")
    expect(row(shop, "orders")).to_contain_text("Never run")
    no_violations(page)
    shop.picture("data")
    box = page.get_by_role("combobox", name="Filter the catalogue")
    box.fill("column:price")
    expect(page.get_by_text("2 entries")).to_be_visible()
    box.fill("cle")
    expect(page.get_by_text("1 entry")).to_be_visible()
    expect(row(shop, "clean")).to_be_visible()
    page.get_by_role("button", name="nightly").click()
    expect(page).to_have_url(re.compile(r"q=tag%3Anightly(\+|%20)cle"))
    box.fill("nothing-like-it")
    expect(page.get_by_text("Nothing is found")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(row(shop, "load")).to_be_visible()


def test_a_new_output_appears_by_itself(shop: App) -> None:
    page = shop.open("/data")
    expect(row(shop, "load")).to_be_visible()
    expect(page.get_by_text("Live")).to_be_visible()
    shop.run("noisy")
    expect(row(shop, "eu/noisy's")).to_contain_text("noisy")


def test_hostile_columns_and_names_are_shown_and_not_run(shop: App) -> None:
    run = shop.run("noisy")
    page = shop.open(f"/runs/{run}")
    expect(page.locator("h1 + span")).to_contain_text("Completed")
    shop.open("/data")
    row(shop, "eu/noisy's").get_by_role("link", name="eu/noisy's", exact=True).click()
    expect(page.get_by_text("<script>window.pwned = 1</script>")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("eu/noisy's")
    page.get_by_role("link", name="Schema").click()
    expect(page.get_by_role("rowheader").first).to_contain_text("<img src=x")
    page.get_by_role("link", name="Use", exact=True).click()
    expect(page.get_by_role("group", name="command")).to_contain_text("'noisy/eu/noisy'\\''s/output_0'")
    assert page.evaluate("window.pwned") is None


def test_the_columns_and_their_figures_are_followed_from_version_to_version(shop: App) -> None:
    page = shop.open("/data/sales/load")
    expect(page.get_by_role("grid")).to_be_visible()
    no_violations(page)
    shop.picture("data-preview")
    page.keyboard.press("3")
    expect(page.get_by_role("row").filter(has_text="price").first).to_contain_text("added")
    expect(page.get_by_role("region", name="Schema")).to_contain_text("price was added as float64")
    no_violations(page)
    page.keyboard.press("4")
    expect(page.get_by_role("img", name="Rows: from 2 to 5 over 2 versions")).to_be_visible()
    page.get_by_role("button", name="order_id").click()
    values = page.get_by_role("region", name="Values of order_id")
    expect(values.get_by_role("row")).to_have_count(3)
    expect(page).to_have_url(re.compile("column=order_id"))
    no_violations(page)
    shop.picture("data-profile")


def test_two_versions_are_compared(shop: App) -> None:
    page = shop.open("/data/sales/load?tab=versions")
    grid = page.get_by_role("grid", name="Versions")
    expect(grid.get_by_role("row")).to_have_count(3)
    grid.get_by_role("row").nth(1).focus()
    for key in ("x", "ArrowDown", "x"):
        page.keyboard.press(key)
    page.get_by_role("button", name=re.compile("Compare .* with")).click()
    expect(page.get_by_text("Column price was added.")).to_be_visible()
    page.get_by_label("Rows are named by").fill("order_id")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("3 rows added, 0 removed, 0 changed, 2 the same.")).to_be_visible()
    no_violations(page)
    shop.picture("data-compare")


def test_a_version_is_kept_named_and_restored_and_all_is_taken_back(shop: App) -> None:
    page = shop.open("/data/sales/load?tab=versions")
    oldest = page.get_by_role("grid", name="Versions").get_by_role("row").nth(2)

    def act(name: str) -> None:
        oldest.get_by_role("button", name=re.compile("^Acts on")).click()
        page.get_by_role("menuitem", name=name).click()

    act("Pin: keep it for ever")
    expect(oldest).to_contain_text("Pinned")
    act("Give it an alias")
    page.get_by_label(re.compile("^Version .* is called")).fill("approved")
    page.keyboard.press("Enter")
    expect(oldest).to_contain_text("approved")
    act("Restore: readers of the latest get it")
    expect(oldest).to_contain_text("restored")
    expect(page.get_by_text("not the newest: it was restored")).to_be_visible()
    no_violations(page)
    shop.picture("data-versions")
    page.get_by_role("button", name="Give them the newest").click()
    expect(oldest).not_to_contain_text("restored")
    oldest.get_by_role("button", name="Take approved away").click()
    expect(oldest).not_to_contain_text("approved")
    page.keyboard.press("Control+z")
    expect(oldest).to_contain_text("approved")
    act("No longer keep it for ever")
    expect(oldest).not_to_contain_text("Pinned")


def test_the_lineage_leads_from_block_to_product(shop: App) -> None:
    page = shop.open("/data/lineage")
    tree = page.get_by_role("tree", name="Lineage")
    tree.get_by_role("treeitem", name=re.compile("^clean")).click()
    side = page.get_by_role("region", name="clean")
    expect(side).to_contain_text("load")
    expect(side).to_contain_text("is made of it")
    no_violations(page)
    shop.picture("data-lineage")
    tree.get_by_role("treeitem", name=re.compile("^orders")).click()
    page.get_by_role("link", name="Open the data product").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("orders")


def test_a_product_is_computed_after_one_has_seen_what_that_does(shop: App) -> None:
    page = shop.open("/data/orders")
    expect(page.get_by_text("The value is never older than 1 day.")).to_be_visible()
    no_violations(page)
    shop.picture("data-product")
    page.get_by_role("button", name="Compute now").click()
    dialog = page.get_by_role("dialog", name="Compute orders now")
    expect(dialog).to_contain_text("Pipeline sales: 2 blocks run")
    no_violations(page)
    dialog.get_by_role("button", name="Run 2 blocks").click()
    expect(page).to_have_url(re.compile(r"/runs/\d+"))
    expect(page.locator("h1 + span")).to_contain_text("Completed")
    page.go_back()
    expect(page.get_by_text(re.compile("Fresh · until"))).to_be_visible()
    shop.open("/data")
    expect(row(shop, "clean")).to_contain_text("Fresh")
    page.get_by_role("link", name="orders", exact=True).click()
    expect(page.get_by_text(re.compile("^Fresh ·"))).to_be_visible()


def test_what_does_not_exist_says_so_in_its_place(shop: App) -> None:
    page = shop.open("/data/sales/lood")
    expect(page.get_by_role("alert")).to_contain_text("There is no output `sales/lood`")
    shop.open("/data/nothing")
    expect(page.get_by_role("alert")).to_contain_text("There is no data product `nothing`")


def test_a_result_is_drawn_as_a_chart_that_is_a_table_as_well(shop: App) -> None:
    page = shop.open("/pipelines/sales?block=load")
    page.get_by_role("tab", name="Chart", exact=True).click()
    expect(page.get_by_role("img", name="Bars: mean of price by city")).to_be_visible()
    no_violations(page, below="[aria-label='What is drawn']")
    shop.picture("chart")
    page.get_by_role("combobox", name="as", exact=True).select_option("sum")
    expect(page.get_by_role("img", name="Bars: sum of price by city")).to_be_visible()
    page.get_by_role("button", name="Show as table").click()
    expect(page.get_by_role("row", name="Delft 7.5")).to_be_visible()
    page.get_by_role("combobox", name="Chart", exact=True).select_option("histogram")
    page.get_by_role("button", name="Show as chart").click()
    expect(page.get_by_role("img", name="Histogram: rows by order_id")).to_be_visible()
    expect(page.get_by_text("5 rows of 5.")).to_be_visible()
