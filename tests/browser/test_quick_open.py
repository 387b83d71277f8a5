"""Ctrl+P: files, pipelines and blocks by a part of their name, from anywhere."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import App, no_violations


def test_any_file_pipeline_or_block_is_opened_by_its_name(app: App) -> None:
    for folder in range(20):
        (app.project.root / f"many/{folder}").mkdir(parents=True)
        for number in range(500):
            (app.project.root / f"many/{folder}/file_{number}.txt").touch()
    page = app.open("/")
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_attached()
    page.keyboard.press("Control+p")
    dialog = page.get_by_role("dialog", name="Open")
    asked = dialog.get_by_role("combobox")
    asked.fill("19 file_499")
    expect(dialog.get_by_role("option").first).to_contain_text("file_499.txt")
    expect(dialog.get_by_role("option").first).to_contain_text("many/19/")
    asked.fill("lod")
    expect(dialog.get_by_role("option").first).to_contain_text("load")
    no_violations(page)
    app.picture("quick-open")
    asked.fill("clean.py:2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{app.server.url}/files/transformers/clean.py?line=2")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+p")
    asked.fill("clean")
    expect(dialog.get_by_role("option").first).to_contain_text("block of sales")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{app.server.url}/pipelines/sales?block=clean")
    page.keyboard.press("Control+p")
    asked.fill("nothing is called so")
    expect(dialog.get_by_text("Nothing is called so.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
