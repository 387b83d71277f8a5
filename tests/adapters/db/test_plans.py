"""The questions that are asked with a million runs in the database are answered from an index, in its order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from blockwright.adapters.db import DatabaseRuns
from blockwright.adapters.db.databases import Database, Rows
from blockwright.core.blocks import BlockId
from blockwright.core.runs.model import RunId, RunKind, RunState
from blockwright.ports.runs import RunFilter
from tests.contracts.samples import NOON


class Explained:
    """A transaction that also notes the plan of each statement."""

    def __init__(self, inner: Any, plans: list[str]) -> None:
        self._inner = inner
        self._plans = plans

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Rows:
        rows = self._inner.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
        self._plans += [row[3] for row in rows]
        result: Rows = self._inner.execute(statement, parameters)
        return result


class ExplainingDatabase:
    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.plans: list[str] = []

    @contextmanager
    def read(self) -> Iterator[Explained]:
        with self._inner.read() as transaction:
            yield Explained(transaction, self.plans)


BLOCK = BlockId("orders")
QUESTIONS: dict[str, tuple[Callable[[DatabaseRuns], object], str]] = {
    "find": (lambda runs: runs.find_result("shop", BLOCK, "k"), "block_run_by_key"),
    "latest result": (lambda runs: runs.latest_result("shop", "sales", BLOCK), "block_run_by_block"),
    "latest": (lambda runs: runs.latest("shop", "sales"), "run_by_pipeline"),
    "states": (lambda runs: runs.list(RunFilter("shop", states=tuple(RunState)), limit=9), "run_by_state"),
    "project": (lambda runs: runs.list(RunFilter("shop"), limit=9), "run_by_project"),
    "page": (lambda runs: runs.list(RunFilter("shop", "sales", before=RunId(9)), limit=9), "run_by_pipeline"),
    "both": (
        lambda runs: runs.list(RunFilter("shop", "sales", (RunState.FAILED,)), limit=9),
        "run_by_pipeline_and_state",
    ),
    "kind": (lambda runs: runs.list(RunFilter("shop", kind=RunKind.API), limit=9), "run_by_project"),
    "time": (lambda runs: runs.list(RunFilter("shop", since=NOON), limit=9), "run_by_time"),
    "trigger": (lambda runs: runs.list(RunFilter("shop", trigger=7), limit=9), "run_by_trigger"),
    "wishes": (lambda runs: runs.wishes("shop", "retry"), "run_inbox_by_kind"),
    "ended": (lambda runs: list(runs.ended_runs("shop")), "run_by_state"),
    "unfinished": (lambda runs: runs.unfinished("shop"), "run_by_state"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_index_answers(question: str, sqlite: Database) -> None:
    ask, index = QUESTIONS[question]
    database = ExplainingDatabase(sqlite)
    ask(DatabaseRuns(database))  # type: ignore[arg-type]
    plan = "\n".join(database.plans)
    assert re.search(rf"USING (COVERING )?INDEX {index} ", plan), plan
    assert not re.search(r"^SCAN (run|block_run)\b", plan, re.M), plan
    assert "TEMP B-TREE" not in plan, plan  # nothing is sorted
