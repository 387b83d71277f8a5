"""Nothing that was typed is lost: undo after a reload, a server that is away for a while, many files changed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import App, no_violations
from tests.browser.test_workspace import CLEAN, card, read, saved, write
from tests.project import Project

KEPT = """async wanted => {
    const asked = request => new Promise(give => { request.onsuccess = () => give(request.result); });
    const base = await asked(indexedDB.open("blockwright"));
    for (;;) {
        const kept = await asked(base.transaction("edits").objectStore("edits").getAll());
        if (kept.some(each => each.history?.doc.includes(wanted))) break;
        await new Promise(give => setTimeout(give, 50));
    }
    base.close();
}"""
"""Waits until the browser holds a text with its history."""


def test_undo_survives_a_reload(app: App, project: Project) -> None:
    page = app.open("/pipelines/sales?block=clean")
    editor = card(page, "clean").get_by_role("textbox", name="Code of clean")
    expect(editor).to_contain_text("> 9")
    before = read(project, "transformers/clean.py")
    write(page, "clean", CLEAN.replace("> 9", "> 50"))
    saved(page)
    assert "> 50" in read(project, "transformers/clean.py")
    page.evaluate(KEPT, "> 50")
    page.reload()
    expect(editor).to_contain_text("> 50")
    editor.click()
    page.keyboard.press("Control+z")
    expect(editor).to_contain_text("> 9")
    saved(page)
    expect(editor).not_to_contain_text("> 50")
    assert read(project, "transformers/clean.py") in (before, CLEAN)


def test_who_types_while_the_server_is_away_goes_on_and_it_is_saved_when_it_is_back(app: App, project: Project) -> None:
    page = app.open("/pipelines/sales?block=clean")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    editor = card(page, "clean").get_by_role("textbox", name="Code of clean")
    expect(editor).to_contain_text("> 9")
    port = urlsplit(app.server.url).port
    app.server.end()
    expect(page.get_by_role("alert").filter(has_text="No connection to the server for")).to_be_visible()
    write(page, "clean", "# typed alone\n" + CLEAN)
    expect(page.get_by_text("Kept in this browser, not saved")).to_be_visible()
    expect(page.get_by_role("button", name="Run clean", exact=True)).to_be_disabled()
    no_violations(page)
    app.picture("workspace-offline")
    assert "typed alone" not in read(project, "transformers/clean.py")
    again = project.start("start", "--port", str(port), "--json")
    try:
        assert again.stdout is not None
        assert again.stdout.readline()
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        saved(page)
        expect(page.get_by_role("button", name="Run clean", exact=True)).to_be_enabled()
        assert read(project, "transformers/clean.py") == "# typed alone\n" + CLEAN
    finally:
        again.terminate()
        again.communicate(timeout=60)


def test_words_are_replaced_in_all_files_after_a_look_and_taken_back(app: App, project: Project) -> None:
    page = app.open("/pipelines/sales?side=find")
    page.get_by_role("searchbox", name="Find in all files").fill('"number"')
    expect(page.get_by_text("2 places in 2 files")).to_be_visible()
    page.get_by_role("textbox", name="Replace by").fill('"amount"')
    page.get_by_role("button", name="Preview").click()
    changes = page.get_by_role("region", name="transformers/clean.py")
    expect(changes.locator("del")).to_contain_text('frame["number"]')
    expect(changes.locator("ins")).to_contain_text('frame["amount"]')
    assert '"number"' in read(project, "transformers/clean.py")
    no_violations(page, below="section[aria-label='transformers/clean.py']")
    page.get_by_role("button", name="Replace 2 places").click()
    expect(page.get_by_text("2 places replaced")).to_be_visible()
    expect(card(page, "clean").get_by_role("textbox", name="Code of clean")).to_contain_text('frame["amount"]')
    assert '"amount"' in read(project, "data_loaders/load.py")
    page.get_by_role("button", name="Undo").click()
    expect(card(page, "clean").get_by_role("textbox", name="Code of clean")).to_contain_text('frame["number"]')
    assert '"number"' in read(project, "data_loaders/load.py")


def copied(page: Page) -> list[str]:
    text = page.evaluate("navigator.clipboard.readText()")
    return str(text).replace("\r", "").splitlines()


def choose(page: Page, entry: str) -> None:
    page.get_by_role("button", name="Copy, or save as a file").click()
    page.get_by_role("menuitem", name=entry).click()


def test_rows_are_sorted_filtered_copied_and_saved(app: App) -> None:
    page = app.another(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{app.server.url}/pipelines/sales?block=clean")
    page.get_by_role("button", name="Run clean", exact=True).click()
    grid = page.get_by_role("grid", name="Result of clean")
    expect(grid.get_by_role("gridcell", name="10", exact=True)).to_be_visible()
    head = grid.get_by_role("columnheader", name=re.compile("^number"))
    expect(head.get_by_role("img")).to_be_visible()
    head.get_by_role("button", name="number").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button", name="number").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(grid.get_by_role("gridcell", name="99", exact=True)).to_be_visible()
    box = page.get_by_role("searchbox", name="Filter rows by a condition")
    box.fill("number > 20 and city = 'Gent'")
    box.press("Enter")
    expect(page.get_by_text("40 of 90 rows × 2")).to_be_visible()
    grid.get_by_role("gridcell", name="99", exact=True).click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+c")
    expect(page.get_by_text("Copied 2 rows × 2 columns")).to_have_count(1)
    assert copied(page) == ["99\tGent", "97\tGent"]
    table = ["| number | city |", "| ---: | --- |", "| 99 | Gent |", "| 97 | Gent |"]
    page.keyboard.press("Control+Shift+c")
    expect(page.get_by_text("Copied 2 rows × 2 columns")).to_have_count(2)
    assert copied(page) == table
    choose(page, "Copy as CSV")
    expect(page.get_by_text("Copied 2 rows × 2 columns")).to_have_count(3)
    assert copied(page) == ["number,city", "99,Gent", "97,Gent"]
    grid.focus()
    # To the last row: also those that were never in view.
    page.keyboard.press("Control+Shift+End")
    choose(page, "Copy as Markdown")
    expect(page.get_by_text("Copied 40 rows × 2 columns")).to_be_visible()
    assert [len(copied(page)), copied(page)[-1]] == [42, "| 21 | Gent |"]
    with page.expect_download() as saving:
        choose(page, "Save as csv")
    assert saving.value.path().read_text().startswith('"number","city"')
