"""A run in one process goes ahead of the engine: whatever dies, and whatever comes in between, nothing finished runs
twice and nothing runs that must not."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from blockwright.wire.kill_points import POINTS
from tests.faults.gates import STUBBORN, arriving, gated, nobody_left
from tests.faults.test_kill_points import check_store, committed
from tests.processes import gone, marked
from tests.project import Project, block_of, states

pytestmark = pytest.mark.fault

LENGTH = 24
STEP = """
    import os, signal

    @custom
    def step(*args, **kwargs):
        name = kwargs["block_uuid"]
        with open(kwargs["side"], "a") as file:
            file.write(name + "\\n")
        {then}
        return sum(args) + 1
"""


def chain(
    project: Project, *, then: dict[int, str] | None = None, more: dict[int, dict[str, Any]] | None = None
) -> Path:
    """``LENGTH`` blocks, each fed by the one before; ``then``: what some do, ``more``: what their entries say."""
    side = project.root.parent / "side.txt"
    side.touch()
    blocks = [
        {
            "kind": "custom",
            "id": f"b{place}",
            "code": STEP.format(then=(then or {}).get(place, "pass")),
            "after": [f"b{place - 1}"] if place else [],
            **(more or {}).get(place, {}),
        }
        for place in range(LENGTH)
    ]
    variables = {"side": str(side), "gate": str(project.root.parent / "gate")}
    project.pipeline("p", *blocks, run_pipeline_in_one_process=True, variables=variables)
    return side


def gone_on(project: Project, side: Path) -> dict[str, Any]:
    """What a retry makes of a run whose processes are gone; no block that was committed runs again."""
    check_store(project)
    done, ran = committed(project), Counter(side.read_text().split())
    report = project.report("show", "latest")
    if report["state"] != "completed":
        report = project.report("retry", "latest")
    again = Counter(side.read_text().split()) - ran
    assert report["state"] == "completed", report
    assert set(states(report).values()) == {"completed"}
    assert not done & set(again), f"{done & set(again)} were committed and ran again"
    check_store(project)
    return report


@pytest.mark.parametrize("passes", [2, 11])
@pytest.mark.parametrize("point", [point for point in POINTS if not point.startswith("spec.")])
def test_a_killed_run_goes_on_where_it_was(project: Project, point: str, passes: int) -> None:
    side = chain(project)
    marker = {"BLOCKWRIGHT_TEST_MARK": str(project.root)}
    project.run("run", "p", "--json", environ={"BLOCKWRIGHT_KILL_AT": f"{point}:{passes}", **marker})
    gone(marked(str(project.root)))
    if not project.report("runs")["runs"]:
        return  # killed before there was a run: nothing to lose
    gone_on(project, side)


@pytest.mark.parametrize("victim", ["session", "fork server", "engine"])
def test_a_process_killed_in_the_middle_is_no_loss(project: Project, victim: str) -> None:
    """The engine may not have heard of the blocks before this one, and the blocks behind it are given already."""
    tell = "open(kwargs['gate'], 'w').write(f'{os.getpid()} {os.getppid()}\\n')"
    once = f"os.path.exists('once') or (open('once', 'w').close(), {tell}, signal.pause())"
    side = chain(project, then={12: once})
    with gated(project) as gate:
        first = project.start("run", "p", "--json")
        session, server = map(int, gate.hear().split())
        os.kill({"session": session, "fork server": server, "engine": first.pid}[victim], signal.SIGKILL)
        first.communicate(timeout=60)
        nobody_left(project)
        report = gone_on(project, side)
    assert block_of(report, "b12")["attempts"] == 2
    assert Counter(side.read_text().split()) == {f"b{place}": 2 if place == 12 else 1 for place in range(LENGTH)}


def test_what_follows_a_failure_does_not_run(project: Project) -> None:
    side = chain(project, then={5: "assert os.path.exists('mended'), 'not yet'"})
    report = project.report("run", "p")
    assert report["state"] == "failed"
    assert set(states(report).values()) == {"completed", "failed", "upstream_failed"}
    assert side.read_text().split() == [f"b{place}" for place in range(6)]
    (project.root / "mended").touch()
    gone_on(project, side)


def test_a_block_that_fails_once_is_tried_again_and_the_rest_follows(project: Project) -> None:
    flaky = "n = kwargs['retry']['attempts']; assert n > 1, 'first'"
    side = chain(project, then={5: flaky}, more={5: {"retry_config": {"retries": 1, "delay": 0}}})
    report = project.report("run", "p")
    assert report["state"] == "completed", report
    assert Counter(side.read_text().split()) == {f"b{place}": 2 if place == 5 else 1 for place in range(LENGTH)}


@pytest.mark.parametrize("survives", [False, True])
def test_nothing_begins_after_a_cancel(project: Project, survives: bool) -> None:
    """Also when the block takes no notice of its end and completes."""
    side = chain(project)
    stay = "signal.sigwait([signal.SIGTERM])" if survives else "time.sleep(600)"
    hold = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])" if survives else "pass"
    project.write("custom/b6.py", arriving(stay, decorator="custom", before=hold))
    with gated(project) as gate:
        first = project.start("run", "p", "--json")
        gate.hear()
        os.killpg(first.pid, signal.SIGINT)
        out, _ = first.communicate(timeout=60)
        after = states(json.loads(out))
        assert [after[f"b{place}"] for place in range(LENGTH)] == (
            ["completed"] * (7 if survives else 6) + ["cancelled"] * (LENGTH - (7 if survives else 6))
        )
        assert side.read_text().split() == [f"b{place}" for place in range(6)]
        shown = project.report("show", "latest")
        assert [block["attempts"] for block in shown["blocks"]] == [1] * 7 + [0] * (LENGTH - 7)
        project.write("custom/b6.py", "@custom\ndef step(value, **kwargs):\n    return value + 1\n")
        gone_on(project, side)


def test_one_retry_is_enough_when_the_owner_died_while_cancelling(project: Project) -> None:
    side = chain(project)
    stay = "os.path.exists('mended') or time.sleep(600)"
    project.write("custom/b3.py", arriving(stay, decorator="custom", before=STUBBORN))
    with gated(project) as gate:
        first = project.start("run", "p", "--json")
        gate.hear()
        os.killpg(first.pid, signal.SIGINT)
        while project.report("show", "latest")["state"] != "cancelling":
            assert first.poll() is None
        first.kill()
        first.communicate()
        nobody_left(project)
        (project.root / "mended").touch()
        assert project.report("retry", "latest")["state"] == "completed"
    assert max(Counter(side.read_text().split()).values()) == 1
