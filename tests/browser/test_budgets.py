"""What a first visit costs: requests and bytes, as a browser without a cache makes and gets them. No times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from blockwright.web.site import APP_FILES as BUILT
from tests.browser.conftest import APP_FILES, App

FILES = Path(APP_FILES) if APP_FILES else BUILT
KILO = 1_000
LIST = {"requests": 15, "js": 170 * KILO, "css": 20 * KILO, "woff2": 105 * KILO}
WORKSPACE = {"requests": 25, "js": 400 * KILO, "css": 20 * KILO, "woff2": 105 * KILO}


@pytest.mark.parametrize(
    ("path", "budget", "shown"),
    [
        ("/", LIST, lambda page: page.get_by_role("heading", level=1)),
        ("/pipelines", LIST, lambda page: page.get_by_role("link", name="sales").first),
        ("/runs", LIST, lambda page: page.get_by_role("heading", level=1)),
        ("/pipelines/sales", WORKSPACE, lambda page: page.get_by_role("textbox", name="Code of load")),
    ],
    ids=["home", "pipelines", "runs", "workspace"],
)
def test_a_first_visit_stays_within_its_budget(
    app: App, path: str, budget: dict[str, int], shown: Callable[[Page], object]
) -> None:
    asked: list[str] = []
    page = app.another()
    # Of workers, too: what they load is paid for as well.
    page.context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(app.server.url + path)
    expect(shown(page)).to_be_visible()  # type: ignore[arg-type]
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    # Each once: what the event stream makes stale while the page comes is asked for again.
    asked = list(dict.fromkeys(asked))
    cost = {"requests": len(asked)}
    for kind in ("js", "css", "woff2"):
        cost[kind] = sum(_size(each) for each in asked if each.endswith(f".{kind}"))
    assert all(cost[what] <= most for what, most in budget.items()), f"{cost} of {budget}:\n" + "\n".join(asked)


def _size(address: str) -> int:
    """As it is sent: compressed where a compressed form lies beside it."""
    file = FILES / address.lstrip("/")
    packed = file.with_name(f"{file.name}.gz")
    return (packed if packed.exists() else file).stat().st_size
