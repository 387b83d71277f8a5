"""Backfills as whoever asks for them sees them: worked off by an engine, paused, cancelled, retried."""

from __future__ import annotations

import os

from blockwright.core.backfills.model import Backfill, BackfillId, SliceState
from blockwright.core.backfills.states import Wish
from blockwright.core.runs.model import RunState
from blockwright.engine.backfiller import Backfiller
from blockwright.ports.bus import Notice, Topic
from blockwright.services.backfills.asking import Asked, create, plan, wish
from tests.engines import Running, engine, installation
from tests.faults.gates import arriving, gated
from tests.project import Project

TELL = """
    @custom
    def tell(*args, **kwargs):
        names = ("ds", "hr", "interval_seconds", "factor", "env")
        dates = ("execution_date", "interval_end_datetime", "interval_start_datetime_previous")
        if kwargs["ds"] == kwargs.get("bad"):
            raise ValueError("a bad day")
        return {"told": [*(kwargs[name] for name in names), *(kwargs[name].isoformat() for name in dates)]}
"""


def asked(at_work: Running, wanted: Asked) -> Backfill:
    made = create(at_work.workspace, wanted, by="ann")
    told(at_work)
    return made


def told(at_work: Running) -> None:
    at_work.installation.bus.publish(Notice(Topic.BACKFILLS, "shop"))


def now(at_work: Running, backfill: Backfill) -> Backfill:
    return at_work.workspace.triggering.backfills.get(backfill.id)


def ended(at_work: Running, backfill: Backfill) -> Backfill:
    at_work.until(lambda: now(at_work, backfill).state.final)
    return now(at_work, backfill)


def tally(at_work: Running, backfill: Backfill) -> dict[str, int]:
    counted = at_work.workspace.triggering.backfills.tally(backfill.id)
    return {state.value: count for state, count in counted.items()}


def test_each_date_is_a_run_with_its_interval_and_what_failed_is_run_again(project: Project) -> None:
    project.pipeline("p", {"kind": "custom", "id": "tell", "code": TELL}, variables={"bad": "2024-02-01", "factor": 1})
    with engine(project, loops=[Backfiller]) as at_work:
        wanted = Asked("p", "2024-01-01", "2024-03-01", "month", variables={"factor": 3}, parallel=2)
        backfill = asked(at_work, wanted)
        assert ended(at_work, backfill).state.value == "failed"
        assert tally(at_work, backfill) == {"completed": 2, "failed": 1}
        slices = at_work.workspace.triggering.backfills.slices(backfill.id, limit=9)
        assert "a bad day" in slices[1].reason
        run = at_work.workspace.runs.get(slices[0].run)  # type: ignore[arg-type]
        assert (run.kind.value, run.backfill, run.slice, run.requested_by) == ("backfill", backfill.id, 0, "ann")
        project.write("custom/tell.py", TELL.replace("raise", "pass  # raise"))
        wish(at_work.workspace, backfill, Wish.RETRY)
        told(at_work)
        assert ended(at_work, backfill).state.value == "completed"
        again = at_work.workspace.triggering.backfills.slices(backfill.id, limit=9)
        assert [(one.tries, one.run == before.run) for one, before in zip(again, slices, strict=True)] == [
            (1, True),
            (2, False),
            (1, True),
        ]
    assert project.value("tell", str(again[1].run))["told"] == [
        "2024-02-01",
        "00",
        29 * 86_400.0,
        3,
        "dev",
        "2024-02-01T00:00:00+00:00",
        "2024-03-01T00:00:00+00:00",
        "2024-01-01T00:00:00+00:00",
    ]


