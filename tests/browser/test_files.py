"""Files as people have them: Git's marks, made, uploaded, renamed and deleted with a way back; a block's YAML."""

from __future__ import annotations

import subprocess

from playwright.sync_api import Page, expect

from tests.browser.conftest import App, no_violations


def more(page: Page, path: str, entry: str) -> None:
    page.get_by_role("button", name=f"More for {path}", exact=True).click()
    page.get_by_role("menuitem", name=entry).click()


def test_files_are_marked_made_uploaded_renamed_and_deleted_with_a_way_back(app: App) -> None:
    root = app.project.root
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(root)]
    (root / ".gitignore").write_text(".blockwright\n__pycache__\n")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    (root / "transformers/clean.py").write_text("@transformer\ndef clean(x):\n    return x\n")
    page = app.open("/")
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Files").click()
    tree = page.get_by_role("region", name="Files")
    expect(tree.get_by_text("holds changes").first).to_be_attached()
    tree.get_by_role("button", name="transformers", exact=True).click()
    expect(tree.get_by_role("listitem").filter(has_text="clean.py").last).to_contain_text("changed")
    more(page, "transformers", "New file here")
    tree.get_by_role("textbox").fill("transformers/tidy.py")
    page.keyboard.press("Enter")
    expect(tree.get_by_role("link", name="tidy.py")).to_be_visible()
    expect(tree.get_by_role("listitem").filter(has_text="tidy.py").last).to_contain_text("new")
    files = [{"name": "rows.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}]
    with page.expect_file_chooser() as chooser:
        more(page, "transformers", "Upload here")
    chooser.value.set_files(files)  # type: ignore[arg-type]  # a literal of Playwright's shape
    tree.get_by_role("link", name="rows.csv").click()
    expect(page.locator(".cm-content")).to_contain_text("a,b")
    no_violations(page)
    app.picture("files")
    with page.expect_download() as download:
        more(page, "transformers/rows.csv", "Download")
    assert download.value.path().read_bytes() == b"a,b\n1,2\n"
    more(page, "transformers/rows.csv", "Rename or move")
    tree.get_by_role("textbox").fill("transformers/lines.csv")
    page.keyboard.press("Enter")
    expect(tree.get_by_role("link", name="lines.csv")).to_be_visible()
    more(page, "transformers/lines.csv", "Delete")
    expect(tree.get_by_role("link", name="lines.csv")).to_have_count(0)
    page.get_by_text("transformers/lines.csv was deleted").locator("..").get_by_role("button", name="Undo").click()
    expect(tree.get_by_role("link", name="lines.csv")).to_be_visible()
    assert (root / "transformers/lines.csv").read_bytes() == b"a,b\n1,2\n"
    more(page, "transformers", "Delete")
    expect(tree.get_by_role("button", name="transformers", exact=True)).to_have_count(0)
    page.get_by_text("transformers was deleted").locator("..").get_by_role("button", name="Undo").click()
    expect(tree.get_by_role("button", name="transformers", exact=True)).to_be_visible()
    assert (root / "transformers/clean.py").is_file()


def test_a_file_that_is_no_text_is_not_edited(app: App) -> None:
    (app.project.root / "picture.bin").write_bytes(bytes(range(256)))
    page = app.open("/files/picture.bin")
    expect(page.get_by_text("This file is no text.")).to_be_visible()


def test_a_blocks_settings_are_edited_as_yaml(app: App) -> None:
    page = app.open("/pipelines/sales?block=clean&panel=settings")
    sheet = page.get_by_role("dialog", name="Settings of clean")
    sheet.get_by_role("tab", name="YAML").click()
    code = sheet.locator(".cm-content")
    expect(code).to_contain_text("uuid: clean")
    code.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("timeout: soon\n")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet.get_by_role("alert")).to_contain_text("`timeout` is 'soon'")
    no_violations(page)
    app.picture("block-yaml")
    code.click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Backspace")
    for _ in "soon":
        page.keyboard.press("Backspace")
    page.keyboard.insert_text("90  # seconds\n")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_have_count(0)
    assert "timeout: 90  # seconds" in (app.project.root / "pipelines/sales/metadata.yaml").read_text()
    app.complaints.clear()  # the refusal was meant


def test_pipelines_of_other_kinds_open_and_show_what_they_are(app: App) -> None:
    project = app.project
    project.write(
        "pipelines/stream/metadata.yaml",
        """
        name: stream
        uuid: stream
        type: streaming
        blocks:
        - {uuid: orders_topic, type: data_loader, language: yaml, upstream_blocks: [], downstream_blocks: [shop_db]}
        - {uuid: shop_db, type: data_exporter, language: yaml, upstream_blocks: [orders_topic]}
        """,
    )
    project.write("data_loaders/orders_topic.yaml", "connector_type: kafka\ntopic: orders\n")
    project.write("data_exporters/shop_db.yaml", "connector_type: postgres\n")
    project.write(
        "pipelines/sync/metadata.yaml",
        """
        name: sync
        uuid: sync
        type: integration
        blocks:
        - {uuid: crm, type: data_loader, language: yaml, upstream_blocks: [], configuration: {data_integration: {}}}
        - {uuid: inline, type: custom, language: yaml, upstream_blocks: [crm], content: "a: 1"}
        """,
    )
    project.write("data_loaders/crm.yaml", "source: hubspot\n")
    page = app.open("/pipelines/stream")
    expect(page.locator("[data-block=orders_topic] .cm-content")).to_contain_text("topic: orders")
    expect(page.locator("[data-block=shop_db]")).to_contain_text("YAML")
    no_violations(page)
    app.picture("streaming")
    page.goto(app.server.url + "/pipelines/sync?block=inline")
    expect(page.locator("[data-block=crm] .cm-content")).to_contain_text("source: hubspot")
    expect(page.locator("[data-block=inline]")).to_contain_text("Its code stands in the pipeline's file.")
