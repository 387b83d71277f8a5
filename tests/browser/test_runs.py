"""Home, runs, one run, two runs compared: what a person learns and does there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import App, no_violations
from tests.project import Project

WELL = """
    @transformer
    def clean(frame, *args, **kwargs):
        return frame[frame["number"] > 9]
"""
BROKEN = """
    @transformer
    def clean(frame, *args, **kwargs):
        wanted = "numbers"
        return frame[frame[wanted] > 9]
"""
GATED = """
    import os, time

    @data_loader
    def load(*args, **kwargs):
        print("waiting for the gate")
        while not os.path.exists("gate"):
            time.sleep(0.05)
        return [1, 2, 3]
"""
TALKING = """
    import logging

    @data_loader
    def load(*args, **kwargs):
        print("<img src=x onerror='window.pwned = 1'> \\x1b[31mred\\x1b[0m needle")
        for number in range(3_000):
            print("line", number)
        logging.getLogger().warning("the second needle")
        print("needle " + "m" * 10_000)
        return [1]
"""


def ended(app: App, pipeline: str, state: str) -> int:
    """Run the pipeline to its end."""
    run = app.run(pipeline)
    page = app.open(f"/runs/{run}")
    expect(page.locator("h1 + span")).to_contain_text(state)
    return run


@pytest.fixture
def gated(project: Project, start: Callable[..., App]) -> App:
    project.pipeline("gated", {"kind": "loader", "id": "wait", "code": GATED})
    return start()


def test_why_a_run_failed_is_said_at_once_with_the_line_and_what_changed(app: App, project: Project) -> None:
    good = ended(app, "sales", "Completed")
    project.write("transformers/clean.py", BROKEN)
    bad = ended(app, "sales", "Failed")
    page = app.page
    main = page.get_by_role("main")
    expect(main.get_by_text("KeyError: 'numbers'").first).to_be_visible()
    expect(main.get_by_text("clean.py changed since")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"clean\.py:5")).click()
    raised = page.get_by_text("return frame[frame[wanted] > 9]").first
    expect(raised).to_contain_text("the line that raised")
    expect(page.get_by_role("region", name="Block clean")).to_contain_text('wanted = "numbers"')
    no_violations(page)
    app.picture("run-failed")
    page.get_by_role("link", name=f"Diff {good} ↔ {bad}").click()
    expect(page.get_by_text("1 file changed, same variables, 1 of 2 blocks came out otherwise.")).to_be_visible()
    expect(page.get_by_text('wanted = "numbers"')).to_be_visible()
    page.get_by_role("row").filter(has_text="load").click()
    expect(page.get_by_text("All 100 rows are the same.")).to_be_visible()
    no_violations(page)
    app.picture("run-diff")


def test_a_run_is_cancelled_and_then_goes_on(gated: App, project: Project) -> None:
    run = gated.run("gated")
    page = gated.open(f"/runs/{run}")
    state = page.locator("h1 + span")
    expect(state).to_contain_text("Running")
    expect(page.get_by_role("log")).to_contain_text("waiting for the gate")
    no_violations(page)
    gated.picture("run-running")
    page.get_by_role("button", name="Cancel").click()
    expect(state).to_contain_text("Cancelled")
    (project.root / "gate").touch()
    page.get_by_role("button", name="Retry from wait").click()
    expect(state).to_contain_text("Completed")
    expect(page.get_by_text("1 of 1 done")).to_be_visible()


def test_the_list_of_runs_follows_what_happens(app: App) -> None:
    page = app.open("/runs")
    expect(page.get_by_text("Nothing has run yet")).to_be_visible()
    expect(page.get_by_text("Live")).to_be_visible()
    run = app.run("sales")
    row = page.get_by_role("row").filter(has_text="sales")
    expect(row).to_contain_text("Completed")
    no_violations(page)
    app.picture("runs")
    row.press("Enter")
    page.wait_for_url(f"**/runs/{run}")
    expect(page.get_by_role("heading", name=f"sales · run {run}")).to_be_visible()
    app.picture("run-completed")


def test_a_filter_is_in_the_address_and_survives(app: App, project: Project) -> None:
    good = ended(app, "sales", "Completed")
    project.write("transformers/clean.py", BROKEN)
    bad = ended(app, "sales", "Failed")
    page = app.open("/runs")
    rows = page.get_by_role("grid", name="Runs").get_by_role("row").filter(has_text="sales")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Failed", exact=True).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(str(bad))
    box = page.get_by_role("combobox", name="Filter runs")
    expect(box).to_have_value("state:failed")
    page.keyboard.press("/")
    page.keyboard.press("End")
    page.keyboard.type(" since:1h pipel")
    expect(page.get_by_role("option", name="pipeline:")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("sa")
    page.get_by_role("option", name="sales").click()
    expect(page).to_have_url(re.compile(r"q=.*since.*pipeline"))
    no_violations(page)
    page.reload()
    expect(box).to_have_value("state:failed since:1h pipeline:sales")
    expect(rows).to_have_count(1)
    box.fill("state:wrong")
    page.keyboard.press("Escape")
    expect(page.get_by_text("“wrong” is no state")).to_be_visible()
    page.get_by_role("button", name="All", exact=True).click()
    expect(rows).to_have_count(2)
    assert good != bad


def test_two_chosen_runs_are_compared_and_many_retried_after_a_question(app: App, project: Project) -> None:
    project.write("transformers/clean.py", BROKEN)
    first, second = ended(app, "sales", "Failed"), ended(app, "sales", "Failed")
    project.write("transformers/clean.py", WELL)
    page = app.open("/runs")
    rows = page.get_by_role("grid", name="Runs").get_by_role("row").filter(has_text="sales")
    expect(rows).to_have_count(2)
    rows.nth(0).press("x")
    rows.nth(1).press("x")
    expect(page.get_by_text("2 runs chosen")).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(f"**/runs/{first}/diff/{second}")
    expect(page.get_by_text("Same code, same variables")).to_be_visible()
    page.go_back()
    rows.nth(0).press("x")
    rows.nth(1).press("x")
    page.get_by_role("button", name="Retry 2").click()
    dialog = page.get_by_role("dialog", name="Retry 2 runs?")
    expect(dialog).to_contain_text(f"run {first}")
    no_violations(page)
    dialog.get_by_role("button", name="Retry 2 runs").click()
    expect(rows.filter(has_text="Completed")).to_have_count(2)


def test_a_log_is_searched_and_runs_nothing_that_it_shows(project: Project, start: Callable[..., App]) -> None:
    project.pipeline("talk", {"kind": "loader", "id": "say", "code": TALKING})
    app = start()
    run = ended(app, "talk", "Completed")
    page = app.open(f"/runs/{run}?tab=log")
    log = page.get_by_role("log")
    expect(log).to_contain_text("line 2999")
    page.keyboard.press("/")
    page.keyboard.type("needle")
    expect(page.get_by_text("3 hits")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 3 hits")).to_be_visible()
    expect(log).to_contain_text("<img src=x onerror='window.pwned = 1'> red needle")
    assert page.evaluate("window.pwned") is None
    page.keyboard.press("Enter")
    expect(log).to_contain_text("the second needle")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("more characters")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Level").select_option("warning")
    expect(log.get_by_text("the second needle")).to_be_visible()
    expect(log.get_by_text("line 2999")).to_have_count(0)
    no_violations(page)
    app.picture("run-log")


def test_children_of_a_dynamic_block_are_folded_under_it(project: Project, start: Callable[..., App]) -> None:
    project.pipeline(
        "fan",
        {
            "kind": "loader",
            "id": "items",
            "code": "@data_loader\ndef load(*args, **kwargs):\n    return [[1, 2, 3]]\n",
            "configuration": {"dynamic": True},
        },
        {
            "kind": "transformer",
            "id": "each",
            "after": ["items"],
            "code": "@transformer\ndef each(item, *args):\n    assert item != 2, 'two is bad'\n    return item\n",
        },
    )
    app = start()
    run = ended(app, "fan", "Failed")
    page = app.open(f"/runs/{run}?block=items")
    rows = page.get_by_role("treegrid").get_by_role("row")
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Unfold each").click()
    expect(rows).to_have_count(5)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile("block=each"))
    no_violations(page)
    app.picture("run-children")
    page.get_by_role("tab", name="Table").click()
    expect(page.get_by_role("grid", name="Block runs")).to_contain_text("each")
    page.get_by_role("tab", name="Graph").click()
    expect(page.get_by_role("treeitem", name="each")).to_be_visible()
    no_violations(page)


def test_home_says_what_needs_somebody_and_mends_it(app: App, project: Project) -> None:
    page = app.open("/")
    expect(page.get_by_text("Nothing needs you.")).to_be_visible()
    project.write("transformers/clean.py", BROKEN)
    run = app.run("sales")
    needs = page.get_by_role("region", name="Needs you").get_by_role("listitem")
    expect(needs).to_contain_text("KeyError: 'numbers'")
    expect(needs).to_contain_text(f"run {run}")
    no_violations(page)
    app.picture("home")
    project.write("transformers/clean.py", WELL)
    page.get_by_role("button", name="Retry from clean").click()
    expect(page.get_by_text("Nothing needs you.")).to_be_visible()
    expect(page.get_by_role("grid", name="Pipelines").get_by_role("row").nth(1)).to_contain_text("Completed")


def test_a_run_that_is_not_there_says_so(app: App) -> None:
    page = app.open("/runs/999")
    expect(page.get_by_role("alert")).to_contain_text("999")
    page = app.open("/runs/nonsense")
    expect(page.get_by_role("heading", name="There is no such run")).to_be_visible()
