"""A run in detail: compared with another, run again with other variables, deleted; a long log read from its end."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import App, no_violations
from tests.browser.test_runs import ended
from tests.project import Project

GREET = """
    import pandas as pd

    @data_loader
    def load(*args, **kwargs):
        return pd.DataFrame({"name": ["ana", "bob"], "days": [kwargs["days"], 2]})
"""
TALKING = """
    @data_loader
    def load(*args, **kwargs):
        for number in range(30_000):
            print("line", number, "with words enough to make the log a long one")
        print("the very last line")
        return [1]
"""


def greeting(project: Project, start: Callable[..., App]) -> App:
    project.pipeline("greet", {"kind": "loader", "id": "load", "code": GREET}, variables={"days": 1})
    return start()


def test_a_block_is_compared_with_itself_in_another_run(project: Project, start: Callable[..., App]) -> None:
    app = greeting(project, start)
    before = ended(app, "greet", "Completed")
    project.write("data_loaders/load.py", GREET.replace('"bob"', '"eve"'))
    run = app.run("greet", variables={"days": 5})
    page = app.open(f"/runs/{run}")
    expect(page.locator("h1 + span")).to_contain_text("Completed")
    page.get_by_role("tab", name="Compare").click()
    panel = page.get_by_role("tabpanel", name="Compare")
    expect(panel.get_by_label("With run")).to_have_value(str(before))
    expect(panel).to_contain_text("Its code changed; other values of days.")
    expect(panel).to_contain_text('"eve"')
    expect(panel.get_by_role("region", name="Rows of load")).to_contain_text("2 rows added, 2 removed")
    no_violations(page)
    app.picture("run-compare")
    page.reload()
    expect(panel).to_contain_text("Its code changed")
    expect(panel.get_by_role("link", name=f"Compare all of {before} ↔ {run}")).to_be_visible()


def test_a_run_starts_again_with_other_variables_and_todays_code_or_that_of_then(
    project: Project, start: Callable[..., App]
) -> None:
    app = greeting(project, start)
    first = ended(app, "greet", "Completed")
    project.write("data_loaders/load.py", GREET.replace('"bob"', '"eve"'))
    for way, value, name in (("As it is today", "7", "eve"), (f"As it was in run {first}", "8", "bob")):
        page = app.open(f"/runs/{first}")
        expect(page.locator("h1 + span")).to_contain_text("Completed")
        page.keyboard.press("v")
        sheet = page.get_by_role("dialog", name="Run greet again")
        days = sheet.get_by_label("Value of variable days")
        expect(days).to_have_value("1")
        days.fill(value)
        sheet.get_by_role("radio", name=re.compile(way)).check()
        no_violations(page)
        app.picture("run-again")
        sheet.get_by_role("button", name="Start a new run").click()
        expect(sheet).to_have_count(0)
        expect(page.locator("h1 + span")).to_contain_text("Completed")
        assert not page.url.endswith(f"/runs/{first}")
        grid = page.get_by_role("grid", name=re.compile("^Output .*of load$"))
        expect(grid.get_by_role("gridcell", name=value, exact=True)).to_be_visible()
        expect(grid.get_by_role("gridcell", name=name, exact=True)).to_be_visible()


def test_checks_that_a_block_declares_are_shown_with_what_they_found(
    project: Project, start: Callable[..., App]
) -> None:
    checks = [
        {"column": "days", "max": 1, "severity": "warn"},
        {"column": "name", "nulls": 0},
        {"column": "days", "min": 2},
    ]
    block = {"kind": "loader", "id": "load", "code": GREET, "checks": checks}
    project.pipeline("greet", block, variables={"days": 1})
    app = start()
    run = ended(app, "greet", "Failed")
    page = app.open(f"/runs/{run}?block=load&tab=tests")
    table = page.get_by_role("grid", name="Declared checks")
    rows = table.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Warning")
    expect(rows.nth(1)).to_contain_text("1 of 2 rows, such as 2")
    expect(rows.nth(2)).to_contain_text("Failed")
    expect(rows.nth(3)).to_contain_text("Passed")
    no_violations(page)
    expect(page.get_by_text("passed,")).to_have_count(0)  # there is no test beside them
    app.picture("run-checks")


def test_runs_are_deleted_after_a_question_by_who_may(app: App) -> None:
    runs = [ended(app, "sales", "Completed") for _ in range(3)]
    page = app.page
    page.get_by_role("button", name="More ways to run it again").click()
    page.get_by_role("menuitem", name=f"Delete run {runs[-1]}…").click()
    dialog = page.get_by_role("dialog", name="Delete 1 run?")
    expect(dialog).to_contain_text("There is no way back.")
    no_violations(page)
    dialog.get_by_role("button", name="Delete 1 run").click()
    page.wait_for_url("**/runs")
    rows = page.get_by_role("grid", name="Runs").get_by_role("row").filter(has_text="sales")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("2/2")
    rows.nth(0).press("x")
    rows.nth(1).press("x")
    page.get_by_role("button", name="Delete 2").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 2 runs").click()
    expect(page.get_by_text("Nothing has run yet")).to_be_visible()
    assert app.call("GET", "runs")["items"] == []


def test_the_runs_that_one_asked_for_are_one_press_away(app: App) -> None:
    run = ended(app, "sales", "Completed")
    page = app.open("/runs")
    page.get_by_role("button", name="Mine", exact=True).click()
    expect(page.get_by_role("combobox", name="Filter runs")).to_have_value("by:me")
    rows = page.get_by_role("grid", name="Runs").get_by_role("row").filter(has_text="sales")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(str(run))
    page.get_by_role("combobox", name="Filter runs").fill("by:nobody@localhost")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No run is so.")).to_be_visible()


def test_a_long_log_opens_at_its_end_and_is_read_whole_when_wanted(project: Project, start: Callable[..., App]) -> None:
    project.pipeline("talk", {"kind": "loader", "id": "say", "code": TALKING})
    app = start()
    run = ended(app, "talk", "Completed")
    page = app.open(f"/runs/{run}?tab=log")
    log = page.get_by_role("log")
    expect(log).to_contain_text("the very last line")
    expect(page.get_by_text(re.compile("This is the end of the log"))).to_be_visible()
    no_violations(page)
    app.picture("run-log-end")
    page.get_by_role("button", name="Read all of it").click()
    expect(page.get_by_text(re.compile("This is the end of the log"))).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("line 7 with")
    expect(page.get_by_text("1 hit")).to_be_visible()
    page.keyboard.press("Enter")
    expect(log).to_contain_text("line 7 with words")


def test_what_was_tried_again_says_how_often(project: Project, start: Callable[..., App]) -> None:
    code = """
        import os

        @data_loader
        def load(*args, **kwargs):
            if not os.path.exists("tried"):
                open("tried", "w").close()
                raise RuntimeError("not yet")
            return [1]
    """
    project.pipeline(
        "again", {"kind": "loader", "id": "load", "code": code, "retry_config": {"retries": 1, "delay": 0}}
    )
    app = start()
    run = ended(app, "again", "Completed")
    page = app.page
    expect(page.get_by_role("treegrid", name="Blocks over time")).to_contain_text("2×")
    attempts = page.get_by_role("combobox", name="Attempt")
    expect(attempts).to_contain_text("Attempt 1 · failed, tried again")
    page.goto(f"{app.server.url}/runs/{run}?tab=log&attempt=1")
    expect(attempts).to_have_value("1")
