"""What is kept and what goes: runs by age and count, then the bytes that nobody refers to."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blockwright.core.durations import in_words
from blockwright.core.errors import Conflict, NotFound, Unavailable
from blockwright.core.retention import Policy, RunAge, ended_to_delete, policy_of
from blockwright.core.runs.model import Run, RunId, RunKind, RunState
from blockwright.ports.catalog import PipelineUsage
from blockwright.ports.workspace import Workspace
from blockwright.services.catalog import recording

YOUNG_SECONDS = 3600.0
"""Blobs younger than this stay whoever refers to them: an attempt may be about to name them. So do those that were
written since the oldest attempt at work began, which names all it gave at its end."""
MOST_NAMED = 1_000
"""Runs that a report names one by one."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What goes, or would go (``dry_run``). ``reasons`` has one sentence for each run. ``versions`` are those that the
    catalogue forgets with their runs."""

    runs: tuple[tuple[int, str, str], ...]  # run, pipeline, reason
    run_bytes: int
    blobs: int
    blob_bytes: int
    dry_run: bool
    versions: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes in values and in runs' folders of the whole data folder, and of its volume; the project by pipeline."""

    values: int
    runs: int
    free: int
    total: int
    pipelines: Sequence[PipelineUsage]


def policy(workspace: Workspace) -> Policy:
    """The policy of the project's file as it is now; raises Invalid, ProjectInvalid."""
    return policy_of(workspace.files.project().raw)


def usage(workspace: Workspace) -> Usage:
    """What is used. Not cheap: it looks at every stored value."""
    of_all = workspace.artifacts.usage()
    pipelines = workspace.oversight.catalog.usage(workspace.project.name)
    return Usage(of_all["blobs"], of_all["runs"], of_all["free"], of_all["total"], pipelines)


def collect(workspace: Workspace, policy: Policy, *, dry_run: bool) -> Collected:
    """Delete ended runs that the policy no longer keeps, then every blob that no record names."""
    now = workspace.clock.now()
    free, total = workspace.artifacts.volume()
    if not dry_run:
        recording.catch_up(workspace)  # what is reused goes on in the catalogue when its run is gone
    ended = list(workspace.runs.ended_runs(workspace.project.name))
    # The latest value of a data product is used however old it is.
    values = {run.product: run.id for run in ended if run.product and run.state is RunState.COMPLETED}
    kept = workspace.oversight.catalog.kept_runs(workspace.project.name)
    ages = [
        _age(run, kept=run.id in kept, newest=run.product is not None and values.get(run.product) == run.id)
        for run in ended
    ]
    going = ended_to_delete(ages, policy, now=now, used=total - free, total=total)
    run_bytes = 0
    gone: dict[int, tuple[int, str, str]] = {}
    for age, reason in going:
        if dry_run:
            run_bytes += workspace.artifacts.run_bytes(age.run)
        elif _forget(workspace, age.id):
            run_bytes += workspace.artifacts.remove_run(age.run)
        else:
            continue
        gone[age.run] = (age.run, age.pipeline, reason)
    versions = 0 if dry_run else workspace.oversight.catalog.forget(workspace.project.name)
    living = workspace.runs.oldest_living()  # before what is referred to: what ends meanwhile is found there
    keep = _referenced(workspace, set(gone) if dry_run else set())
    at_work = 0.0 if living is None else max(0.0, (now - living).total_seconds())
    swept = list(workspace.artifacts.sweep(keep, YOUNG_SECONDS + at_work, dry_run=dry_run))
    return Collected(
        runs=tuple(gone.values()),
        run_bytes=run_bytes,
        blobs=len(swept),
        blob_bytes=sum(size for _, size in swept),
        dry_run=dry_run,
        versions=versions,
    )


def policy_report(policy: Policy) -> dict[str, Any]:
    """Each value with where it comes from."""
    values = {
        "interactive": in_words(policy.interactive),
        "results": policy.results,
        "scheduled": in_words(policy.scheduled),
        "disk_share": policy.disk_share,
        "predictions": in_words(policy.predictions),
    }
    return {name: {"value": value, "from": policy.sources.get(name, "default")} for name, value in values.items()}


def report(collected: Collected) -> dict[str, Any]:
    """For people and programs. ``run_count`` counts all runs, ``runs`` names the first of them."""
    return {
        "dry_run": collected.dry_run,
        "run_count": len(collected.runs),
        "runs": [{"run": run, "pipeline": name, "reason": why} for run, name, why in collected.runs[:MOST_NAMED]],
        "run_bytes": collected.run_bytes,
        "blobs": collected.blobs,
        "blob_bytes": collected.blob_bytes,
        "versions": collected.versions,
    }


def delete_run(workspace: Workspace, run_id: RunId) -> int:
    """Forget an ended run with its logs and documents; returns how many bytes of them went. The values it gave go with
    the next collection, unless something else refers to them. Raises NotFound, and Conflict when it still goes on or
    when it, or something that it gave, is kept."""
    recording.catch_up(workspace)  # what later runs reuse of it goes on in the catalogue
    workspace.runs.delete(run_id)
    return workspace.artifacts.remove_run(run_id)


def _forget(workspace: Workspace, run: RunId) -> bool:
    """Whether the run is gone by our hand: somebody may have pinned it meanwhile, or another collection was first."""
    try:
        workspace.runs.delete(run)
    except (Conflict, NotFound):
        return False
    return True


def _age(run: Run, *, kept: bool, newest: bool) -> RunAge:
    return RunAge(
        id=run.id,
        pipeline=run.pipeline,
        interactive=run.kind in (RunKind.INTERACTIVE, RunKind.CHART),
        ended=run.finished or run.created,
        pinned=run.pinned or kept,
        newest_completed=newest,
    )


def _referenced(workspace: Workspace, without: set[int]) -> set[str]:
    """Every digest that a record names, with the files of each snapshot."""
    keep = set(workspace.runs.referenced_digests())
    if without:
        keep -= _only_of(workspace, without)
        keep |= workspace.oversight.catalog.kept_digests()
    for digest in keep & workspace.runs.snapshot_digests():
        keep |= _files_of(workspace, digest)
    return keep


def _only_of(workspace: Workspace, runs: set[int]) -> set[str]:
    """Digests that only the given runs refer to (for a preview, where nothing was deleted)."""
    users: dict[str, set[int]] = defaultdict(set)
    for run in workspace.runs.ended_runs(workspace.project.name):
        for row in workspace.runs.block_runs(run.id):
            for output in row.outputs:
                users[output.digest].add(run.id)
        users[run.snapshot].add(run.id)
    for run in workspace.runs.unfinished(workspace.project.name):
        for row in workspace.runs.block_runs(run.id):
            for output in row.outputs:
                users[output.digest].add(run.id)
        users[run.snapshot].add(run.id)
    return {digest for digest, by in users.items() if by <= runs}


def _files_of(workspace: Workspace, digest: str) -> set[str]:
    """The files that a snapshot document names; nothing when it is gone or damaged."""
    try:
        return set(json.loads(workspace.artifacts.get(digest))["files"].values())
    except (NotFound, ValueError, KeyError, TypeError, AttributeError):
        return set()
    except Unavailable as error:
        if error.code != "damaged":
            raise
        return set()
