"""Starting runs, and wishes about them: cancel, retry, replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from blockwright.core.blocks import BlockId, BlockSpec, BlockType, Language
from blockwright.core.errors import Conflict, Invalid, NotFound
from blockwright.core.pipelines import PipelineSpec, PipelineType
from blockwright.core.problems import Problem, ProjectInvalid
from blockwright.core.runs.live import initial_rows
from blockwright.core.runs.model import (
    BlockRun,
    BlockRunName,
    BlockState,
    Queue,
    Role,
    Run,
    RunId,
    RunKind,
    RunRequest,
    RunState,
    Selection,
)
from blockwright.core.runs.shape import RunShape, shape_of
from blockwright.ports.runs import Fire, FoundResult, RunFilter
from blockwright.ports.workspace import Workspace
from blockwright.services import codes, limits, pinning, snapshots
from blockwright.services.snapshots import Snapshot
from blockwright.wire import values

LOCAL_EXECUTORS = frozenset({"local_python", "local_python_force"})
LANGUAGES = frozenset({Language.PYTHON, Language.SQL})
NOT_YET_TYPES = frozenset({BlockType.DBT})


def start(
    workspace: Workspace, request: RunRequest, *, fire: Fire | None = None, system: Mapping[str, Any] | None = None
) -> Run:
    """Turn a request into a run in state ``queued``: pinned code, resolved variables, one row for each block.

    ``fire`` is what a trigger fires for, recorded with the run; ``system`` are keyword arguments of ours that this run
    has different from others (interval, trigger). Raises Conflict (code ``fired``) when it has fired before,
    ProjectInvalid for a project that cannot run, NotFound for a pipeline, a block or an upstream's result that is not
    there, Invalid for variables that cannot be stored.
    """
    pipeline = workspace.files.pipeline(request.pipeline)
    check_runnable(workspace, pipeline)
    snapshot = pinning.take(workspace, pipeline)
    known = system_variables(workspace, request, workspace.clock.now()) | encoded(system or {})
    return _create(workspace, request, snapshot, system=known, fire=fire)


def replay(
    workspace: Workspace,
    run_id: RunId,
    *,
    blocks: Sequence[str] = (),
    variables: Mapping[str, Any] | None = None,
    queue: Queue = Queue.OWN,
    requested_by: str = "",
    key: str = "",
) -> Run:
    """A new run with exactly the recorded code, variables, dates and (for ``blocks``) inputs of an earlier one."""
    before = workspace.runs.get(run_id)
    snapshot = snapshots.load(workspace.artifacts, before.snapshot)
    if not workspace.artifacts.hold([before.snapshot, *snapshot.files.values()]):
        raise NotFound(f"Some of the code of run {run_id} has been collected.", hint="Start a new run.")
    selection = Selection(tuple(BlockId(name) for name in blocks)) if blocks else before.selection
    recorded = values.decode(dict(before.variables))
    request = RunRequest(
        project=before.project,
        pipeline=before.pipeline,
        kind=RunKind.REPLAY,
        variables={**recorded, **(variables or {})},
        selection=selection,
        reuse=False,
        execution_date=values.decode(before.system.get("execution_date")),
        env=str(before.system.get("env", workspace.options.env)),
        replay_of=before.id,
        skip_sensors=before.skip_sensors,
        queue=queue,
        requested_by=requested_by,
        key=key,
    )
    return _create(workspace, request, snapshot, system=before.system)


def _create(
    workspace: Workspace,
    request: RunRequest,
    snapshot: Snapshot,
    *,
    system: Mapping[str, Any],
    fire: Fire | None = None,
) -> Run:
    now = workspace.clock.now()
    request = limits.applied(workspace, request, snapshot.pipeline)
    shape = run_shape(workspace, snapshot, request.selection, skip_sensors=request.skip_sensors)
    if request.replay_of is not None and request.selection.blocks:
        bound = recorded_inputs(workspace, shape, request.replay_of)
    else:
        bound = latest_inputs(workspace, request.project, request.pipeline, shape)
    _hold_inputs(workspace, bound)
    return workspace.runs.create(
        request,
        # What an event says counts where nothing else has that name.
        variables=encoded({**request.event, **snapshot.pipeline.variables, **request.variables}),
        system=dict(system),
        snapshot=snapshot.digest,
        git_commit=workspace.files.git_commit(),
        block_runs=initial_rows(shape, bound),
        now=now,
        fire=fire,
    )


def _hold_inputs(workspace: Workspace, bound: Sequence[BlockRun]) -> None:
    """The runs that gave them may be deleted before this one is recorded. Raises NotFound (code ``input_missing``)."""
    for row in bound:
        if not workspace.artifacts.hold(one.digest for one in row.outputs if not one.in_memory):
            raise NotFound(
                f"The result of block `{row.block}` that a selected block needs as input has been collected.",
                hint="Add `--upstream` to run it as well.",
                code="input_missing",
            )


def run_shape(workspace: Workspace, snapshot: Snapshot, selection: Selection, *, skip_sensors: bool) -> RunShape:
    return shape_of(
        snapshot.pipeline,
        selection=selection,
        default_retry=workspace.project.retry,
        callback_statuses=codes.callback_statuses(workspace, snapshot),
        skip_sensors=skip_sensors,
    )


def check_runnable(workspace: Workspace, pipeline: PipelineSpec) -> None:
    """Raises ProjectInvalid for what this installation cannot run."""
    problems = not_runnable(pipeline, workspace.options.default_executor)
    if problems:
        raise ProjectInvalid(problems)


def kind_problem(pipeline: PipelineSpec) -> Problem | None:
    """Why no pipeline of this one's type runs here; None: they do."""
    if pipeline.type in (PipelineType.PYTHON, PipelineType.EXECUTION_FRAMEWORK):
        return None
    message = f"Pipelines of type `{pipeline.type}` do not run in this version."
    return Problem(pipeline.path, None, "type", message, "Those of type `python` do.", code="pipeline_type")