def test_paused_resumed_and_cancelled_with_its_runs(project: Project) -> None:
    with gated(project) as gate:
        code = arriving("while not os.path.exists(kwargs['go']): time.sleep(0.01)", decorator="custom")
        go = project.root.parent / "go"
        project.pipeline(
            "p", {"kind": "custom", "id": "wait", "code": code}, variables={"gate": str(gate.path), "go": str(go)}
        )
        with engine(project, loops=[Backfiller]) as at_work:
            each = tuple({"customer": number} for number in range(4))
            backfill = asked(at_work, Asked("p", each=each, parallel=1))
            gate.hear()
            assert wish(at_work.workspace, backfill, Wish.PAUSE).state.value == "paused"
            go.write_text("")
            at_work.until(lambda: tally(at_work, backfill).get("completed") == 1)
            assert tally(at_work, backfill) == {"completed": 1, "waiting": 3}
            os.unlink(go)
            wish(at_work.workspace, backfill, Wish.RESUME)
            told(at_work)
            gate.hear()
            wish(at_work.workspace, backfill, Wish.CANCEL)
            at_work.installation.bus.publish(Notice(Topic.INBOX, "shop"))
            assert ended(at_work, backfill).state.value == "cancelled"
            assert tally(at_work, backfill) == {"completed": 1, "cancelled": 3}
            store = at_work.workspace.triggering.backfills
            (slice, *_) = store.slices(backfill.id, state=SliceState.CANCELLED, limit=1)
            assert slice.run is not None
            assert at_work.workspace.runs.get(slice.run).state is RunState.CANCELLED


def test_a_pipeline_that_cannot_start_pauses_it_and_says_why(project: Project) -> None:
    project.pipeline("p", {"kind": "custom", "id": "tell", "code": TELL}, variables={"factor": 1})
    with engine(project, loops=[Backfiller]) as at_work:
        made = create(at_work.workspace, Asked("p", "2024-01-01", "2024-01-02", paused=True))
        project.write("pipelines/p/metadata.yaml", "blocks: {}\nuuid: 3.5: \n")
        wish(at_work.workspace, made, Wish.RESUME)
        told(at_work)
        at_work.until(lambda: "slice 2024-01-01 cannot be started" in now(at_work, made).reason)
        assert now(at_work, made).state.value == "paused"
        project.pipeline("p", {"kind": "custom", "id": "tell", "code": TELL}, variables={"factor": 1})
        wish(at_work.workspace, made, Wish.RESUME)
        told(at_work)
        assert ended(at_work, made).state.value == "completed"


def test_the_plan_says_what_runs_is_reused_and_is_written_again(project: Project) -> None:
    load = "    @data_loader\n    def load(ds, **kwargs):\n        return ds\n"
    passing = "    @transformer\n    def clean(value, *args, **kwargs):\n        return value\n"
    project.pipeline(
        "p",
        {"kind": "loader", "id": "load", "code": load, "cache": "always"},
        {"kind": "transformer", "id": "clean", "code": passing, "after": ["load"]},
        {"kind": "exporter", "id": "save", "code": passing.replace("transformer", "data_exporter"), "after": ["clean"]},
        variables={"factor": 1},
    )
    with engine(project, loops=[Backfiller]) as at_work:
        backfill = asked(at_work, Asked("p", "2024-01-01", "2024-01-02"))
        assert ended(at_work, backfill).state.value == "completed"
        wanted = Asked("p", "2024-01-01", "2024-01-03", reuse=True)
        planned = plan(at_work.workspace, wanted)
        assert (len(planned.slices), planned.to_run, planned.judged) == (3, 3, 3)
        assert sorted(planned.done) == [0, 1]
        outlook = {one.block: (one.runs, one.reuses, one.unknown, one.overwrites) for one in planned.blocks}
        assert outlook == {"load": (1, 2, 0, False), "clean": (0, 2, 1, False), "save": (3, 0, 0, True)}
        rest = Asked("p", "2024-01-01", "2024-01-03", reuse=True, skip_done=True)
        assert plan(at_work.workspace, rest).to_run == 1
        second = asked(at_work, rest)
        assert ended(at_work, second).state.value == "completed"
        slices = at_work.workspace.triggering.backfills.slices(second.id, limit=9)
        assert [one.tries for one in slices] == [0, 0, 1]
        assert slices[0].reason == f"run {planned.done[0]} did it before"


def test_a_hundred_thousand_slices_are_recorded_and_counted(project: Project) -> None:
    project.pipeline("p", {"kind": "custom", "id": "tell", "code": TELL}, variables={"factor": 1})
    with installation(project) as (_, opened):
        workspace = opened.workspace("shop")
        made = create(workspace, Asked("p", "2024-01-01", "2024-01-02T03:46:39", "second"))
        assert workspace.triggering.backfills.tally(made.id) == {SliceState.WAITING: 100_000}
        (last,) = workspace.triggering.backfills.slices(BackfillId(made.id), after=99_998, limit=9)
        assert last.name == "2024-01-02 03:46:39"
