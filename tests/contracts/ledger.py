"""What every ``Ledger`` keeps. Subclass it and give fixtures ``ledger``, ``figures`` and ``runs`` on one database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from blockwright.core.ledger import RunCost
from blockwright.core.runs.model import Run, RunState
from blockwright.ports.ledger import Figures, Ledger
from blockwright.ports.runs import Changes, RunStore
from tests.contracts.samples import NOON, claim, create


def end(runs: RunStore, run: Run, state: RunState = RunState.COMPLETED, **fields: object) -> None:
    lease = claim(runs, run)
    ended = replace(runs.get(run.id), **{"state": state, "finished": NOON, **fields})  # type: ignore[arg-type]
    runs.save(lease, Changes(run=ended), now=NOON)
    runs.release(lease)


def cost(run: Run, **fields: object) -> RunCost:
    given = {
        "round": 0,
        "ended": NOON,
        "state": "completed",
        "seconds": 8.0,
        "block_runs": 2,
        "attempts": 3,
        "block_seconds": 10.0,
        "cpu_seconds": 6.5,
        "rss_peak": 2**40,
        "bytes_in": 100,
        "bytes_out": 50,
    }
    return RunCost(run=run.id, project=run.project, pipeline=run.pipeline, **{**given, **fields})  # type: ignore[arg-type]


class LedgerContract:
    def test_a_run_is_written_once(self, ledger: Ledger, runs: RunStore) -> None:
        run = create(runs)
        end(runs, run)
        assert ledger.record(cost(run))
        assert not ledger.record(cost(run))
        assert ledger.get(run.id) == cost(run)
        (day,) = ledger.days("shop")
        assert (day.day, day.pipeline, day.runs, day.attempts) == ("2026-03-29", "sales", 1, 3)
        assert (day.cpu_seconds, day.rss_peak, day.bytes_in, day.bytes_out) == (6.5, 2**40, 100, 50)
        assert day.within == (0, 1, 1, 1, 1)

    def test_a_retry_adds_what_it_cost_more(self, ledger: Ledger, runs: RunStore) -> None:
        run = create(runs)
        end(runs, run)
        ledger.record(cost(run, state="failed"))
        tomorrow = NOON + timedelta(days=1)
        assert ledger.record(cost(run, round=1, ended=tomorrow, cpu_seconds=9.0, attempts=4))
        newest, oldest = ledger.days("shop")
        assert (newest.day, newest.cpu_seconds, newest.attempts, newest.runs) == ("2026-03-30", 2.5, 1, 1)
        assert (oldest.day, oldest.cpu_seconds, oldest.attempts, oldest.runs) == ("2026-03-29", 6.5, 3, 1)

    def test_sums_are_by_pipeline_day_and_state(self, ledger: Ledger, runs: RunStore) -> None:
        for pipeline, state, seconds in (("a", "completed", 1.0), ("a", "failed", 2.0), ("b", "completed", 9.0)):
            run = create(runs, pipeline=pipeline)
            end(runs, run)
            ledger.record(cost(run, state=state, cpu_seconds=seconds, rss_peak=int(seconds)))
        assert [(sum_.pipeline, sum_.cpu_seconds, sum_.day) for sum_ in ledger.pipelines("shop")] == [
            ("b", 9.0, ""),
            ("a", 3.0, ""),
        ]
        assert [
            (sum_.state, sum_.runs, sum_.rss_peak) for sum_ in ledger.days("shop", pipeline="a", by_state=True)
        ] == [
            ("completed", 1, 1),
            ("failed", 1, 2),
        ]
        assert ledger.days("shop", since="2026-03-30") == []
        assert ledger.days("bank") == []

    def test_sums_outlive_the_runs(self, ledger: Ledger, runs: RunStore) -> None:
        run = create(runs)
        end(runs, run)
        ledger.record(cost(run))
        runs.delete(run.id)
        assert ledger.get(run.id) is None
        assert [day.runs for day in ledger.days("shop")] == [1]

    def test_ended_runs_that_are_missing_are_found(self, ledger: Ledger, runs: RunStore) -> None:
        written, missing, open_, again = (create(runs) for _ in range(4))
        for run in (written, missing, again):
            end(runs, run)
        ledger.record(cost(written))
        ledger.record(cost(again))
        end(runs, again, RunState.FAILED, round=1)
        assert ledger.unrecorded("shop") == [missing.id, again.id]
        assert ledger.unrecorded("shop", limit=1) == [missing.id]
        assert open_.id not in ledger.unrecorded("shop")


class FiguresContract:
    def test_the_latest_figures_of_each_living_process_are_told(self, figures: Figures) -> None:
        figures.report("a", {"slots": 2, "old": 1})
        figures.report("a", {"slots": 3})
        figures.report("b", {"slots": 1.5})
        assert figures.all(within_seconds=60) == [("a", "slots", 3.0), ("b", "slots", 1.5)]
        assert figures.all(within_seconds=-60) == []
