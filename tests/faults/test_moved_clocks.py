"""Somebody sets the machine's clock hours ahead, and hours back, under a server and two schedulers: no due time fires
twice, what was missed is told by the policy, and no run is taken from an engine that drives it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blockwright.core.runs.model import RunId, RunState
from blockwright.core.triggers.model import Fired, Outcome
from blockwright.ports.installation import Installation
from blockwright.ports.runs import RunFilter, RunStore
from blockwright.services.triggers.edits import find
from tests.engines import installation
from tests.faults.gates import Gate, arriving
from tests.faults.moved_clocks import MovedClock
from tests.faults.test_engines import schedulers
from tests.project import Project

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(300)]

POLICIES = {"skip": "skip", "latest": "latest", "all": "{all: 5}"}
TRIGGERS = "triggers:\n" + "".join(
    f"- name: {name}\n  schedule_interval: '*/2 * * * * *'\n  status: active\n  misfire: {policy}\n"
    for name, policy in POLICIES.items()
)
FRESH = "- name: fresh\n  schedule_interval: '*/2 * * * * *'\n  status: active\n"
SECONDS = 100.0


@pytest.fixture
def clock(tmp_path: Path) -> MovedClock:
    return MovedClock(tmp_path / "clock")


@contextmanager
def at_work(project: Project, clock: MovedClock) -> Iterator[Installation]:
    project.pipeline("p", {"kind": "loader", "id": "load", "code": "@data_loader\ndef load():\n    return 1\n"})
    project.write("pipelines/p/triggers.yaml", TRIGGERS)
    project.environ = {**project.environ, **clock.environ}
    with installation(project) as (_, opened), schedulers(project):
        yield opened


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def fires(opened: Installation, name: str) -> Sequence[Fired]:
    """Oldest first."""
    workspace = opened.workspace("shop")
    if workspace.triggering.records.find("shop", "p", name) is None:
        return ()
    return tuple(reversed(workspace.triggering.records.fires(find(workspace, name).id, limit=1000)))


def fired_after(opened: Installation, moment: datetime) -> bool:
    """Whether every trigger has had a run for a due time later than that."""
    return all(
        any(one.outcome is Outcome.RUN and one.due is not None and one.due > moment for one in fires(opened, name))
        for name in POLICIES
    )


def due_times(opened: Installation, name: str) -> list[datetime]:
    """Those that it has had a run for."""
    return sorted(one.due for one in fires(opened, name) if one.outcome is Outcome.RUN and one.due is not None)


def test_a_clock_that_leaps_ahead_misses_by_the_policy_and_one_that_goes_back_fires_nothing_twice(
    project: Project, clock: MovedClock
) -> None:
    begun = datetime.now(UTC)
    with at_work(project, clock) as opened:
        until(lambda: fired_after(opened, begun + timedelta(seconds=2)))
        ahead = datetime.now(UTC) + timedelta(hours=3)
        clock.move(3)
        until(lambda: fired_after(opened, ahead))
        for name in POLICIES:
            missed = [one.reason for one in fires(opened, name) if one.outcome is Outcome.MISSED]
            # Of a schedule of two seconds a busy machine misses some without any leap.
            assert any("due times were not run" in reason for reason in missed)
        assert late(due_times(opened, "latest"), ahead) <= 1
        assert late(due_times(opened, "all"), ahead) <= 5
        clock.move(-2)
        project.write("pipelines/p/triggers.yaml", TRIGGERS + FRESH)
        until(lambda: bool(due_times(opened, "fresh")))  # the schedulers have looked at the clock
        assert due_times(opened, "fresh")[0] < begun
        until(lambda: all(due_times(opened, name)[0] < begun for name in POLICIES))  # nor have they fallen silent
        newest = max(due for name in POLICIES for due in due_times(opened, name))
        assert newest > ahead
        clock.move(3)
        until(lambda: fired_after(opened, newest))
        for name in POLICIES:
            times = due_times(opened, name)
            assert len(times) == len(set(times))
        runs = opened.workspace("shop").runs.list(RunFilter("shop", pipeline="p"), limit=1000)
        pairs = [(run.trigger, run.due) for run in runs]
        assert len(pairs) == len(set(pairs))


def late(times: Sequence[datetime], ahead: datetime) -> int:
    """How many due times of before the leap's end were run after it."""
    leap = next(place for place in range(1, len(times)) if times[place] - times[place - 1] > timedelta(hours=2))
    return sum(due <= ahead for due in times[leap:])


@pytest.mark.parametrize("hours", [5, -5])
def test_a_run_that_is_driven_stays_with_its_engine(project: Project, clock: MovedClock, hours: int) -> None:
    gate = Gate(project.root.parent / "gate")
    with gate.beside("go") as go, at_work(project, clock) as opened:
        variables = {"gate": str(gate.path), "go": str(go.path)}
        code = arriving(then="open(kwargs['go']).read(1)")
        project.pipeline("long", {"kind": "loader", "id": "load", "code": code}, variables=variables)
        store = opened.workspace("shop").runs
        report = project.report("run", "long", "--detach")
        assert report["exit"] == 0, report
        run = RunId(report["run"])
        gate.hear()
        first = owner_of(store, run)
        clock.move(hours)
        moved = datetime.now(UTC) + timedelta(hours=hours)
        until(lambda: abs(owner_of(store, run)[1] - moved) < timedelta(minutes=5))  # renewed by the moved clock
        go.tell("x")
        until(lambda: store.get(run).state.final)
        assert store.get(run).state is RunState.COMPLETED
        assert [attempt.number for attempt in store.attempts(run)] == [1]
        assert {attempt.fencing for attempt in store.attempts(run)} == {1}, f"taken from {first[0]}"
    gate.close()


def owner_of(store: RunStore, run: RunId) -> tuple[str, datetime]:
    owner = store.owner(run)
    assert owner is not None
    return owner
