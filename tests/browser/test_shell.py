"""What stands around every screen: signing in, the places, the palette, the keys, themes."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.browser.conftest import OWNER, PASSWORD, App, no_violations
from tests.project import Project


def test_who_is_not_known_signs_in_and_lands_where_they_wanted(app: App) -> None:
    page = app.another(person=None)
    page.goto(f"{app.server.url}/pipelines?q=sal")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    no_violations(page)
    page.get_by_label("Address").fill(OWNER)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Pipelines")).to_be_visible()
    assert page.url.endswith("/pipelines?q=sal")


def test_pipelines_are_found_and_listed(app: App) -> None:
    page = app.open("/pipelines")
    expect(page.get_by_role("link", name="sales")).to_be_visible()
    expect(page.get_by_text("Live")).to_be_visible()
    no_violations(page)
    app.picture("pipelines")
    page.keyboard.press("/")
    page.keyboard.type("nothing like it")
    expect(page.get_by_text("No pipeline matches")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No pipeline matches")).to_be_visible()


def test_the_list_follows_what_runs(app: App) -> None:
    page = app.open("/pipelines")
    row = page.get_by_role("row").filter(has_text="sales")
    expect(row).to_contain_text("never run")
    app.run("sales")
    expect(row).to_contain_text("Completed")


def test_everything_can_be_reached_by_the_palette(app: App) -> None:
    page = app.open("/")
    expect(page.get_by_text("Live")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or do")).to_be_focused()
    page.keyboard.type("sal")
    expect(page.get_by_role("option", name="sales pipeline")).to_be_visible()
    no_violations(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/pipelines/sales")


def test_keys_are_listed_and_lead_on(app: App) -> None:
    page = app.open("/")
    expect(page.get_by_text("Live")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Go to Pipelines")
    no_violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/pipelines")


def test_an_unknown_address_says_so(app: App) -> None:
    page = app.open("/pipelines/sales/no/such/page")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    # The ways on stand beside it.
    page.get_by_role("navigation").get_by_role("link", name="Runs").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()


def test_keys_that_were_pressed_before_the_screen_was_there_are_not_lost(app: App) -> None:
    page = app.open("/")
    expect(page.get_by_text("Live")).to_be_visible()
    held: list[Route] = []
    page.route("**/assets/shell*.js", lambda route: held.append(route))
    page.goto(f"{app.server.url}/runs", wait_until="commit")
    page.locator("html[data-theme]").wait_for(state="attached")
    for key in "gpn":
        page.keyboard.press(key)
    held[0].continue_()
    expect(page.get_by_label("Name")).to_be_focused()
    assert "/pipelines" in page.url


def test_a_project_without_pipelines_shows_the_first_step(project: Project, start: Callable[..., App]) -> None:
    project.write("metadata.yaml", "project_type: standalone\n")
    (project.root / "pipelines").mkdir()
    app = start()
    page = app.open("/pipelines")
    expect(page.get_by_text("A pipeline is a chain of blocks")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("first one")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pipelines/first_one")
    assert (project.root / "pipelines" / "first_one" / "metadata.yaml").exists()
