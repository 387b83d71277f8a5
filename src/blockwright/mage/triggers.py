"""Starting another pipeline from a block, and asking how its runs went."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from blockwright.mage.asking import ask
from blockwright.wire.messages import Ask

_MAGE_STATES = {"queued": "initial", "cancelling": "running"}
"""Our words for states that have another one in Mage; the others are the same."""

_NEVER_COMPLETES = frozenset({"failed", "cancelled", "upstream_failed", "skipped"})


@dataclass
class TriggeredRun:
    """A run that a block started: the attributes that Mage's block code reads, as they were when it was answered."""

    id: int
    status: str
    pipeline_uuid: str
    execution_date: datetime | None
    execution_partition: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)


def trigger_pipeline(
    pipeline_uuid: str,
    repo_path: str | None = None,
    variables: dict[str, Any] | None = None,
    check_status: bool = False,
    error_on_failure: bool = False,
    poll_interval: float = 60,
    poll_timeout: float | None = None,
    schedule_name: str | None = None,
    verbose: bool = True,
    remote_blocks: Any = None,
    return_remote_blocks: bool = False,
) -> TriggeredRun:
    """Start a run of another pipeline with ``variables``; with ``check_status`` wait until it has ended.

    Nothing is polled: the engine answers when the run ends, and meanwhile this block holds no slot, so that
    ``poll_interval`` and ``schedule_name`` have no effect. ``poll_timeout`` seconds are the longest wait.
    Raises RuntimeError when the pipeline cannot be started, or failed and ``error_on_failure`` is set.
    """
    if remote_blocks or return_remote_blocks:
        raise ValueError(
            "trigger_pipeline: remote blocks are not supported. Read the other pipeline's output with "
            "get_variable(pipeline_uuid, block_uuid, 'output_0')."
        )
    if verbose:
        print(f"Triggering pipeline {pipeline_uuid}.")
    answer = ask(
        Ask.TRIGGER,
        pipeline=pipeline_uuid,
        variables=dict(variables or {}),
        wait=check_status,
        error_on_failure=error_on_failure,
        timeout=poll_timeout,
    )
    run = run_of(pipeline_uuid, answer, variables or {})
    if verbose:
        print(f"Pipeline {pipeline_uuid}, run {run.id}: {run.status}.")
    if error_on_failure and run.status in _NEVER_COMPLETES:
        raise RuntimeError(
            f"Pipeline {pipeline_uuid}, run {run.id}: {run.status}. {answer.get('reason') or ''}".strip()
        )
    return run


def check_status(
    pipeline_uuid: str,
    execution_date: datetime | None = None,
    repo_path: str | None = None,
    block_uuid: str | None = None,
    hours: float = 24,
) -> bool:
    """Whether the newest run of a pipeline within ``hours`` before ``execution_date`` (or its block) is completed.

    False while it runs or when there is none; raises RuntimeError when it can no longer complete.
    """
    until = execution_date or datetime.now(UTC)
    answer = ask(Ask.STATUS, pipeline=pipeline_uuid, block=block_uuid, hours=hours, execution_date=until.isoformat())
    if answer is None:
        return False
    state = str(answer["state"])
    if state in _NEVER_COMPLETES:
        what = f"Block {block_uuid} of pipeline {pipeline_uuid}" if block_uuid else f"Pipeline {pipeline_uuid}"
        raise RuntimeError(f"{what}, run {answer['run']}: {state}.")
    return state == "completed"


def run_of(pipeline: str, answer: dict[str, Any], variables: dict[str, Any]) -> TriggeredRun:
    """The run that the engine told of."""
    state = str(answer["state"])
    date = answer.get("execution_date")
    return TriggeredRun(
        id=int(answer["run"]),
        status=_MAGE_STATES.get(state, state),
        pipeline_uuid=pipeline,
        execution_date=datetime.fromisoformat(date) if isinstance(date, str) else date,
        execution_partition=answer.get("execution_partition"),
        variables=dict(answer.get("variables") or variables),
    )
