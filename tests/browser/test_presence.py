"""Two people in one pipeline: they see each other, a block that is written in says so, and can be taken over."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import App, no_violations
from tests.browser.people import add_person


def test_two_people_see_each_other_and_take_over_a_block(app: App) -> None:
    ana = app.another(person=add_person(app, "ana@example.com", "editor"))
    ana.goto(app.server.url + "/pipelines/sales?block=load")
    mine = app.open("/pipelines/sales?block=clean")
    others = mine.get_by_role("list", name="Others here")
    expect(others).to_contain_text("ana looks at load")
    expect(ana.get_by_role("list", name="Others here")).to_contain_text("owner looks at clean")
    code = ana.locator("[data-block=load] .cm-content")
    code.click()
    ana.keyboard.press("Control+End")
    ana.keyboard.type("# hers")
    held = mine.locator("[data-block=load]")
    expect(held.get_by_text("ana is editing this block.")).to_be_visible()
    expect(others).to_contain_text("ana is editing load")
    expect(held.locator(".cm-content")).to_contain_text("# hers")
    held.locator(".cm-content").click()
    mine.keyboard.type("mine")
    expect(held.locator(".cm-content")).not_to_contain_text("mine")
    no_violations(mine)
    app.picture("presence")
    held.get_by_role("button", name="Take over").click()
    expect(held.get_by_text("ana is editing this block.")).to_have_count(0)
    held.locator(".cm-content").click()
    mine.keyboard.press("Control+End")
    mine.keyboard.type(" and mine")
    expect(ana.locator("[data-block=load]").get_by_text("owner is editing this block.")).to_be_visible()
    expect(code).to_contain_text("# hers and mine")
    ana.close()
    expect(others).to_have_count(0)


def test_ones_own_other_tab_holds_nothing(app: App) -> None:
    page = app.open("/pipelines/sales?block=load")
    other = app.another()
    other.goto(app.server.url + "/pipelines/sales?block=load")
    page.locator("[data-block=load] .cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("# one")
    expect(other.locator("[data-block=load] .cm-content")).to_contain_text("# one")
    expect(other.get_by_text("is editing this block")).to_have_count(0)
    expect(other.get_by_role("list", name="Others here")).to_have_count(0)
