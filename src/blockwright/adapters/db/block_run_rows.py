"""Block runs as rows of the table ``block_run``. On the path of every block: tuples, nothing by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blockwright.adapters.db.cells import document, document_cell, moment, text_cell, time_cell
from blockwright.adapters.db.statements import columns, insert, upsert
from blockwright.core.blocks import BlockId
from blockwright.core.outputs import OutputRecord
from blockwright.core.runs.model import BlockRun, BlockRunName, BlockState, Failure, Role, RunId, TestCounts
from blockwright.wire import documents

_PLACE_COLUMNS = ("run_id", "project", "pipeline", "position")
_OWN_COLUMNS = (
    "name",
    "block",
    "role",
    "parent",
    "dynamic_index",
    "state",
    "reason",
    "attempt",
    "round",
    "tries",
    "waited",
    "due",
    "started",
    "finished",
    "seconds",
    "cpu_seconds",
    "rss_peak",
    "key",
    "reused",
    "source_run",
    "outputs",
    "tests_passed",
    "tests_failed",
    "failure",
    "items",
    "manifest",
)
BLOCK_RUN_COLUMNS = (*_PLACE_COLUMNS, *_OWN_COLUMNS, "settled", "produced")

INSERT_BLOCK_RUN = insert("block_run", BLOCK_RUN_COLUMNS)
UPSERT_BLOCK_RUN = upsert("block_run", BLOCK_RUN_COLUMNS, key=("run_id", "name"), fixed=_PLACE_COLUMNS)
SELECT_BLOCK_RUN = f"SELECT {columns(_OWN_COLUMNS)} FROM block_run"
SELECT_PLACED = f"SELECT position, {columns(_OWN_COLUMNS)} FROM block_run"
SELECT_FOUND = f"SELECT run_id, produced, {columns(_OWN_COLUMNS)} FROM block_run"

_NO_OUTPUTS = "[]"


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows of a run belong; ``position`` is the first free place in the order of its block runs."""

    run: RunId
    project: str
    pipeline: str
    position: int = 0


def block_run_row(
    place: Place, position: int, block_run: BlockRun, *, now: datetime, produced: int | None = None
) -> tuple[Any, ...]:
    """A row of ``BLOCK_RUN_COLUMNS``. ``produced``: when the result that stands in was made, if it is reused."""
    settled = None
    if block_run.state is BlockState.COMPLETED:
        settled = time_cell(block_run.finished or now)
    return (
        place.run,
        place.project,
        place.pipeline,
        position,
        block_run.name,
        block_run.block,
        block_run.role.value,
        block_run.parent,
        block_run.index,
        block_run.state.value,
        text_cell(block_run.reason),
        block_run.attempt,
        block_run.round,
        block_run.tries,
        block_run.waited,
        time_cell(block_run.due),
        time_cell(block_run.started),
        time_cell(block_run.finished),
        block_run.seconds,
        block_run.cpu_seconds,
        block_run.rss_peak,
        block_run.key,
        block_run.reused,
        block_run.source_run,
        document_cell(documents.dump(block_run.outputs)) if block_run.outputs else _NO_OUTPUTS,
        block_run.tests.passed,
        block_run.tests.failed,
        None if block_run.failure is None else document_cell(documents.dump(block_run.failure)),
        None if block_run.items is None else document_cell(block_run.items),
        block_run.manifest,
        settled,
        settled if produced is None else produced,
    )


def read_block_run(row: Sequence[Any]) -> BlockRun:
    """The block run in a row that ``SELECT_BLOCK_RUN`` gave."""
    cells = dict(zip(_OWN_COLUMNS, row, strict=True))
    return BlockRun(
        name=BlockRunName(cells["name"]),
        block=BlockId(cells["block"]),
        role=Role(cells["role"]),
        parent=cells["parent"],
        index=cells["dynamic_index"],
        state=BlockState(cells["state"]),
        reason=cells["reason"],
        attempt=cells["attempt"],
        round=cells["round"],
        tries=cells["tries"],
        waited=cells["waited"],
        due=moment(cells["due"]),
        started=moment(cells["started"]),
        finished=moment(cells["finished"]),
        seconds=cells["seconds"],
        cpu_seconds=cells["cpu_seconds"],
        rss_peak=cells["rss_peak"],
        key=cells["key"],
        reused=bool(cells["reused"]),
        source_run=cells["source_run"],
        outputs=read_outputs(cells["outputs"]),
        tests=TestCounts(cells["tests_passed"], cells["tests_failed"]),
        failure=None if cells["failure"] is None else documents.load(Failure, document(cells["failure"])),
        items=None if cells["items"] is None else document(cells["items"]),
        manifest=cells["manifest"],
    )


def read_outputs(cell: str) -> tuple[OutputRecord, ...]:
    if cell == _NO_OUTPUTS:
        return ()
    return tuple(documents.load(OutputRecord, output) for output in document(cell))
