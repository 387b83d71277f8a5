"""``monitors.yaml``: what can be written there, and what is said of what cannot."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from blockwright.adapters.project.disk import DiskProject
from blockwright.core.errors import NotFound
from blockwright.core.monitors.definitions import DriftRules, Monitor, PerformanceRules, QualityRules
from blockwright.core.problems import ProjectInvalid

WHOLE = """\
# what is looked at
delay:
  model: delay
  version: 3
  schedule: 0 */6 * * *
  timezone: Europe/Berlin
  window: 14d
  minimum_rows: 500
  features: [distance, carrier]
  drift: {stability_index: 0.1, p_value: 0.01, features: 2, predictions: false}
  quality: {missing: 0.1, silence: 6h, fewest_rows: 100}
  performance: {metric: mae, most: 15, fewest: 200, kind: regression}
  new_rows: 5000
  alerts: false
  description: how late flights are
plain:
  model: price
  schedule: false
  drift: false
  quality: true
"""


@pytest.fixture
def files(tmp_path: Path) -> DiskProject:
    root = tmp_path / "shop"
    root.mkdir()
    return DiskProject(root, cache=root / ".blockwright" / "cache", environ={})


def write(files: DiskProject, text: str) -> None:
    (files.root / "monitors.yaml").write_text(text)


def test_everything_that_can_be_said(files: DiskProject) -> None:
    write(files, WHOLE)
    found = files.monitors.all()
    assert found["delay"] == Monitor(
        *("delay", "delay", "3", "0 */6 * * *", "Europe/Berlin", timedelta(days=14), 500, ("distance", "carrier")),
        drift=DriftRules(0.1, 0.01, 2, predictions=False),
        quality=QualityRules(missing=0.1, silence=timedelta(hours=6), fewest_rows=100),
        performance=PerformanceRules("mae", 15.0, lower=True, fewest=200, kind="regression"),
        new_rows=5_000,
        alerts=False,
        description="how late flights are",
    )
    assert found["plain"] == Monitor("plain", "price", schedule="", drift=None)
    assert [problem for problem in files.check() if problem.file == "monitors.yaml"] == []


def test_no_file_is_no_monitor(files: DiskProject) -> None:
    assert files.monitors.all() == {}
    with pytest.raises(NotFound) as missing:
        files.monitors.get("delay")
    assert missing.value.code == "monitor_not_found"


def test_the_one_that_was_meant_is_named(files: DiskProject) -> None:
    write(files, "delay: {model: delay}\n")
    with pytest.raises(NotFound, match="delay"):
        files.monitors.get("delya")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("delay:\n  window: 7d\n", 1, "The monitor `delay` names no model."),
        ("delay: 3\n", 1, "The monitor `delay` is 3; it must be a mapping."),
        ("delay:\n  model: m\n  windwo: 7d\n", 3, "The key `windwo` means nothing. Did you mean `window`?"),
        ("delay:\n  model: m\n  window: soon\n", 3, "`window` is 'soon'; it must be a length of time."),
        ("delay:\n  model: m\n  window: 999d\n", 3, "at most 366 days"),
        (
            "delay:\n  model: m\n  schedule: '@once'\n",
            3,
            "`schedule` is '@once'; it must be an interval or cron fields.",
        ),
        ("delay:\n  model: m\n  version: best\n", 3, "`version` is 'best'; it must be one of"),
        ("delay:\n  model: m\n  drift:\n    p_value: 5\n", 4, "`p_value` is 5; it must be a share from 0 to 1."),
        ("delay:\n  model: m\n  drift: sometimes\n", 3, "`drift` is 'sometimes'; it must be a mapping."),
        ("delay:\n  model: m\n  performance:\n    most: 5\n", 3, "`performance` names no metric."),
        ("delay:\n  model: m\n  performance:\n    metric: mae\n", 3, "Write for example `most: 15`."),
        ("delay:\n  model: m\n  performance:\n    metric: f1\n", 3, "Write for example `least: 0.9`."),
        ("- delay\n", 1, "must"),
        ("a/b:\n  model: m\n", 1, "`a/b` cannot be the name of a monitor."),
    ],
)
def test_what_is_wrong_is_said_with_its_line(files: DiskProject, text: str, line: int, said: str) -> None:
    write(files, text)
    with pytest.raises(ProjectInvalid) as wrong:
        files.monitors.all()
    (problem,) = wrong.value.problems
    assert (problem.file, problem.line) == ("monitors.yaml", line)
    assert said in f"{problem.message} {problem.advice}"
    assert [(one.line, one.message) for one in files.check() if one.file == "monitors.yaml"] == [
        (line, problem.message) if text != "- delay\n" else (1, "The file holds a list; it must be a mapping.")
    ]
