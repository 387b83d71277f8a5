"""The daily tasks, done as a person does them, with every click counted: the interface promises how few each needs.

Typing, keys and reading are not counted; a press of the mouse is, wherever it goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, no_violations
from tests.project import Project

BROKEN = """
    @transformer
    def clean(frame, *args, **kwargs):
        wanted = "numbers"
        print("filtering", len(frame), "rows")
        return frame[frame[wanted] > 9]
"""
WELL = BROKEN.replace('"numbers"', '"number"')
TALKING = """
    import logging

    @data_loader
    def load(*args, **kwargs):
        for number in range(200):
            print("line", number)
        logging.getLogger().warning("the needle is here")
        return [1]
"""
COUNTING = "window.clicks = 0; window.addEventListener('pointerdown', () => { window.clicks += 1 }, true)"


class Hand:
    """Counts what the mouse does on a page, over every page that it leads to."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.before = 0
        page.add_init_script(COUNTING)
        page.evaluate(COUNTING)

    def clicks(self) -> int:
        return int(self.page.evaluate("window.clicks"))

    def took(self, most: int) -> None:
        """Since it was asked last."""
        clicks = self.clicks()
        assert clicks - self.before <= most, f"{clicks - self.before} clicks instead of {most}"
        self.before = clicks


def card(page: Page, block: str) -> Locator:
    return page.get_by_role("region", name=re.compile(rf"^{block}, "))


def tree(page: Page) -> Locator:
    return page.get_by_role("tree", name=re.compile("^Blocks of"))


def node(page: Page, block: str, inputs: str = "") -> Locator:
    return tree(page).get_by_role("treeitem", name=re.compile(rf"^{block} ?, .*{inputs}"))


def settled(page: Page) -> Page:
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page


def failed(app: App, project: Project, code: str = BROKEN) -> int:
    """A run that went well, and one that did not."""
    run = 0
    for text, state in ((WELL, "completed"), (code, "failed")):
        project.write("transformers/clean.py", text)
        run = app.run("sales")
        app.open(f"/runs/{run}")
        expect(app.page.locator("h1 + span")).to_contain_text(state.capitalize())
    return run


def test_1_a_pipeline_is_created_with_one_click_and_its_name(app: App, project: Project) -> None:
    page = settled(app.open("/"))
    hand = Hand(page)
    page.get_by_role("link", name="New pipeline").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("fresh")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("fresh")
    expect(page.get_by_role("combobox", name="Add a block")).to_be_visible()
    hand.took(1)
    assert (project.root / "pipelines" / "fresh" / "metadata.yaml").exists()


def test_2_and_3_a_block_is_added_with_two_clicks_and_shows_its_rows_with_one(app: App, project: Project) -> None:
    page = settled(app.open("/pipelines/sales?block=clean"))
    expect(card(page, "clean").get_by_role("textbox", name="Code of clean")).to_be_visible()
    hand = Hand(page)
    page.get_by_role("button", name="Add a block behind clean").click()
    page.get_by_role("option", name=re.compile("^transformer Python")).first.click()
    field = page.get_by_role("textbox", name=re.compile("^Name of "))
    expect(field).to_be_focused()
    page.keyboard.type("tidy")
    page.keyboard.press("Enter")
    expect(node(page, "tidy", ", 1 input")).to_be_visible()
    expect(card(page, "tidy")).to_be_focused()
    hand.took(2)

    page.keyboard.press("Enter")
    expect(card(page, "tidy").get_by_role("textbox", name="Code of tidy")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("@transformer\ndef tidy(frame):\n    return frame.head(7)\n")
    page.get_by_role("button", name="Run tidy", exact=True).click()
    grid = page.get_by_role("grid", name="Result of tidy")
    expect(grid.get_by_role("gridcell", name="10", exact=True)).to_be_visible()
    expect(page.get_by_text("7 rows × 2")).to_be_visible()
    hand.took(1)


def test_2_to_4_by_keys_alone(app: App, project: Project) -> None:
    page = settled(app.open("/pipelines/sales?block=clean"))
    expect(card(page, "clean").get_by_role("textbox", name="Code of clean")).to_be_visible()
    hand = Hand(page)
    page.keyboard.press("b")
    expect(page.get_by_role("combobox", name="Add a block")).to_be_focused()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name=re.compile("^Name of "))).to_be_focused()
    page.keyboard.type("other")
    page.keyboard.press("Enter")
    expect(card(page, "other")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page, "other").get_by_role("textbox", name="Code of other")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("@data_loader\ndef other(*args):\n    return [1, 2, 3]\n")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Result of other").or_(page.get_by_text("3 items")).first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    box = page.get_by_role("combobox", name="Connect to")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.keyboard.press("c")
    page.get_by_role("combobox", name="Connect to").press_sequentially("other")
    page.keyboard.press("Enter")
    expect(node(page, "other", "[12] inputs?")).to_be_visible()
    hand.took(0)
    assert "load" in (project.root / "pipelines/sales/metadata.yaml").read_text().split("uuid: other")[1]


