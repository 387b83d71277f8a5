"""What needs somebody, and what people decide: why, mutes, all triggers paused, the settings of the project."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import App, no_violations
from tests.project import Project

BAD = "@data_loader\ndef load(*args, **kwargs):\n    raise KeyError('surviveds')\n"
DAILY = {"name": "nightly", "schedule_type": "time", "schedule_interval": "@daily", "status": "active"}


def test_an_entry_says_why_in_place_and_is_muted_and_told_again(start: Callable[..., App], project: Project) -> None:
    project.pipeline("bad", {"kind": "loader", "id": "broken", "code": BAD})
    app = start()
    run = app.run("bad")
    page = app.open("/")
    needs = page.get_by_role("region", name="Needs you")
    expect(needs).to_contain_text(f"run {run}")
    needs.get_by_role("button", name=re.compile("^Why: bad")).click()
    why = needs.get_by_role("region", name="Why: bad failed")
    expect(why).to_contain_text("surviveds")
    expect(why).to_contain_text("Mend the cause")
    expect(why.get_by_role("link", name="data_loaders/broken.py:3")).to_be_visible()
    no_violations(page)
    app.picture("home-why")

    needs.get_by_role("button", name=re.compile("^Mute: bad")).click()
    dialog = page.get_by_role("dialog", name="Mute “bad failed”?")
    dialog.get_by_label("Reason").fill("the source is being moved")
    dialog.get_by_label("For", exact=True).select_option("7 days")
    no_violations(page)
    app.picture("home-mute")
    dialog.get_by_role("button", name="Mute for 7 days").click()
    expect(needs).to_contain_text("Nothing needs you.")
    needs.get_by_role("button", name="1 muted").click()
    muted = needs.get_by_role("list", name="Muted")
    expect(muted).to_contain_text("the source is being moved")
    no_violations(page)
    app.picture("home-muted")
    muted.get_by_role("button", name="Unmute: bad failed").click()
    expect(needs).to_contain_text(f"run {run}")


def test_all_triggers_are_paused_with_a_reason_and_resumed_from_home(app: App) -> None:
    app.call("POST", "pipelines/sales/triggers", data={"definition": DAILY, "in_file": False})
    page = app.open("/triggers")
    page.get_by_role("button", name="Pause all…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("the database moves")
    no_violations(page)
    app.picture("triggers-pause")
    dialog.get_by_role("button", name="Pause all triggers").click()
    bar = page.get_by_role("region", name="All triggers are paused")
    expect(bar).to_contain_text("the database moves")
    no_violations(page)
    app.picture("triggers-paused")
    page.get_by_role("link", name="Home", exact=True).click()
    expect(bar).to_contain_text("the database moves")
    expect(page.get_by_role("grid", name="Pipelines")).to_contain_text("paused")
    no_violations(page)
    app.picture("home-paused")
    bar.get_by_role("button", name="Resume triggers").click()
    expect(bar).to_have_count(0)
    assert app.call("GET", "trigger-pause")["paused"] is False


def test_the_projects_settings_are_changed_by_key_and_as_text(app: App) -> None:
    path = app.project.root / "metadata.yaml"
    path.write_text("# Ours.\nretry_config: {retries: 2}  # twice\n")
    page = app.open("/settings/project")
    section = page.get_by_role("region", name="Settings", exact=True)
    retries = section.get_by_label("retry config · retries")
    expect(retries).to_have_value("2")
    no_violations(page)
    app.picture("settings-project")
    retries.fill("5")
    section.get_by_label("limits · runs").fill("0")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("alert")).to_contain_text("limits.runs")
    section.get_by_label("limits · runs").fill("3")
    section.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Settings saved")).to_be_visible()
    assert path.read_text() == "# Ours.\nretry_config: {retries: 5}  # twice\nlimits:\n  runs: 3\n"

    # Somebody else is faster: nothing is overwritten before one has said so.
    section.get_by_label("limits · runs").fill("4")
    path.write_text("# Theirs.\nlimits: {runs: 9}\n")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("alert")).to_contain_text("was changed since")
    app.picture("settings-conflict")
    section.get_by_role("button", name="Keep mine").click()
    expect(section.get_by_role("alert")).to_have_count(0)
    expect(section.get_by_label("limits · runs")).to_have_value("4")
    expect(retries).to_have_value("0")  # theirs, where nothing was typed
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        section.get_by_role("button", name="Save").click()
    assert path.read_text() == "# Theirs.\nlimits: {runs: 4}\n"

    section.get_by_role("tab", name="YAML").click()
    expect(page).to_have_url(re.compile("as=yaml"))
    text = section.get_by_label("YAML of metadata.yaml")
    expect(text).to_contain_text("# Theirs.")
    text.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("limits:\n  runs: many\n")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("alert")).to_contain_text("metadata.yaml:2 (limits.runs)")
    no_violations(page)
    app.picture("settings-yaml")
    text.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("# Both.\nlimits:\n  runs: 7\n")
    section.get_by_role("button", name="Save").click()
    expect(page.get_by_text("metadata.yaml was saved")).to_be_visible()
    assert path.read_text() == "# Both.\nlimits:\n  runs: 7\n"


def test_what_two_people_wrote_into_the_settings_is_merged(app: App) -> None:
    path = app.project.root / "metadata.yaml"
    path.write_text("# Ours.\nproject_type: standalone\nlimits: {runs: 2}\n")
    page = app.open("/settings/project?as=yaml")
    section = page.get_by_role("region", name="Settings", exact=True)
    text = section.get_by_label("YAML of metadata.yaml")
    expect(text).to_contain_text("# Ours.")
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("features: {polars: true}\n")
    path.write_text("# Theirs.\nproject_type: standalone\nlimits: {runs: 2}\n")
    section.get_by_role("button", name="Save").click()
    section.get_by_role("button", name="Merge").click()
    dialog = page.get_by_role("dialog", name="Merge metadata.yaml")
    expect(dialog.get_by_label("Merged")).to_contain_text("polars")
    no_violations(page)
    dialog.get_by_role("button", name="Save the merged file").click()
    expect(page.get_by_text("metadata.yaml was saved")).to_be_visible()
    assert path.read_text() == "# Theirs.\nproject_type: standalone\nlimits: {runs: 2}\nfeatures: {polars: true}\n"
