"""Triggers with a schedule, from the file to the run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blockwright.core.errors import Unavailable
from blockwright.core.runs.model import Queue, RunKind, RunLimit, RunState
from blockwright.ports.runs import Changes
from blockwright.services.triggers import firing
from blockwright.wire import values
from tests.services.triggers.conftest import Shop

NIGHTLY = """
triggers:
- name: nightly
  schedule_type: time
  schedule_interval: '@daily'
  status: active
"""


def with_settings(*lines: str) -> str:
    return NIGHTLY + "".join(f"  {line}\n" for line in lines)


def test_a_due_time_gives_a_run_for_that_time(shop: Shop) -> None:
    shop.triggers(with_settings("variables: {day: tuesday, size: 3}", "priority: 5", "sla: 60"))
    assert shop.wait(hours=14) == []
    (run,) = shop.wait(hours=1)
    assert (run.kind, run.queue, run.trigger) == (RunKind.TRIGGER, Queue.ENGINE, shop.trigger().id)
    assert (run.due, run.priority, run.settings.sla) == (datetime(2024, 5, 2, tzinfo=UTC), 5, 60)
    assert run.variables == {"day": "tuesday", "size": 3}
    given = values.decode(dict(run.system))
    assert given["execution_date"] == run.due
    assert (given["ds"], given["hr"], given["env"], given["trigger_name"]) == ("2024-05-02", "00", "dev", "nightly")
    assert given["execution_partition"] == f"{run.trigger}/20240502T000000"
    assert given["interval_end_datetime"] - given["interval_start_datetime"] == timedelta(days=1)
    assert given["interval_start_datetime_previous"] == datetime(2024, 5, 1, tzinfo=UTC)
    assert shop.wait(minutes=1) == []


def test_nothing_fires_for_a_time_before_it_was_seen(shop: Shop) -> None:
    shop.triggers(NIGHTLY)
    assert shop.wait() == []
    assert shop.trigger().next_due == datetime(2024, 5, 2, tzinfo=UTC)


def test_the_first_run_may_be_at_once(shop: Shop) -> None:
    shop.triggers(with_settings("settings: {create_initial_pipeline_run: true}"))
    (run,) = shop.wait()
    assert run.due == datetime(2024, 5, 1, tzinfo=UTC)
    assert shop.wait(hours=1) == []


@pytest.mark.parametrize(
    ("policy", "fires"),
    [
        ("latest", [("missed", "02 00:00"), ("run", "05 00:00")]),
        ("skip", [("missed", "02 00:00")]),
        ("{all: 2}", [("missed", "02 00:00"), ("run", "04 00:00"), ("run", "05 00:00")]),
        ("all", [("run", "02 00:00"), ("run", "03 00:00"), ("run", "04 00:00"), ("run", "05 00:00")]),
    ],
)
def test_what_nobody_was_there_for(shop: Shop, policy: str, fires: list[tuple[str, str]]) -> None:
    shop.triggers(with_settings(f"misfire: {policy}"))
    shop.wait(days=4)
    assert sorted(shop.fires(), key=lambda fire: fire[1]) == fires


def test_a_changed_schedule_begins_now_and_a_changed_description_does_not(shop: Shop) -> None:
    shop.triggers(NIGHTLY)
    shop.clock.time += timedelta(days=3)
    shop.triggers(NIGHTLY.replace("@daily", "@hourly"))
    assert shop.wait() == []
    shop.clock.time += timedelta(hours=1)
    shop.triggers(NIGHTLY.replace("@daily", "@hourly") + "  description: other\n")
    assert [run.due for run in shop.wait()] == [datetime(2024, 5, 4, 10, tzinfo=UTC)]


def test_a_renamed_trigger_is_the_same_one(shop: Shop) -> None:
    shop.triggers(NIGHTLY)
    shop.wait(days=1)
    before = shop.trigger()
    shop.triggers(NIGHTLY.replace("nightly", "daily"))
    renamed = shop.trigger("daily")
    assert (renamed.id, renamed.settled) == (before.id, before.settled)
    assert shop.fires("daily") == [("run", "02 00:00")]


def test_a_trigger_taken_out_of_the_file_stops_and_keeps_its_history(shop: Shop) -> None:
    shop.triggers(NIGHTLY)
    shop.wait(days=1)
    gone = shop.trigger()
    shop.triggers("triggers: []\n")
    assert shop.wait(days=3) == []
    assert shop.workspace.triggering.records.get(gone.id).gone is not None
    shop.triggers(NIGHTLY)
    assert shop.trigger().id == gone.id
    assert shop.wait() == []  # it was away: nothing of those days is its business
    assert len(shop.wait(days=1)) == 1


def test_once_fires_once_and_again_when_it_is_switched_on_again(shop: Shop) -> None:
    text = NIGHTLY.replace("@daily", "@once")
    shop.triggers(text)
    assert len(shop.wait()) == 1
    assert not shop.trigger().active
    shop.triggers(text + "  description: x\n")
    assert shop.wait(days=1) == []
    shop.triggers(text.replace("status: active", "status: inactive"))
    shop.triggers(text)
    assert len(shop.wait()) == 1


def test_always_on_runs_again_when_the_last_run_has_ended(shop: Shop) -> None:
    shop.triggers(NIGHTLY.replace("@daily", "@always_on"))
    (run,) = shop.wait()
    assert shop.wait(minutes=2) == []
    lease = shop.workspace.runs.claim(run.id, "me", seconds=9, now=shop.clock.now())
    ended = replace(run, state=RunState.COMPLETED, finished=shop.clock.now())
    shop.workspace.runs.save(lease, Changes(run=ended), now=shop.clock.now())
    assert len(shop.wait(minutes=2)) == 1


def test_a_start_time_counts_from_its_moment_on(shop: Shop) -> None:
    shop.triggers(with_settings("start_time: 2024-05-03 12:00:00"))
    assert shop.wait(days=2) == []
    assert [run.due for run in shop.wait(days=1)] == [datetime(2024, 5, 4, tzinfo=UTC)]


def test_skip_if_previous_running_leaves_a_record(shop: Shop) -> None:
    shop.triggers(with_settings("settings: {skip_if_previous_running: true}"))
    (run,) = shop.wait(days=1)
    assert shop.wait(days=1) == []
    assert shop.fires() == [("run", "02 00:00"), ("skipped", "03 00:00")]
    assert f"run {run.id}" in shop.workspace.triggering.records.fires(shop.trigger().id, limit=1)[0].reason


def test_a_landing_time_starts_earlier_by_what_runs_take(shop: Shop) -> None:
    shop.triggers(with_settings("start_time: 2024-05-01 12:00:00", "settings: {landing_time_enabled: true}"))
    shop.wait()
    records = shop.workspace.triggering.records
    (run,) = shop.wait(hours=2.5)
    database = records._database  # type: ignore[attr-defined]
    with database.write() as transaction:
        transaction.execute(
            "UPDATE run SET state = 'completed', started = 0, finished = 600000000 WHERE id = ?", (run.id,)
        )
    assert shop.wait(hours=23, minutes=40) == []
    (early,) = shop.wait(minutes=11)
    assert (early.due, shop.clock.time.minute) == (datetime(2024, 5, 2, 12, tzinfo=UTC), 51)


def test_settings_reach_the_run(shop: Shop) -> None:
    limits = "{allow_blocks_to_fail: false, pipeline_run_limit: 2, timeout: 90, timeout_status: cancelled}"
    shop.triggers(with_settings(f"settings: {limits}", "concurrency_key: '{{ variables.day }}'"))
    (run,) = shop.wait(days=1)
    made = run.settings
    assert (made.allow_blocks_to_fail, made.timeout, made.timeout_status) == (False, 90, "cancelled")
    assert set(made.limits) == {RunLimit(f"trigger:{run.trigger}", 2), RunLimit("key:monday", 1)}


def test_another_environment_does_not_fire_it(shop: Shop) -> None:
    shop.triggers(with_settings("envs: [prod]", "misfire: skip"))
    assert shop.wait(days=2) == []
    production = replace(shop.workspace, options=replace(shop.workspace.options, env="prod"))
    production.triggering.records.unpark(production.project.name)
    shop.clock.time += timedelta(hours=14, minutes=30)
    assert [run.due for run in firing.fire_due(production)] == [datetime(2024, 5, 4, tzinfo=UTC)]


def test_a_broken_pipeline_is_recorded_and_tried_again_next_time(shop: Shop) -> None:
    shop.triggers(NIGHTLY)
    shop.project.pipeline("q", {"kind": "loader", "id": "other", "code": "def f():\n    return 1\n"})
    shop.triggers(NIGHTLY, "q")
    path = shop.project.root / "pipelines/p/metadata.yaml"
    sound = path.read_text()
    path.write_text("blocks: 5\n")
    assert [run.pipeline for run in shop.wait(days=1)] == ["q"]
    (failed,) = shop.workspace.triggering.records.fires(shop.trigger().id, limit=9)
    assert (failed.outcome.value, failed.run) == ("failed", None)
    assert "pipelines/p/metadata.yaml" in failed.reason
    path.write_text(sound)
    assert {run.pipeline for run in shop.wait(days=1)} == {"p", "q"}


def test_one_broken_entry_stops_only_itself(shop: Shop) -> None:
    broken = "- {name: broken, schedule_interval: '0 0 30 2 *', status: active}\n"
    shop.triggers(NIGHTLY + broken)
    assert "never comes true" in shop.trigger("broken").problem
    assert len(shop.wait(days=1)) == 1


def test_a_broken_file_leaves_what_was_there(shop: Shop) -> None:
    shop.triggers(NIGHTLY)
    shop.triggers("triggers: [\n")
    _, problem = shop.workspace.triggering.records.files(shop.workspace.project.name)["p"]
    assert "triggers.yaml" in problem
    assert len(shop.wait(days=1)) == 1


def test_an_unchanged_file_is_not_read_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.triggers(NIGHTLY)
    monkeypatch.setattr(type(shop.workspace.triggering.files), "read", None)
    shop.sync()
    Path(shop.project.root / "pipelines/p/triggers.yaml").unlink()
    with pytest.raises(TypeError):
        shop.sync()


def test_what_does_not_answer_is_tried_again_soon(shop: Shop) -> None:
    shop.triggers(NIGHTLY)

    class Deaf:
        def __getattr__(self, name: str) -> object:
            raise Unavailable("The disk is full.", code="database_full")

    deaf = replace(shop.workspace, runs=Deaf())  # type: ignore[arg-type]
    shop.clock.time += timedelta(days=1)
    with pytest.raises(Unavailable):
        firing.fire_due(deaf)
    assert shop.wait(seconds=10) == []
    assert [run.due for run in shop.wait(seconds=30)] == [datetime(2024, 5, 2, tzinfo=UTC)]


HOURLY = NIGHTLY.replace("@daily", "@hourly")


def test_a_clock_set_back_silences_nothing_and_repeats_nothing(shop: Shop) -> None:
    """It was hours ahead, and has been corrected: due times come round again, and those that had a run have had it."""
    shop.triggers(HOURLY + "  misfire: latest\n")
    assert [run.due for run in shop.wait(hours=5)] == [datetime(2024, 5, 1, 14, tzinfo=UTC)]
    shop.clock.time -= timedelta(hours=4)  # 10:30
    assert [one.id for one in firing.follow_clock_back(shop.workspace)] == [shop.trigger().id]
    assert firing.follow_clock_back(shop.workspace) == []
    assert shop.trigger().next_due == datetime(2024, 5, 1, 11, tzinfo=UTC)
    again = [run.due.hour for _ in range(6) for run in shop.wait(hours=1) if run.due is not None]
    assert again == [11, 12, 13, 15, 16]
    assert len(shop.runs()) == 6
    assert sorted(due for outcome, due in shop.fires() if outcome == "missed") == ["01 10:00"]


def test_of_several_due_times_those_that_ran_before_the_clock_was_set_back_are_left_out(shop: Shop) -> None:
    shop.triggers(HOURLY + "  misfire: {all: 2}\n")
    assert len(shop.wait(hours=5)) == 2  # 13:00 and 14:00
    shop.clock.time -= timedelta(hours=4)
    firing.follow_clock_back(shop.workspace)
    assert [run.due.hour for run in shop.wait(hours=4, minutes=40) if run.due is not None] == [15]
    assert shop.trigger().settled == datetime(2024, 5, 1, 15, tzinfo=UTC)
    assert [run.due.hour for run in shop.wait(hours=1) if run.due is not None] == [16]


def test_a_clock_that_is_put_right_by_seconds_changes_nothing(shop: Shop) -> None:
    shop.triggers(HOURLY)
    shop.wait(minutes=30)
    before = shop.trigger()
    shop.clock.time -= timedelta(seconds=50)
    assert firing.follow_clock_back(shop.workspace) == []
    assert shop.trigger() == before
    assert shop.wait(minutes=2) == []


ALWAYS_AND_LANDING = """
triggers:
- name: always
  schedule_interval: '@always_on'
  status: active
- name: landing
  schedule_interval: '@hourly'
  start_time: 2024-05-01 00:20:00
  status: active
  settings: {landing_time_enabled: true}
"""


def test_what_is_always_on_or_lands_early_goes_on_too(shop: Shop) -> None:
    shop.triggers(ALWAYS_AND_LANDING)
    names: dict[int, str] = {shop.trigger(name).id: name for name in ("always", "landing")}
    assert {names[run.trigger] for run in shop.wait(hours=5) if run.trigger is not None} == {"always", "landing"}
    shop.clock.time -= timedelta(days=30)
    assert {one.spec.name for one in firing.follow_clock_back(shop.workspace)} == {"always", "landing"}
    again = [names[run.trigger] for _ in range(2) for run in shop.wait(hours=1) if run.trigger is not None]
    assert again == ["landing", "landing"]  # the run of the other goes on