def test_4_two_blocks_are_connected_by_one_drag_from_any_edge(app: App, project: Project) -> None:
    project.pipeline(
        "pair",
        {"kind": "loader", "id": "first", "code": "@data_loader\ndef first():\n    return [1]\n"},
        {"kind": "custom", "id": "second", "code": "@custom\ndef second(*inputs):\n    return inputs\n"},
    )
    page = settled(app.open("/pipelines/pair"))
    source, target = node(page, "first").bounding_box(), node(page, "second").bounding_box()
    assert source is not None
    assert target is not None
    hand = Hand(page)
    # The right edge: nothing there looks like a port.
    page.mouse.move(source["x"] + source["width"] - 3, source["y"] + source["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] / 2, steps=5)
    page.mouse.up()
    expect(node(page, "second", ", 1 input")).to_be_visible()
    hand.took(1)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert "- first" in (project.root / "pipelines/pair/metadata.yaml").read_text()
    # Apart again: a press on the line, and the cross that it shows.
    source, target = node(page, "first").bounding_box(), node(page, "second").bounding_box()
    assert source is not None
    assert target is not None
    page.mouse.click(
        (source["x"] + source["width"] / 2 + target["x"] + target["width"] / 2) / 2,
        (source["y"] + source["height"] + target["y"]) / 2,
    )
    page.get_by_role("button", name="Disconnect second from first").click()
    expect(node(page, "second", ", 0 inputs")).to_be_visible()
    assert "- first" not in (project.root / "pipelines/pair/metadata.yaml").read_text()
    page.get_by_role("button", name="Undo").last.click()
    expect(node(page, "second", ", 1 input")).to_be_visible()


def test_5_and_6_why_a_run_failed_is_read_at_once_and_it_goes_on_after_two_clicks(app: App, project: Project) -> None:
    run = failed(app, project)
    page = settled(app.open("/"))
    hand = Hand(page)
    need = page.get_by_role("region", name="Needs you").get_by_role("listitem")
    expect(need).to_contain_text("KeyError: 'numbers'")
    expect(need).to_contain_text("clean.py:6")
    hand.took(0)
    need.get_by_role("link", name="clean.py:6").click()
    main = page.get_by_role("main")
    expect(main.get_by_text("return frame[frame[wanted] > 9]").first).to_contain_text("the line that raised")
    expect(main.get_by_text("clean.py changed since")).to_be_visible()
    expect(main.get_by_role("link", name=re.compile(rf"^Diff \d+ ↔ {run}$"))).to_be_visible()
    expect(main.get_by_role("region", name="Log before it")).to_contain_text("filtering")
    hand.took(1)

    project.write("transformers/clean.py", WELL)
    retry = page.get_by_role("button", name="Retry from clean")
    expect(retry).to_have_accessible_description(re.compile("Runs 1 block with today's code; 1 result stays"))
    retry.click()
    expect(page.locator("h1 + span")).to_contain_text("Completed")
    hand.took(1)


def test_5_and_6_by_keys_alone(app: App, project: Project) -> None:
    failed(app, project)
    page = settled(app.open("/"))
    expect(page.get_by_role("region", name="Needs you").get_by_role("listitem")).to_contain_text("KeyError")
    hand = Hand(page)
    page.keyboard.press("1")
    page.wait_for_url("**/runs/*")
    expect(page.get_by_text("the line that raised")).to_be_visible()
    project.write("transformers/clean.py", WELL)
    page.keyboard.press("Shift+R")
    expect(page.locator("h1 + span")).to_contain_text("Completed")
    hand.took(0)


def test_6_what_failed_goes_on_with_one_key_on_home(app: App, project: Project) -> None:
    failed(app, project)
    page = settled(app.open("/"))
    expect(page.get_by_role("button", name="Retry from clean")).to_be_visible()
    project.write("transformers/clean.py", WELL)
    page.keyboard.press("r")
    expect(page.get_by_text("Nothing needs you.")).to_be_visible()


def on_trigger(page: Page, expression: str) -> None:
    """What is seen of a trigger before it is saved: when it fires next, five times."""
    preview = page.get_by_role("region", name="What it will do")
    expect(preview).to_contain_text("Fires at 06:00")
    expect(preview.locator("dt")).to_have_count(5)
    expect(page.get_by_role("textbox", name="Expression")).to_have_value(expression)


def test_7_a_cron_trigger_is_added_with_four_clicks(app: App, project: Project) -> None:
    page = settled(app.open("/"))
    hand = Hand(page)
    page.get_by_role("link", name="By hand: add a trigger to sales").click()
    sheet = page.get_by_role("dialog", name="New trigger")
    expect(sheet.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("workdays")
    sheet.get_by_role("textbox", name="Expression").click()
    page.keyboard.type("0 6 * * 1-5")
    on_trigger(page, "0 6 * * 1-5")
    no_violations(page)
    sheet.get_by_role("button", name="Save and switch on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("workdays")
    hand.took(4)
    assert "0 6 * * 1-5" in (project.root / "pipelines/sales/triggers.yaml").read_text()


def test_7_a_cron_trigger_is_added_with_two_clicks_from_the_palette(app: App) -> None:
    page = settled(app.open("/"))
    hand = Hand(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or do").press_sequentially("new trigger for sa")
    expect(page.get_by_role("option").first).to_have_text("New trigger for sales")
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="New trigger")
    expect(sheet.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("workdays")
    sheet.get_by_role("textbox", name="Expression").click()
    page.keyboard.type("0 6 * * 1-5")
    on_trigger(page, "0 6 * * 1-5")
    sheet.get_by_role("button", name="Save and switch on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("workdays")
    hand.took(2)


def test_7_a_wrong_expression_cannot_be_saved(app: App) -> None:
    page = settled(app.open("/pipelines/sales/triggers?new=time"))
    sheet = page.get_by_role("dialog", name="New trigger")
    sheet.get_by_label("Name", exact=True).fill("never")
    for wrong in ("", "0 25 * * *", "whenever"):
        sheet.get_by_role("textbox", name="Expression").fill(wrong)
        expect(sheet.get_by_role("textbox", name="Expression")).to_have_attribute("aria-invalid", "true")
        expect(sheet.get_by_role("button", name="Save and switch on")).to_be_disabled()


def test_8_a_log_line_is_found_with_one_click_and_words(project: Project, start: Callable[..., App]) -> None:
    project.pipeline("talk", {"kind": "loader", "id": "say", "code": TALKING})
    app = start()
    run = app.run("talk")
    app.open(f"/runs/{run}")
    expect(app.page.locator("h1 + span")).to_contain_text("Completed")
    page = settled(app.open("/"))
    hand = Hand(page)
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Logs").click()
    expect(page.get_by_role("heading", name="Logs", level=1)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("needle")
    page.keyboard.press("Enter")
    lines = page.get_by_role("region", name="Lines, newest first")
    expect(lines.get_by_role("button", name=re.compile("the needle is here"))).to_have_count(1)
    expect(lines.get_by_role("button", name=re.compile("line 199"))).to_have_count(0)
    hand.took(1)


@pytest.mark.parametrize("way", ["g l", "palette"])
def test_8_a_log_line_is_found_by_keys_alone(project: Project, start: Callable[..., App], way: str) -> None:
    project.pipeline("talk", {"kind": "loader", "id": "say", "code": TALKING})
    app = start()
    run = app.run("talk")
    app.open(f"/runs/{run}")
    expect(app.page.locator("h1 + span")).to_contain_text("Completed")
    page = settled(app.open("/"))
    hand = Hand(page)
    if way == "palette":
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Search or do").press_sequentially("logs")
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("g")
        page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Logs", level=1)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("needle")
    page.keyboard.press("Enter")
    line = page.get_by_role("button", name=re.compile("the needle is here"))
    expect(line).to_be_visible()
    line.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=f"Open run {run}")).to_be_visible()
    hand.took(0)


TRACKED = """
    import mlflow

    @custom
    def fit(*args, depth=3, **kwargs):
        mlflow.log_param("depth", depth)
        mlflow.log_metric("loss", 1 / depth)
        return depth
"""
REGISTERED = """
    from blockwright import register_model

    class Constant:
        def __init__(self, answer):
            self.answer = answer

        def predict(self, frame):
            return [self.answer] * len(frame)

    @custom
    def fit(*args, mae=5.0, **kwargs):
        return register_model("delay", Constant(mae), metrics={"mae": mae}, held_out="march")
"""


def trained(app: App, pipeline: str, **variables: float) -> None:
    run = app.run(pipeline, variables=variables)
    app.open(f"/runs/{run}")
    expect(app.page.locator("h1 + span")).to_contain_text("Completed", timeout=120_000)


def test_9_two_model_runs_are_compared_with_four_clicks(project: Project, start: Callable[..., App]) -> None:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": TRACKED})
    app = start("--no-serving")
    for depth in (2, 4):
        trained(app, "train", depth=depth)
    page = settled(app.open("/"))
    hand = Hand(page)
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Experiments").click()
    for run in (1, 2):
        page.get_by_role("checkbox", name=f"Choose fit · run {run}").click()
    page.get_by_role("button", name="Compare 2").click()
    side = page.get_by_role("region", name="Runs side by side")
    expect(side.get_by_role("row", name="depth 4 2")).to_be_visible()
    expect(side.get_by_role("row", name="loss 0.25 0.5")).to_be_visible()
    hand.took(4)

    # And with none.
    page = settled(app.open("/"))
    hand = Hand(page)
    page.keyboard.press("g")
    page.keyboard.press("e")
    rows = page.get_by_role("grid", name="Tracked runs").get_by_role("row")
    expect(rows).to_have_count(3)
    rows.nth(1).focus()
    for key in ("x", "ArrowDown", "x", "c"):
        page.keyboard.press(key)
    expect(side.get_by_role("row", name="depth 4 2")).to_be_visible()
    hand.took(0)


def test_10_a_model_is_rolled_back_with_three_clicks(project: Project, start: Callable[..., App]) -> None:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": REGISTERED})
    app = start("--no-serving")
    for version, mae in ((1, 5.0), (2, 4.0)):
        trained(app, "train", mae=mae)
        app.call("POST", "models/delay/promote", data={"version": str(version)})
    page = settled(app.open("/"))
    hand = Hand(page)
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Models").click()
    page.get_by_role("link", name="Roll back to 1").click()
    dialog = page.get_by_role("dialog", name="Roll delay back to version 1?")
    expect(dialog.get_by_role("row", name=re.compile("^mae 4 5 \\+1"))).to_be_visible()
    no_violations(page)
    app.picture("model-roll-back")
    dialog.get_by_role("button", name="Roll back to version 1").click()
    served = page.get_by_role("grid", name="Models").get_by_role("row").nth(1)
    expect(served).to_contain_text("version 1")
    hand.took(3)
    assert app.call("GET", "models/delay")["endpoint"]["version"] == 1

    # And with none, by the palette, which knows what was before.
    page = settled(app.open("/"))
    hand = Hand(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or do").press_sequentially("roll delay")
    expect(page.get_by_role("option").first).to_have_text("Roll delay back to version 2")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Roll delay back to version 2?")
    expect(dialog.get_by_role("row", name=re.compile("^mae 5 4 -1"))).to_be_visible()
    page.keyboard.type("too many complaints")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 2 answers every request.")).to_be_visible()
    expect(page.get_by_role("grid", name="Log")).to_contain_text("too many complaints")
    hand.took(0)
