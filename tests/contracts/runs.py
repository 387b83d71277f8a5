"""What every ``RunStore`` keeps. Subclass it and give a fixture ``runs``."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from blockwright.core.blocks import BlockId
from blockwright.core.errors import Conflict, Invalid, NotFound
from blockwright.core.runs.model import (
    BlockRunName,
    BlockState,
    Failure,
    Queue,
    Role,
    Run,
    RunId,
    RunKind,
    RunRequest,
    RunState,
    Selection,
    TestCounts,
)
from blockwright.ports.runs import BlockCounts, Changes, NewEvent, RunFilter, RunStore
from tests.contracts.samples import NOON, attempt, block_run, child, claim, create, done, group, later, output, record

ORDERS = BlockId("orders")
NOBODY = RunId(424242)


def finish(runs: RunStore, run: Run, state: RunState = RunState.COMPLETED) -> Run:
    """End a run in this state."""
    lease = claim(runs, run)
    runs.save(lease, Changes(run=replace(runs.get(run.id), state=state, finished=NOON)), now=NOON)
    runs.release(lease)
    return runs.get(run.id)


class CreateContract:
    def test_a_new_run_is_queued_and_has_all_that_was_asked_for(self, runs: RunStore) -> None:
        request = RunRequest(
            "shop",
            "sales",
            RunKind.REPLAY,
            selection=Selection((ORDERS,), upstream=True),
            reuse=False,
            replay_of=RunId(3),
            parent_run=RunId(4),
            skip_sensors=True,
        )
        run = runs.create(
            request,
            variables={"a": [1, None, {"ü\ud800\0": "x"}]},
            system={"day": "2026"},
            snapshot="d1",
            git_commit="c1",
            block_runs=(),
            now=NOON,
        )
        assert run == runs.get(run.id)
        assert run.state is RunState.QUEUED
        assert run.reason
        assert run.created == NOON
        assert (run.kind, run.selection, run.reuse) == (RunKind.REPLAY, request.selection, False)
        assert (run.replay_of, run.parent_run, run.skip_sensors, run.pinned) == (3, 4, True, False)
        assert (run.snapshot, run.git_commit) == ("d1", "c1")
        assert run.variables == {"a": [1, None, {"ü\ud800\0": "x"}]}
        assert run.system == {"day": "2026", "pipeline_run_id": run.id}

    def test_block_runs_come_back_as_they_were_and_in_their_order(self, runs: RunStore) -> None:
        full = block_run(
            "clean:ä",
            role=Role.CHILD,
            parent="clean",
            index=7,
            state=BlockState.FAILED,
            reason="no such column",
            attempt=3,
            round=1,
            tries=2,
            waited=1.5,
            due=later(9),
            started=NOON,
            finished=later(2),
            seconds=2.0,
            cpu_seconds=0.25,
            rss_peak=2**40,
            key="k",
            reused=True,
            source_run=RunId(1),
            outputs=(output("d1", rows=3, columns=2, spread=True), output("d2", in_memory=True)),
            tests=TestCounts(2, 1),
            failure=Failure("KeyError", "'x'\0\ud800", "clean.py", 3, "look"),
            items={"count": 2, "names": [None, "b"], "upstream": [[], ["a"]]},
            manifest="runs/1/clean/3/manifest.json",
        )
        block_runs = [block_run("zeta"), full, block_run("alpha")]
        assert runs.block_runs(create(runs, block_runs).id) == block_runs

    def test_the_first_event_is_there_with_the_run(self, runs: RunStore) -> None:
        (event,) = runs.events(create(runs).id)
        assert (event.number, event.time, event.block_run) == (1, NOON, None)

    def test_a_time_of_another_zone_is_the_same_moment(self, runs: RunStore) -> None:
        moment = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
        assert create(runs, now=moment).created == NOON

    def test_not_a_number_is_a_variable_too(self, runs: RunStore) -> None:
        run = runs.create(
            RunRequest("shop", "sales"),
            variables={"x": math.nan},
            system={},
            snapshot="",
            git_commit=None,
            block_runs=(),
            now=NOON,
        )
        assert math.isnan(runs.get(run.id).variables["x"])

    def test_what_json_cannot_say_is_refused_and_leaves_no_run(self, runs: RunStore) -> None:
        with pytest.raises(Invalid, match="object"):
            runs.create(
                RunRequest("shop", "sales"),
                variables={"x": object()},
                system={},
                snapshot="",
                git_commit=None,
                block_runs=(),
                now=NOON,
            )
        assert runs.latest("shop") is None

    def test_a_name_that_no_encoding_has_is_refused(self, runs: RunStore) -> None:
        with pytest.raises(Invalid, match="does not fit"):
            create(runs, [block_run("fine"), block_run("a\ud800")])
        assert runs.latest("shop") is None

    def test_an_id_is_never_given_twice(self, runs: RunStore) -> None:
        old = finish(runs, create(runs))
        runs.delete(old.id)
        assert create(runs).id > old.id


class LeaseContract:
    def test_a_claim_is_for_one_owner_and_its_time(self, runs: RunStore) -> None:
        run = create(runs)
        lease = claim(runs, run, "host:1:a")
        assert runs.owner(run.id) == ("host:1:a", later(30)) == (lease.owner, lease.until)
        with pytest.raises(Conflict, match="host:1:a") as caught:
            claim(runs, run, "host:2:b", now=later(29))
        assert caught.value.code == "owned"
        assert claim(runs, run, "host:2:b", now=later(30)).fencing > lease.fencing

    def test_the_run_of_a_dead_owner_is_free_at_once(self, runs: RunStore) -> None:
        run = create(runs)
        claim(runs, run, "host:1:a")
        with pytest.raises(Conflict):
            runs.claim(run.id, "host:2:b", seconds=30, now=NOON, dead=["host:3:c"])
        assert runs.claim(run.id, "host:2:b", seconds=30, now=NOON, dead=["host:3:c", "host:1:a"]).fencing == 2

    def test_a_released_run_is_free_and_its_lease_is_worth_nothing(self, runs: RunStore) -> None:
        run = create(runs)
        lease = claim(runs, run)
        runs.release(lease)
        assert runs.owner(run.id) is None
        for act in (
            lambda: runs.save(lease, Changes(events=(NewEvent("late"),)), now=NOON),
            lambda: runs.renew(lease, seconds=30, now=NOON),
        ):
            with pytest.raises(Conflict, match="given back") as caught:
                act()
            assert caught.value.code == "fenced"
        assert runs.owner(run.id) is None
        assert claim(runs, run, "host:2:b").fencing == lease.fencing + 1

    def test_a_renewed_lease_lasts_longer(self, runs: RunStore) -> None:
        run = create(runs)
        lease = runs.renew(claim(runs, run), seconds=30, now=later(20))
        assert lease.until == later(50)
        with pytest.raises(Conflict):
            claim(runs, run, "host:2:b", now=later(40))

    @pytest.mark.parametrize("act", ["save", "renew", "release"])
    def test_after_a_take_over_the_old_lease_changes_nothing(self, runs: RunStore, act: str) -> None:
        run = create(runs)
        old = claim(runs, run, "host:1:a")
        claim(runs, run, "host:2:b", now=later(60))
        before = (runs.get(run.id), runs.events(run.id), runs.owner(run.id))
        calls: dict[str, Any] = {
            "save": lambda: runs.save(
                old,
                Changes(run=replace(run, reason="late"), block_runs=(block_run("a"),), events=(NewEvent("late"),)),
                now=NOON,
            ),
            "renew": lambda: runs.renew(old, seconds=30, now=later(61)),
            "release": lambda: runs.release(old),
        }
        with pytest.raises(Conflict, match="host:2:b") as caught:
            calls[act]()
        assert caught.value.code == "fenced"
        assert (runs.get(run.id), runs.events(run.id), runs.owner(run.id)) == before
        assert runs.block_runs(run.id) == []

    def test_a_number_alone_is_no_lease(self, runs: RunStore) -> None:
        """A database that crashed may give a number twice."""
        run = create(runs)
        lease = claim(runs, run, "host:1:a")
        other = replace(lease, owner="host:2:b")
        for act in (
            lambda: runs.save(other, Changes(events=(NewEvent("late"),)), now=NOON),
            lambda: runs.renew(other, seconds=30, now=NOON),
            lambda: runs.release(other),
        ):
            with pytest.raises(Conflict) as caught:
                act()
            assert caught.value.code == "fenced"
        assert runs.owner(run.id) == (lease.owner, lease.until)

    def test_an_expired_lease_that_nobody_took_still_holds(self, runs: RunStore) -> None:
        run = create(runs)
        lease = claim(runs, run)
        runs.save(lease, Changes(events=(NewEvent("late"),)), now=later(600))
        assert runs.renew(lease, seconds=30, now=later(601)).until == later(631)

    def test_no_run_no_lease(self, runs: RunStore) -> None:
        with pytest.raises(NotFound, match="424242"):
            runs.claim(NOBODY, "host:1:a", seconds=30, now=NOON)
        assert runs.owner(NOBODY) is None

    def test_a_lease_outlives_no_deleted_run(self, runs: RunStore) -> None:
        run = finish(runs, create(runs))
        lease = claim(runs, run)
        runs.delete(run.id)
        with pytest.raises(NotFound):
            runs.save(lease, Changes(events=(NewEvent("late"),)), now=NOON)

    def test_what_is_refused_leaves_nothing_and_the_next_owner_goes_on_counting(self, runs: RunStore) -> None:
        run = create(runs, [block_run("a")])
        first = claim(runs, run)
        runs.save(first, Changes(events=(NewEvent("one"),)), now=NOON)
        runs.save(first, Changes(events=(NewEvent("two"),)), now=NOON)
        second = runs.claim(run.id, "host:2:b", seconds=30, now=later(600), dead=[first.owner])
        runs.save(second, Changes(block_runs=(block_run("b"),), events=(NewEvent("three"),)), now=later(601))
        late = Changes(run=replace(run, reason="late"), block_runs=(block_run("c"),), events=(NewEvent("late"),))
        with pytest.raises(Conflict) as fenced:
            runs.save(first, late, now=later(602))
        assert fenced.value.code == "fenced"
        runs.save(second, Changes(block_runs=(block_run("d"),), events=(NewEvent("four"),)), now=later(603))
        assert runs.get(run.id) == run
        assert [each.name for each in runs.block_runs(run.id)] == ["a", "b", "d"]
        told = [(event.number, event.kind) for event in runs.events(run.id, 1)]
        assert told == [(2, "one"), (3, "two"), (4, "three"), (5, "four")]


class SaveContract:
    def test_everything_of_a_step_is_there_after_it(self, runs: RunStore) -> None:
        run = create(runs, [block_run("a"), block_run("b")])
        runs.push(run.id, "cancel", {"by": "ann"})
        (message,) = runs.inbox(run.id)
        lease = claim(runs, run)
        changed = replace(run, state=RunState.RUNNING, reason="runs", started=NOON, round=1, snapshot="d2")
        first = attempt(run.id, "a", host="h", pid=9, pid_started=2**40, snapshot="d3")
        runs.save(
            lease,
            Changes(
                run=changed,
                block_runs=(block_run("a", state=BlockState.RUNNING, attempt=1),),
                attempts=(first,),
                events=(NewEvent("block.started", BlockRunName("a"), {"attempt": 1}), NewEvent("run.started")),
                taken=(message.id,),
            ),
            now=later(1),
        )
        assert runs.get(run.id) == changed
        assert runs.block_runs(run.id) == [block_run("a", state=BlockState.RUNNING, attempt=1), block_run("b")]
        assert runs.attempts(run.id) == runs.whole(run.id).living == [first]
        assert runs.inbox(run.id) == []
        _, second, third = runs.events(run.id)
        assert (second.number, second.time, second.kind) == (2, later(1), "block.started")
        assert (second.block_run, second.data) == ("a", {"attempt": 1})
        assert (third.number, third.kind, third.block_run, third.data) == (3, "run.started", None, {})

    def test_an_attempt_that_ended_is_kept_but_not_alive(self, runs: RunStore) -> None:
        run = create(runs)
        lease = claim(runs, run)
        first, second = attempt(run.id, "a", 1), attempt(run.id, "a", 2, started=later(5))
        runs.save(lease, Changes(attempts=(second, first)), now=NOON)
        ended = replace(first, state="ended", finished=later(4), outcome="failed", reason="killed\0", manifest="m")
        runs.save(lease, Changes(attempts=(ended,)), now=later(4))
        assert runs.whole(run.id).living == [second]
        kept, _ = runs.attempts(run.id, BlockRunName("a"))
        assert replace(kept, reason="") == replace(ended, reason="")
        assert runs.attempts(run.id, BlockRunName("b")) == []

    def test_what_its_owner_needs_comes_as_one(self, runs: RunStore) -> None:
        run = create(runs, [block_run("b"), block_run("a")])
        lease = claim(runs, run)
        runs.push(run.id, "cancel", {"reason": "enough"})
        records = (attempt(run.id, "b", 1), replace(attempt(run.id, "a", 1, started=later(5)), state="ended"))
        runs.save(lease, Changes(attempts=records), now=later(5))
        whole = runs.whole(run.id)
        assert (whole.run, whole.block_runs) == (runs.get(run.id), runs.block_runs(run.id))
        assert (whole.attempts, whole.inbox) == (runs.attempts(run.id), runs.inbox(run.id))
        assert (list(whole.attempts), list(whole.living), len(whole.inbox)) == (list(records), [records[0]], 1)
        with pytest.raises(NotFound):
            runs.whole(NOBODY)

    def test_new_block_runs_come_after_the_older_ones(self, runs: RunStore) -> None:
        run = create(runs, [block_run("b"), block_run("c")])
        lease = claim(runs, run)
        runs.save(lease, Changes(block_runs=(block_run("c", tries=1), block_run("z"), block_run("a"))), now=NOON)
        runs.save(lease, Changes(block_runs=(block_run("b", tries=1), block_run("k"))), now=NOON)
        assert [each.name for each in runs.block_runs(run.id)] == ["b", "c", "z", "a", "k"]

    def test_a_step_that_cannot_be_written_leaves_nothing(self, runs: RunStore) -> None:
        run = create(runs, [block_run("a")])
        lease = claim(runs, run)
        with pytest.raises(Invalid):
            runs.save(
                lease,
                Changes(
                    run=replace(run, reason="changed"),
                    block_runs=(block_run("a", tries=1), block_run("new")),
                    attempts=(attempt(run.id, "a"),),
                    events=(NewEvent("fine"), NewEvent("bad", data={"x": object()})),
                ),
                now=NOON,
            )
        assert runs.get(run.id) == run
        assert runs.block_runs(run.id) == [block_run("a")]
        assert runs.attempts(run.id) == []
        runs.save(lease, Changes(events=(NewEvent("next"),)), now=NOON)
        assert [event.number for event in runs.events(run.id)] == [1, 2]

    def test_a_lease_changes_its_own_run_only(self, runs: RunStore) -> None:
        lease, other = claim(runs, create(runs)), create(runs)
        with pytest.raises(ValueError, match=f"run {other.id}"):
            runs.save(lease, Changes(run=replace(other, reason="stolen")), now=NOON)
        with pytest.raises(ValueError, match=f"run {other.id}"):
            runs.save(lease, Changes(attempts=(attempt(other.id, "a"),)), now=NOON)

    def test_a_pin_set_meanwhile_is_kept(self, runs: RunStore) -> None:
        run = create(runs)
        lease = claim(runs, run)
        runs.pin(run.id, True)
        runs.save(lease, Changes(run=replace(run, state=RunState.COMPLETED)), now=NOON)
        assert runs.get(run.id).pinned
        runs.pin(run.id, False)
        assert not runs.get(run.id).pinned

    def test_events_can_be_read_from_where_one_stopped(self, runs: RunStore) -> None:
        run, other = create(runs), create(runs)
        lease = claim(runs, run)
        for number in range(2, 6):
            runs.save(lease, Changes(events=(NewEvent(f"e{number}"),)), now=NOON)
        runs.save(claim(runs, other), Changes(events=(NewEvent("elsewhere"),)), now=NOON)
        assert [(event.number, event.kind) for event in runs.events(run.id, after=3)] == [(4, "e4"), (5, "e5")]
        assert runs.events(run.id, after=5) == []

    def test_text_that_no_encoding_has_does_not_stop_a_run(self, runs: RunStore) -> None:
        run = create(runs, [block_run("a")])
        reason = "bad byte \udcff, zero \0, fine ü"
        runs.save(claim(runs, run), Changes(block_runs=(block_run("a", reason=reason),)), now=NOON)
        assert "fine ü" in runs.block_runs(run.id)[0].reason


class InboxContract:
    def test_messages_wait_in_order_and_leave_only_when_taken(self, runs: RunStore) -> None:
        run, other = create(runs), create(runs)
        runs.push(run.id, "cancel", {})
        runs.push(other.id, "cancel", {})
        runs.push(run.id, "retry", {"from": ["a", "ü"]})
        first, second = runs.inbox(run.id)
        assert (first.kind, second.kind, second.data, second.run) == ("cancel", "retry", {"from": ["a", "ü"]}, run.id)
        (foreign,) = runs.inbox(other.id)
        runs.save(claim(runs, run), Changes(taken=(first.id, foreign.id)), now=NOON)
        assert runs.inbox(run.id) == [second]
        assert runs.inbox(other.id) == [foreign]
        assert runs.inbox(run.id, other.id) == [foreign, second]
        assert runs.inbox() == []

    def test_a_message_needs_a_run(self, runs: RunStore) -> None:
        with pytest.raises(NotFound, match="424242"):
            runs.push(NOBODY, "cancel", {})


class ListContract:
    def test_pages_follow_each_other_without_gap(self, runs: RunStore) -> None:
        ids = [create(runs).id for _ in range(7)]
        seen: list[RunId] = []
        page = runs.list(RunFilter("shop"), limit=3)
        while page:
            seen += [run.id for run in page]
            page = runs.list(RunFilter("shop", before=page[-1].id), limit=3)
        assert seen == ids[::-1]

    def test_filters_hold_together(self, runs: RunStore) -> None:
        sales = create(runs)
        ended = finish(runs, create(runs), RunState.FAILED)
        stock = create(runs, pipeline="stock")
        foreign = finish(runs, create(runs, project="bank"), RunState.FAILED)

        def ids(*arguments: Any, **filters: Any) -> list[RunId]:
            return [run.id for run in runs.list(RunFilter(*arguments, **filters), limit=10)]

        queued_or_failed = (RunState.QUEUED, RunState.FAILED)
        assert ids() == [foreign.id, stock.id, ended.id, sales.id]
        assert ids("shop") == [stock.id, ended.id, sales.id]
        assert ids("shop", "sales") == [ended.id, sales.id]
        assert ids("shop", states=queued_or_failed) == [stock.id, ended.id, sales.id]
        assert ids("shop", "sales", (RunState.QUEUED,)) == [sales.id]
        assert ids("shop", states=queued_or_failed, before=stock.id) == [ended.id, sales.id]
        assert ids(states=(RunState.FAILED,)) == [foreign.id, ended.id]
        assert ids("shop", states=(RunState.CANCELLED,)) == []

    def test_filters_of_kind_trigger_and_time(self, runs: RunStore) -> None:
        def asked(seconds: float, **fields: Any) -> RunId:
            request = RunRequest("shop", fields.pop("pipeline", "sales"), **fields)
            made = runs.create(
                request, variables={}, system={}, snapshot="", git_commit=None, block_runs=(), now=later(seconds)
            )
            return made.id

        first = asked(0, kind=RunKind.TRIGGER, trigger=7)
        second = asked(60, kind=RunKind.BACKFILL, backfill=3)
        third = asked(120, kind=RunKind.TRIGGER, trigger=8, pipeline="stock")

        def ids(**filters: Any) -> list[RunId]:
            return [run.id for run in runs.list(RunFilter("shop", **filters), limit=10)]

        assert ids(kind=RunKind.TRIGGER) == [third, first]
        assert (ids(trigger=8), ids(backfill=3)) == ([third], [second])
        assert ids(since=later(60)) == [third, second]
        assert ids(until=later(60)) == [first]
        assert ids(since=later(1), until=later(61), kind=RunKind.BACKFILL) == [second]
        assert ids(since=later(999)) == ids(until=NOON) == []
        assert ids(pipelines=("stock", "other")) == [third]
        assert ids(pipelines=("stock", "sales"), states=(RunState.QUEUED,)) == [third, second, first]

    def test_a_person_finds_what_they_asked_for(self, runs: RunStore) -> None:
        create(runs)
        request = RunRequest("shop", "sales", requested_by="ana@example.com")
        mine = runs.create(request, variables={}, system={}, snapshot="", git_commit=None, block_runs=(), now=NOON)
        assert [run.id for run in runs.list(RunFilter("shop", requested_by="ana@example.com"), limit=10)] == [mine.id]
        assert not runs.list(RunFilter("shop", requested_by="ana"), limit=10)

    def test_block_runs_of_many_runs_are_counted_at_once(self, runs: RunStore) -> None:
        fan = [group("each"), *(child("each", index) for index in range(3))]
        states = [done("orders"), block_run("bad", state=BlockState.FAILED), block_run("later"), *fan]
        first, second, empty = create(runs, states), create(runs, [done("again", reused=True)]), create(runs)
        assert runs.counts_of([first.id, second.id, empty.id, NOBODY]) == {
            first.id: BlockCounts(total=6, done=5, reused=0, failed=1),
            second.id: BlockCounts(total=1, done=1, reused=1, failed=0),
        }
        assert runs.counts_of([]) == {}

    def test_block_runs_page_by_page(self, runs: RunStore) -> None:
        rows = [block_run(name) for name in "abcde"]
        run = create(runs, [*rows, done("f"), group("g")])
        first = runs.block_run_page(run.id, limit=3)
        rest = runs.block_run_page(run.id, after=first[-1][0], limit=10)
        assert [row.name for _, row in (*first, *rest)] == list("abcdefg")
        completed = runs.block_run_page(run.id, state=BlockState.COMPLETED, limit=10)
        assert [row.name for _, row in completed] == ["f", "g"]
        assert [row.name for _, row in runs.block_run_page(run.id, block=BlockId("c"), limit=10)] == ["c"]
        assert runs.counts(run.id) == {BlockState.WAITING: 5, BlockState.COMPLETED: 1}
        assert runs.block_run(run.id, BlockRunName("f")).key == "k1"
        with pytest.raises(NotFound) as missing:
            runs.block_run(run.id, BlockRunName("z"))
        assert missing.value.code == "block_not_found"

    def test_wishes_of_all_runs_and_a_run_handed_over(self, runs: RunStore) -> None:
        one, other, foreign = create(runs), create(runs), create(runs, project="bank")
        for run in (other, one, foreign):
            runs.push(run.id, "retry", {"start": [str(run.id)]})
        runs.push(one.id, "cancel", {})
        kinds = [(wish.run, wish.kind) for wish in runs.wishes("shop", "cancel", "retry")]
        assert kinds == [(other.id, "retry"), (one.id, "retry"), (one.id, "cancel")]
        found = runs.wishes("shop", "retry")
        assert [(wish.run, wish.data) for wish in found] == [(run.id, {"start": [str(run.id)]}) for run in (other, one)]
        runs.hand_over(one.id)
        assert runs.get(one.id).queue is Queue.ENGINE
        with pytest.raises(NotFound):
            runs.hand_over(NOBODY)

    def test_several_states_share_one_limit(self, runs: RunStore) -> None:
        ids = [create(runs).id for _ in range(4)]
        finish(runs, runs.get(ids[1]))
        page = runs.list(RunFilter("shop", states=(RunState.COMPLETED, RunState.QUEUED)), limit=3)
        assert [run.id for run in page] == [ids[3], ids[2], ids[1]]
        assert not runs.list(RunFilter("shop"), limit=0)

    def test_the_latest_is_of_the_project_and_pipeline(self, runs: RunStore) -> None:
        sales, stock = create(runs), create(runs, pipeline="stock")
        create(runs, project="bank")
        assert runs.latest("shop") == stock
        assert runs.latest("shop", "sales") == sales
        assert runs.latest("shop", "nothing") is None

    def test_ended_and_unfinished_share_the_runs(self, runs: RunStore) -> None:
        states = (RunState.COMPLETED, RunState.RUNNING, RunState.FAILED, RunState.CANCELLING, RunState.CANCELLED)
        made = [finish(runs, create(runs), state).id for state in states]
        queued = create(runs).id
        create(runs, project="bank")
        assert [run.id for run in runs.unfinished("shop")] == [made[1], made[3], queued]
        assert [run.id for run in runs.ended_runs("shop")] == [made[0], made[2], made[4]]

    def test_what_was_given_may_be_deleted_before_the_next(self, runs: RunStore) -> None:
        for _ in range(5):
            finish(runs, create(runs))
        for run in runs.ended_runs("shop"):
            runs.delete(run.id)
        assert runs.latest("shop") is None

    def test_what_is_not_there_is_not_found(self, runs: RunStore) -> None:
        with pytest.raises(NotFound, match=f"{10**30}"):
            runs.get(RunId(10**30))
        for act in (runs.get, runs.delete, lambda run: runs.pin(run, True)):
            with pytest.raises(NotFound, match="424242"):
                act(NOBODY)
        assert not [*runs.block_runs(NOBODY), *runs.events(NOBODY), *runs.inbox(NOBODY), *runs.attempts(NOBODY)]


class ResultContract:
    def test_the_newest_result_with_the_key_is_found_in_any_pipeline(self, runs: RunStore) -> None:
        record(runs, done("orders", at=later(5), outputs=(output("d1"),)))
        newest = record(runs, done("orders", at=later(9), outputs=(output("d2"),)), pipeline="stock")
        record(runs, done("orders", at=later(7), outputs=(output("d3"),)))
        found = runs.find_result("shop", ORDERS, "k1")
        assert found is not None
        assert (found.run, found.finished) == (newest.id, later(9))
        assert found.block_run == done("orders", at=later(9), outputs=(output("d2"),))

    @pytest.mark.parametrize(
        "block_run",
        [
            done("orders", "another key"),
            done("items"),
            block_run("orders", state=BlockState.FAILED, key="k1", finished=NOON),
            block_run("orders", state=BlockState.RUNNING, key="k1"),
            done("orders", role=Role.GROUP),
        ],
    )
    def test_only_a_completed_result_of_the_block_and_key_counts(self, runs: RunStore, block_run: Any) -> None:
        record(runs, block_run)
        assert runs.find_result("shop", ORDERS, "k1") is None

    def test_another_project_has_results_of_its_own(self, runs: RunStore) -> None:
        record(runs, done("orders"), project="bank")
        assert runs.find_result("shop", ORDERS, "k1") is None
        assert runs.latest_result("shop", "sales", ORDERS) == ()

    def test_a_result_that_is_asked_for_anew_is_a_result_no_more(self, runs: RunStore) -> None:
        run = record(runs, done("orders"))
        lease = claim(runs, run)
        runs.save(lease, Changes(block_runs=(block_run("orders", key="k1", round=1),)), now=NOON)
        assert runs.find_result("shop", ORDERS, "k1") is None
        assert runs.latest_result("shop", "sales", ORDERS) == ()

    def test_reuse_does_not_make_a_result_younger(self, runs: RunStore) -> None:
        source = record(runs, done("orders", at=NOON))
        for hour in (1, 2):
            reuse = done("orders", at=later(3600 * hour), reused=True, source_run=source.id)
            source = record(runs, reuse, now=later(3600 * hour))
            found = runs.find_result("shop", ORDERS, "k1")
            assert found is not None
            assert found.finished == NOON

    def test_the_age_of_a_reused_result_outlives_its_source(self, runs: RunStore) -> None:
        source = record(runs, done("orders", at=NOON))
        reuse = done("orders", at=later(60), reused=True, source_run=source.id)
        run = record(runs, reuse, now=later(60))
        runs.delete(finish(runs, source).id)
        runs.save(claim(runs, run, now=later(70)), Changes(block_runs=(reuse,)), now=later(70))
        found = runs.find_result("shop", ORDERS, "k1")
        assert found is not None
        assert (found.run, found.finished) == (run.id, NOON)

    def test_the_latest_result_is_the_one_that_completed_last(self, runs: RunStore) -> None:
        slow = record(runs, done("orders", "k1", at=later(50)))
        quick = record(runs, done("orders", "k2", at=later(5)))
        record(runs, block_run("orders", state=BlockState.FAILED, finished=later(99)))
        (found,) = runs.latest_result("shop", "sales", ORDERS)
        assert (found.run, found.finished) == (slow.id, later(50))
        (found,) = runs.latest_result("shop", "sales", ORDERS, run=quick.id)
        assert found.run == quick.id
        assert not runs.latest_result("shop", "stock", ORDERS)
        assert not runs.latest_result("shop", "sales", ORDERS, run=NOBODY)

    def test_the_newest_results_of_many_blocks_are_told_at_once(self, runs: RunStore) -> None:
        names = [BlockId(f"b{number}") for number in range(250)]
        record(runs, *(done(name, "old") for name in names))
        newest = record(runs, *(done(name, "new", at=later(9)) for name in names[:200]))
        record(runs, *(done(name, at=later(99)) for name in names), project="bank")
        group_run = record(runs, child("orders", 0), group("orders"))
        found = runs.newest_results("shop", "sales", [*names, ORDERS, BlockId("never")])
        assert {name: one.block_run.key for name, one in found.items() if name != ORDERS} == {
            name: "new" if place < 200 else "old" for place, name in enumerate(names)
        }
        assert found[names[0]].run == newest.id
        assert (found[ORDERS].run, found[ORDERS].block_run.role) == (group_run.id, Role.GROUP)
        assert runs.newest_results("shop", "stock", names) == {}

    def test_the_newest_ends_without_a_result_are_told(self, runs: RunStore) -> None:
        record(runs, block_run("orders", state=BlockState.FAILED, finished=NOON))
        skipped = record(runs, block_run("orders", state=BlockState.SKIPPED, finished=later(1)))
        record(runs, done("orders", at=later(2)))
        record(runs, child("orders", 0), block_run("items", state=BlockState.RUNNING))
        found = runs.newest_without_result("shop", "sales", [ORDERS, BlockId("items")])
        assert {name: (run, row.state) for name, (run, row) in found.items()} == {
            ORDERS: (skipped.id, BlockState.SKIPPED)
        }

    def test_several_runs_are_read_at_once(self, runs: RunStore) -> None:
        made = [record(runs, done("orders")).id for _ in range(3)]
        assert set(runs.several([*made[:2], NOBODY])) == set(made[:2])
        assert runs.several([]) == {}

    def test_dynamic_children_come_in_the_order_of_their_index(self, runs: RunStore) -> None:
        children = [child("orders", index) for index in (10, 2, 0, 1)]
        run = record(runs, *children, group("orders", at=later(1)))
        found = runs.latest_result("shop", "sales", ORDERS)
        assert [each.block_run.index for each in found] == [0, 1, 2, 10]
        assert {each.run for each in found} == {run.id}

    def test_children_of_a_group_that_did_not_complete_are_no_result(self, runs: RunStore) -> None:
        whole = record(runs, child("orders", 0), group("orders"))
        record(runs, child("orders", 0, at=later(9)), block_run("orders", role=Role.GROUP, state=BlockState.FAILED))
        assert [each.run for each in runs.latest_result("shop", "sales", ORDERS)] == [whole.id]
        found = runs.find_result("shop", ORDERS, "key of 0")
        assert found is not None
        assert found.finished == later(9)


class RetentionContract:
    def test_every_digest_of_a_record_is_referenced(self, runs: RunStore) -> None:
        run = create(runs, [done("a", outputs=(output("d1"), output("d2")))], snapshot="s1")
        failed = block_run("b", state=BlockState.FAILED, outputs=(output("d3"), output("", in_memory=True)))
        changes = Changes(block_runs=(failed,), attempts=(attempt(run.id, "b", snapshot="s2"), attempt(run.id, "a")))
        runs.save(claim(runs, run), changes, now=NOON)
        assert runs.referenced_digests() == {"s1", "s2", "d1", "d2", "d3"}
        assert runs.snapshot_digests() == {"s1", "s2"}

    def test_a_deleted_run_leaves_nothing_behind(self, runs: RunStore) -> None:
        run = create(runs, [done("orders", outputs=(output("d1"),))], snapshot="s1")
        runs.push(run.id, "cancel", {})
        runs.save(claim(runs, run), Changes(attempts=(attempt(run.id, "orders"),)), now=NOON)
        with pytest.raises(Conflict) as caught:
            runs.delete(run.id)
        assert caught.value.code == "not_ended"
        finish(runs, create(runs, [done("kept", outputs=(output("d2"),))]))
        runs.claim(run.id, "host:2:b", seconds=1, now=later(99))
        lease = runs.claim(run.id, "host:3:c", seconds=1, now=later(999))
        runs.save(lease, Changes(run=replace(run, state=RunState.CANCELLED)), now=NOON)
        runs.delete(run.id)
        assert runs.referenced_digests() == {"d2"}
        assert runs.find_result("shop", ORDERS, "k1") is None
        assert not [*runs.block_runs(run.id), *runs.attempts(run.id), *runs.events(run.id), *runs.inbox(run.id)]

    def test_a_pinned_run_is_not_deleted(self, runs: RunStore) -> None:
        run = finish(runs, create(runs))
        runs.pin(run.id, True)
        with pytest.raises(Conflict) as caught:
            runs.delete(run.id)
        assert caught.value.code == "pinned"
        runs.pin(run.id, False)
        runs.delete(run.id)


class RunStoreContract(
    CreateContract, LeaseContract, SaveContract, InboxContract, ListContract, ResultContract, RetentionContract
):
    """All of it."""
