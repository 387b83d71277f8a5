"""What runs by itself and who may do what: triggers, backfills, logs, people, secrets, tokens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, no_violations, sales
from tests.project import Project

SECRET = "hunter2-of-the-shop"


def test_a_pipeline_is_scheduled_and_fires(app: App) -> None:
    page = app.open("/triggers")
    expect(page.get_by_text("There is none yet")).to_be_visible()
    page.get_by_role("button", name="New trigger").first.click()
    sheet = page.get_by_role("dialog", name="New trigger")
    sheet.get_by_label("Runs pipeline").select_option("sales")
    sheet.get_by_label("Name").fill("each second")
    sheet.get_by_label("When", exact=True).select_option("cron")
    sheet.get_by_label("Expression").fill("61 * * * *")
    save = sheet.get_by_role("button", name="Save and switch on")
    expect(sheet.get_by_text("`61` is no minute: it must be 0 to 59").first).to_be_visible()
    expect(save).to_have_attribute("aria-disabled", "true")
    assert app.call("GET", "triggers")["items"] == []  # nothing is stored before Save
    sheet.get_by_label("Expression").fill("* * * * * *")
    expect(sheet.get_by_text("Fires every second")).to_be_visible()
    no_violations(page)
    app.picture("trigger-sheet")
    save.click()
    expect(page.get_by_role("heading", name="each second", level=1)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"^Run \d+$")).first).to_be_visible()
    no_violations(page)
    app.picture("trigger")
    page.get_by_role("switch", name="each second is on").click()
    expect(page.get_by_role("switch", name="each second is on")).not_to_be_checked()
    assert app.call("GET", "triggers")["items"][0]["active"] is False


def test_the_next_times_tell_what_the_clocks_do(app: App) -> None:
    page = app.open("/triggers?new=time&pipeline=sales")
    sheet = page.get_by_role("dialog", name="New trigger")
    sheet.get_by_label("Name").fill("at the change of the clocks")
    sheet.get_by_label("When", exact=True).select_option("cron")
    sheet.get_by_label("Expression").fill("30 12 1 1,7 *")  # once in winter, once in summer
    sheet.get_by_label("Time zone").fill("Europe/Berlin")
    told = sheet.get_by_role("region", name="What it will do")
    expect(told).to_contain_text("UTC+01:00")
    expect(told).to_contain_text("UTC+02:00")
    expect(told).to_contain_text(re.compile("clocks go (forward|back) 1 h"))
    sheet.get_by_label("Time zone").fill("Europe/Berlon")
    expect(sheet.get_by_text("Did you mean `Europe/Berlin`?").first).to_be_visible()


def test_an_event_is_tried_before_anything_is_stored(app: App) -> None:
    page = app.open("/triggers?new=event&pipeline=sales")
    sheet = page.get_by_role("dialog", name="New trigger")
    sheet.get_by_label("Name").fill("orders")
    sheet.get_by_label("Pattern").fill('{"name": [{"prefix": "orders_"}]}')
    sheet.get_by_label("Try an event").fill('{"name": "orders_may.csv"}')
    expect(sheet.get_by_text("This event fires it.")).to_be_visible()
    sheet.get_by_label("Try an event").fill('{"name": "people.csv"}')
    expect(sheet.get_by_text("This event does not fire it.")).to_be_visible()
    no_violations(page)
    assert app.call("GET", "triggers")["items"] == []


def test_a_trigger_is_changed_and_its_file_keeps_the_rest(app: App, project: Project) -> None:
    entry = "- name: nightly # at night\n  schedule_interval: '@daily'\n  status: active\n  priority: 3\n"
    project.write("pipelines/sales/triggers.yaml", f"# ours\ntriggers:\n{entry}")
    page = app.open("/triggers")
    row = page.get_by_role("row").filter(has_text="nightly")
    expect(row).to_contain_text("at 00:00 (UTC)")
    row.get_by_role("link", name="nightly").click()
    page.get_by_role("button", name="Change").click()
    sheet = page.get_by_role("dialog", name="Change nightly")
    sheet.get_by_label("At", exact=True).fill("07:30")
    expect(sheet.get_by_text("Fires at 07:30 (UTC)")).to_be_visible()
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).not_to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("at 07:30 (UTC)")
    written = project.root.joinpath("pipelines/sales/triggers.yaml").read_text()
    assert "# ours" in written
    assert "# at night" in written
    assert "priority: 3" in written
    assert "30 7 * * *" in written


def test_the_calendar_shows_what_comes_and_what_came(app: App) -> None:
    for name, definition in (
        ("soon", {"schedule_interval": "* * * * * *", "status": "active"}),
        ("asleep", {"schedule_interval": "0 6 * * *", "status": "inactive"}),
    ):
        body = {"definition": {"name": name, **definition}, "in_file": False}
        app.call("POST", "pipelines/sales/triggers", data=body)
    page = app.open("/triggers?view=calendar")
    calendar = page.get_by_role("region", name="Calendar")
    expect(calendar.get_by_role("link").filter(has_text="Done").first).to_be_visible()
    page.get_by_role("button", name="Show a week").click()
    page.get_by_role("button", name="Later").click()
    expect(calendar.get_by_role("link").filter(has_text="asleep").first).to_be_visible()
    expect(calendar.get_by_role("link").filter(has_text="Switched off").first).to_be_visible()
    no_violations(page)
    app.picture("calendar")


def test_the_token_of_an_api_trigger_is_shown_when_asked_for(app: App) -> None:
    body = {"definition": {"name": "hook", "schedule_type": "api", "status": "active"}, "in_file": False}
    number = app.call("POST", "pipelines/sales/triggers", data=body)["id"]
    token = app.call("GET", f"triggers/{number}/token")["token"]
    page = app.open(f"/triggers/{number}")
    expect(page.get_by_role("group", name="command")).to_contain_text("$TOKEN")
    assert token not in page.content()
    page.get_by_role("button", name="Show the token").click()
    expect(page.get_by_role("group", name="command")).to_contain_text(token)
    no_violations(page)
    called = page.request.post(
        f"{app.server.url}/api/v1/triggers/{number}/fire",
        headers={"Authorization": f"Bearer {token}", "Origin": app.server.url},
        data={},
    )
    assert called.ok
    expect(page.get_by_role("link", name=f"Run {called.json()['run']}")).to_be_visible()


def test_a_backfill_is_foreseen_started_and_followed(app: App) -> None:
    page = app.open("/backfills?new=true")
    sheet = page.get_by_role("dialog", name="New backfill")
    sheet.get_by_label("Pipeline").select_option("sales")
    sheet.get_by_label("From").fill("2026-01-01")
    sheet.get_by_label("Until, included").fill("2026-01-04")
    no_violations(page)
    sheet.get_by_role("button", name="See what would run").click()
    start = sheet.get_by_role("button", name="Start 4 runs")
    expect(start).to_be_visible()
    expect(sheet.get_by_text("2026-01-03")).to_be_visible()
    app.picture("backfill-plan")
    start.click()
    expect(page.get_by_role("main")).to_contain_text("4 of 4 slices done")
    expect(page.get_by_role("main")).to_contain_text("Completed")
    expect(page.get_by_role("button", name="2026-01-02: Completed")).to_be_visible()
    no_violations(page)
    app.picture("backfill")
    page.goto(f"{app.server.url}/backfills?new=true&pipeline=sales")
    again = page.get_by_role("dialog")
    again.get_by_label("From").fill("2026-01-03")
    again.get_by_label("Until, included").fill("2026-01-05")
    again.get_by_role("button", name="See what would run").click()
    expect(again.get_by_role("button", name="Start 1 run")).to_be_visible()


def test_a_line_of_a_log_is_found_and_linked_to(start: Callable[..., App], project: Project) -> None:
    code = """
        @data_loader
        def load(**kwargs):
            for number in range(30):
                print(f"reading part {number}")
            print("<b onclick=alert(1)>the \\x1b[31mneedle\\x1b[0m</b>")
            for number in range(30):
                print(f"writing part {number}")
    """
    project.pipeline("noisy", {"kind": "loader", "id": "load", "code": code})
    app = start()
    run = app.run("noisy")
    page = app.open("/logs")
    expect(page.get_by_role("region", name="Lines, newest first")).to_contain_text("writing part 29")
    page.get_by_role("combobox", name="Search the logs").fill("needle")
    page.keyboard.press("Enter")
    found = page.get_by_role("button", name=re.compile("the needle"))
    expect(found).to_have_count(1)
    assert "q=needle" in page.url
    found.click()
    page.get_by_role("button", name="Show 20 lines around it").click()
    around = page.get_by_role("list", name="Lines around it")
    expect(around).to_contain_text("reading part 29")
    expect(around).to_contain_text("writing part 0")
    expect(around).not_to_contain_text("reading part 3\n")
    expect(page.get_by_role("link", name=f"Open run {run}")).to_be_visible()
    no_violations(page)
    app.picture("logs")
    page.goto(f"{app.server.url}/logs?q=level%3Anothing+needle")
    expect(page.get_by_text("“nothing” is no level")).to_be_visible()


def test_lines_are_searched_by_a_pattern_and_by_the_time_drawn_over_them(
    start: Callable[..., App], project: Project
) -> None:
    code = """
        import logging
        import sys


        @data_loader
        def load(**kwargs):
            for number in range(20):
                print(f"part {number} of 20")
            print("it broke", file=sys.stderr)
            kwargs["logger"].error("row 17 is broken")
    """
    project.pipeline("noisy", {"kind": "loader", "id": "load", "code": code})
    app = start()
    app.run("noisy")
    page = app.open("/logs")
    lines = page.get_by_role("region", name="Lines, newest first")
    expect(lines).to_contain_text("row 17 is broken")
    page.get_by_role("combobox", name="Search the logs").fill(r"part 1\d of")
    page.get_by_role("button", name="Regular expression, between slashes").click()
    expect(page.get_by_role("combobox", name="Search the logs")).to_have_value(r"/part 1\d of/")
    expect(lines).to_contain_text("part 19 of 20")
    expect(lines).not_to_contain_text("part 9 of 20")
    over_time = page.get_by_role("region", name="Lines over time")
    expect(over_time).to_contain_text("10 lines")

    page.get_by_role("combobox", name="Search the logs").fill("/part (/")
    expect(page.get_by_text("This is no pattern: missing )")).to_be_visible()

    page.get_by_role("combobox", name="Search the logs").fill("")
    slider = over_time.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"lines, \d errors"))
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    no_violations(page)
    app.picture("logs-pattern")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("since.*until"))
    expect(lines).to_contain_text("row 17 is broken")
    over_time.get_by_role("button", name="All times").click()
    expect(page).not_to_have_url(re.compile("since"))


def test_new_lines_are_counted_while_one_reads(start: Callable[..., App], project: Project) -> None:
    code = """
        @data_loader
        def load(**kwargs):
            for number in range(4):
                print(f"line {number}")
    """
    project.pipeline("noisy", {"kind": "loader", "id": "load", "code": code})
    app = start()
    app.run("noisy")
    page = app.open("/logs")
    lines = page.get_by_role("region", name="Lines, newest first")
    expect(lines.get_by_role("button")).to_have_count(4)
    page.get_by_role("button", name="Pause").click()
    app.run("noisy")
    newer = page.get_by_role("button", name="4 new lines")
    expect(newer).to_be_visible()
    expect(lines.get_by_role("button")).to_have_count(4)
    app.picture("logs-paused")
    newer.click()
    expect(lines.get_by_role("button")).to_have_count(8)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    app.run("noisy")  # it follows again
    expect(lines.get_by_role("button")).to_have_count(12)


def invited(app: App, email: str, role: str) -> Page:
    """Adds a person by the form, and gives the page of somebody who came by the link that was shown."""
    page = app.open("/settings/people?new=true")
    sheet = page.get_by_role("dialog", name="Add a person")
    sheet.get_by_label("E-mail address").fill(email)
    sheet.get_by_label("Role").select_option(role)
    no_violations(page)
    sheet.get_by_role("button", name="Invite").click()
    link = sheet.get_by_role("group", name="sign-in link").locator("pre").inner_text()
    sheet.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row").filter(has_text=email)).to_contain_text(f"{role} of")
    assert link not in page.content()
    theirs = app.another(person=None)
    theirs.goto(link)
    theirs.get_by_role("button", name="Sign in").click()
    expect(theirs.get_by_role("button", name="You: vera")).to_be_visible()
    return theirs


def test_a_viewer_is_invited_signs_in_and_is_told_why_nothing_can_be_run(app: App) -> None:
    body = {"definition": {"name": "nightly", "schedule_interval": "@daily", "status": "active"}, "in_file": False}
    app.call("POST", "pipelines/sales/triggers", data=body)
    page = invited(app, "vera@example.com", "viewer")
    page.goto(f"{app.server.url}/triggers/1")
    run = page.get_by_role("button", name="Run now: nightly")
    expect(run).to_have_attribute("aria-disabled", "true")
    expect(run).to_have_accessible_description(re.compile("does not let you run something: it takes an editor"))
    expect(page.get_by_role("switch", name="nightly is on")).to_have_attribute("aria-disabled", "true")
    run.click(force=True)
    assert app.call("GET", "runs")["items"] == []
    page.goto(f"{app.server.url}/settings/secrets")
    expect(page.get_by_text("it takes an editor of the project")).to_be_visible()
    page.goto(f"{app.server.url}/settings/audit")
    expect(page.get_by_text("it takes an admin of the project")).to_be_visible()
    no_violations(page)


def test_a_role_that_is_taken_away_is_gone_at_once(app: App) -> None:
    theirs = invited(app, "vera@example.com", "editor")
    theirs.goto(f"{app.server.url}/settings/secrets")
    expect(theirs.get_by_role("button", name="New secret").first).to_be_visible()
    page = app.page
    page.get_by_role("row").filter(has_text="vera@example.com").click()
    sheet = page.get_by_role("dialog", name="vera")
    no_violations(page)
    sheet.get_by_role("button", name=re.compile("Take away: editor")).click()
    expect(sheet.get_by_text("None: signing in shows nothing.")).to_be_visible()
    theirs.goto(f"{app.server.url}/settings/secrets")
    expect(theirs.get_by_role("button", name="New secret")).to_have_count(0)


def test_a_secret_is_written_and_never_shown(app: App, project: Project) -> None:
    project.write("data_loaders/uses_it.py", 'from x import get_secret_value\n\nget_secret_value("shop_token")\n')
    page = app.open("/settings/secrets")
    page.get_by_role("button", name="New secret").first.click()
    sheet = page.get_by_role("dialog", name="New secret")
    sheet.get_by_label("Name").fill("shop_token")
    sheet.get_by_label("Value").fill(SECRET)
    no_violations(page)
    sheet.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="shop_token")
    expect(row).to_contain_text("never shown")
    row.get_by_role("button", name=re.compile("Replace")).click()
    sheet = page.get_by_role("dialog", name="Secret shop_token")
    expect(sheet.get_by_label("New value")).to_have_value("")
    expect(sheet.get_by_role("region", name="Used by")).to_contain_text("data_loaders/uses_it.py")
    no_violations(page)
    app.picture("secret")
    assert SECRET not in page.content()
    page.reload()
    expect(page.get_by_role("dialog", name="Secret shop_token")).to_be_visible()
    assert SECRET not in page.content()
    assert SECRET not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


def test_a_token_is_shown_once_and_can_do_what_its_scopes_say(app: App) -> None:
    page = app.open("/settings/tokens?new=true")
    sheet = page.get_by_role("dialog", name="New token")
    sheet.get_by_label("Name").fill("nightly export")
    sheet.get_by_label("Run", exact=True).uncheck()
    no_violations(page)
    sheet.get_by_role("button", name="Make the token").click()
    token = sheet.get_by_role("group", name="token").locator("pre").inner_text()
    assert token.startswith("bw_")
    app.picture("token")
    program = {"Authorization": f"Bearer {token}"}
    runs = f"{app.server.url}/api/v1/projects/{app.project.root.name}/runs"
    stranger = app.another(person=None)
    assert stranger.request.get(runs, headers=program).ok
    assert stranger.request.post(runs, headers=program, data={"pipeline": "sales"}).status == 403
    sheet.get_by_role("button", name="Done").click()
    row = page.get_by_role("row").filter(has_text="nightly export").first
    expect(row).to_contain_text("view")
    assert token not in page.content()
    page.reload()
    expect(row).to_be_visible()
    assert token not in page.content()
    row.get_by_role("button", name="Revoke nightly export").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke nightly export").click()
    expect(row).to_contain_text("revoked")
    assert stranger.request.get(runs, headers=program).status == 401


@pytest.mark.parametrize(
    "place",
    ["project", "variables", "notifications", "retention", "people", "tokens", "audit", "account", "appearance"],
)
def test_every_page_of_the_settings_can_be_read_by_everybody(app: App, place: str) -> None:
    page = app.open(f"/settings/{place}")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Loading")).to_have_count(0)
    no_violations(page)
    app.picture(f"settings-{place}")


def test_single_letters_can_be_switched_off(app: App) -> None:
    page = app.open("/settings/appearance")
    page.get_by_label("Single letters are keys").uncheck()
    page.get_by_label("Single letters are keys").blur()
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    page.get_by_label("Single letters are keys").check()
    page.get_by_label("Single letters are keys").blur()
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Pipelines", level=1)).to_be_visible()


def test_a_channel_is_tried_and_its_error_is_the_real_one(start: Callable[..., App], project: Project) -> None:
    project.write("metadata.yaml", "notification_config:\n  slack_config:\n    webhook_url: http://127.0.0.1:9/x\n")
    app = start(BLOCKWRIGHT_ALERT_HOSTS="127.0.0.1")
    page = app.open("/settings/notifications")
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_role("alert")).to_contain_text("It did not arrive")
    no_violations(page)
    del app.complaints[:]  # 503 is the answer


def test_the_page_of_sign_in_tells_what_the_provider_said(app: App) -> None:
    page = app.another(person=None)
    page.goto(f"{app.server.url}/login?sign_in_error=The+identity+provider+refused%3A+access_denied.")
    expect(page.get_by_role("alert")).to_contain_text("refused: access_denied")
    expect(page.get_by_role("link", name="Sign in with your organisation")).to_have_count(0)
    no_violations(page)


def test_who_may_sign_in_elsewhere_is_shown_the_way(start: Callable[..., App], project: Project) -> None:
    sales(project)
    app = start(BLOCKWRIGHT_OIDC_ISSUER="https://login.example.com", BLOCKWRIGHT_OIDC_CLIENT_ID="blockwright")
    page = app.another(person=None)
    page.goto(f"{app.server.url}/login?back=%2Fruns")
    way = page.get_by_role("link", name="Sign in with your organisation")
    expect(way).to_have_attribute("href", "/sign-in/oidc?after=%2Fruns")
