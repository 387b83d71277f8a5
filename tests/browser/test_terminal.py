"""The terminal: opened, typed in, found again after a reload, ended with all that runs in it, and refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE, App, no_violations, sales
from tests.browser.test_operate import invited
from tests.processes import gone, marked
from tests.project import Project

ON = {"BLOCKWRIGHT_TERMINAL": "on", "SHELL": "/bin/bash", "HOME": "/nowhere"}


@pytest.fixture
def given(start: Callable[..., App], project: Project) -> App:
    sales(project)
    return start(**ON)


HOSTILE = (
    "<img src=x onerror=alert(1)>"
    "\x1b]0;<b>title\x07\x1b]52;c;aGk=\x07"  # a title, and something into the clipboard
    "\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07\n"
)


def opened(app: App) -> Page:
    page = app.open("/terminal")
    page.get_by_role("button", name="Open a terminal").click()
    expect(screen(page)).to_be_visible()
    return page


def screen(page: Page, number: int = 1) -> Locator:
    return page.get_by_role("textbox", name=f"Terminal {number} in shop")


def shows(page: Page, text: str) -> None:
    expect(page.locator(".xterm-rows:visible")).to_contain_text(text)


def enter(page: Page, line: str) -> None:
    page.keyboard.type(line)
    page.keyboard.press("Enter")


def test_a_shell_in_the_project_survives_a_reload_and_ends_with_all_that_runs_in_it(given: App) -> None:
    page = opened(given)
    expect(page.get_by_text("with all rights of that account")).to_be_visible()
    enter(page, "pwd; echo $((6 * 7)) is the answer")
    shows(page, str(given.project.root.name))
    shows(page, "42 is the answer")
    enter(page, "(setsid sleep 4321 &) ; sleep 4322 & export KEPT=yes")
    enter(page, "printf '\\033[31mred\\033[38;2;10;200;30mtrue\\033[0m\\n'; ls -d pipelines")
    shows(page, "redtrue")
    no_violations(page)
    given.picture("terminal-page")

    page.reload()
    shows(page, "42 is the answer")
    page.locator(".xterm:visible").click()
    enter(page, "echo still $KEPT")
    shows(page, "still yes")

    left = [*marked("sleep\x004321"), *marked("sleep\x004322")]
    assert len(left) == 2
    page.get_by_role("button", name="End terminal 1").click()
    expect(page.get_by_role("button", name="Open a terminal")).to_be_visible()
    gone(left)
    actions = [entry["action"] for entry in given.call("GET", "/api/v1/audit")["items"]]
    assert {"terminal.open", "terminal.close"} <= set(actions)


def test_several_tabs_in_the_drawer_each_with_a_shell_of_its_own(given: App) -> None:
    page = given.open("/runs")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.keyboard.press("Control+`")
    drawer = page.locator("section[data-region]", has=page.get_by_role("button", name="Close the drawer"))
    drawer.get_by_role("button", name="Terminal", exact=True).click()
    page.get_by_role("button", name="Open a terminal").click()
    expect(screen(page)).to_be_focused()
    enter(page, "echo first")
    shows(page, "first")
    page.get_by_role("button", name="Another terminal").click()
    expect(screen(page, 2)).to_be_focused()
    enter(page, "echo second; tty")
    shows(page, "second")
    given.picture("terminal-drawer")
    drawer.get_by_role("button", name="1 shop").click()
    shows(page, "first")
    page.keyboard.press("Control+`")
    expect(drawer).to_have_count(0)
    page.keyboard.press("Control+`")
    drawer.get_by_role("button", name="1 shop").click()
    shows(page, "first")


def test_a_flood_is_shown_at_the_pace_of_the_screen_and_can_be_interrupted(given: App) -> None:
    page = opened(given)
    enter(page, "yes 'a line of the flood'")
    shows(page, "a line of the flood")
    page.keyboard.press("Control+c")
    enter(page, "echo after the $((1 + 1)) floods")
    shows(page, "after the 2 floods")
    enter(page, "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo the very end")
    # Three megabytes go over the screen first, at its pace: on a busy machine that takes its time.
    expect(page.locator(".xterm-rows:visible")).to_contain_text("the very end", timeout=4 * PATIENCE)


def test_what_a_program_asks_the_terminal_is_not_typed_again_after_a_reload(given: App) -> None:
    page = opened(given)
    enter(page, "printf 'asked\\033[6n\\n'; read -rs -t 5 -d R answer; echo; echo got ${#answer}")
    shows(page, "got ")
    page.reload()
    shows(page, "got ")
    page.locator(".xterm:visible").click()
    enter(page, "echo clean $((40 + 2))")
    shows(page, "clean 42")
    assert "command not found" not in page.locator(".xterm-rows:visible").inner_text()


def test_hostile_output_stays_text(given: App, tmp_path: Path) -> None:
    page = opened(given)
    hostile = given.project.root / "hostile.txt"
    hostile.write_text(HOSTILE)
    page.on("dialog", lambda dialog: given.complaints.append(dialog.message))
    title = page.title()
    enter(page, "cat hostile.txt; echo done")
    shows(page, "<img src=x onerror=alert(1)>")
    shows(page, "link")
    assert page.title() == title
    assert page.locator("img[src=x]").count() == 0


def test_when_the_shell_ends_it_says_so(given: App) -> None:
    page = opened(given)
    enter(page, "exit 3")
    expect(page.get_by_text("The terminal is over. The shell ended with 3.")).to_be_visible()


def test_it_is_off_until_it_is_switched_on_and_then_for_owners_alone(
    start: Callable[..., App], project: Project
) -> None:
    sales(project)
    app = start()
    page = app.open("/terminal")
    expect(page.get_by_text("BLOCKWRIGHT_TERMINAL=on")).to_be_visible()
    no_violations(page)
    theirs = invited(app, "vera@example.com", "admin")
    theirs.goto(f"{app.server.url}/terminal")
    expect(theirs.get_by_text("A terminal is for owners")).to_be_visible()
    theirs.keyboard.press("Control+`")
    expect(theirs.get_by_role("button", name="Close the drawer")).to_be_visible()
    expect(theirs.get_by_role("button", name="Terminal", exact=True)).to_have_count(0)
