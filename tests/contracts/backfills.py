"""What every ``BackfillStore`` keeps. Subclass it and give fixtures ``backfills`` and ``runs``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from blockwright.core.backfills.model import (
    Backfill,
    BackfillId,
    BackfillState,
    Dates,
    Definition,
    Interval,
    NewSlice,
    SliceState,
)
from blockwright.core.backfills.slices import slices_of
from blockwright.core.backfills.states import Wish
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import Run, RunId, RunKind, RunRequest, RunState
from blockwright.ports.backfills import BackfillFilter, BackfillStore, NewBackfill
from blockwright.ports.runs import Changes, RunStore

NOW = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
DATES = Dates(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 4, tzinfo=UTC), Interval.DAY, 1, "Europe/Berlin")
WANTED = NewBackfill("shop", "p", "jänner", Definition(DATES, variables={"since": NOW}), 2, True, "ann")


def made(backfills: BackfillStore, wanted: NewBackfill = WANTED, done: dict[int, RunId] | None = None) -> Backfill:
    return backfills.create(wanted, slices_of(wanted.definition), done=done or {}, now=NOW)


def started(runs: RunStore, backfill: Backfill, position: int) -> Run:
    request = RunRequest("shop", "p", RunKind.BACKFILL, backfill=backfill.id, slice=position)
    return runs.create(request, variables={}, system={}, snapshot="", git_commit=None, block_runs=[], now=NOW)


def ended(runs: RunStore, run: Run, state: RunState, reason: str = "") -> None:
    lease = runs.claim(run.id, "host:1:a", seconds=30, now=NOW)
    runs.save(lease, Changes(run=replace(run, state=state, reason=reason, finished=NOW)), now=NOW)
    runs.release(lease)


def states(backfills: BackfillStore, backfill: Backfill) -> list[str]:
    return [one.state.value for one in backfills.slices(backfill.id, limit=99)]


class BackfillsContract:
    def test_a_backfill_comes_back_as_it_was(self, backfills: BackfillStore) -> None:
        backfill = made(backfills)
        assert backfills.get(backfill.id) == backfill
        assert (backfill.state, backfill.definition) == (BackfillState.QUEUED, WANTED.definition)
        assert (backfill.reuse, backfill.requested_by, backfill.created) == (True, "ann", NOW)
        first, *_, last = backfills.slices(backfill.id, limit=9)
        assert (first.name, first.date, first.state) == ("2024-01-01 01:00", DATES.start, SliceState.WAITING)
        assert [one.position for one in backfills.slices(backfill.id, after=1, limit=9)] == [2, last.position]
        listed = made(backfills, replace(WANTED, definition=Definition(each=({"a": 1, "when": NOW}, {"a": 2}))))
        assert backfills.slices(listed.id, limit=1)[0].variables == {"a": 1, "when": NOW}
        assert backfills.list(BackfillFilter("shop"), limit=9) == [listed, backfill]
        assert backfills.list(BackfillFilter("shop", "p", (BackfillState.QUEUED,), listed.id), limit=9) == [backfill]
        assert backfills.list(BackfillFilter("bank"), limit=9) == []

    def test_what_is_not_there_is_said(self, backfills: BackfillStore) -> None:
        for number in (0, 99, -1, 2**70):
            with pytest.raises(NotFound):
                backfills.get(BackfillId(number))
            with pytest.raises(NotFound):
                backfills.wish(BackfillId(number), Wish.PAUSE, now=NOW)

    def test_a_slice_is_taken_once_and_no_more_than_may_run(self, backfills: BackfillStore, runs: RunStore) -> None:
        backfill = made(backfills)
        first = started(runs, backfill, 0)
        assert backfills.get(backfill.id).state is BackfillState.RUNNING
        assert backfills.get(backfill.id).started == NOW
        self._refused(runs, backfill, 0)
        started(runs, backfill, 1)
        self._refused(runs, backfill, 2)  # two run
        ended(runs, first, RunState.COMPLETED)
        backfills.settle(backfill.id, now=NOW)
        third = started(runs, backfill, 2)
        assert states(backfills, backfill) == ["completed", "running", "running", "waiting"]
        assert backfills.slices(backfill.id, state=SliceState.RUNNING, limit=9)[1].run == third.id
        assert backfills.tally(backfill.id) == {SliceState.COMPLETED: 1, SliceState.RUNNING: 2, SliceState.WAITING: 1}

    @staticmethod
    def _refused(runs: RunStore, backfill: Backfill, position: int) -> None:
        before = runs.latest("shop")
        with pytest.raises(Conflict) as caught:
            started(runs, backfill, position)
        assert caught.value.code == "slice_taken"
        assert runs.latest("shop") == before

    def test_it_ends_with_its_slices_and_what_failed_may_run_again(
        self, backfills: BackfillStore, runs: RunStore
    ) -> None:
        backfill = made(backfills, replace(WANTED, parallel=9), done={0: RunId(77), 1: RunId(78)})
        assert states(backfills, backfill) == ["completed", "completed", "waiting", "waiting"]
        third, last = started(runs, backfill, 2), started(runs, backfill, 3)
        ended(runs, third, RunState.FAILED, "`load` failed")
        assert backfills.settle(backfill.id, now=NOW).state is BackfillState.RUNNING
        ended(runs, last, RunState.CANCELLED)
        later = NOW + timedelta(hours=1)
        over = backfills.settle(backfill.id, now=later)
        assert (over.state, over.finished) == (BackfillState.FAILED, later)
        assert backfills.slices(backfill.id, state=SliceState.FAILED, limit=9)[0].reason == "`load` failed"
        again = backfills.wish(backfill.id, Wish.RETRY, now=later)
        assert (again.state, again.finished) == (BackfillState.RUNNING, None)
        assert states(backfills, backfill) == ["completed", "completed", "waiting", "waiting"]
        for position in (2, 3):
            ended(runs, started(runs, backfill, position), RunState.COMPLETED)
        assert backfills.settle(backfill.id, now=later).state is BackfillState.COMPLETED
        assert [one.tries for one in backfills.slices(backfill.id, limit=9)] == [0, 0, 2, 2]
        with pytest.raises(Conflict):
            backfills.wish(backfill.id, Wish.RETRY, now=later)

    def test_a_run_that_was_brought_to_its_end_by_hand_counts(self, backfills: BackfillStore, runs: RunStore) -> None:
        backfill = made(backfills, replace(WANTED, definition=Definition(each=({"a": 1}, {"a": 2}))))
        by_hand, other = started(runs, backfill, 0), started(runs, backfill, 1)
        for run in (by_hand, other):
            ended(runs, run, RunState.FAILED)
        backfills.settle(backfill.id, now=NOW)
        ended(runs, by_hand, RunState.COMPLETED)
        backfills.wish(backfill.id, Wish.RETRY, now=NOW)
        assert states(backfills, backfill) == ["completed", "waiting"]

    def test_paused_it_starts_nothing_until_resumed(self, backfills: BackfillStore, runs: RunStore) -> None:
        backfill = made(backfills)
        first = started(runs, backfill, 0)
        assert backfills.wish(backfill.id, Wish.PAUSE, now=NOW).state is BackfillState.PAUSED
        self._refused(runs, backfill, 1)
        ended(runs, first, RunState.COMPLETED)
        assert backfills.settle(backfill.id, now=NOW).state is BackfillState.PAUSED
        backfills.wish(backfill.id, Wish.RESUME, now=NOW)
        backfills.hold(backfill.id, "the pipeline is broken", now=NOW)
        held = backfills.get(backfill.id)
        assert (held.state, held.reason) == (BackfillState.PAUSED, "the pipeline is broken")
        assert backfills.wish(backfill.id, Wish.RESUME, now=NOW).reason == ""
        started(runs, backfill, 1)

    def test_its_limit_can_be_changed_while_it_runs(self, backfills: BackfillStore) -> None:
        backfill = made(backfills)
        assert backfills.set_parallel(backfill.id, 7, now=NOW).parallel == 7
        assert backfills.get(backfill.id).parallel == 7
        backfills.wish(backfill.id, Wish.CANCEL, now=NOW)
        assert backfills.settle(backfill.id, now=NOW).state.final
        with pytest.raises(Conflict) as caught:
            backfills.set_parallel(backfill.id, 2, now=NOW)
        assert caught.value.code == "backfill_state"

    def test_one_that_was_made_paused_waits_for_somebody(self, backfills: BackfillStore, runs: RunStore) -> None:
        backfill = made(backfills, replace(WANTED, paused=True))
        assert backfills.settle(backfill.id, now=NOW).state is BackfillState.PAUSED
        self._refused(runs, backfill, 0)
        assert backfills.wish(backfill.id, Wish.RESUME, now=NOW).state is BackfillState.RUNNING

    def test_cancelled_it_waits_for_what_runs(self, backfills: BackfillStore, runs: RunStore) -> None:
        backfill = made(backfills)
        first = started(runs, backfill, 0)
        assert backfills.wish(backfill.id, Wish.CANCEL, now=NOW).state is BackfillState.CANCELLING
        assert states(backfills, backfill) == ["running", "cancelled", "cancelled", "cancelled"]
        ended(runs, first, RunState.CANCELLED)
        assert backfills.settle(backfill.id, now=NOW).state is BackfillState.CANCELLED
        assert backfills.wish(made(backfills).id, Wish.CANCEL, now=NOW).state is BackfillState.CANCELLED  # none ran

    def test_what_was_done_before_is_found(self, backfills: BackfillStore, runs: RunStore) -> None:
        earlier = made(backfills)
        run = started(runs, earlier, 1)
        ended(runs, run, RunState.COMPLETED)
        backfills.settle(earlier.id, now=NOW)
        scheduled = RunRequest("shop", "p", RunKind.TRIGGER, trigger=1, due=DATES.end)
        fired = runs.create(scheduled, variables={}, system={}, snapshot="", git_commit=None, block_runs=[], now=NOW)
        ended(runs, fired, RunState.COMPLETED)
        wanted = slices_of(Definition(DATES))
        assert backfills.done_before("shop", "p", wanted) == {1: run.id, 3: fired.id}
        assert backfills.done_before("shop", "q", wanted) == {}
        listed = made(backfills, replace(WANTED, definition=Definition(each=({"a": 1},))))
        run = started(runs, listed, 0)
        ended(runs, run, RunState.COMPLETED)
        backfills.settle(listed.id, now=NOW)
        asked = [NewSlice(0, "", None, {"a": 2}), NewSlice(1, "", None, {"a": 1})]
        assert backfills.done_before("shop", "p", asked) == {1: run.id}
