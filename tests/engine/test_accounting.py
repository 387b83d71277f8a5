"""What ended is in the ledger: once, from real runs, whoever drove them."""

from __future__ import annotations

from pathlib import Path

import pytest

from blockwright.core.runs.model import RunState
from blockwright.engine.accounting import Accounting
from tests.engine.records import ago, records
from tests.project import Project

WORK = """
    @{decorator}
    def step(*args, **kwargs):
        data = bytearray(30_000_000)
        total = sum(range(3_000_000))
        return [total] * 1000
"""

BROKEN = "@custom\ndef go(*_): raise ValueError"
TWICE = {"retry_config": {"retries": 1, "delay": 0}}


def test_each_run_is_written_once_however_many_engines_read(tmp_path: Path) -> None:
    heard: list[int] = []
    with records(tmp_path / "shop") as shop:
        before = shop.end(shop.begin(), RunState.COMPLETED, cpu_seconds=2.0, rss_peak=7)
        loops = [Accounting(shop.installation, lambda _, run: heard.append(run)) for _ in range(2)]
        for loop in loops:
            loop.turn()
        after = shop.fail(shop.begin())
        for loop in loops * 2:
            loop.turn()
        ledger = shop.workspace.oversight.ledger
        assert [(one.state, one.runs) for one in ledger.pipelines("shop", by_state=True)] == [
            ("completed", 1),
            ("failed", 1),
        ]
        assert heard == [before.id, after.id]
        today = ago().strftime("%Y-%m-%d")
        assert {one.day for one in ledger.days("shop")} == {today}


@pytest.fixture
def worked(project: Project) -> Project:
    second = WORK.replace("return", "assert args[0]; return")
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": WORK.format(decorator="data_loader")},
        {"kind": "transformer", "id": "grow", "code": second.format(decorator="transformer"), "after": ["load"]},
        {"kind": "custom", "id": "broken", "code": BROKEN, "after": ["load"], **TWICE},
    )
    return project


@pytest.mark.slow
def test_costs_are_added_up_from_what_was_measured(worked: Project) -> None:
    assert worked.report("run", "p")["state"] == "failed"
    blocks = {block["block_run"]: block for block in worked.report("costs", "--run", "latest")["blocks"]}
    assert blocks["broken"]["attempts"] == 2
    load, grow = blocks["load"], blocks["grow"]
    assert load["cpu_seconds"] > 0.01
    assert load["seconds"] >= load["cpu_seconds"] * 0.5
    assert load["rss_peak"] > 30_000_000
    assert load["bytes_out"] > 1000
    assert (load["bytes_in"], grow["bytes_in"]) == (0, load["bytes_out"])
    assert blocks["broken"]["bytes_in"] == 2 * load["bytes_out"]
    (total,) = worked.report("costs")["costs"]
    assert (total["pipeline"], total["runs"], total["attempts"]) == ("p", 1, 4)
    assert total["bytes_in"] == sum(block["bytes_in"] for block in blocks.values())
    assert total["cpu_seconds"] == pytest.approx(sum(block["cpu_seconds"] for block in blocks.values()))
    assert worked.report("retry", "latest")["state"] == "failed"
    (day,) = worked.report("costs", "--by", "day")["costs"]
    assert (day["runs"], day["attempts"]) == (2, 6)
    assert "p" in worked.run("costs", "--since", "1d").out
    assert worked.report("costs", "--since", "soon")["error"]["code"] == "invalid"