def not_runnable(pipeline: PipelineSpec, default_executor: str | None) -> list[Problem]:
    """What of a pipeline this installation cannot run, each with the way out."""
    kind = kind_problem(pipeline)
    if kind is not None:
        return [kind]
    problems: list[Problem] = []
    for place, block in enumerate(pipeline.blocks):
        if not block.type.runs:
            continue
        key = f"blocks[{place}]"
        has_code = block.type is not BlockType.GLOBAL_DATA_PRODUCT
        if block.type in NOT_YET_TYPES or (has_code and block.language not in LANGUAGES):
            what = block.type.value if block.type in NOT_YET_TYPES else f"language {block.language.value}"
            message = f"Block `{block.uuid}` is of {what}, which does not run in this version."
            advice = "Take it out of the pipeline, or write it in Python or SQL."
            problems.append(Problem(pipeline.path, block.line, key, message, advice, code="block_type"))
        executor = _executor_of(block, pipeline, default_executor)
        if executor not in LOCAL_EXECUTORS:
            message = f"Block `{block.uuid}` asks for the executor `{executor}`, which this installation does not have."
            advice = "Set `executor_type: local_python_force` on the block, or remove the key."
            key = f"{key}.executor_type"
            problems.append(Problem(pipeline.path, block.line, key, message, advice, code="executor_missing"))
    return problems


def _executor_of(block: BlockSpec, pipeline: PipelineSpec, default: str | None) -> str:
    """As the format has it: ``local_python`` is no choice of its own but hands the question on."""
    for asked in (block.executor_type, pipeline.executor_type, default):
        if asked not in (None, "local_python"):
            return str(asked)
    return "local_python"


def system_variables(workspace: Workspace, request: RunRequest, now: datetime) -> dict[str, Any]:
    """The keyword arguments that we add to the user's variables; encoded. ``ds`` and ``hr`` are of the execution date
    in UTC whatever made the run, as the format has it: a time zone says when something is due, not its name."""
    date = (request.execution_date or now).astimezone(UTC)
    stamp = date.strftime("%Y%m%dT%H%M%S_%f")
    return encoded(
        {
            "execution_date": date,
            "ds": date.strftime("%Y-%m-%d"),
            "hr": date.strftime("%H"),
            "env": request.env,
            "event": dict(request.event),
            "execution_partition": f"{request.kind.value}/{stamp}",
            "interval_start_datetime": date,
            "interval_end_datetime": date + timedelta(days=1),
            "interval_seconds": None,
            "interval_start_datetime_previous": None,
            "pipeline_uuid": request.pipeline,
            "repo_path": workspace.project.root,
        }
    )


