"""Backfills as documents for people: the same from the command line and over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from blockwright.core.backfills.model import Backfill, Slice, SliceState
from blockwright.core.backfills.states import Tally, in_words
from blockwright.services.backfills.asking import Plan
from blockwright.wire import values


def report(backfill: Backfill, tally: Tally) -> dict[str, Any]:
    """``progress`` counts slices by state."""
    return {
        "id": backfill.id,
        "project": backfill.project,
        "pipeline": backfill.pipeline,
        "name": backfill.name,
        "state": backfill.state.value,
        "reason": backfill.reason,
        "dates": _dates(backfill),
        "variables": values.encode(dict(backfill.definition.variables)),
        "parallel": backfill.parallel,
        "reuse": backfill.reuse,
        "requested_by": backfill.requested_by,
        "created": backfill.created.isoformat(),
        "started": _iso(backfill.started),
        "finished": _iso(backfill.finished),
        "slices": sum(tally.values()),
        "progress": {state.value: tally.get(state, 0) for state in SliceState},
        "in_words": in_words(tally),
    }


def slice_report(slice: Slice) -> dict[str, Any]:
    return {
        "position": slice.position,
        "name": slice.name,
        "state": slice.state.value,
        "date": _iso(slice.date),
        "variables": values.encode(dict(slice.variables)),
        "run": slice.run,
        "tries": slice.tries,
        "reason": slice.reason,
    }


def plan_report(plan: Plan, most: int) -> dict[str, Any]:
    """With the first ``most`` slices."""
    return {
        "pipeline": plan.pipeline,
        "slices": len(plan.slices),
        "to_run": plan.to_run,
        "done_before": len(plan.done),
        "first": [
            {"name": each.name, "date": _iso(each.date), "done_by": plan.done.get(each.position)}
            for each in plan.slices[:most]
        ],
        "judged": plan.judged,
        "blocks": [
            {
                "block": each.block,
                "type": each.type,
                "runs": each.runs,
                "reuses": each.reuses,
                "unknown": each.unknown,
                "overwrites": each.overwrites,
            }
            for each in plan.blocks
        ],
    }


def _dates(backfill: Backfill) -> dict[str, Any] | None:
    dates = backfill.definition.dates
    if dates is None:
        return None
    return {
        "start": dates.start.isoformat(),
        "end": dates.end.isoformat(),
        "every": dates.interval.value,
        "units": dates.units,
        "timezone": dates.timezone,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
