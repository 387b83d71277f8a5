"""A chromium page that is watched: what a visit costs, how long something takes to be seen, what a frame takes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Request, ViewportSize, sync_playwright

from benchmarks.server import Served

SIZE = ViewportSize(width=1440, height=900)
PATIENCE = 120_000
"""Milliseconds after which something that is measured counts as never."""

_WATCH = """
window.longTasks = [];
new PerformanceObserver(list => longTasks.push(...list.getEntries().map(each => [each.startTime, each.duration])))
    .observe({ type: "longtask", buffered: true });
window.watchFor = seen => new Promise((give, refuse) => {
    const late = setTimeout(() => refuse(new Error(`not seen within a minute: ${seen}`)), 60_000);
    let began = window.performance.now();
    const begin = event => { began = event.timeStamp; };
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, begin, { capture: true, once: true });
    const look = () => {
        if (seen()) {
            clearTimeout(late);
            requestAnimationFrame(() => give(window.performance.now() - began));
        }
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
});
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds after the address was gone to. ``interactive``: what was waited for is there and no long task of the
    beginning goes on. ``blocked`` sums what long tasks took beyond 50 ms."""

    painted: float
    shown: float
    interactive: float
    blocked: float
    requests: tuple[str, ...]

    def asked_twice(self) -> list[str]:
        """Of the API, with how often: what a screen asks more than once while it comes."""
        asked = [each for each in self.requests if "/api/" in each]
        return [f"{asked.count(each)}× {each}" for each in dict.fromkeys(asked) if asked.count(each) > 1]


@dataclass
class Watched:
    page: Page
    client: CDPSession
    url: str
    requests: list[str] = field(default_factory=list)

    def visit(self, path: str, seen: str) -> Visit:
        """``seen``: an expression of JavaScript that is true when what one came for is there."""
        self.requests.clear()
        self.page.goto(self.url + path, wait_until="commit")
        self.wait(seen)
        shown, tasks, painted = self.page.evaluate(
            """async () => {
                const shown = performance.now();
                await new Promise(give => setTimeout(give, 300));
                const [paint] = performance.getEntriesByName("first-contentful-paint");
                return [shown, longTasks, paint?.startTime ?? shown];
            }"""
        )
        begun = [(start, took) for start, took in tasks if start <= shown + 50]
        ended = max([start + took for start, took in begun], default=0.0)
        blocked = sum(max(0.0, took - 50) for _, took in begun)
        return Visit(painted, shown, max(shown, ended), blocked, tuple(self.requests))

    def until(self, seen: str, act: Callable[[], object]) -> float:
        """Milliseconds from the key or press that ``act`` does until ``seen`` is true and painted."""
        self.page.evaluate(f"() => {{ window.watching = watchFor(() => {seen}) }}")
        act()
        return float(self.page.evaluate("() => window.watching"))

    def wait(self, seen: str) -> None:
        """Pages evaluate no strings, so that Playwright's own waiting for an expression is refused by them."""
        self.page.evaluate(f"() => watchFor(() => {seen})")

    def elements(self) -> int:
        return int(self.page.evaluate("document.querySelectorAll('*').length"))

    def heap(self) -> float:
        """Megabytes that are still held after a collection."""
        self.client.send("HeapProfiler.collectGarbage")
        return self.metrics()["JSHeapUsedSize"] / 1e6

    def metrics(self) -> dict[str, float]:
        found = self.client.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in found}

    def frames(self, steps: int, act: Callable[[int], object]) -> tuple[float, float]:
        """Milliseconds of script, style and layout that one step costs, at p95; and frames a second meanwhile."""
        costs = []
        self.page.evaluate(
            """() => {
                window.frames = [];
                const note = now => { window.frames.push(now); window.noting = requestAnimationFrame(note); };
                window.noting = requestAnimationFrame(note);
            }"""
        )
        for step in range(steps):
            before = self._worked()
            act(step)
            self.page.evaluate("() => new Promise(give => requestAnimationFrame(() => requestAnimationFrame(give)))")
            costs.append(self._worked() - before)
        rate = self.page.evaluate(
            """() => {
                cancelAnimationFrame(window.noting);
                const times = window.frames;
                return 1000 * (times.length - 1) / (times.at(-1) - times[0]);
            }"""
        )
        return quantiles(costs, n=20)[-1] * 1_000, float(rate)

    def _worked(self) -> float:
        found = self.metrics()
        return found["ScriptDuration"] + found["LayoutDuration"] + found["RecalcStyleDuration"]


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """None where there is no chromium."""
    program = shutil.which("chromium")
    if program is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        yield browser
        browser.close()


@contextmanager
def watched(browser: Browser, server: Served) -> Iterator[Watched]:
    """A page of a browser that was never here before, signed in."""
    context = _signed_in(browser, server)
    try:
        page = context.new_page()
        client = context.new_cdp_session(page)
        client.send("Performance.enable")
        watching = Watched(page, client, server.url)
        context.on("request", lambda request: watching.requests.append(_told(request)))
        yield watching
    finally:
        context.close()


def _signed_in(browser: Browser, server: Served) -> BrowserContext:
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(_WATCH)
    cookies: list[Any] = [
        {"name": each.name, "value": each.value or "", "url": server.url} for each in server.client.cookies.jar
    ]
    context.add_cookies(cookies)
    return context


def _told(request: Request) -> str:
    parts = urlsplit(request.url)
    return f"{request.method} {parts.path}{'?' if parts.query else ''}{parts.query}"
