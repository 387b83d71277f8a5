"""Experiments: tracked runs are found, sorted, drawn, compared, and one of them is looked at as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, no_violations
from tests.project import Project

TRAIN = """
    import mlflow

    @custom
    def train(*args, depth=3, **kwargs):
        mlflow.log_params({"depth": depth, "seed": 1, "kind": "<b>tree</b>" if depth < 6 else "line"})
        for step in range(4):
            mlflow.log_metric("loss", depth / (step + 1), step=step)
            mlflow.log_metric("val loss", depth / (step + 2), step=step)
        mlflow.log_text("<script>window.pwned = 1</script>", "pages/page.html")
        return depth
"""
DEPTHS = (3, 6, 9)


def write_training(project: Project) -> None:
    project.pipeline("train", {"kind": "custom", "id": "train", "code": TRAIN})


def tracked(app: App) -> None:
    """Three runs with different parameters. The tracking server is started for the first of them."""
    for depth in DEPTHS:
        run = app.run("train", variables={"depth": depth})
        app.open(f"/runs/{run}")
        expect(app.page.locator("h1 + span")).to_contain_text("Completed", timeout=120_000)


@pytest.fixture
def app(project: Project, start: Callable[..., App]) -> App:
    write_training(project)
    app = start("--no-serving")
    tracked(app)
    return app


def grid(page: Page) -> Locator:
    return page.get_by_role("grid", name="Tracked runs")


def depths(page: Page) -> list[str]:
    """Of the runs as they stand in the list."""
    head = [each.strip() for each in grid(page).get_by_role("columnheader").all_inner_texts()]
    place = head.index("depth")
    rows = grid(page).get_by_role("row").filter(has=page.get_by_role("checkbox"))
    return [rows.nth(index).get_by_role("gridcell").nth(place).inner_text() for index in range(rows.count())]


def test_runs_are_found_sorted_drawn_and_compared(app: App, project: Project) -> None:
    page = app.open("/")
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Experiments").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{project.root.name}/train")
    expect(grid(page).get_by_role("row")).to_have_count(4)
    # What is the same in all of them is not among the columns.
    expect(grid(page).get_by_role("columnheader", name="depth")).to_be_visible()
    expect(grid(page).get_by_role("columnheader", name="seed")).to_have_count(0)
    assert depths(page) == ["9", "6", "3"]
    expect(page.get_by_role("img", name=re.compile("^Parallel coordinates of 3 runs"))).to_be_visible()
    no_violations(page)
    app.picture("experiments")

    # Sorted and filtered in the address.
    grid(page).get_by_role("button", name="loss", exact=True).click()
    expect(page).to_have_url(re.compile("sort=metrics.loss"))
    expect(grid(page).get_by_role("columnheader", name="loss", exact=True)).to_have_attribute("aria-sort", "ascending")
    expect(grid(page).get_by_role("row").nth(1)).to_contain_text("0.75")
    assert depths(page) == ["3", "6", "9"]
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Filter runs")
    expect(box).to_be_focused()
    page.keyboard.type("loss < 2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("a metric is metrics.loss")).to_be_visible()
    box.fill("metrics.loss < 2")
    page.keyboard.press("Enter")
    expect(grid(page).get_by_role("row")).to_have_count(3)
    page.reload()
    expect(grid(page).get_by_role("row")).to_have_count(3)
    assert depths(page) == ["3", "6"]
    box.fill("params.depth > 100")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No run is so.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(grid(page).get_by_role("row")).to_have_count(4)

    # A part of an axis becomes a filter.
    axis = page.locator("[data-axis='params.depth']")
    place = axis.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 4)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] * 0.6, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("params.depth(%20|\\+)%3E"))
    expect(grid(page).get_by_role("row")).to_have_count(3)
    box.fill("")
    expect(grid(page).get_by_role("row")).to_have_count(4)

    # Columns are chosen.
    page.get_by_role("button", name="Columns").click()
    sheet = page.get_by_role("dialog", name="Columns")
    sheet.get_by_label(re.compile("^seed")).check()
    no_violations(page)
    sheet.get_by_role("button", name="Done").click()
    expect(grid(page).get_by_role("columnheader", name="seed")).to_be_visible()

    # Chosen by keys and compared.
    rows = grid(page).get_by_role("row")
    rows.nth(1).focus()
    for key in ("x", "ArrowDown", "x", "c"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 2 runs")
    side = page.get_by_role("region", name="Runs side by side")
    expect(side.get_by_role("row", name=re.compile("^depth 3 6"))).to_be_visible()
    expect(side.get_by_role("row", name=re.compile("^seed"))).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Show what is the same, too")).click()
    expect(side.get_by_role("row", name="seed 1 1")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^loss by step"))).to_be_visible()
    page.get_by_label("Metric").select_option("val loss")
    page.get_by_label("Logarithmic").check()
    expect(page.get_by_role("img", name=re.compile("^log₁₀ val loss by step"))).to_be_visible()
    no_violations(page)
    app.picture("experiments-compare")
    page.get_by_role("button", name="Show as table").click()
    expect(page.get_by_role("region", name="The curves as a table").get_by_role("row")).to_have_count(5)
    page.get_by_role("link", name=re.compile("^Code and data of run")).click()
    expect(page).to_have_url(re.compile(r"/runs/\d+/diff/\d+"))


def test_one_run_with_its_curves_files_and_what_people_say(app: App) -> None:
    page = app.open("/runs/1?block=train&tab=spec")
    page.get_by_role("link", name=re.compile("^train · run 1")).click()
    expect(page).to_have_url(re.compile("/experiments/runs/"))
    expect(page.get_by_role("region", name="Metrics")).to_contain_text("0.75")
    expect(page.get_by_role("region", name="Parameters")).to_contain_text("<b>tree</b>")
    expect(page.get_by_role("img", name=re.compile("^loss by step"))).to_be_visible()
    page.get_by_role("button", name="val loss").click()
    expect(page.get_by_role("img", name=re.compile("^val loss by step"))).to_be_visible()

    page.get_by_role("region", name="Files").get_by_text("pages", exact=True).click()
    with page.expect_download() as told:
        page.get_by_role("link", name="page.html").click()
    assert told.value.path().read_text() == "<script>window.pwned = 1</script>"

    about = page.get_by_role("region", name="About run 1")
    about.get_by_label("New tag").fill("reviewed=yes")
    page.keyboard.press("Enter")
    expect(about.get_by_text("reviewed = yes")).to_be_visible()
    about.get_by_label("New note").fill("Deeper is better.")
    page.keyboard.press("Control+Enter")
    note = about.get_by_role("list", name="Notes").get_by_role("listitem")
    expect(note).to_contain_text("Deeper is better.")
    no_violations(page)
    app.picture("experiments-run")
    note.get_by_role("button", name="Change").click()
    note.get_by_label("Note").fill("Deeper is worse.")
    note.get_by_role("button", name="Save").click()
    expect(note).to_contain_text("changed")
    about.get_by_role("button", name="Take tag reviewed away").click()
    expect(about.get_by_text("reviewed = yes")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(about.get_by_text("reviewed = yes")).to_be_visible()
    note.get_by_role("button", name="Delete").click()
    expect(about.get_by_role("list", name="Notes")).to_have_count(0)
    page.get_by_role("link", name="Open the block").click()
    expect(page).to_have_url(re.compile(r"/pipelines/train\?block=train"))


def test_without_any_the_screen_tells_the_way(project: Project, start: Callable[..., App]) -> None:
    write_training(project)
    app = start("--no-serving")
    page = app.open("/experiments")
    expect(page.get_by_text("What a block records with MLflow")).to_be_visible()
    no_violations(page)
    app.picture("experiments-empty")
    app.open("/experiments/runs/none")
    expect(page.get_by_role("alert")).to_contain_text("none")