def encoded(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Variables as JSON (`wire.values`); raises Invalid naming the one that cannot be."""
    encoded: dict[str, Any] = {}
    for name, value in variables.items():
        try:
            encoded[name] = values.encode(value)
        except TypeError as error:
            raise Invalid(f"Variable `{name}`: {error}.", hint="Use text, numbers, dates, lists and maps.") from None
    return encoded


# Inputs that are not run ------------------------------------------------------------------------------------------


def latest_inputs(workspace: Workspace, project: str, pipeline: str, shape: RunShape) -> list[BlockRun]:
    """Rows for the blocks that only feed the selected ones: their latest results, whatever run made them."""
    rows: list[BlockRun] = []
    for node in shape.nodes.values():
        if not node.bound or node.sensor:
            continue
        found = workspace.runs.latest_result(project, pipeline, node.block)
        if not found:
            raise NotFound(
                f"Block `{node.block}` has no result yet, and a selected block needs it as input.",
                hint="Add `--upstream` to run it as well.",
                code="input_missing",
            )
        rows.extend(_bound_rows(node.block, node.expanded, found))
    return rows


def recorded_inputs(workspace: Workspace, shape: RunShape, run_id: RunId) -> list[BlockRun]:
    """Rows for the blocks that only feed the replayed ones: the results that they had in that run."""
    recorded = list(workspace.runs.block_runs(run_id))
    rows: list[BlockRun] = []
    for node in shape.nodes.values():
        if not node.bound or node.sensor:
            continue
        mine = [row for row in recorded if row.block == node.block and row.state is BlockState.COMPLETED]
        if not mine:
            raise NotFound(
                f"Run {run_id} has no result of block `{node.block}`, which a replayed block needs as input.",
                hint="Replay the whole run, or name a block whose upstreams completed.",
                code="input_missing",
            )
        rows.extend(_as_bound(row, row.source_run or run_id) for row in mine)
    return rows


def _bound_rows(block: BlockId, expanded: bool, found: Sequence[FoundResult]) -> list[BlockRun]:
    rows = [_as_bound(result.block_run, result.run) for result in found]
    if expanded:
        group = BlockRun(
            name=BlockRunName(block),
            block=block,
            role=Role.GROUP,
            state=BlockState.COMPLETED,
            reason=f"taken from run {found[0].run}",
            reused=True,
            source_run=found[0].run,
            items={"count": len(rows)},
            finished=found[0].finished,
        )
        return [group, *(row for row in rows if row.role is not Role.GROUP)]
    return rows


def _as_bound(row: BlockRun, run: RunId) -> BlockRun:
    return replace(
        row,
        state=BlockState.COMPLETED,
        reason=f"taken from run {run}",
        attempt=0,
        round=0,
        tries=0,
        waited=0.0,
        due=None,
        reused=True,
        source_run=run,
        seconds=0.0,
    )


# Wishes about runs ------------------------------------------------------------------------------------------------


def resolve(workspace: Workspace, text: str) -> Run:
    """The run that ``text`` names: a number, ``latest``, ``latest:PIPELINE`` or a pipeline (its latest run).

    ``latest`` alone passes over runs that another run's blocks started. Raises NotFound (code ``run_not_found``), also
    for a run of another project.
    """
    project = workspace.project.name
    if text.isdecimal():
        found = workspace.runs.get(RunId(int(text)))
        if found.project != project:  # this project's code must never drive it
            raise NotFound(
                f"There is no run {text} in this project: it is one of `{found.project}`.",
                hint=f"Add `--project {found.project}`.",
                code="run_not_found",
            )
        return found
    word, _, pipeline = text.partition(":")
    name = pipeline if word == "latest" else text
    run = workspace.runs.latest(project, name) if name else _latest_asked_for(workspace)
    if run is not None:
        return run
    if name and name not in workspace.files.pipelines():
        raise NotFound(
            f"`{text}` is neither a run nor a pipeline of this project.",
            hint="Name a run by its number, by `latest`, or by its pipeline; `blockwright runs` lists them.",
            code="run_not_found",
        )
    of = f" of pipeline `{name}`" if name else ""
    raise NotFound(f"There is no run{of} yet.", hint="`blockwright run PIPELINE` starts one.", code="run_not_found")


def _latest_asked_for(workspace: Workspace) -> Run | None:
    which = RunFilter(project=workspace.project.name)
    newest = workspace.runs.list(which, limit=50)
    return next((run for run in newest if run.parent_run is None), newest[0] if newest else None)


def ask_cancel(workspace: Workspace, run_id: RunId, reason: str) -> Run:
    """Put the wish into the run's inbox and wake its owner; raises Conflict when the run has ended."""
    run = workspace.runs.get(run_id)
    if run.state.final:
        raise Conflict(f"Run {run_id} has already ended: {run.state}.", code="run_ended")
    workspace.runs.push(run_id, "cancel", {"reason": reason})
    owner = workspace.runs.owner(run_id)
    if owner is not None:
        workspace.owners.wake(owner[0])
    return run


def ask_retry(
    workspace: Workspace, run_id: RunId, start: Sequence[str] = (), *, same_code: bool = False, by: str = ""
) -> Run:
    """Leave a run for the next engine to run again what did not complete (and ``start`` with everything behind it).

    The wish lies in the run's inbox (kind ``retry``: ``start``, ``same_code``, ``by``) if the run has ended; one that
    was cut off goes on where it was without a wish. Raises Conflict when somebody drives the run, as ``retryable``, and
    unless ``same_code`` as ``require_unchanged``.
    """
    run = retryable(workspace, run_id, start)
    owner = living_owner(workspace, run_id)
    if owner is not None and not run.state.final:
        raise driven_by(run_id, owner)
    if run.state.final:
        if not same_code:
            require_unchanged(workspace, run, snapshots.load(workspace.artifacts, run.snapshot).pipeline)
        wish = {"start": list(start), "same_code": same_code, "by": by}
        workspace.runs.push(run_id, "retry", wish)
    workspace.runs.hand_over(run_id)
    return run


def require_unchanged(workspace: Workspace, run: Run, before: PipelineSpec) -> PipelineSpec:
    """The pipeline as it is today; raises Conflict (code ``pipeline_changed``) when it has other blocks or connections
    than the run began with, so that what is left of the run fits it no more."""
    pipeline = workspace.files.pipeline(run.pipeline)
    then = {block.uuid: block.upstream for block in before.blocks}
    now = {block.uuid: block.upstream for block in pipeline.blocks}
    if then != now:
        changed = sorted({uuid for uuid in {*then, *now} if then.get(uuid) != now.get(uuid)})
        raise Conflict(
            f"Pipeline `{run.pipeline}` has other blocks or connections than run {run.id} began with: "
            f"{', '.join(f'`{name}`' for name in changed[:5])}.",
            hint="Start a new run, or retry with `--same-code`.",
            code="pipeline_changed",
        )
    return pipeline


def living_owner(workspace: Workspace, run_id: RunId) -> str | None:
    """Who drives the run now, or None when nobody does (an owner on this host that is dead does not count)."""
    owner = workspace.runs.owner(run_id)
    if owner is None or owner[0] in workspace.owners.dead([owner[0]]):
        return None
    return owner[0] if owner[1] > workspace.clock.now() else None


def driven_by(run_id: RunId, owner: str) -> Conflict:
    """The refusal to touch a run that ``owner`` drives, in words for people: an owner is ``host:process:token``."""
    host, _, rest = owner.partition(":")
    return Conflict(
        f"Run {run_id} is being driven by process {rest.partition(':')[0]} on {host}.",
        hint=f"`blockwright cancel {run_id}` stops it.",
        code="run_owned",
    )


def retryable(workspace: Workspace, run_id: RunId, start: Sequence[str]) -> Run:
    """The run, if there is something to run again; raises Conflict when not, NotFound for an unknown block."""
    run = workspace.runs.get(run_id)
    rows = workspace.runs.block_runs(run_id)
    known = {row.block for row in rows}
    for name in start:
        if name not in known:
            raise NotFound(
                f"Run {run_id} has no block `{name}`.",
                hint=f"`blockwright show {run_id}` lists its blocks.",
                code="block_not_found",
            )
    if run.state is RunState.COMPLETED and not start:
        raise Conflict(
            f"Run {run_id} completed: there is nothing to retry.",
            hint="Name a block to run again from with `--from BLOCK`.",
            code="nothing_to_retry",
        )
    return run


def has_ended(workspace: Workspace, run: Run) -> bool:
    """Whether the run has ended, or was told to: then it goes on by a retry only."""
    if run.state.final or run.state is RunState.CANCELLING:
        return True
    return any(message.kind == "cancel" for message in workspace.runs.inbox(run.id))


def listed(workspace: Workspace, pipeline: str | None, states: Sequence[RunState], *, limit: int) -> Sequence[Run]:
    which = RunFilter(project=workspace.project.name, pipeline=pipeline, states=tuple(states))
    return workspace.runs.list(which, limit=limit)
