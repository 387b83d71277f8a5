"""The browser app as a person has it: a real server on a real project, and a chromium that is signed in.

A test fails as well when the page complained: an error in the console, an answer of 500 or more, an exception. What a
test provokes on purpose it takes off ``app.complaints``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

from tests.project import Project
from tests.servers import Serving, serving

UI = Path(__file__).parents[2] / "ui"
OWNER, PASSWORD = "owner@localhost", "correct horse battery staple"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
THEMES = ("light", "dark")
PATIENCE = 30_000
"""Milliseconds that something may take on a busy machine before it counts as never."""

expect.set_options(timeout=PATIENCE)

APP_FILES = os.environ.get("BLOCKWRIGHT_APP_FILES")
"""An app that was built elsewhere is tried instead of the one in the package."""

PICTURES = os.environ.get("BLOCKWRIGHT_PICTURES")
"""A folder: then every ``app.picture`` is kept there, to be looked at."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They take seconds each: not part of the quick selection."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@dataclass
class App:
    """``page`` is signed in as the owner. ``project`` is what the server serves."""

    project: Project
    server: Serving
    browser: Browser
    page: Page
    complaints: list[str]
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.server.url + path)
        return self.page

    def another(self, *, person: tuple[str, str] | None = (OWNER, PASSWORD), **options: Any) -> Page:
        """A page of another browser, signed in as ``person``, or as nobody."""
        context = _context(self.browser, **options)
        self.contexts.append(context)
        if person is not None:
            _sign_in(context, self.server.url, *person)
        return _watched(context.new_page(), self.complaints)

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The API, with the rights of who looks at ``page``; a path without leading slash is one of the project."""
        address = path if path.startswith("/") else f"/api/v1/projects/{self.project.root.name}/{path}"
        answer = self.page.request.fetch(
            self.server.url + address, method=method, headers={"Origin": self.server.url}, **options
        )
        assert answer.ok, (answer.status, answer.text())
        return answer.json() if answer.body() else None

    def run(self, pipeline: str, **wanted: Any) -> int:
        return int(self.call("POST", "runs", data={"pipeline": pipeline, **wanted})["id"])

    def picture(self, name: str) -> None:
        """The page in both sizes and themes, for people to look at."""
        if PICTURES is None:
            return
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        for theme in THEMES:
            self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            for size, (width, height) in SIZES.items():
                self.page.set_viewport_size({"width": width, "height": height})
                self.page.screenshot(path=folder / f"{name}-{size}-{theme}.png")
        self.page.evaluate("document.documentElement.dataset.theme = 'light'")
        width, height = SIZES["wide"]
        self.page.set_viewport_size({"width": width, "height": height})


def no_violations(page: Page, *, below: str = "document") -> None:
    """Of WCAG 2.2 A and AA, as far as a program can judge. In both themes."""
    axe = (UI / "node_modules" / "axe-core" / "axe.min.js").read_text()
    for theme in THEMES:
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        page.evaluate(axe)
        found = page.evaluate(
            f"""async () => {{
                const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
                const where = {below if below == "document" else f"document.querySelector({below!r})"};
                const {{ violations }} = await axe.run(where, {{ runOnly: tags }});
                return violations.map(each => each.id + ": " + each.help + "\\n  "
                    + each.nodes.slice(0, 5).map(node => node.html + "\\n    " + node.failureSummary).join("\\n  "));
            }}"""
        )
        assert found == [], f"{theme}: " + "\n".join(found)
    page.evaluate("document.documentElement.dataset.theme = 'light'")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None or not (UI.parent / "src/blockwright/web/app_files/index.html").exists():
        reason = "needs chromium (a package of Debian) and the built app (make ui)"
        if os.environ.get("BLOCKWRIGHT_TEST_REQUIRE_SERVICES"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        loop = asyncio.events._get_running_loop()
        _now_runs(None)
        yield browser
        _now_runs(loop)
        browser.close()


@pytest.fixture
def playing(browser: Browser) -> Iterator[Browser]:
    """Playwright keeps a loop of asyncio running between its calls. While no test of this folder runs, it is put aside:
    tests of other folders that share the process begin loops of their own."""
    _now_runs(_loop_of(browser))
    yield browser
    _now_runs(None)


def _loop_of(browser: Browser) -> asyncio.AbstractEventLoop:
    loop = browser._impl_obj._loop
    assert isinstance(loop, asyncio.AbstractEventLoop)
    return loop


def _now_runs(loop: asyncio.AbstractEventLoop | None) -> None:
    asyncio.events._set_running_loop(loop)


@pytest.fixture
def start(project: Project, playing: Browser) -> Iterator[Callable[..., App]]:
    """Starts the app on the project as it is now."""
    with ExitStack() as stack:

        def started(*arguments: str, **environ: str) -> App:
            return stack.enter_context(_app(project, playing, *arguments, **environ))

        yield started


@pytest.fixture
def app(start: Callable[..., App], project: Project) -> App:
    """The app on a project with one pipeline, ``sales``: ``load`` gives 100 rows, ``clean`` reads them."""
    sales(project)
    return start()


def sales(project: Project) -> None:
    project.pipeline(
        "sales",
        {
            "kind": "loader",
            "id": "load",
            "code": """
                import pandas as pd


                @data_loader
                def load(*args, **kwargs):
                    return pd.DataFrame({"number": range(100), "city": ["Delft", "Gent"] * 50})


                @test
                def has_rows(frame, *args):
                    assert len(frame) > 0
            """,
        },
        {
            "kind": "transformer",
            "id": "clean",
            "after": ["load"],
            "code": """
                @transformer
                def clean(frame, *args, **kwargs):
                    return frame[frame["number"] > 9]
            """,
        },
    )


@contextmanager
def _app(project: Project, browser: Browser, *arguments: str, **environ: str) -> Iterator[App]:
    surroundings = {"BLOCKWRIGHT_OWNER_PASSWORD": PASSWORD, **environ}
    if APP_FILES is not None:
        surroundings["BLOCKWRIGHT_APP_FILES"] = APP_FILES
    with serving(project, *arguments, environ=surroundings) as server:
        complaints: list[str] = []
        context = _context(browser)
        _sign_in(context, server.url, OWNER, PASSWORD)
        app = App(project, server, browser, _watched(context.new_page(), complaints), complaints, [context])
        try:
            yield app
        finally:
            for each in app.contexts:
                each.close()
        assert complaints == []


def _context(browser: Browser, **options: Any) -> BrowserContext:
    width, height = SIZES["wide"]
    given = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce", **options}
    context = browser.new_context(**given)
    context.set_default_timeout(PATIENCE)
    return context


def _sign_in(context: BrowserContext, url: str, email: str, password: str) -> None:
    answer = context.request.post(
        f"{url}/api/v1/session", data={"email": email, "password": password}, headers={"Origin": url}
    )
    assert answer.ok, answer.text()


def _watched(page: Page, complaints: list[str]) -> Page:
    def said(message: ConsoleMessage) -> None:
        # What the network does is judged by the answers below; a server that is away gives none.
        network = "Failed to load resource" in message.text or "net::ERR_CONNECTION_REFUSED" in message.text
        if message.type == "error" and not network:
            complaints.append(f"console: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            complaints.append(f"{response.status} {response.url}")

    page.on("console", said)
    page.on("response", answered)
    page.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    return page
