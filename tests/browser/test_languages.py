"""Help while one writes code, from real language servers: completion, signatures, what is wrong, formatting, SQL."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PICTURES, App, no_violations, sales
from tests.browser.test_operate import invited
from tests.project import Project
from tests.servers import child

HELPER = """
    import pandas as pd


    def cheapest(frame: pd.DataFrame, count: int = 3) -> pd.DataFrame:
        \"\"\"The rows with the lowest <b>price</b>.\"\"\"
        return frame.nsmallest(count, "price")
"""
CODE = """
    import pandas as pd
    from utils_of_shop.prices import cheapest


    @transformer
    def clean(frame: pd.DataFrame, *args, **kwargs):
        return cheapest(frame)
"""
TOTALS = "SELECT city FROM {{ df_1 }} AS o\n"


@pytest.fixture
def written(start: Callable[..., App], project: Project) -> App:
    sales(project)
    project.write("utils_of_shop/__init__.py", "")
    project.write("utils_of_shop/prices.py", HELPER)
    project.write("transformers/clean.py", CODE)
    return start()


def editor(page: Page, name: str = "clean") -> Locator:
    code = page.get_by_role("textbox", name=f"Code of {name}")
    expect(code).to_be_visible()
    return code


def end_of_code(page: Page) -> None:
    editor(page).click()
    page.keyboard.press("Control+End")


def diagnostics(page: Page) -> Locator:
    return page.locator(".cm-lintRange")


def seen(app: App, name: str) -> None:
    """For people to look at, without leaving: what floats closes when the window changes its size."""
    if PICTURES is None:
        return
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        app.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        app.page.screenshot(path=Path(PICTURES) / f"{name}-wide-{theme}.png")


def helped(page: Page) -> None:
    """The servers have read the code: whether it is right or wrong, they have said so."""
    expect(page.locator(".cm-gutter-lint").first).to_be_visible()


def test_completion_knows_types_and_a_call_shows_what_it_takes(written: App) -> None:
    page = written.open("/pipelines/sales?block=clean")
    helped(page)
    end_of_code(page)
    page.mouse.move(0, 0)  # so that it points at no name
    page.keyboard.type("\n\ndef more(frame: pd.DataFrame):\n", delay=5)
    ask_until(page, "frame.gro", "groupby")
    expect(page.locator(".cm-completionInfo")).to_contain_text("Group DataFrame")
    seen(written, "languages-completion")
    # Not by a key: the list takes none in its first 75 ms, nor while it is asked for anew.
    page.get_by_role("option", name=re.compile("^groupby")).first.click()
    expect(editor(page)).to_contain_text("frame.groupby")
    page.keyboard.press("End")
    page.keyboard.type("\n    cheapest(frame, ")
    told = page.locator(".cm-told:has(strong)")
    for _ in range(30):
        try:
            expect(told.locator("strong")).to_have_text("count: int = 3", timeout=2_000)
        except AssertionError:
            page.keyboard.press("Control+Shift+Space")  # an answer that comes too late is none
            continue
        break
    expect(told.locator("strong")).to_have_text("count: int = 3")
    page.keyboard.press("Escape")  # an offer that is still awaited goes first
    page.keyboard.press("Escape")
    expect(told).to_have_count(0)


def ask_until(page: Page, typed: str, offered: str) -> None:
    """Type and wait for the offer; a server that has just started may have missed the first question."""
    page.keyboard.type(typed, delay=20)
    offer = page.get_by_role("option", name=re.compile(rf"^{offered}"))
    for _ in range(30):
        page.keyboard.press("Control+Space")
        try:
            expect(offer.first).to_be_visible(timeout=2_000)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{offered} was not offered")


def test_what_is_wrong_is_marked_and_said_and_goes_when_it_is_mended(written: App) -> None:
    page = written.open("/pipelines/sales?block=clean")
    helped(page)
    expect(diagnostics(page)).to_have_count(0)  # `transformer` needs no import in a block
    end_of_code(page)
    page.keyboard.type("\n\nwrong: int = 'text'\nmissing_name\n", delay=5)
    marked = diagnostics(page)
    expect(marked.filter(has_text="missing_name").first).to_be_visible()
    expect(page.locator(".cm-lint-marker-error")).not_to_have_count(0)
    marked.filter(has_text="missing_name").first.hover()
    said = page.locator(".cm-tooltip-lint")
    expect(said).to_contain_text("missing_name")
    expect(said).to_contain_text("ruff F821")
    seen(written, "languages-diagnostics")
    no_violations(page)
    for _ in range(2):
        page.keyboard.press("Control+End")
        page.keyboard.press("Backspace")
        page.keyboard.press("Shift+Home")
        page.keyboard.press("Backspace")
    expect(diagnostics(page).filter(has_text="missing_name")).to_have_count(0)


def test_a_name_says_what_it_is_as_text_and_leads_to_its_definition(written: App) -> None:
    page = written.open("/pipelines/sales?block=clean")
    helped(page)
    name = editor(page).get_by_text("cheapest", exact=True).first
    for _ in range(30):
        page.mouse.move(0, 0)
        name.hover()
        try:
            expect(page.locator(".cm-tooltip-hover .cm-told")).to_contain_text("def cheapest", timeout=2_000)
        except AssertionError:
            continue
        break
    told = page.locator(".cm-tooltip-hover .cm-told")
    expect(told).to_contain_text("The rows with the lowest <b>price</b>.")
    expect(told.locator("b")).to_have_count(0)
    name.click()
    page.keyboard.press("F12")
    expect(page).to_have_url(re.compile(r"/files/utils_of_shop(/|%2F)prices\.py\?line=5"))
    code = page.get_by_role("textbox", name="utils_of_shop/prices.py")
    expect(code).to_be_focused()


def test_code_is_formatted_by_a_key_and_when_it_is_saved_if_one_wants_that(written: App) -> None:
    page = written.open("/settings/appearance")
    page.get_by_role("checkbox", name="Ctrl S formats Python").check()
    page.goto(f"{written.server.url}/files/transformers/clean.py")
    code = page.get_by_role("textbox", name="transformers/clean.py")
    helped(page)
    for key in ("Shift+Alt+F", "Control+s"):
        code.click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("def f( x ):\n  return   x\n")
        expect(code).to_contain_text("def f( x )")
        for _ in range(30):
            page.keyboard.press(key)
            try:
                expect(code).to_contain_text("def f(x):", timeout=2_000)
            except AssertionError:
                continue
            break
        expect(code).to_contain_text("def f(x):")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert (written.project.root / "transformers/clean.py").read_text() == "def f(x):\n    return x\n"


def test_a_server_that_dies_comes_back_and_nobody_notices(written: App) -> None:
    page = written.open("/pipelines/sales?block=clean")
    helped(page)
    for name in ("ty server", "ruff server"):
        os.kill(child(written.server.process.pid, name), signal.SIGKILL)
    end_of_code(page)
    page.keyboard.type("\n\nmissing_name\n", delay=5)
    expect(diagnostics(page).filter(has_text="missing_name").first).to_be_visible()
    page.keyboard.type("\n\ndef more(frame: pd.DataFrame):\n", delay=5)
    ask_until(page, "frame.gro", "groupby")


def test_without_language_servers_the_editor_says_so_and_names_of_the_text_are_offered(
    start: Callable[..., App], project: Project
) -> None:
    sales(project)
    app = start(BLOCKWRIGHT_LANGUAGE_SERVERS="basedpyright")
    page = app.open("/pipelines/sales?block=clean")
    said = page.get_by_text("No language server is installed")
    expect(said).to_be_visible()
    said.hover()
    expect(page.get_by_text("pip install 'blockwright[editor]'").last).to_be_visible()
    end_of_code(page)
    page.keyboard.type("\ncle", delay=20)
    expect(page.get_by_role("option", name="clean")).to_be_visible()
    no_violations(page)


def test_who_may_not_edit_starts_no_server(start: Callable[..., App], project: Project) -> None:
    sales(project)
    app = start()
    page = invited(app, "vera@example.com", "viewer")
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(f"{app.server.url}/pipelines/sales?block=clean")
    expect(editor(page)).to_be_visible()
    helped(app.open("/pipelines/sales?block=clean"))  # an editor, who came later, is helped already
    assert sockets == []


def test_sql_offers_frames_their_columns_and_keywords(start: Callable[..., App], project: Project) -> None:
    sales(project)
    text = (project.root / "pipelines/sales/metadata.yaml").read_text()
    entry = "- uuid: totals\n  type: transformer\n  language: sql\n  upstream_blocks: [load]\n"
    (project.root / "pipelines/sales/metadata.yaml").write_text(text.replace("callbacks:", f"{entry}callbacks:"))
    project.write("transformers/totals.sql", TOTALS)
    app = start()
    run = app.run("sales", blocks=["load"])
    wait_until_done(app, run)
    page = app.open("/pipelines/sales?block=totals")
    code = editor(page, "totals")
    code.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("WHERE o.num", delay=20)
    expect(page.get_by_role("option", name=re.compile("^numberdf_1 · int64"))).to_be_visible()
    seen(app, "languages-sql")
    page.get_by_role("option", name=re.compile("^numberdf_1")).click()
    page.keyboard.type(" > 3 ORD", delay=20)
    expect(page.get_by_role("option", name="ORDER", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.type("ER BY cit", delay=20)
    expect(page.get_by_role("option", name=re.compile("^citydf_1"))).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+End")
    page.keyboard.type("\n-- \nSELECT * FROM {{ d", delay=20)
    page.get_by_role("option", name=re.compile("^df_1load")).click()
    expect(code).to_contain_text("SELECT * FROM {{ df_1 }}")


def wait_until_done(app: App, run: int) -> None:
    for _ in range(600):
        if app.call("GET", f"runs/{run}")["state"] in ("completed", "failed"):
            return
        app.page.wait_for_timeout(100)
    raise AssertionError("the run does not end")
