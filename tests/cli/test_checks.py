"""Declared checks, run in block processes on pandas and Polars, from the block's entry to what people see of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.project import Project

PANDAS = """
    import pandas as pd

    @custom
    def orders(*args, **kwargs):
        frame = pd.DataFrame({
            "id": [1, 2, 2], "amount": [5.0, None, -1.0], "city": ["AB", None, "ABC\\n"],
            "day": pd.to_datetime(["2026-01-01", "2026-01-02", None]),
        })
        return frame
"""
POLARS = PANDAS.replace("import pandas as pd", "import pandas as pd\n    import polars").replace(
    "return frame", "return polars.from_pandas(frame)"
)
CHECKS: list[tuple[dict[str, Any], str]] = [
    ({"columns": ["id", "amount"]}, ""),
    ({"columns": ["id", "zip"]}, "there is no column `zip`; there are `id`, `amount`, `city`, `day`"),
    ({"column": "zip", "nulls": 0}, "there is no column `zip`; there are `id`, `amount`, `city`, `day`"),
    ({"column": "id", "type": "integer"}, ""),
    ({"column": "amount", "type": "number"}, ""),
    ({"column": "amount", "type": "integer"}, "it is of another type"),
    ({"column": "city", "type": "text"}, ""),
    ({"column": "day", "type": "time"}, ""),
    ({"column": "id", "type": "text"}, "it is of another type"),
    ({"column": "amount", "min": -1}, ""),
    ({"column": "amount", "min": 0}, "1 of 3 rows, such as -1.0"),
    ({"column": "amount", "max": 5}, ""),
    ({"column": "id", "max": 1}, "2 of 3 rows, such as 2, 2"),
    ({"column": "day", "min": "2026-01-01"}, ""),
    ({"column": "day", "max": "2026-01-01T12:00:00+00:00"}, "1 of 3 rows, such as 2026-01-02 00:00:00"),
    ({"column": "amount", "nulls": 0.5}, ""),
    ({"column": "amount", "nulls": 0.1}, "1 of 3 rows have none (33.3%)"),
    ({"column": "day", "nulls": 0}, "1 of 3 rows have none (33.3%)"),
    ({"column": "city", "unique": True}, ""),
    ({"column": "id", "unique": True}, "1 of 3 rows repeat an earlier one"),
    ({"unique": ["id", "city"]}, ""),
    ({"column": "city", "values": ["AB", "ABC\n"]}, ""),
    ({"column": "city", "values": ["AB"]}, "1 of 3 rows, such as ABC"),
    ({"column": "city", "regex": "[A-Z]+\\s?"}, ""),
    ({"column": "city", "regex": "[A-Z]{2}"}, "1 of 3 rows, such as ABC"),
    ({"rows": {"min": 3, "max": 3}}, ""),
    ({"rows": {"min": 4}}, "it has 3"),
    ({"freshness": {"column": "day", "within": "40000d"}}, ""),
    ({"freshness": {"column": "day", "within": "1h"}}, "its newest is of 2026-01-02 00:00 UTC"),
    ({"freshness": {"column": "id", "within": "1h"}}, "it cannot be evaluated"),
    ({"expression": "id > 0"}, ""),
    ({"expression": "amount < 5"}, "2 of 3 rows"),
    ({"expression": "zap < 5"}, "it cannot be evaluated"),
    ({"column": "city", "max": 3}, "it cannot be evaluated"),
    ({"output": 1, "rows": {"min": 1}}, "output 1 is nothing; checks look at frames of pandas and Polars"),
]


def results(project: Project, block: str) -> list[dict[str, Any]]:
    found = project.report("checks", "p", block)["results"]
    checks: list[dict[str, Any]] = found[0]["checks"]
    return checks


@pytest.mark.slow
@pytest.mark.parametrize("code", [PANDAS, POLARS], ids=["pandas", "polars"])
def test_every_kind_of_check_finds_what_is_there(project: Project, code: str) -> None:
    checks = [check for check, _ in CHECKS]
    project.pipeline("p", {"kind": "custom", "id": "orders", "code": code, "checks": checks})
    assert project.run("check").code == 0
    assert project.run("run", "p").code == 1
    found = results(project, "orders")
    for (check, message), one in zip(CHECKS, found, strict=True):
        assert one["passed"] == (not message), (check, one)
        assert one["message"].startswith(message), (check, one)
    shown = project.report("show", "latest")["blocks"][0]
    assert shown["checks"] == found
    assert shown["error"]["code"] == "checks_failed"
    held = sum(one["passed"] for one in found)
    assert shown["tests"] == {"passed": held, "failed": len(found) - held}


def test_a_warning_lets_the_block_go_on_and_is_shown(project: Project) -> None:
    checks = [{"column": "amount", "min": 0, "severity": "warn"}, {"column": "id", "min": 1}]
    after = {"kind": "custom", "id": "after", "code": "@custom\ndef after(frame, *args, **kwargs):\n    return 1\n"}
    orders = {"kind": "custom", "id": "orders", "code": PANDAS, "checks": checks, "cache": "always"}
    project.pipeline("p", orders, {**after, "after": ["orders"]})
    assert project.run("run", "p").code == 0
    assert "▲ orders: `amount` ≥ 0: 1 of 3 rows, such as -1.0" in project.run("show", "latest").out
    assert "Check `amount` ≥ 0" in project.run("logs", "latest").out
    assert [one["state"] for one in project.report("checks", "p")["results"]] == ["warned"]
    # A result that is taken over is shown with what was found when it was made.
    assert project.run("run", "p", "--reuse").code == 0
    reused, first = project.report("checks", "p")["results"]
    assert (reused["source_run"], reused["checks"]) == (1, first["checks"])
    # Other checks must look at the result for themselves.
    orders["checks"] = [{"column": "amount", "min": 0}]
    project.pipeline("p", orders, {**after, "after": ["orders"]})
    assert project.run("run", "p", "--reuse").code == 1
    history = project.report("checks", "p", "orders", "--limit", "2")["results"]
    assert [(one["run"], one["state"]) for one in history] == [(3, "failed"), (2, "warned")]


def test_what_is_no_frame_cannot_be_checked(project: Project) -> None:
    code = "@custom\ndef orders(*args, **kwargs):\n    return {'a': 1}\n"
    project.pipeline("p", {"kind": "custom", "id": "orders", "code": code, "checks": [{"rows": {"min": 1}}]})
    assert project.run("run", "p").code == 1
    assert "output 0 is dict; checks look at frames" in project.run("why", "latest").out


def test_a_wrong_check_is_found_before_a_run(project: Project) -> None:
    project.pipeline("p", {"kind": "custom", "id": "orders", "code": PANDAS, "checks": [{"column": "id", "mim": 1}]})
    said = project.run("check")
    assert said.code != 0
    assert "`mim` is 1; it must be left out: no check has this key here." in said.out
    assert "min" in said.out
    project.pipeline("p", {"kind": "custom", "id": "orders", "code": PANDAS})
    assert project.report("checks", "p", "nobody")["error"]["code"] == "block_not_found"
    assert "No block declares `checks`" in project.run("checks", "p").out


def test_without_pandera_the_extra_is_named(project: Project, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "pandera.py").write_text("raise ImportError('no module named pandera')\n")
    project.pipeline("p", {"kind": "custom", "id": "orders", "code": PANDAS, "checks": [{"column": "id", "min": 1}]})
    assert project.run("run", "p", environ={"PYTHONPATH": str(hidden)}).code == 1
    said = project.run("why", "latest").out
    assert "Declared checks need pandera, which is not installed here" in said
    assert "pip install 'blockwright[checks]'" in said
