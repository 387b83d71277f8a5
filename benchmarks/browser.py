"""What the browser app promises: first visits, large pipelines, tables, logs and runs, all of it measured in chromium.

``python -m benchmarks.browser [PART …]`` prints one line for each promise; ``--minutes`` is how long an open tab is
watched while events come (an hour for the whole truth). Needs chromium and the built app. Times are the median of the
repeats and depend on what else the machine does: the load is told with them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Locator

from benchmarks import api, browser_projects
from benchmarks.browser_pages import Visit, Watched, chromium, watched
from benchmarks.server import Line, Served, served
from blockwright.compose import Embedded
from blockwright.settings import read

RUNS = 10_000
REPEATS = 3
TAB = "tab"
STEPS = 60
EVENTS_A_SECOND = 20
EVENTS_OF_A_RUN = 4
"""Run started, block running, block completed, run completed."""

HEADING = "document.querySelector('main h1')"
EDITOR = "document.querySelector('.cm-content') && document.querySelector('[role=treeitem]')"
ROW = "document.querySelector('main [role=row] a[href*=\"/runs/\"]')"
CELL = "document.querySelector('[role=gridcell]')?.textContent"

Part = Callable[[Browser, Served, int], Iterator[Line]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join([*PARTS, TAB])} (default: all)")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long an open tab is watched (default 1)")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - {*PARTS, TAB}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    print(f"load before {os.getloadavg()[0]:.2f}\n")
    for line in measured(arguments.repeats, arguments.minutes, arguments.parts or [*PARTS, TAB]):
        print(f"| {line.what} | {line.measured} | {line.promise} |", flush=True)


def measure(repeats: int = REPEATS, minutes: float = 1.0) -> list[Line]:
    return list(measured(repeats, minutes, [*PARTS, TAB]))


def measured(repeats: int, minutes: float, parts: Sequence[str]) -> Iterator[Line]:
    """One after another, as soon as each is known: all of it takes minutes."""
    with chromium() as browser, tempfile.TemporaryDirectory() as folder:
        if browser is None:
            yield Line("the browser app", "not measured: there is no chromium", "as in the interface's budget")
            return
        root = Path(folder) / "bench"
        browser_projects.write(root)
        _fill(root)
        with served(root) as server:
            for part in parts:
                yield from _open_tab(browser, server, minutes) if part == TAB else PARTS[part](browser, server, repeats)


def _fill(root: Path) -> None:
    """Ten thousand runs of ten block runs."""
    platform = Embedded(read({}))
    try:
        api.fill(platform.installation(root).data / "blockwright.db", RUNS)
    finally:
        platform.close()


# First visits ---------------------------------------------------------------------------------------------------------


def _visits(browser: Browser, server: Served, repeats: int) -> Iterator[Line]:
    screens = {
        "home": ("/", f"{HEADING} && document.querySelector('main [role=grid]')"),
        "pipelines": ("/pipelines", "document.querySelector('main [role=row] a')"),
        "runs": ("/runs", ROW),
    }
    for name, (path, seen) in screens.items():
        cold, warm = _twice(browser, server, repeats, path, seen)
        yield Line(f"{name}, first visit: first paint", _ms(_of(cold, "painted")), "under 600 ms")
        yield Line(f"{name}, first visit: interactive", _ms(_of(cold, "interactive")), "under 900 ms")
        yield Line(f"{name}, second visit", _ms(_of(warm, "interactive")), "under 500 ms")
        yield Line(f"{name}, requests of a first visit", _requests(cold[0]), "at most 15")
    server.ends.wait(server.run("blocks_5"))
    cold, warm = _twice(browser, server, repeats, "/pipelines/blocks_5", EDITOR)
    yield Line("workspace of 5 blocks, first visit: interactive", _ms(_of(cold, "interactive")), "under 1,500 ms")
    yield Line("workspace of 5 blocks: blocked", _ms(_of(cold, "blocked")), "under 200 ms")
    yield Line("workspace of 5 blocks, second visit", _ms(_of(warm, "interactive")), "under 500 ms")
    yield Line("workspace of 5 blocks, requests of a first visit", _requests(cold[0]), "at most 25")


def _twice(browser: Browser, server: Served, repeats: int, path: str, seen: str) -> tuple[list[Visit], list[Visit]]:
    """Visits with an empty cache, and again with a full one."""
    cold, warm = [], []
    for _ in range(repeats):
        with watched(browser, server) as page:
            cold.append(page.visit(path, seen))
            warm.append(page.visit(path, seen))
    return cold, warm


# The workspace --------------------------------------------------------------------------------------------------------


def _workspace(browser: Browser, server: Served, repeats: int) -> Iterator[Line]:
    yield _run_to_result(browser, server)
    with watched(browser, server) as page:
        visits = [page.visit("/pipelines/blocks_100", EDITOR) for _ in range(repeats)]
        shown = _ms(median(visit.shown for visit in visits))
        yield Line("100 blocks: graph and first editor", shown, "under 1,500 ms")
        yield Line("100 blocks: elements, memory", f"{page.elements():,}, {page.heap():.0f} MB", "4,000, 80 MB")
    with watched(browser, server) as page:
        visits = [page.visit("/pipelines/blocks_500", EDITOR) for _ in range(repeats)]
        shown = _ms(median(visit.shown for visit in visits))
        yield Line("500 blocks: graph and first editor", shown, "under 2,000 ms")
        editors = page.page.locator(".cm-editor").count()
        yield Line("500 blocks: elements, editors", f"{page.elements():,}, {editors}", "6,000, 12")
        yield _glyphs(page)
        yield from _pan(page)


def _run_to_result(browser: Browser, server: Served) -> Line:
    """▶ on a block that gives something new each time, and has given something before."""
    server.ends.wait(server.run("now"))
    with watched(browser, server) as page:
        page.visit("/pipelines/now", EDITOR)
        play = page.page.get_by_role("button", name="Run now", exact=True)
        result = "document.querySelector('main').textContent.match(/at \\d{19}/)?.[0]"
        page.wait(result)
        times = []
        before = str(page.page.evaluate(result))
        for _ in range(12):
            play.wait_for()
            page.page.wait_for_timeout(300)
            took = page.until(f"{result} && {result} !== '{before}'", play.click)
            times.append(took)
            before = str(page.page.evaluate(result))
    told = f"median {median(times[2:]):.0f} ms, worst {max(times[2:]):.0f} ms"
    return Line("▶ on a trivial block to its result on the screen", told, "under 200 ms")


def _glyphs(page: Watched) -> Line:
    editor = page.page.locator(".cm-content").first
    editor.click()
    page.page.keyboard.press("Control+End")
    times = []
    for number in range(30):
        letter = "abcdefghij"[number % 10]
        wanted = number + 1
        seen = f"document.querySelector('.cm-content').textContent.split('# ')[1]?.length === {wanted}"
        if number == 0:
            page.page.keyboard.type("# ")
        times.append(page.until(seen, partial(page.page.keyboard.press, letter)))
    page.page.keyboard.press("Control+z")
    return Line("500 blocks: key to glyph in the editor, p95", _ms(_p95(times)), "under 50 ms")


def _pan(page: Watched) -> Iterator[Line]:
    tree = page.page.get_by_role("tree")
    for name, zooms in (("", 0), (" from far away", 12)):
        for _ in range(zooms):
            page.page.get_by_role("button", name="Smaller").click()
        _over(page, tree.locator(".."))
        cost, rate = page.frames(STEPS, lambda step: page.page.mouse.wheel(14 if step % 30 < 15 else -14, 40))
        what = f"500 blocks: panning the graph{name}, script, style and layout of a frame, p95"
        yield Line(what, f"{cost:.1f} ms, {rate:.0f} frames/s", "under 12 ms, 50 frames/s")


def _over(page: Watched, place: Locator) -> None:
    box = place.bounding_box()
    assert box is not None
    page.page.mouse.move(min(box["x"] + 100, 130), 400)


# Tables ---------------------------------------------------------------------------------------------------------------


def _tables(browser: Browser, server: Served, repeats: int) -> Iterator[Line]:
    for pipeline in ("rows_10k", "rows_1m", "rows_10m"):
        server.ends.wait(server.run(pipeline))
    for pipeline, what, promise in (
        ("rows_10k", "10,000 rows of 50 columns", "under 150 ms"),
        ("rows_10m", "10,000,000 rows", "under 300 ms"),
    ):
        with watched(browser, server) as page:
            times = [_first_rows(page, pipeline) for _ in range(repeats)]
            yield Line(f"{what}: first page", _ms(median(times)), promise)
            yield Line(f"{what}: elements of the grid", f"{_grid_elements(page):,}", "1,500")
            yield _scrolled(page, what)
    with watched(browser, server) as page:
        _first_rows(page, "rows_1m")
        first = page.page.evaluate(CELL)
        head = page.page.get_by_role("columnheader").first.get_by_role("button")
        took = page.until(f"{CELL} && {CELL} !== {first!r}", head.click)
        yield Line("1,000,000 rows: sorted, first page", _ms(took), "under 1,000 ms")


def _first_rows(page: Watched, pipeline: str) -> float:
    """From the choice of the tab with the table to its first page; another tab was looked at before."""
    page.visit(f"/pipelines/{pipeline}?tab=tests", EDITOR)
    table = page.page.get_by_role("tab", name="Table")
    table.wait_for()
    return page.until(f"{CELL}?.length", table.click)


def _grid_elements(page: Watched) -> int:
    return int(page.page.evaluate("document.querySelector('[role=grid]').querySelectorAll('*').length"))


def _scrolled(page: Watched, what: str) -> Line:
    box = page.page.get_by_role("grid").first.bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    cost, rate = page.frames(STEPS, lambda _: page.page.mouse.wheel(0, 300))
    return Line(f"{what}: scrolling, a frame, p95", f"{cost:.1f} ms, {rate:.0f} frames/s", "under 16 ms, 55 frames/s")


# Runs and logs --------------------------------------------------------------------------------------------------------


def _runs(browser: Browser, server: Served, repeats: int) -> Iterator[Line]:
    with watched(browser, server) as page:
        page.visit("/runs", ROW)
        times = []
        views = page.page.get_by_role("group", name="Views")
        for number in range(10 * repeats):
            failed = number % 2 == 0
            state = "failed" if failed else "completed"
            seen = (
                "(rows => rows.length > 2 && rows"
                f".{'every' if failed else 'some'}(row => /{state}/i.test(row.textContent)))"
                "([...document.querySelectorAll('main [role=grid] [role=row][aria-rowindex]')].slice(1))"
            )
            button = views.get_by_role("button", name="Failed" if failed else "All", exact=True)
            times.append(page.until(seen, button.click))
        yield Line(f"{RUNS:,} runs: filter to first row, p95", _ms(_p95(times)), "under 200 ms")
        yield from _to_pixel(page, server)
    run = server.run("children_5000")
    server.ends.wait(run)
    with watched(browser, server) as page:
        bars = "document.querySelectorAll('[role=treegrid] [role=row]').length > 1"
        visits = [page.visit(f"/runs/{run}?block=total", bars) for _ in range(repeats)]
        yield Line("run of 5,000 block runs: shown", _ms(_of(visits, "shown")), "usable: under 1,500 ms")
        page.page.get_by_role("button", name="Unfold work").click()
        page.wait("document.querySelectorAll('[role=treegrid] [role=row]').length > 5")
        yield Line(
            "run of 5,000 block runs, unfolded: elements, memory", f"{page.elements():,}, {page.heap():.0f} MB", "—"
        )
        grid = page.page.get_by_role("treegrid")
        grid.focus()
        # `total`, which is chosen, is the last row: upwards there are thousands.
        times = []
        for _ in range(20):
            before = page.page.evaluate("document.querySelector('[role=treegrid] [aria-selected=true]')?.ariaRowIndex")
            mine = "document.querySelector('[role=treegrid] [aria-selected=true]')?.ariaRowIndex"
            seen = f"{mine} && {mine} !== '{before}'"
            times.append(page.until(seen, lambda: page.page.keyboard.press("k")))
        yield Line("run of 5,000 block runs: `k` to the one before, p95", _ms(_p95(times)), "under 100 ms")


def _to_pixel(page: Watched, server: Served) -> Iterator[Line]:
    """From the time that the server gave a change until the page shows it: a run that appears, a run that ends."""
    page.visit("/runs", ROW)
    page.page.wait_for_timeout(1_500)
    page.page.evaluate(
        """() => {
            window.noted = {};
            const note = () => {
                for (const link of document.querySelectorAll('main [role=row] a[href^="/runs/"]')) {
                    const mine = window.noted[link.pathname.split("/").at(-1)] ??= {};
                    const text = link.closest("[role=row]").textContent;
                    mine.shown ??= Date.now();
                    if (/Completed/.test(text)) mine.completed ??= Date.now();
                }
                requestAnimationFrame(note);
            };
            requestAnimationFrame(note);
        }"""
    )
    runs = []
    for _ in range(20):
        runs.append(server.run("now"))
        server.ends.wait(runs[-1])
        page.page.wait_for_timeout(700)
    noted = page.page.evaluate("window.noted")
    shown, ended = [], []
    for run in runs:
        told = server.client.get(f"/api/v1/projects/bench/runs/{run}").json()
        mine = noted.get(str(run), {})
        if "completed" in mine:
            shown.append(mine["shown"] - _milliseconds(told["created"]))
            ended.append(mine["completed"] - _milliseconds(told["finished"]))
    what = f"of {len(runs)} runs {len(ended)} seen"
    yield Line(f"a run is asked for until its row is seen, p95 ({what})", _ms(_p95(shown)), "—")
    yield Line("a run ends until it is seen, p95", _ms(_p95(ended)), "under 300 ms")


def _logs(browser: Browser, server: Served, repeats: int) -> Iterator[Line]:
    run = server.run("million_lines")
    server.ends.wait(run)
    last = "document.querySelector('[role=log]')?.textContent.includes('the needle of child')"
    with watched(browser, server) as page:
        visits = [page.visit(f"/runs/{run}?block=talk%3A19&tab=log", last) for _ in range(repeats)]
        yield Line("log of 50,000 lines: opened at its end", _ms(_of(visits, "shown")), "under 500 ms")
        yield from _in_log(page, "log of 50,000 lines")
    with watched(browser, server) as page:
        visits = [page.visit(f"/runs/{run}?block=talk&tab=log", last) for _ in range(repeats)]
        yield Line("log of 1,000,000 lines: opened at its end", _ms(_of(visits, "shown")), "under 500 ms")
        yield from _in_log(page, "log of 1,000,000 lines")
        yield Line("log of 1,000,000 lines: memory", f"{page.heap():.0f} MB", "60 MB")


def _in_log(page: Watched, what: str) -> Iterator[Line]:
    page.page.wait_for_timeout(1_000)
    took = page.until(
        "document.querySelector('[role=log]').scrollTop < 100",
        lambda: page.page.get_by_role("log").press("Home"),
    )
    yield Line(f"{what}: jump to the beginning", _ms(took), "under 200 ms")
    page.page.keyboard.press("/")
    page.page.keyboard.type("the needle of chil")
    page.page.wait_for_timeout(500)
    took = page.until(
        "/\\d+ hits?/.test(document.querySelector('main').textContent)", lambda: page.page.keyboard.press("d")
    )
    yield Line(f"{what}: text found", _ms(took), "under 1,000 ms")


# An open tab ----------------------------------------------------------------------------------------------------------


def _open_tab(browser: Browser, server: Served, minutes: float) -> Iterator[Line]:
    for path, seen in (("/runs", ROW), ("/", HEADING)):
        with watched(browser, server) as page, _events(server):
            page.visit(path, seen)
            page.page.wait_for_timeout(10_000)
            before, work = page.heap(), page.metrics()
            page.requests.clear()
            page.page.wait_for_timeout(minutes * 60_000)
            after = page.metrics()
            busy = (after["TaskDuration"] - work["TaskDuration"]) / (minutes * 60)
            asked = len(page.requests) / (minutes * 60)
            what = f"{path} open for {minutes:g} min at {EVENTS_A_SECOND} events/s"
            yield Line(f"{what}: growth of memory", f"{page.heap() - before:+.1f} MB", "at most 2 MB")
            yield Line(f"{what}: busy, requests", f"{busy:.1%}, {asked:.1f} a second", "no storm: under 3 a second")


class _events:
    """Runs that are started meanwhile, as many as give so many events a second."""

    def __init__(self, server: Served) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._start, name="events")

    def _start(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            self._server.run("now")
            due += EVENTS_OF_A_RUN / EVENTS_A_SECOND

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def _requests(visit: Visit) -> str:
    twice = visit.asked_twice()
    return f"{len(set(visit.requests))}{' and again ' + ', '.join(twice) if twice else ''}"


def _of(visits: list[Visit], what: str) -> float:
    return float(median(getattr(visit, what) for visit in visits))


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")


def _ms(value: float) -> str:
    return f"{value:,.0f} ms"


def _milliseconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() * 1_000


PARTS: dict[str, Part] = {
    "visits": _visits,
    "workspace": _workspace,
    "tables": _tables,
    "runs": _runs,
    "logs": _logs,
}


if __name__ == "__main__":
    main()
