"""Runs, block runs and what is said about them, as the API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from blockwright.core.runs.model import BlockRun, Run
from blockwright.ports.workspace import Workspace
from blockwright.services import reports
from blockwright.wire import values


class BlockCountsDocument(BaseModel):
    """Block runs: ``done`` have ended in one way or another, ``reused`` of them by a result of before."""

    total: int
    done: int
    reused: int
    failed: int


class RunSummary(BaseModel):
    """``seconds`` since it started, until it ended. ``variables`` as resolved for this run, encoded as JSON.
    ``block_counts`` are there when a list was asked for with them."""

    id: int
    project: str
    pipeline: str
    kind: str
    state: str
    reason: str
    created: datetime
    started: datetime | None
    finished: datetime | None
    seconds: float | None
    variables: dict[str, Any]
    execution_date: datetime | None
    blocks_asked_for: list[str]
    round: int
    priority: int
    git_commit: str | None
    snapshot: str
    replay_of: int | None
    parent_run: int | None
    trigger: int | None
    due: datetime | None
    backfill: int | None
    slice: int | None
    product: str | None
    requested_by: str
    pinned: bool
    block_counts: BlockCountsDocument | None = None


class OutputBrief(BaseModel):
    name: str
    type: str
    rows: int | None
    columns: int | None
    bytes: int
    digest: str


class TestCount(BaseModel):
    passed: int
    failed: int


class ErrorBrief(BaseModel):
    type: str
    message: str
    file: str | None
    line: int | None
    hint: str
    code: str


class TestFailureDocument(BaseModel):
    name: str
    message: str
    file: str | None = None
    line: int | None = None


class TestsDocument(BaseModel):
    passed: int = 0
    failed: int = 0
    failures: list[TestFailureDocument] = Field(default_factory=list)


class CheckDocument(BaseModel):
    """What a declared check found. ``subject`` is the key that says what is looked at; ``message`` why it does not
    hold, ``failing`` how many of the ``rows`` are concerned (null: it is not about single rows)."""

    name: str
    subject: str
    severity: Literal["fail", "warn"]
    passed: bool
    column: str = ""
    message: str = ""
    failing: int | None = None
    rows: int | None = None


class FrameDocument(BaseModel):
    """``own``: a line of the project's code; ``code`` then has the lines around it as they ran, from line
    ``code_from`` on."""

    file: str
    line: int
    function: str
    text: str = ""
    own: bool = False
    code: list[str] = Field(default_factory=list)
    code_from: int = 0


class ErrorDetail(ErrorBrief):
    tests: TestsDocument | None = None
    traceback: list[FrameDocument] = Field(default_factory=list)


class BlockRunDocument(BaseModel):
    """``role`` is `block`, `group` (stands for all dynamic children), `child` or `callback`; ``children`` how many.
    ``parent`` is the block run that a child or callback belongs to."""

    id: str
    block: str
    role: str = "block"
    parent: str | None = None
    index: int | None = None
    children: int | None = None
    state: str
    reason: str
    attempts: int
    reused: bool
    source_run: int | None
    started: datetime | None = None
    finished: datetime | None = None
    seconds: float | None
    cpu_seconds: float | None
    rss_peak_mb: float | None
    due: datetime | None = None
    outputs: list[OutputBrief]
    tests: TestCount
    error: ErrorBrief | None


class Attempt(BaseModel):
    block_run: str
    attempt: int
    round: int
    state: str
    outcome: str | None
    reason: str
    started: datetime
    finished: datetime | None
    host: str | None
    pid: int | None
    snapshot: str


class BlockRunDetail(BlockRunDocument):
    """``checks``: what the checks that its entry declares found."""

    error: ErrorDetail | None
    checks: list[CheckDocument] = Field(default_factory=list)
    attempt_list: list[Attempt]


class ShapeBlock(BaseModel):
    """A block of the pipeline as the run was pinned to it; ``path`` is its file."""

    uuid: str
    type: str
    language: str
    upstream: list[str]
    path: str | None


class RunDetail(RunSummary):
    """``counts``: how many block runs are in which state, children counted and their groups not. ``wishes``: what it
    was asked for (`cancel`, `retry`) and no engine has taken up yet. ``last_success``: the run of the pipeline that
    completed last before this one. ``shape``: the graph, empty when the snapshot is no longer kept."""

    counts: dict[str, int]
    wishes: list[str]
    last_success: int | None
    shape: list[ShapeBlock]
    blocks: list[BlockRunDocument]
    more_blocks: bool


class EventDocument(BaseModel):
    number: int
    time: datetime
    kind: str
    block_run: str | None
    data: dict[str, Any]


class ReasonDocument(BaseModel):
    """``next`` is what you can do about it."""

    subject: str
    state: str
    text: str
    next: str


class PlannedBlock(BaseModel):
    """``action`` is `run`, `reuse`, `unknown` (decided when its upstreams have results) or `pinned` (it does not run:
    its restored result is an input); ``run``: whose result."""

    block: str
    action: str
    why: str
    differs: list[str]
    untracked: list[str]
    run: int | None


class Plan(BaseModel):
    """How many blocks run, are reused, or are decided on the way. ``seconds``: about how long it takes, by how long the
    blocks took before; null when none of them was measured yet. ``unmeasured``: how many of them were not."""

    pipeline: str
    run: int
    reuse: int
    unknown: int
    seconds: float | None
    unmeasured: int
    blocks: list[PlannedBlock]


class FileChange(BaseModel):
    file: str
    change: str
    lines: list[str]


class BlockChange(BaseModel):
    id: str
    change: str
    before: str | None
    after: str | None


class Comparison(BaseModel):
    before: int
    after: int
    variables: dict[str, list[Any]]
    code: list[FileChange]
    blocks: list[BlockChange]


class DataComparison(BaseModel):
    """Rows by ``key``, or as whole rows without one. ``samples`` are a few of those that differ."""

    block: str
    output: str
    key: list[str] | None
    added: int
    removed: int
    changed: int
    same: int
    columns_added: list[str]
    columns_removed: list[str]
    types_changed: list[list[str]]
    statistics: list[dict[str, Any]]
    samples: list[dict[str, Any]]


def summary_of(workspace: Workspace, run: Run) -> RunSummary:
    return RunSummary(
        id=run.id,
        project=run.project,
        pipeline=run.pipeline,
        kind=run.kind.value,
        state=run.state.value,
        reason=run.reason,
        created=run.created,
        started=run.started,
        finished=run.finished,
        seconds=reports.seconds_of(run, workspace.clock.now()),
        variables=dict(run.variables),
        execution_date=values.decode(run.system.get("execution_date")),
        blocks_asked_for=list(run.selection.blocks),
        round=run.round,
        priority=run.priority,
        git_commit=run.git_commit,
        snapshot=run.snapshot,
        replay_of=run.replay_of,
        parent_run=run.parent_run,
        trigger=run.trigger,
        due=run.due,
        backfill=run.backfill,
        slice=run.slice,
        product=run.product,
        requested_by=run.requested_by,
        pinned=run.pinned,
    )


def block_run_document(row: BlockRun) -> BlockRunDocument:
    times = {"parent": row.parent, "started": row.started, "finished": row.finished}
    return BlockRunDocument.model_validate(reports.block_report(row) | times)


def shape_of(workspace: Workspace, run: Run) -> list[ShapeBlock]:
    return [
        ShapeBlock(
            uuid=block.uuid,
            type=block.type.value,
            language=block.language.value,
            upstream=list(block.upstream),
            path=block.path,
        )
        for block in reports.pinned_blocks(workspace, run)
    ]
