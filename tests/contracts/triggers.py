"""What every ``TriggerStore`` keeps. Subclass it and give fixtures ``triggers`` and ``runs``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import RunId, RunRequest
from blockwright.core.triggers.entries import Entry
from blockwright.core.triggers.model import (
    EventSource,
    LimitRule,
    Misfire,
    Outcome,
    Pause,
    Place,
    SourceType,
    Trigger,
    TriggerId,
    TriggerSettings,
    TriggerSpec,
    TriggerType,
)
from blockwright.ports.runs import Fire, RunStore, Settling
from blockwright.ports.triggers import TriggerFilter, TriggerStore

NOW = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
DAILY = TriggerSpec("daily", schedule="@daily", active=True)
FULL = TriggerSpec(
    "füll",
    TriggerType.EVENT,
    timezone="Europe/Berlin",
    start_time=NOW,
    active=True,
    description="ü",
    envs=("prod",),
    variables={"since": NOW, "many": [1, 2]},
    sla=5.5,
    settings=TriggerSettings(allow_blocks_to_fail=False, timeout=3.0),
    misfire=Misfire.ALL,
    misfire_most=7,
    sources=(EventSource(SourceType.FOLDER, path="inbox", glob="*.csv"),),
    match={"name": [{"prefix": "a"}]},
    limits=(LimitRule("{{ x }}", 2),),
    priority=-1,
)


def made(triggers: TriggerStore, spec: TriggerSpec = DAILY, pipeline: str = "p", token: str = "") -> Trigger:
    return triggers.make("shop", pipeline, Entry(spec, token=token), place=Place.API, now=NOW)


def fired(runs: RunStore, fire: Fire) -> None:
    request = RunRequest("shop", "p", trigger=fire.trigger)
    runs.create(request, variables={}, system={}, snapshot="", git_commit=None, block_runs=[], now=NOW, fire=fire)


class TriggersContract:
    def test_a_trigger_comes_back_as_it_was(self, triggers: TriggerStore) -> None:
        trigger = made(triggers, FULL)
        assert trigger.spec == FULL
        assert triggers.get(trigger.id) == trigger
        assert triggers.find("shop", "p", "füll") == trigger
        assert triggers.list(TriggerFilter("shop", type=TriggerType.EVENT, active=True), limit=5) == [trigger]
        assert triggers.list(TriggerFilter("shop", after=trigger.id), limit=5) == []
        assert triggers.list(TriggerFilter("bank"), limit=5) == []

    def test_a_name_is_taken_once_in_a_pipeline(self, triggers: TriggerStore) -> None:
        first, other = made(triggers), made(triggers, replace(DAILY, name="other"))
        made(triggers, pipeline="q")
        for attempt in (lambda: made(triggers), lambda: self._rename(triggers, other, "daily")):
            with pytest.raises(Conflict) as caught:
                attempt()
            assert caught.value.code == "trigger_exists"
        assert self._rename(triggers, other, "new").id == other.id
        triggers.forget(first.id, now=NOW)
        assert made(triggers).id == first.id  # the name is the trigger, also when it was away

    @staticmethod
    def _rename(triggers: TriggerStore, trigger: Trigger, name: str) -> Trigger:
        return triggers.change(trigger.id, Entry(replace(trigger.spec, name=name)), place=Place.API, now=NOW)

    def test_what_is_not_there_is_said(self, triggers: TriggerStore) -> None:
        for number in (0, 99, -1, 2**70):
            with pytest.raises(NotFound):
                triggers.get(TriggerId(number))
            with pytest.raises(NotFound):
                triggers.switch(TriggerId(number), True, now=NOW)

    def test_due_is_what_has_come_and_is_looked_at_in_order(self, triggers: TriggerStore) -> None:
        hourly = made(triggers, replace(DAILY, name="hourly", schedule="@hourly"))
        daily = made(triggers)
        made(triggers, replace(DAILY, name="paused", active=False))
        made(triggers, replace(DAILY, name="away"), pipeline="q")
        tomorrow = NOW + timedelta(days=1)
        assert triggers.next_due("shop") == NOW + timedelta(minutes=30)
        assert triggers.due("shop", NOW, limit=9) == []
        assert triggers.due("shop", tomorrow, limit=9, without=["q"]) == [hourly, daily]
        assert len(triggers.due("shop", tomorrow, limit=2)) == 2
        triggers.switch(hourly.id, False, now=NOW)
        triggers.forget(daily.id, now=NOW)
        assert [one.pipeline for one in triggers.due("shop", tomorrow, limit=9)] == ["q"]

    def test_it_fires_once_for_a_due_time_and_settles_with_it(self, triggers: TriggerStore, runs: RunStore) -> None:
        trigger = made(triggers)
        due, following = NOW + timedelta(hours=14.5), NOW + timedelta(hours=38.5)
        assert trigger.settled is not None
        fire = Fire(trigger.id, due.isoformat(), due, settling=Settling(trigger.settled, due, following))
        fired(runs, fire)
        moved = triggers.get(trigger.id)
        assert (moved.settled, moved.next_due) == (due, following)
        for again in (fire, replace(fire, key="another"), replace(fire, settling=None)):
            with pytest.raises(Conflict) as caught:
                fired(runs, again)
            assert caught.value.code == "fired"
        (row,) = triggers.fires(trigger.id, limit=9)
        assert (row.outcome, row.due, row.run) == (Outcome.RUN, due, RunId(1))
        assert triggers.unfinished_run(trigger.id) == row.run
        assert triggers.get(trigger.id) == moved

    def test_who_decided_on_what_has_moved_on_settles_nothing(self, triggers: TriggerStore) -> None:
        trigger = made(triggers)
        assert trigger.settled is not None
        settling = Settling(trigger.settled, NOW, None, active=False)
        fire = Fire(trigger.id, "k", NOW, "because")
        assert triggers.settle(trigger.id, settling, now=NOW, fire=fire, outcome=Outcome.SKIPPED)
        assert not triggers.settle(trigger.id, settling, now=NOW, fire=replace(fire, key="l"))
        assert not triggers.get(trigger.id).active
        (row,) = triggers.fires(trigger.id, limit=9)
        assert (row.key, row.outcome, row.reason, row.run) == ("k", Outcome.SKIPPED, "because", None)

    def test_the_history_of_a_project_is_that_of_all_its_triggers(self, triggers: TriggerStore, runs: RunStore) -> None:
        first, second = made(triggers), made(triggers, replace(DAILY, name="other"), pipeline="q")
        fired(runs, Fire(first.id, "a"))
        later = NOW + timedelta(hours=1)
        assert triggers.record(Fire(second.id, "b", reason="no"), Outcome.MISSED, project="shop", now=later)
        triggers.forget(second.id, now=later)
        found = triggers.history("shop", NOW, later + timedelta(seconds=1), limit=9)
        told = [(one.name, one.pipeline, one.fired.key, one.fired.outcome, one.state) for one in found]
        assert told == [("other", "q", "b", Outcome.MISSED, ""), ("daily", "p", "a", Outcome.RUN, "queued")]
        assert [one.name for one in triggers.history("shop", NOW, later, limit=9)] == ["daily"]
        assert [one.name for one in triggers.history("shop", NOW, later + timedelta(1), limit=1)] == ["other"]
        assert triggers.history("elsewhere", NOW, later + timedelta(1), limit=9) == []

    def test_an_event_is_recorded_once(self, triggers: TriggerStore) -> None:
        trigger = made(triggers, FULL)
        fire = Fire(trigger.id, "event:1", reason="no")
        assert triggers.record(fire, Outcome.FAILED, project="shop", now=NOW)
        assert not triggers.record(fire, Outcome.FAILED, project="shop", now=NOW)
        assert triggers.fired_keys(trigger.id, {"event:1", "event:2"}) == {"event:1"}

    def test_old_due_times_are_forgotten_and_events_are_not(self, triggers: TriggerStore) -> None:
        trigger = made(triggers, FULL)
        due, event = Fire(trigger.id, NOW.isoformat(), NOW), Fire(trigger.id, "event:1")
        for fire in (due, event):
            assert triggers.record(fire, Outcome.MISSED, project="shop", now=NOW)
        later = NOW + timedelta(days=1)
        assert triggers.prune("shop", NOW) == 0
        assert triggers.prune("bank", later) == 0
        assert triggers.prune("shop", later) == 1
        assert [row.key for row in triggers.fires(trigger.id, limit=9)] == ["event:1"]

    def test_an_api_trigger_has_a_token_of_its_own(self, triggers: TriggerStore) -> None:
        one = made(triggers, TriggerSpec("one", TriggerType.API))
        two = made(triggers, TriggerSpec("two", TriggerType.API), token="from the file")
        first = triggers.token(one.id)
        assert len(first) >= 32
        assert triggers.token(two.id) == "from the file"
        assert triggers.rotate_token(one.id) == triggers.token(one.id) != first
        assert triggers.token(made(triggers).id) == ""

    def test_a_file_is_taken_over_whole(self, triggers: TriggerStore) -> None:
        entries = [Entry(DAILY), Entry(replace(DAILY, name="broken"), "no good")]
        first = triggers.sync("shop", "p", entries, signature="1", now=NOW)
        assert [one.problem for one in first] == ["", "no good"]
        assert triggers.sync("shop", "p", entries, signature="2", now=NOW) == []
        assert triggers.files("shop") == {"p": ("2", "")}
        (gone,) = triggers.sync("shop", "p", entries[:1], signature="3", now=NOW)
        assert (gone.spec.name, gone.gone) == ("broken", NOW)
        triggers.file_broken("shop", "p", signature="4", problem="line 3")
        assert triggers.files("shop") == {"p": ("4", "line 3")}

    def test_what_was_settled_survives_a_change_of_the_file(self, triggers: TriggerStore) -> None:
        (trigger,) = triggers.sync("shop", "p", [Entry(DAILY)], signature="1", now=NOW)
        assert trigger.settled is not None
        later = NOW + timedelta(days=3)
        triggers.settle(trigger.id, Settling(trigger.settled, later, later), now=later)
        described = Entry(replace(DAILY, description="x"))
        (changed,) = triggers.sync("shop", "p", [described], signature="2", now=later)
        assert (changed.settled, changed.next_due) == (later, later)

    def test_parked_triggers_are_looked_at_again(self, triggers: TriggerStore) -> None:
        trigger = made(triggers)
        assert trigger.settled is not None
        triggers.settle(trigger.id, Settling(trigger.settled, trigger.settled, None), now=NOW)
        assert triggers.next_due("shop") is None
        triggers.unpark("shop")
        assert triggers.next_due("shop") == trigger.settled
        triggers.look_at(trigger.id, NOW - timedelta(hours=1))
        assert triggers.next_due("shop") == NOW - timedelta(hours=1)

    def test_what_is_decided_for_times_to_come_is_found(self, triggers: TriggerStore) -> None:
        trigger, other = made(triggers), made(triggers, replace(DAILY, name="other"))
        assert trigger.settled is not None
        later = NOW + timedelta(days=3)
        triggers.settle(trigger.id, Settling(trigger.settled, later, later), now=NOW)
        assert [one.id for one in triggers.ahead("shop", NOW)] == [trigger.id]
        assert [one.id for one in triggers.ahead("shop", NOW - timedelta(days=1))] == [trigger.id, other.id]
        assert triggers.ahead("shop", later) == []
        assert triggers.ahead("bank", NOW) == []
        triggers.settle(trigger.id, Settling(later, later, None, active=False), now=NOW)
        assert triggers.ahead("shop", NOW) == []

    def test_a_source_is_watched_by_one_at_a_time(self, triggers: TriggerStore) -> None:
        soon = NOW + timedelta(seconds=30)
        assert triggers.watch("shop", "7:0", "a", until=soon, now=NOW) is not None
        triggers.seen("shop", "7:0", {"cursor": "5"})
        assert triggers.watch("shop", "7:0", "b", until=soon, now=NOW) is None
        mine = triggers.watch("shop", "7:0", "a", until=soon, now=NOW)
        theirs = triggers.watch("shop", "7:0", "b", until=soon, now=soon)
        assert mine is not None
        assert theirs is not None
        assert (mine.state, theirs.state, theirs.owner) == ({"cursor": "5"}, {"cursor": "5"}, "b")

    def test_while_all_are_paused_none_is_due_and_nothing_is_settled(self, triggers: TriggerStore) -> None:
        trigger, tomorrow = made(triggers), NOW + timedelta(days=1)
        assert triggers.last_pause("shop") is None
        assert triggers.resume("shop", now=NOW) is None
        pause = triggers.pause("shop", "the database moves", by="ana", now=NOW)
        assert (pause, pause.on) == (Pause("the database moves", "ana", NOW), True)
        assert (triggers.due("shop", tomorrow, limit=9), triggers.next_due("shop")) == ([], None)
        assert trigger.settled is not None
        assert not triggers.settle(trigger.id, Settling(trigger.settled, NOW, None), now=NOW)
        later = triggers.pause("shop", "it takes longer", by="bob", now=tomorrow)
        assert (later.reason, later.by, later.since) == ("it takes longer", "bob", NOW)
        triggers.pause("other", "x", by="ana", now=NOW)
        ended = triggers.resume("shop", now=tomorrow)
        assert ended == replace(later, until=tomorrow)
        assert triggers.last_pause("shop") == ended
        assert triggers.due("shop", tomorrow, limit=9) == [triggers.get(trigger.id)]
        assert triggers.pause("shop", "again", by="ana", now=tomorrow).since == tomorrow

    def test_who_was_about_to_fire_when_all_were_paused_does_not(self, triggers: TriggerStore, runs: RunStore) -> None:
        trigger, due = made(triggers), NOW + timedelta(hours=14.5)
        assert trigger.settled is not None
        triggers.pause("shop", "stop", by="ana", now=NOW)
        with pytest.raises(Conflict) as caught:
            fired(runs, Fire(trigger.id, due.isoformat(), due, settling=Settling(trigger.settled, due, None)))
        assert caught.value.code == "fired"
        assert triggers.fires(trigger.id, limit=9) == []
