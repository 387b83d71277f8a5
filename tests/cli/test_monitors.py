"""Monitors from the terminal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.adapters.monitors.logs import write
from tests.project import Project
from tests.web.test_monitors import FIT, MONITORS

pytest.importorskip("scipy")
pytestmark = pytest.mark.slow


@pytest.fixture
def shop(project: Project) -> Project:
    project.pipeline("train", {"kind": "custom", "id": "fit", "code": FIT})
    project.write("monitors.yaml", MONITORS)
    assert project.run("run", "train").code == 0
    return project


def asked(shop: Project, distances: list[float]) -> None:
    log = Path(shop.root) / ".blockwright" / "predictions" / "shop"
    inputs = {"distance": distances, "carrier": ["UA", "AA"] * (len(distances) // 2)}
    write(log, inputs, [one * 2 for one in distances], at=datetime.now(UTC) - timedelta(hours=1))


def test_a_monitor_is_listed_run_and_shown(shop: Project) -> None:
    assert "not evaluated yet" in shop.run("monitors").out
    assert "`blockwright monitors run delay`" in shop.run("monitors", "show", "delay").out
    asked(shop, [float(n) for n in range(1_500, 1_900)])
    done = shop.report("monitors", "run", "delay")
    assert (done["exit"], done["state"], [one["kind"] for one in done["findings"]]) == (0, "found", ["drift"])
    text = shop.run("monitors", "show", "delay").out
    assert "drift since" in text
    assert "drifted (p = " in text
    assert "only noise (p = 1" in text
    (one,) = shop.report("monitors")["monitors"]
    assert one["latest"]["id"] == done["id"]
    assert "▲ found" in shop.run("monitors", "history", "delay").out


def test_the_truth_of_a_file_is_told(shop: Project) -> None:
    asked(shop, [float(n) for n in range(0, 2_000, 4)])
    lines = [f"r,{row},{row * 8 + 7}" for row in range(20)]
    shop.write("truth.csv", "\n".join(["request,row,minutes", *lines]))
    told = shop.run("monitors", "truth", "delay", "truth.csv", "--request-id", "request", "--actual", "minutes")
    assert told.out == "kept 20 truths of model delay\n"
    assert shop.report("monitors", "run", "delay")["performance"]["metrics"]["mae"] == 7.0
    wrong = shop.run("monitors", "truth", "delay", "truth.csv")
    assert wrong.code == 2
    assert "`truth.csv` has no column `actual`" in wrong.err


def test_what_is_not_there(shop: Project) -> None:
    assert shop.report("monitors", "run", "none")["error"]["code"] == "monitor_not_found"
    shop.write("monitors.yaml", "delay: {model: other}\n")
    failed = shop.run("monitors", "run", "delay")
    assert (failed.code, "There is no model `other`" in failed.out) == (1, True)


def test_only_requests_from_then_on_are_looked_at_when_asked(shop: Project) -> None:
    asked(shop, [float(n) for n in range(1_500, 1_900)])  # an hour ago
    assert shop.report("monitors", "run", "delay", "--since", "30m")["rows"] == 0
    assert shop.report("monitors", "run", "delay", "--since", "2h")["rows"] == 400
    for wrong in ("2099-01-01", "soon"):
        refused = shop.run("monitors", "run", "delay", "--since", wrong)
        assert refused.code == 2
        assert wrong in refused.err
