"""States, dates and documents in the old words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from blockwright.core.pipelines import PipelineSpec
from blockwright.core.runs.model import BlockRun, BlockState, Run, RunState
from blockwright.core.triggers.definitions import definition_of
from blockwright.core.triggers.model import Trigger
from blockwright.services.alerts.occasions import sla_of
from blockwright.web.pipelines import block_entries
from blockwright.wire import values

RUN_WORDS = {
    RunState.QUEUED: "initial",
    RunState.RUNNING: "running",
    RunState.CANCELLING: "running",
    RunState.COMPLETED: "completed",
    RunState.FAILED: "failed",
    RunState.CANCELLED: "cancelled",
}
BLOCK_WORDS = {
    BlockState.WAITING: "initial",
    BlockState.QUEUED: "queued",
    BlockState.RUNNING: "running",
    BlockState.RETRY_WAIT: "queued",
    BlockState.CANCELLING: "running",
    BlockState.COMPLETED: "completed",
    BlockState.SKIPPED: "condition_failed",
    BlockState.UPSTREAM_FAILED: "upstream_failed",
    BlockState.FAILED: "failed",
    BlockState.CANCELLED: "cancelled",
}


def states_of(words: Sequence[str]) -> tuple[RunState, ...]:
    """The states that the old words stand for; an unknown word for none."""
    return tuple(state for state, word in RUN_WORDS.items() if word in words)


def date_text(moment: datetime | None) -> str | None:
    """``2026-01-31 06:00:00.000000``, UTC without saying so."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def run_document(run: Run, now: datetime) -> dict[str, Any]:
    """``metrics`` are record counts of integration pipelines in the old words; others have none."""
    due = sla_of(run)
    execution_date = values.decode(run.system.get("execution_date"))
    partition = run.system.get("execution_partition")
    return {
        "id": run.id,
        "status": RUN_WORDS[run.state],
        "pipeline_uuid": run.pipeline,
        "pipeline_schedule_id": run.trigger,
        "backfill_id": run.backfill,
        "execution_date": date_text(execution_date if isinstance(execution_date, datetime) else None),
        "created_at": date_text(run.created),
        "started_at": date_text(run.started),
        "completed_at": date_text(run.finished),
        "updated_at": date_text(run.finished or run.started or run.created),
        "variables": {**run.variables, "execution_partition": partition},
        "event_variables": run.system.get("event") or {},
        "executor_type": "local_python",
        "metrics": None,
        "passed_sla": due is not None and (run.finished or now) > due,
    }


def block_run_document(run: Run, row: BlockRun) -> dict[str, Any]:
    """Block runs have no number here: their name in the run stands in its place."""
    return {
        "id": row.name,
        "block_uuid": row.name,
        "pipeline_run_id": run.id,
        "pipeline_schedule_id": run.trigger,
        "status": BLOCK_WORDS[row.state],
        "created_at": date_text(run.created),
        "started_at": date_text(row.started),
        "completed_at": date_text(row.finished),
        "updated_at": date_text(row.finished or row.started or run.created),
        "metrics": _metrics(row),
    }


def _metrics(row: BlockRun) -> dict[str, Any] | None:
    """Of dynamic children which one they are, and how often what was tried again has been tried."""
    found: dict[str, Any] = {}
    if row.index is not None:
        found["dynamic_block_index"] = row.index
    if row.attempt > 1:
        found["retry"] = {"attempts": row.attempt}
    return found or None


def schedule_document(trigger: Trigger, token: str | None, root: str) -> dict[str, Any]:
    """``token`` None: the caller may not know it."""
    definition = definition_of(trigger.spec)
    return {
        "id": trigger.id,
        "name": trigger.spec.name,
        "description": trigger.spec.description or None,
        "pipeline_uuid": trigger.pipeline,
        "repo_path": root,
        "schedule_type": trigger.spec.type.value,
        "schedule_interval": trigger.spec.schedule or None,
        "start_time": date_text(trigger.spec.start_time),
        "status": "active" if trigger.active else "inactive",
        "token": token,
        "sla": trigger.spec.sla,
        "settings": definition.get("settings") or {},
        "variables": values.encode(dict(trigger.spec.variables)),
        "global_data_product_uuid": None,
        "next_pipeline_run_date": date_text(trigger.next_due),
    }


def pipeline_document(spec: PipelineSpec) -> dict[str, Any]:
    blocks = [
        {
            "uuid": entry.uuid,
            "name": entry.name,
            "type": entry.type,
            "language": entry.language,
            "upstream_blocks": entry.upstream,
            "downstream_blocks": entry.downstream,
            "executor_type": entry.executor_type,
            "timeout": entry.timeout,
            "configuration": entry.configuration,
        }
        for entry in block_entries(spec)
        if entry.role == "block"
    ]
    return {
        "uuid": spec.uuid,
        "name": spec.name,
        "type": spec.type.value,
        "description": spec.description,
        "tags": list(spec.tags),
        "blocks": blocks,
        "executor_type": spec.executor_type,
        "run_pipeline_in_one_process": spec.run_in_one_process,
        "cache_block_output_in_memory": spec.cache_in_memory,
        "variables": values.encode(dict(spec.variables)),
    }
