"""What a model is asked beside what it knows: looked at from the page, in words and pictures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.adapters.monitors.logs import write
from tests.browser.conftest import App, no_violations
from tests.project import Project
from tests.web.test_monitors import FIT, MONITORS

pytest.importorskip("scipy")


def test_a_monitor_looks_when_asked_and_says_what_it_found(project: Project, start: Callable[..., App]) -> None:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT})
    project.write("monitors.yaml", MONITORS)
    app = start("--no-serving")
    app.open(f"/runs/{app.run('train')}")
    expect(app.page.locator("h1 + span")).to_contain_text("Completed")
    app.call("POST", "models/delay/promote", data={"version": "1", "force": True})
    far = [float(distance) for distance in range(1_600, 2_000)]
    log = project.root / ".blockwright" / "predictions" / "shop"
    inputs = {"distance": far, "carrier": ["UA", "AA"] * 200}
    write(log, inputs, [one * 2 for one in far], at=datetime.now(UTC) - timedelta(hours=1))

    page = app.open("/monitoring")
    monitor = page.get_by_role("region", name="Monitor delay")
    monitor.get_by_role("button", name="Look now").click()
    expect(monitor.get_by_text("Found something")).to_be_visible()
    expect(monitor.get_by_role("listitem").filter(has_text="Drift since")).to_contain_text("drifted")
    features = monitor.get_by_role("region", name="Features that delay looks at")
    row = features.get_by_role("row").filter(has_text="distance")
    expect(row).to_contain_text("Drifted")
    expect(row).to_contain_text("< 0.001")
    expect(row.get_by_role("img")).to_have_accessible_name("Most at 1599 … 1799: 9.99 % before, 50 % now")
    expect(features.get_by_role("row").filter(has_text="carrier")).to_contain_text("Only noise")
    no_violations(page)
    app.picture("monitoring-drift")
