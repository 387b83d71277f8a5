"""What an earlier run knew: its code and its rows, and what the keys of its block runs were made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blockwright.core.errors import NotFound
from blockwright.core.runs.live import LiveRun
from blockwright.core.runs.model import BlockRunName, RunId
from blockwright.ports.workspace import Workspace
from blockwright.services import reuse, runs, snapshots
from blockwright.services.specs import SpecSource, attached_conditionals


@dataclass(frozen=True, slots=True)
class Recalled:
    source: SpecSource
    live: LiveRun


def recall(workspace: Workspace, run_id: RunId) -> Recalled | None:
    """The run as it was; None when its snapshot was collected."""
    run = workspace.runs.get(run_id)
    try:
        snapshot = snapshots.load(workspace.artifacts, run.snapshot)
    except NotFound:
        return None
    shape = runs.run_shape(workspace, snapshot, run.selection, skip_sensors=run.skip_sensors)
    live = LiveRun.of(run, shape, workspace.runs.block_runs(run_id))
    return Recalled(SpecSource(workspace, snapshot, attached_conditionals(snapshot.pipeline), 0), live)


def parts_of(workspace: Workspace, past: Recalled | None, name: BlockRunName) -> Mapping[str, str]:
    """The parts of a block run's key, as they were then; empty when that cannot be told any more."""
    if past is None or name not in past.live.rows:
        return {}
    key = reuse.key_of(workspace, past.source, past.live, name)
    return key.parts() if key else {}
