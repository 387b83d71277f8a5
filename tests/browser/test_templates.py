"""Templates as people have them: looked at, made, used for a block and for a pipeline, deleted and brought back."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import App, no_violations


def test_a_template_is_made_of_a_pipeline_used_and_deleted(app: App) -> None:
    page = app.open("/pipelines")
    page.get_by_role("link", name="Templates").click()
    expect(page.get_by_role("heading", name="Templates", level=1)).to_be_visible()
    listed = page.get_by_role("navigation", name="Templates")
    listed.get_by_role("link", name="Train models and choose the best").click()
    expect(page.get_by_role("region", name="What it writes")).to_contain_text("train_candidate")
    page.get_by_role("button", name="Make one of a pipeline").click()
    sheet = page.get_by_role("dialog", name="New template of a pipeline")
    sheet.get_by_label("Name").fill("Weekly sales")
    sheet.get_by_label("Description").fill("The sales of a week.")
    sheet.get_by_role("button", name="Make the template").click()
    expect(page.get_by_role("region", name="Preview").get_by_text("The sales of a week.")).to_be_visible()
    no_violations(page)
    app.picture("templates")
    page.get_by_role("link", name="New pipeline of it").click()
    dialog = page.get_by_role("dialog", name="New pipeline")
    expect(dialog.get_by_label("Begin with")).to_have_value("weekly_sales")
    dialog.get_by_label("Name").fill("second")
    no_violations(page)
    dialog.get_by_role("button", name="Create and open").click()
    expect(page.get_by_role("heading", name="second", level=1)).to_be_visible()
    expect(page.locator("[data-block=clean]")).to_be_visible()
    page.goto(app.server.url + "/templates")
    page.get_by_role("navigation", name="Templates").get_by_role("link", name="Weekly sales").click()
    page.get_by_role("button", name="Delete").click()
    expect(listed.get_by_role("link", name="Weekly sales")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(listed.get_by_role("link", name="Weekly sales")).to_be_visible()


def test_a_template_of_a_block_stands_in_the_list_of_new_blocks(app: App) -> None:
    app.call("POST", "templates", data={"name": "hundred rows", "pipeline": "sales", "block": "load"})
    page = app.open("/pipelines/sales?block=load")
    expect(page.locator("[data-block=load]")).to_be_visible()
    page.keyboard.press("b")
    page.get_by_role("combobox", name="Add a block").fill("hundred")
    page.keyboard.press("Enter")
    expect(page.locator("[data-block=hundred_rows]")).to_be_visible()
    made = app.project.root / "data_loaders/hundred_rows.py"
    assert "range(100)" in made.read_text()
