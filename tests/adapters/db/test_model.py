"""Random lives of runs in the database and in a few dictionaries, compared after every step."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Pool
from hypothesis.stateful import RuleBasedStateMachine, consumes, initialize, invariant, rule

from blockwright.adapters.db import DatabaseRuns, open_database
from blockwright.core.blocks import BlockId
from blockwright.core.errors import Conflict, NotFound
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Run, RunId, RunState
from blockwright.ports.runs import Changes, Lease, NewEvent, RunFilter
from tests.contracts.samples import NOON, create, later, output
from tests.properties import examples

names = st.sampled_from("abc").map(BlockRunName)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
times = st.integers(0, 10**6).map(lambda number: later(number / 7))
json = st.recursive(st.none() | st.booleans() | st.integers() | texts, lambda inner: st.lists(inner, max_size=2))
block_runs = st.builds(
    BlockRun,
    name=names,
    block=names.map(lambda name: BlockId(name)),
    state=st.sampled_from(BlockState),
    reason=texts,
    attempt=st.integers(0, 9),
    waited=st.floats(0, 100),
    due=st.none() | times,
    finished=times,
    rss_peak=st.none() | st.integers(0, 2**62),
    key=st.none() | st.sampled_from(["k1", "k2"]),
    outputs=st.lists(st.sampled_from(["d1", "d2", "d3"]).map(output), max_size=2).map(tuple),
    items=st.none() | st.dictionaries(texts, json, max_size=2),
    manifest=st.none() | texts,
)
steps = st.lists(block_runs, max_size=4, unique_by=lambda each: each.name).map(tuple)


@dataclass
class Expected:
    run: Run
    rows: dict[str, BlockRun] = field(default_factory=dict)
    events: list[tuple[str, str | None]] = field(default_factory=lambda: [("run.queued", None)])
    fencing: int = 0
    held: bool = False


class Lives(RuleBasedStateMachine):
    runs_made: Pool[RunId] = Pool("runs_made")
    leases: Pool[Lease] = Pool("leases")

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.reopen()
        self.expected: dict[RunId, Expected] = {}

    def reopen(self) -> None:
        self.database = open_database(None, folder=Path(self.folder.name), durable=False)
        self.runs = DatabaseRuns(self.database)

    @rule(target=runs_made, rows=steps, pipeline=st.sampled_from(["sales", "stock"]))
    def create(self, rows: tuple[BlockRun, ...], pipeline: str) -> RunId:
        run = create(self.runs, rows, pipeline=pipeline)
        self.expected[run.id] = Expected(run, {row.name: row for row in rows})
        return run.id

    @rule(target=leases, run=runs_made, dead=st.booleans())
    def claim(self, run: RunId, dead: bool) -> Any:
        expected = self.expected.get(run)
        owner = [f"host:{expected.fencing}:t"] if dead and expected else []
        try:
            lease = self.runs.claim(
                run, f"host:{(expected.fencing if expected else 0) + 1}:t", seconds=30, now=NOON, dead=owner
            )
        except NotFound:
            assert expected is None
            return Lease(run, "nobody", 99, NOON)
        except Conflict:
            assert expected is not None
            assert expected.held
            assert not dead
            return Lease(run, "nobody", 99, NOON)
        assert expected is not None
        assert dead or not expected.held
        expected.fencing, expected.held = expected.fencing + 1, True
        assert lease.fencing == expected.fencing
        return lease

    @rule(lease=leases, rows=steps, state=st.none() | st.sampled_from(RunState), reason=texts)
    def save(self, lease: Lease, rows: tuple[BlockRun, ...], state: RunState | None, reason: str) -> None:
        expected = self.expected.get(lease.run)
        run = replace(expected.run, state=state, reason=reason) if expected and state else None
        changes = Changes(run, rows, events=tuple(NewEvent(reason, row.name) for row in rows))
        if expected is None or not expected.held or lease.fencing != expected.fencing:
            with pytest.raises(NotFound if expected is None else Conflict):
                self.runs.save(lease, changes, now=NOON)
            return
        self.runs.save(lease, changes, now=NOON)
        expected.run = run or expected.run
        expected.rows |= {row.name: row for row in rows}
        expected.events += [(reason, row.name) for row in rows]

    @rule(lease=consumes(leases))
    def release(self, lease: Lease) -> None:
        expected = self.expected.get(lease.run)
        if expected is None or lease.fencing != expected.fencing:
            with pytest.raises((NotFound, Conflict)):
                self.runs.release(lease)
        else:
            self.runs.release(lease)
            expected.held = False

    @rule(run=runs_made)
    def delete(self, run: RunId) -> None:
        if run in self.expected and self.expected[run].run.state.final:
            self.runs.delete(run)
            del self.expected[run]
        else:
            with pytest.raises(Conflict if run in self.expected else NotFound):
                self.runs.delete(run)

    @rule()
    def open_again(self) -> None:
        self.database.close()
        self.reopen()

    @invariant()
    def every_run_is_as_expected(self) -> None:
        for run, expected in self.expected.items():
            assert self.runs.get(run) == expected.run
            assert self.runs.block_runs(run) == list(expected.rows.values())
            assert [(event.kind, event.block_run) for event in self.runs.events(run)] == expected.events
            assert (self.runs.owner(run) is not None) == expected.held

    @invariant()
    def lists_hold_what_there_is(self) -> None:
        newest_first = [each.run for each in reversed(self.expected.values())]
        assert self.runs.list(RunFilter("shop"), limit=100) == newest_first
        failed = [run for run in newest_first if run.state is RunState.FAILED and run.pipeline == "sales"]
        assert self.runs.list(RunFilter("shop", "sales", (RunState.FAILED,)), limit=100) == failed
        assert list(self.runs.ended_runs("shop")) == [run for run in newest_first[::-1] if run.state.final]

    @invariant()
    def results_are_the_newest(self) -> None:
        for key in ("k1", "k2"):
            found = self.runs.find_result("shop", BlockId("a"), key)
            wanted = [row for row in self._completed(BlockId("a")) if row.key == key]
            assert (found is not None) == bool(wanted)
            if found is not None:
                assert found.finished == max(row.finished for row in wanted if row.finished)
        latest = self.runs.latest_result("shop", "sales", BlockId("b"))
        finished = [row.finished for row in self._completed(BlockId("b"), "sales") if row.finished]
        assert [each.finished for each in latest] == sorted(finished)[-1:]

    @invariant()
    def digests_are_those_of_the_rows(self) -> None:
        rows = [row for each in self.expected.values() for row in each.rows.values()]
        assert self.runs.referenced_digests() == {output.digest for row in rows for output in row.outputs}

    def _completed(self, block: BlockId, pipeline: str | None = None) -> list[BlockRun]:
        return [
            row
            for each in self.expected.values()
            if pipeline in (None, each.run.pipeline)
            for row in each.rows.values()
            if row.block == block and row.state is BlockState.COMPLETED
        ]

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


TestLives = Lives.TestCase
TestLives.settings = settings(examples(25), stateful_step_count=20)
